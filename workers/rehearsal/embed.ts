/**
 * Vectors of the rehearsal: words hashed into so many places with a sign each (feature hashing, Weinberger et al. 2009), of unit
 * length. The same text always has the same vector, and texts that share words lie near each other; of meaning it knows nothing.
 */
import { isObject, type Json, type JsonObject } from "../../core/json.ts";
import { base64FromFloats } from "../../core/model/embedding.ts";
import { expectTokens } from "../../core/model/estimate.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { REHEARSAL_MODEL, REHEARSAL_NOTE, type RequestFault } from "./answer.ts";

const DIMENSIONS = 256;
const MOST_DIMENSIONS = 4_096;

/** Answers a request for embeddings in OpenAI's format. */
export function embedTexts(request: Json): Result<JsonObject, RequestFault> {
  if (!isObject(request)) return err({ message: "the request is not a JSON object", param: "" });
  const sent = request["input"];
  const inputs = typeof sent === "string" ? [sent] : sent;
  if (!Array.isArray(inputs) || inputs.length === 0 || !inputs.every((text): text is string => typeof text === "string")) {
    return err({ message: "`input` is a text, or a list of texts", param: "input" });
  }
  const size = request["dimensions"] ?? DIMENSIONS;
  if (typeof size !== "number" || !Number.isInteger(size) || size < 1 || size > MOST_DIMENSIONS) {
    return err({ message: `\`dimensions\` is a whole number up to ${MOST_DIMENSIONS}`, param: "dimensions" });
  }
  const isBase64 = request["encoding_format"] === "base64";
  const tokens = inputs.reduce((sum, text) => sum + Math.max(1, expectTokens(text)), 0);
  return ok({
    object: "list",
    model: REHEARSAL_MODEL,
    data: inputs.map((text, index) => {
      const vector = vectorOf(text, size);
      return { object: "embedding", index, embedding: isBase64 ? base64FromFloats(vector) : vector };
    }),
    usage: { prompt_tokens: tokens, total_tokens: tokens },
    bulkhead: { rehearsal: true, note: REHEARSAL_NOTE },
  });
}

/** Hashed words as a unit vector: equal words are near, meaning is not known. */
export function vectorOf(text: string, size: number): number[] {
  const vector = new Array<number>(size).fill(0);
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  // A text without words has a place of its own.
  for (const word of words.length === 0 ? ["\u0000"] : words) {
    const hash = fnv1a(word);
    const place = hash % size;
    vector[place] = (vector[place] ?? 0) + (hash & 0x8000_0000 ? 1 : -1);
  }
  const length = Math.hypot(...vector);
  // Words that cancel each other out leave nothing to point with.
  if (length === 0) return vector.map((_, index) => (index === 0 ? 1 : 0));
  return vector.map((value) => value / length);
}

/** 32 bit. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}
