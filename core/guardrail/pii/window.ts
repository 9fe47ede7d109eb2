/**
 * The part of a text that is not decided yet: as it came and folded, with the way back from one to the other. Positions count from
 * the beginning of the text, in UTF-16 units. Knows nothing of what is looked for.
 */
import { unfinishedUnits } from "../encoded.ts";
import { type Folded, fold, openFold } from "../fold.ts";

/** The undecided part of a text. Positions count from the beginning of the text, in UTF-16 units. */
export type TextWindow = {
  /** Takes more text; a first half of a surrogate pair, or of an encoded character, at its end waits for the rest until `isLast`. */
  push(text: string, isLast: boolean): void;
  /** The folded text from `foldedBase` on. */
  readonly folded: string;
  readonly foldedBase: number;
  /** How much folded text there is in all. */
  readonly foldedEnd: number;
  /** How much text there is in all, as it came. */
  readonly originEnd: number;
  /** Where the folded unit at a position begins and ends in the text as it came. */
  startOf(position: number): number;
  endOf(position: number): number;
  /** The text as it came, between two of its positions. */
  original(start: number, end: number): string;
  /** Forgets folded text before `foldedFrom` and text before `originalFrom`. */
  forget(foldedFrom: number, originalFrom: number): void;
};

/** `folded` is null where nothing was folded: offsets are those of the text. */
type Piece = { at: number; origin: number; units: number; folded: Folded | null };

/** Begins a text. */
export function openWindow(): TextWindow {
  const state = openFold();
  let pieces: Piece[] = [];
  let folded = "";
  let foldedBase = 0;
  let text = "";
  let textBase = 0;
  let half = "";

  const pieceAt = (position: number): Piece | undefined => {
    let low = 0;
    let high = pieces.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((pieces[middle]?.at ?? 0) <= position) low = middle;
      else high = middle - 1;
    }
    return pieces[low];
  };

  return {
    push(more, isLast) {
      let whole = half + more;
      half = "";
      const last = whole.charCodeAt(whole.length - 1);
      const waiting = isLast ? 0 : last >= 0xd800 && last < 0xdc00 ? 1 : unfinishedUnits(whole);
      if (waiting > 0) {
        half = whole.slice(-waiting);
        whole = whole.slice(0, -waiting);
      }
      if (whole === "") return;
      const next = fold(whole, state);
      const isSame = next.text === whole;
      const previous = pieces.at(-1);
      if (isSame && previous?.folded === null) previous.units += whole.length;
      else
        pieces.push({
          at: foldedBase + folded.length,
          origin: textBase + text.length,
          units: next.text.length,
          folded: isSame ? null : next,
        });
      text += whole;
      folded += next.text;
    },
    get folded() {
      return folded;
    },
    get foldedBase() {
      return foldedBase;
    },
    get foldedEnd() {
      return foldedBase + folded.length;
    },
    get originEnd() {
      return textBase + text.length;
    },
    startOf(position) {
      const piece = pieceAt(position);
      if (piece === undefined || position >= foldedBase + folded.length) return textBase + text.length;
      return piece.origin + (piece.folded === null ? position - piece.at : piece.folded.startOf(position - piece.at));
    },
    endOf(position) {
      const piece = pieceAt(position);
      if (piece === undefined) return textBase + text.length;
      return piece.origin + (piece.folded === null ? position - piece.at + 1 : piece.folded.endOf(position - piece.at));
    },
    original: (start, end) => text.slice(start - textBase, end - textBase),
    forget(foldedFrom, originalFrom) {
      const keep = pieces.findIndex((piece) => piece.at + piece.units > foldedFrom);
      pieces = keep < 0 ? pieces.slice(-1) : keep > 0 ? pieces.slice(keep) : pieces;
      folded = folded.slice(foldedFrom - foldedBase);
      foldedBase = foldedFrom;
      text = text.slice(originalFrom - textBase);
      textBase = originalFrom;
    },
  };
}
