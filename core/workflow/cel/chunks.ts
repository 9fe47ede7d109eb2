/**
 * `chunks(text, size)`: a long text in pieces of at most `size` characters, in order and without overlap; joined they are the text
 * again, pieces of nothing but blanks aside. A piece ends at the last paragraph's end that fits, else at a line's or a sentence's, else
 * between words, and inside a word only where there is no other way.
 */
import { fail, type Meter } from "./meter.ts";

/** Maximum pieces: as many as the items of a long `map`. */
const MOST_PIECES = 1_000;

/** Ends of pieces, the best first; each ends after the blanks that follow. */
const BORDERS = [/\n[ \t\r]*\n\s*/g, /[.!?][)\]"'”’]*\s+/g, /\n\s*/g, /\s+/g];

/** The text in pieces of at most `size` characters (code points). More than `MOST_PIECES` pieces end the evaluation. */
export function chunks(text: string, size: number, meter: Meter): string[] {
  if (!Number.isSafeInteger(size) || size < 1) return fail("the size of chunks() is not a whole number above 0");
  meter.spend(text.length / 4); // half a million characters take about 40 ms
  const points = Array.from(text);
  const pieces: string[] = [];
  for (let from = 0; from < points.length; ) {
    const rest = points.slice(from, from + size);
    const length = from + size >= points.length ? rest.length : Array.from(rest.join("").slice(0, borderIn(rest.join("")))).length;
    const piece = rest.slice(0, length).join("");
    if (piece.trim() !== "") pieces.push(piece);
    if (pieces.length > MOST_PIECES) return fail(`chunks() makes more than ${MOST_PIECES} pieces`);
    from += length;
  }
  return pieces;
}

/** Where to end a piece that begins with `window`, in UTF-16 units: in its second half, so that pieces do not become crumbs. */
function borderIn(window: string): number {
  for (const border of BORDERS) {
    let last = 0;
    for (const match of window.matchAll(border)) {
      const end = match.index + match[0].length;
      if (end > last) last = end;
    }
    if (last > window.length / 2) return last;
  }
  return window.length;
}
