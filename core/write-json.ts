/**
 * JSON text that the platform reads again as the same value. `JSON.stringify` writes a double beyond ±2^53 with all of its digits up to 1e21, as it
 * would a whole number that nobody can vouch for (long-numbers.ts).
 */
import { longNumbers } from "./long-numbers.ts";

/** Fewer digits in a row are never beyond ±2^53. */
const LONG = /\d{16}/;

/** As `JSON.stringify`, with doubles beyond ±2^53 in scientific notation (`1e+20`). `value` MUST be JSON. Linear in its size. */
export function writeJson(value: unknown): string {
  const text = JSON.stringify(value);
  if (!LONG.test(text)) return text;
  const pieces: string[] = [];
  let after = 0;
  for (const { start, end, digits } of longNumbers(text)) {
    if (digits === null) continue;
    pieces.push(text.slice(after, start), Number(digits).toExponential());
    after = end;
  }
  return pieces.join("") + text.slice(after);
}
