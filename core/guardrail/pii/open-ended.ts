/**
 * What may be of any length: private keys between their armour (RFC 7468 section 2, RFC 4880 section 6.2) and JSON Web Tokens
 * (RFC 7519, compact form). Small machines that read one unit of folded text after the other, so that nothing of a key is ever let
 * out, however long it is: half a key is still a key.
 */
import { isAsciiLetter, isDigit, type Samples } from "./detector.ts";

const HYPHEN = 45;
const DOT = 46;
const UNDERSCORE = 95;
const ARMOUR = "(?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----$";
const KEY_BEGIN = new RegExp(`-----BEGIN ${ARMOUR}`);
const KEY_END = new RegExp(`-----END ${ARMOUR}`);
/** `-----BEGIN `, three words of twelve with their blanks, `PRIVATE KEY BLOCK`, five dashes: 72 units. */
export const ARMOUR_UNITS = 80;

type OpenEnded = { readonly score: number; readonly samples: Samples };

/** What their findings, all of type `SECRET`, are called, and what a detector's file declares of it (detector.ts). */
export const OPEN_ENDED = {
  private_key: {
    score: 0.99,
    samples: {
      hits: [`my key: «-----BEGIN ${"PRIVATE"} KEY-----\nMIIEowIBAAKCAQEA0123\n-----END ${"PRIVATE"} KEY-----»`],
      misses: ["-----BEGIN CERTIFICATE-----", "-----BEGIN", "-----"],
    },
  },
  secret_form: {
    score: 0.98,
    samples: {
      hits: ["it is «eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N», yes"],
      misses: ["eyJhbGciOiJIUzI1NiJ9.", "eyJ", "keyJhbGciOiJIUzI1NiJ9.eyJz.x"],
    },
  },
} as const satisfies Record<string, OpenEnded>;

/** `text` ends in five dashes: where the armour that they close begins; -1 when they close none. `from`: it begins there or later. */
export const keyBegin = (text: string, from: number, end: number): number => armour(KEY_BEGIN, text, from, end);
/** Whether the closing armour of a private key stands right before `end`; it begins at `from` or later. */
export const keyEnds = (text: string, from: number, end: number): boolean => armour(KEY_END, text, from, end) >= 0;

function armour(expression: RegExp, text: string, from: number, end: number): number {
  const start = Math.max(from, end - ARMOUR_UNITS);
  const index = text.slice(start, end).search(expression);
  return index < 0 ? -1 : start + index;
}

/** A token in the making; `units` counts all of it, `part` those since the last dot. */
export type Token = { readonly start: number; units: number; part: number; dots: number };

/** Minimum units of header and payload; shorter ones hold no claim. */
const SHORTEST_HEADER = 11;
const SHORTEST_PAYLOAD = 4;
/** A header this long without its dot is taken for a token: longer text is not kept waiting to find out. */
const CERTAIN_UNITS = 448;

const isTokenUnit = (code: number): boolean => isAsciiLetter(code) || isDigit(code) || code === HYPHEN || code === UNDERSCORE;

/** `text[index]` is a `J`: whether a token's `eyJ` ends there, at the beginning of a word. */
export function tokenBegins(text: string, index: number, from: number): boolean {
  if (index - 2 < from || text.charCodeAt(index - 1) !== 121 || text.charCodeAt(index - 2) !== 101) return false;
  const before = index >= 3 ? text.charCodeAt(index - 3) : 0;
  return !(isAsciiLetter(before) || isDigit(before) || before === UNDERSCORE);
}

/** A JSON Web Token that begins at `start`, of which the first three units (`eyJ`) are read. */
export const openToken = (start: number): Token => ({ start, units: 3, part: 3, dots: 0 });

/** `token`: with this unit it is one, whatever follows. `open`: it may become one. `none`: it is none. */
export function readToken(token: Token, code: number): "token" | "open" | "none" {
  if (isTokenUnit(code)) {
    token.units++;
    token.part++;
    return token.units >= CERTAIN_UNITS ? "token" : "open";
  }
  if (code !== DOT || token.part < (token.dots === 0 ? SHORTEST_HEADER : SHORTEST_PAYLOAD)) return "none";
  token.units++;
  token.part = 0;
  token.dots++;
  return token.dots === 2 ? "token" : "open";
}

/** Whether a unit still belongs to a token that is certain: any number of its letters, and no more than two dots. */
export function tokenGoesOn(token: Token, code: number): boolean {
  if (isTokenUnit(code)) return true;
  if (code !== DOT || token.dots >= 2) return false;
  token.dots++;
  return true;
}
