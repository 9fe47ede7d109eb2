/**
 * Puts a caller's own values back in a stream: every placeholder that has one, across the borders of pieces. A text that may be the
 * beginning of a placeholder waits, at most as long as the longest placeholder; everything else goes on at once.
 */
import { fillPlaceholders } from "../placeholder.ts";

/** Takes pieces of text and gives them back with values in place of placeholders; `end` gives what is still held back. */
export type Filler = {
  push(text: string): string;
  end(): string;
};

/** `{{CREDIT_CARD_999999}}` less its last brace: what may wait. */
const LONGEST_BEGINNING = 21;
/** The end of a text that more text may make a placeholder. */
const BEGINNING = /\{(?:\{(?:[A-Z_]{0,12}(?:_[1-9]\d{0,5}\}?)?)?)?$/;

/** What is put in is not looked at again; a placeholder without a value stays as it is. */
export function openFiller(valuesByPlaceholder: ReadonlyMap<string, string>): Filler {
  const fill = (text: string): string => fillPlaceholders(text, (placeholder) => valuesByPlaceholder.get(placeholder) ?? null);
  let waiting = "";
  return {
    push(text) {
      const all = waiting + text;
      const tail = all.slice(-LONGEST_BEGINNING);
      const begins = tail.search(BEGINNING);
      const end = begins < 0 ? all.length : all.length - tail.length + begins;
      waiting = all.slice(end);
      return fill(all.slice(0, end));
    },
    end() {
      const rest = waiting;
      waiting = "";
      return fill(rest);
    },
  };
}
