/** Vectors of texts, small enough to keep hundreds of them, and how near two are. Pure. */

/** Cosine from which two texts count as near (what they must share beside is in facts.ts). */
export const NEAR = 0.95;

/** Each number as a signed byte, relative to the largest; null: no vector that points anywhere. */
export function quantise(vector: readonly number[]): Int8Array | null {
  const largest = vector.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (!Number.isFinite(largest) || largest === 0 || !vector.every(Number.isFinite)) return null;
  return Int8Array.from(vector, (value) => Math.round((value / largest) * 127));
}

/** -1 to 1; of vectors of different lengths, which no model makes, nothing is near. */
export function cosine(a: Int8Array, b: Int8Array): number {
  if (a.length !== b.length || a.length === 0) return -1;
  let dot = 0;
  let squareA = 0;
  let squareB = 0;
  for (let index = 0; index < a.length; index++) {
    const x = a[index] ?? 0;
    const y = b[index] ?? 0;
    dot += x * y;
    squareA += x * x;
    squareB += y * y;
  }
  return squareA === 0 || squareB === 0 ? -1 : dot / Math.sqrt(squareA * squareB);
}
