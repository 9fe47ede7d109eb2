/**
 * Vectors in OpenAI's embeddings format, read with distrust: as numbers, or as little-endian 32-bit floats in base64 (RFC 4648
 * section 4), as upstreams please; and written as the caller asked. Pure.
 */
import { isObject, type Json } from "../json.ts";
import { err, ok, type Result } from "../result.ts";
import type { Unread } from "./unread.ts";

/** An upstream's vectors, after reading. */
export type EmbeddingAnswer = {
  /** One for each input, in order, all of one length. */
  readonly vectors: readonly Vector[];
  /** What the upstream counted; null: nothing that can be true. */
  readonly tokens: number | null;
};

/** As the upstream wrote it: a number that came as text loses nothing. */
export type Vector = readonly number[];

/** Maximum dimensions of a vector, more than any model has; a longer one is refused. */
const MOST_DIMENSIONS = 16_384;

/** `ceiling`: more tokens than this for one input cannot have been read. */
export function readEmbeddingAnswer(body: Json, inputs: number, ceiling: number): Result<EmbeddingAnswer, "malformed"> {
  const data = isObject(body) ? body["data"] : undefined;
  if (!isObject(body) || !Array.isArray(data) || data.length !== inputs) return err("malformed");
  const vectors = new Array<Vector | null>(inputs).fill(null);
  for (const [position, item] of data.entries()) {
    if (!isObject(item)) return err("malformed");
    const index = item["index"] ?? position;
    if (typeof index !== "number" || index < 0 || index >= inputs || vectors[index] !== null) return err("malformed");
    vectors[index] = readVector(item["embedding"] ?? null);
  }
  const length = vectors[0]?.length ?? 0;
  if (!vectors.every((vector): vector is Vector => vector !== null && vector.length === length && length > 0)) return err("malformed");
  return ok({ vectors, tokens: readTokens(body["usage"] ?? null, inputs * ceiling) });
}

/** What an answer counts whose vectors do not match the request; null: nothing that can be believed. `ceiling`: as for `readEmbeddingAnswer`. */
export function unreadVectors(body: Json, inputs: number, ceiling: number): Unread | null {
  const input = isObject(body) ? readTokens(body["usage"] ?? null, inputs * ceiling) : null;
  return input === null ? null : { usage: { kind: "reported", tokens: { input, output: 0, cachedInput: 0 } }, text: null, calls: [] };
}

function readVector(embedding: Json): Vector | null {
  if (typeof embedding === "string") return floatsFromBase64(embedding);
  if (!Array.isArray(embedding) || embedding.length > MOST_DIMENSIONS) return null;
  return embedding.every((value) => typeof value === "number" && Number.isFinite(value)) ? (embedding as number[]) : null;
}

function readTokens(usage: Json, ceiling: number): number | null {
  const told = isObject(usage) ? usage["prompt_tokens"] : undefined;
  return typeof told === "number" && Number.isSafeInteger(told) && told > 0 && told <= ceiling ? told : null;
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const VALUES = new Int8Array(128).fill(-1);
for (const [value, character] of [...ALPHABET].entries()) VALUES[character.charCodeAt(0)] = value;

/** Little-endian 32-bit floats; null when the text is not base64 of at most `MOST_DIMENSIONS` finite floats. */
export function floatsFromBase64(text: string): Vector | null {
  const bare = text.replace(/={1,2}$/, "");
  const length = Math.floor((bare.length * 3) / 4);
  if (length % 4 !== 0 || length > MOST_DIMENSIONS * 4 || bare.length % 4 === 1) return null;
  const bytes = new Uint8Array(length);
  let buffer = 0;
  let bits = 0;
  let next = 0;
  for (let index = 0; index < bare.length; index++) {
    const value = VALUES[bare.charCodeAt(index)] ?? -1;
    if (value < 0) return null;
    buffer = ((buffer << 6) | value) & 0xffffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[next++] = (buffer >> bits) & 255;
  }
  const view = new DataView(bytes.buffer);
  const vector = Array.from({ length: length / 4 }, (_, index) => view.getFloat32(index * 4, true));
  return vector.every(Number.isFinite) ? vector : null;
}

/** Base64 (RFC 4648 section 4) of the vector's little-endian 32-bit floats, as OpenAI's clients read it. */
export function base64FromFloats(vector: Vector): string {
  const view = new DataView(new ArrayBuffer(vector.length * 4));
  for (const [index, value] of vector.entries()) view.setFloat32(index * 4, value, true);
  const parts: string[] = [];
  const size = view.byteLength;
  for (let at = 0; at < size; at += 3) {
    const [a, b, c] = [view.getUint8(at), at + 1 < size ? view.getUint8(at + 1) : 0, at + 2 < size ? view.getUint8(at + 2) : 0];
    const triple = (a << 16) | (b << 8) | c;
    const letters = [18, 12, 6, 0].map((shift) => ALPHABET[(triple >> shift) & 63] ?? "");
    parts.push(
      letters
        .slice(0, Math.min(4, size - at + 1))
        .join("")
        .padEnd(4, "="),
    );
  }
  return parts.join("");
}
