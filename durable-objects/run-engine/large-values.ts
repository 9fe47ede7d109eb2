/**
 * Values that are too large for a row: found, cut out and put back. Works on JSON text; does not know where the parts are stored.
 *
 * PERSISTED: a row is the JSON of its document; where parts of it lie elsewhere, it is `{"kept":[…],"rest":document}` instead, with
 * `null` in each part's place. No document of a run begins like that: a turn is an array, a birth begins with its version or its id.
 */
import { escapeToken, type Json, type JsonObject, parsePointer } from "../../core/json.ts";
import { replaceAt } from "../../core/json-pointer.ts";
import { err, ok, type Result } from "../../core/result.ts";

/** PERSISTED. A part that lies elsewhere: its place in the document (RFC 6901), and the SHA-256 of its JSON text, in hex. */
type Part = { readonly at: string; readonly sha256: string };
/** `kept`: a part that lies within another one comes after it. */
type Lightened = { readonly kept: readonly Part[]; readonly rest: Json };

const LIGHTENED = '{"kept":[';

/** A document with its large values cut out. */
export type Cut = {
  /** What the row holds. */
  readonly row: string;
  /** JSON texts of the parts, by their SHA-256. */
  readonly parts: ReadonlyMap<string, string>;
};

const NONE: ReadonlyMap<string, string> = new Map();

/**
 * Cuts every smallest value out whose JSON text is longer than `largest` bytes of UTF-8; what then is left of the values around it is
 * cut out too where it still is too long, up to the whole. The same value is the same part wherever it stands.
 */
export function cut(text: string, largest: number, sha256: (text: string) => string): Cut {
  if (text.length * 3 <= largest || utf8Length(text) <= largest) return { row: text, parts: NONE };
  const kept: Part[] = [];
  const parts = new Map<string, string>();
  /** Keys and indexes that lead to the value that is looked at. */
  const way: string[] = [];
  const lighten = (value: Json): Sized => {
    const light = lightenBelow(value);
    if (light.bytes <= largest) return light;
    const part = JSON.stringify(light.value);
    const hash = sha256(part);
    kept.unshift({ at: way.map((token) => `/${escapeToken(token)}`).join(""), sha256: hash });
    parts.set(hash, part);
    return { value: null, bytes: 4 };
  };
  /** A value of which nothing was cut out is given as it is. */
  const lightenBelow = (value: Json): Sized => {
    if (!isComposed(value)) return { value, bytes: bytesOfOne(value) };
    const isList = Array.isArray(value);
    const held = value as { readonly [key: string]: Json };
    const changed = new Map<string, Json>();
    let bytes = 2;
    for (const key of Object.keys(held)) {
      const item = held[key] ?? null;
      const own = isComposed(item) ? null : bytesOfOne(item);
      if (own !== null && own <= largest) bytes += own;
      else {
        way.push(key);
        const light = lighten(item);
        way.pop();
        bytes += light.bytes;
        if (light.value !== item) changed.set(key, light.value);
      }
      bytes += isList ? 1 : bytesOfString(key) + 2;
    }
    if (changed.size === 0) return { value, bytes };
    const lightOf = (item: Json, key: string): Json => changed.get(key) ?? (changed.has(key) ? null : item);
    if (isList) return { value: value.map((item, index) => lightOf(item, `${index}`)), bytes };
    return { value: Object.fromEntries(Object.entries(held).map(([key, item]) => [key, lightOf(item, key)])), bytes };
  };
  const rest = lighten(JSON.parse(text) as Json).value;
  const row: Lightened = { kept, rest };
  return { row: JSON.stringify(row), parts };
}

/** The document of a row, or the SHA-256 of the parts that `partOf` does not know. */
export function whole(row: string, partOf: (sha256: string) => Json | undefined): Result<Json, readonly string[]> {
  const stored = JSON.parse(row) as Json;
  if (!row.startsWith(LIGHTENED)) return ok(stored);
  const { kept, rest } = stored as unknown as Lightened;
  const absent = kept.filter(({ sha256 }) => partOf(sha256) === undefined).map(({ sha256 }) => sha256);
  if (absent.length > 0) return err(absent);
  return ok(kept.reduce((document, { at, sha256 }) => replaceAt(document, parsePointer(at) ?? [], partOf(sha256) ?? null), rest));
}

/** A value, and the bytes of its JSON text. */
type Sized = { readonly value: Json; readonly bytes: number };

const isComposed = (value: Json): value is Json[] | JsonObject => typeof value === "object" && value !== null;

/** Bytes of the JSON text of a value that holds no other one. A number, a truth value and null are ASCII. */
const bytesOfOne = (value: Json): number => (typeof value === "string" ? bytesOfString(value) : JSON.stringify(value).length);

/** Bytes of a string's JSON text. Documents have many short ones, of which most read in JSON as they stand. */
function bytesOfString(text: string): number {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x20 || code > 0x7e || code === QUOTE || code === BACKSLASH) return utf8Length(JSON.stringify(text));
  }
  return text.length + 2;
}
const QUOTE = 34;
const BACKSLASH = 92;

const encoder = new TextEncoder();
const utf8Length = (text: string): number => encoder.encode(text).length;
