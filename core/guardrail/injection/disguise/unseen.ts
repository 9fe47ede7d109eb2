/**
 * Bytes hidden in characters that nobody sees: variation selectors that stand for bytes, two invisible characters that stand for bits. No text for readers
 * has long rows of either.
 */
import { textIn } from "./bytes.ts";
import { type Disguised, joined } from "./reading.ts";

/** Selectors 1 to 16 are the bytes 0 to 15, 17 to 256 the others. */
const SELECTORS = /(?:[\ufe00-\ufe0f]|\udb40[\udd00-\uddef]){8,}/g;
const BITS = /[\u200b-\u200f\u2060-\u2064\u180e\ufeff\u00ad\u3164]{64,}/g;

/** Sentences that are hidden in invisible characters. */
export function unseen(text: string): Disguised | null {
  const found: { text: string; start: number; end: number }[] = [];
  for (const { 0: run, index } of text.matchAll(SELECTORS)) {
    const bytes = [...run].map((one) => {
      const code = one.codePointAt(0) ?? 0;
      return code < 0xe0100 ? code - 0xfe00 : code - 0xe0100 + 16;
    });
    const plain = textIn(bytes);
    if (plain !== "") found.push({ text: plain, start: index, end: index + run.length });
  }
  for (const { 0: run, index } of text.matchAll(BITS)) {
    const [zero] = run;
    for (const isZero of [true, false]) {
      const bits = [...run].map((unit) => ((unit === zero) === isZero ? "0" : "1")).join("");
      const plain = textIn((bits.match(/[01]{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
      if (plain !== "") found.push({ text: plain, start: index, end: index + run.length });
    }
  }
  found.sort((a, b) => a.start - b.start);
  return joined(found, "unseen");
}
