/**
 * Values that are too large for a row: found, cut out and put back. Works on JSON text; does not know where the parts are stored.
 *
 * PERSISTED: a row is the JSON of its document; where parts of it lie elsewhere, it is `{"kept":[…],"rest":document}` instead, with
 * `null` in each part's place. No document of a run begins like that: a turn is an array, a birth begins with its version or its id.
 */
import { escapeToken, isObject, type Json, parsePointer } from "../../core/json.ts";
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
  const lighten = (value: Json, at: string): { readonly value: Json; readonly bytes: number } => {
    const light = lightenBelow(value, at);
    if (light.bytes <= largest) return light;
    const part = JSON.stringify(light.value);
    const hash = sha256(part);
    kept.unshift({ at, sha256: hash });
    parts.set(hash, part);
    return { value: null, bytes: 4 };
  };
  const lightenBelow = (value: Json, at: string): { readonly value: Json; readonly bytes: number } => {
    if (Array.isArray(value)) {
      const items = value.map((item, index) => lighten(item, `${at}/${index}`));
      return { value: items.map((item) => item.value), bytes: items.reduce((sum, { bytes }) => sum + bytes + 1, 2) };
    }
    if (!isObject(value)) return { value, bytes: utf8Length(JSON.stringify(value)) };
    const entries = Object.entries(value).map(([key, item]) => [key, lighten(item, `${at}/${escapeToken(key)}`)] as const);
    return {
      value: Object.fromEntries(entries.map(([key, item]) => [key, item.value])),
      bytes: entries.reduce((sum, [key, { bytes }]) => sum + utf8Length(JSON.stringify(key)) + bytes + 2, 2),
    };
  };
  const rest = lighten(JSON.parse(text) as Json, "").value;
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

const encoder = new TextEncoder();
const utf8Length = (text: string): number => encoder.encode(text).length;
