/** Mail addresses (RFC 5322 section 3.4.1, RFC 6531 for other scripts): found from their `@` outwards, at most 64 and 253 units. */
import type { Finding } from "../finding.ts";
import { type Detector, finding, matchesFrom } from "./detector.ts";

/** RFC 5321 section 4.5.3.1. */
export const LOCAL_PART_UNITS = 64;
const DOMAIN_UNITS = 253;
/** `<strong>@</strong>`. */
const SIGN_UNITS = 24;
/** `=`, `/`, `?`, `&` and `#` are legal in a local part, but end it in practice: they come from URLs and forms. */
const LOCAL = /[\p{L}\p{N}\p{M}._%+'!$*^~-]/u;
const DOMAIN =
  /^(?:[\p{L}\p{N}\p{M}](?:[\p{L}\p{N}\p{M}_-]{0,61}[\p{L}\p{N}\p{M}])?\.){1,8}(?:xn--[a-z0-9-]{1,59}|\p{L}[\p{L}\p{M}]{1,62})/iu;
const DOMAIN_IN_WORDS =
  /^([\p{L}\p{N}-]{1,63}(?:\s{0,2}(?:\.|[([{]\s{0,2}(?:dot|punkt|punto|point|\.)\s{0,2}[)\]}])\s{0,2}[\p{L}\p{N}-]{1,63}){0,3}\s{0,2}[([{]\s{0,2}(?:dot|punkt|punto|point|\.)\s{0,2}[)\]}]\s{0,2}\p{L}{2,24})/iu;
/** A blank or a line break beside the dot before one of the usual domains of a country or a kind. */
const USUAL =
  "(?:com|org|net|info|edu|gov|io|de|at|ch|fr|es|it|nl|be|uk|co\\.uk|pl|pt|br|ru|tr|in|cn|jp|se|no|dk|fi|eu|us|ca|au|mx)(?![\\p{L}\\p{N}.-])";
const DOMAIN_PARTED = new RegExp(
  `^(?:[\\p{L}\\p{N}](?:[\\p{L}\\p{N}-]{0,61}[\\p{L}\\p{N}])?\\.){0,3}[\\p{L}\\p{N}-]{2,63}(?: \\.|\\.\\r?\\n)${USUAL}`,
  "iu",
);
const USUAL_DOMAIN = new RegExp(`\\.${USUAL}`, "iu");
/** The last label has more letters than most. */
const UNUSUAL = /\.[\p{L}\p{N}]{4,}$/u;
/** Words before an address that is parted from its sign: else `@name.dev` is somebody's handle. */
const NAMED =
  /(?:mail|correo|courriel|posta|почта|write to|reach me|schreib\w*|escrib\w*|contact\w*|address|adresse)(?: an| to| à| a)?[^\p{L}\d]{0,3}$/iu;

/**
 * The sign itself, percent-encoded (RFC 3986 section 2.1) or quoted-printable (RFC 2045 section 6.7), with a line break behind it, or spelt
 * out in brackets to escape harvesters.
 */
const SIGN =
  /(?:(?<=[\p{L}\d])(?:<[a-z]{1,6}>|\r?\n|[ \t](?=@[ \t]?[\p{L}\d-]{2,63}\.)))?@(?:=?\r?\n[ \t]{0,2}|<\/[a-z]{1,6}>|[ \t](?=[\p{L}\d-]{2,63}\.\p{L}{2}))?|%40|=40|\s?[([{]\s?(?:at|@|arroba|arobase)\s?[)\]}]\s?/giu;
/** RFC 5322 section 3.2.4, as people use it: a quoted name begins with a letter or digit, and no braces (of JSON, of what was cut out) are in it. */
const QUOTED = /^"[\p{L}\p{N}][^"\n{}\uffff]*"$/u;
/** `photo@2x.png` is a picture for a sharper screen. */
const PICTURE = /^[1-4]x\.(?:png|jpe?g|gif|webp|svg|avif)/i;

const SERVICE = /^(?:git|hg|svn)$/i;

/** Finds mail addresses. */
export const emails: Detector = {
  type: "EMAIL",
  names: ["email"],
  stage: "first",
  longest: LOCAL_PART_UNITS + SIGN_UNITS + DOMAIN_UNITS,
  mayFind: ({ signs }) => signs > 0,
  find: findEmails,
  samples: {
    hits: [
      "write to «ada@example.com»",
      "«ada.lovelace+shop@mail.example.co.uk», please",
      "mail «ada [at] example [dot] com» now",
      "mail «ada ( at ) example.com» now",
      "?email=«ada%40example.com»&x=1",
      'to «"ada lovelace"@example.com»',
      "quoted «ada=40example.com» text",
      "mail «ada@\nexample.com» now",
      "mail «ada @ example.com» now",
      "«ada@example .com»",
      "«ada<span>@</span>example.com»",
    ],
    misses: ["git@github.com:acme/shop.git", "@handle", "ada@localhost", "photo@2x.png", "thanks @ada.dev", "npm i @scope/pkg@1.2.3"],
  },
};

function findEmails(text: string, from: number): Finding[] {
  const found: Finding[] = [];
  let free = from;
  for (const { 0: sign, index } of matchesFrom(SIGN, text, from)) {
    const start = startOfLocalPart(text, index, free);
    if (start === index || isPassword(text, start)) continue;
    if (/^\s@/.test(sign) && !isParted(text, start, index, sign, text.slice(index + sign.length, index + sign.length + DOMAIN_UNITS)))
      continue;
    const after = index + sign.length;
    const rest = text.slice(after, after + DOMAIN_UNITS);
    const domain = domainIn(rest, sign);
    if (domain === null || PICTURE.test(rest)) continue;
    // `git@github.com` is the account of everybody who clones.
    if (SERVICE.test(text.slice(start, index))) continue;
    free = after + domain.length;
    found.push(finding("EMAIL", start, free, sign === "@" ? 0.99 : 0.9, "email"));
  }
  return found;
}

/** Whether what stands before a blank and a sign is the name of an address: at the beginning of its line where something parts the sign from both, of more than letters, or behind words that say so. */
const isParted = (text: string, start: number, end: number, sign: string, domain: string): boolean =>
  /[\d._]/.test(text.slice(start, end)) ||
  (!/^[ \t]@$/.test(sign) &&
    USUAL_DOMAIN.test(domain.slice(0, domain.search(/\s|$/))) &&
    /(?:^|\n)$/.test(text.slice(Math.max(0, start - 1), start))) ||
  NAMED.test(text.slice(Math.max(0, start - 24), start));

/** `https://ada:password@host`: secret.ts has it. */
const isPassword = (text: string, start: number): boolean =>
  text[start - 1] === ":" && /:\/\/[^\s/?#@:"'<>]{0,100}:$/.test(text.slice(Math.max(0, start - 104), start));

function domainIn(rest: string, sign: string): string | null {
  const plain = DOMAIN.exec(rest)?.[0];
  if (plain !== undefined && !UNUSUAL.test(plain)) return plain;
  const literal = /^\[(?:IPv6:)?[0-9a-f.:]{3,45}\]/i.exec(rest)?.[0] ?? /^\d{1,3}(?:\.\d{1,3}){3}(?![\d.])/.exec(rest)?.[0];
  if (literal !== undefined && sign.length === 1) return literal;
  const parted = DOMAIN_PARTED.exec(rest)?.[0];
  if (parted !== undefined || plain !== undefined) return parted ?? plain ?? null;
  return DOMAIN_IN_WORDS.exec(rest)?.[0] ?? null;
}

function startOfLocalPart(text: string, sign: number, free: number): number {
  const limit = Math.max(free, sign - LOCAL_PART_UNITS);
  if (text[sign - 1] === '"') {
    const quote = text.lastIndexOf('"', sign - 2);
    return quote >= limit && QUOTED.test(text.slice(quote, sign)) ? quote : sign;
  }
  let start = sign;
  while (start > limit && isLocal(text, start - 1)) start--;
  while (start < sign && /[.'!$*^~]/.test(text[start] ?? "")) start++;
  return text[sign - 1] === "." ? sign : start;
}

/** What `LOCAL` says of ASCII, looked up. */
const LOCAL_ASCII = Array.from({ length: 128 }, (_, code) => LOCAL.test(String.fromCharCode(code)));

function isLocal(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  // Halves of surrogate pairs count as letters: a rare script is no way to hide an address.
  return LOCAL_ASCII[code] ?? ((code >= 0xd800 && code <= 0xdfff) || LOCAL.test(text[index] ?? ""));
}
