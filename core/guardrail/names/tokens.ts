/**
 * Cuts a text into words for the sequence model: runs of letters and digits, single signs, line ends; what names a place on the web or a
 * handle is one word. Knows nothing of names. Linear in the text's length.
 */

/** A word, with its place in UTF-16 units. */
export type Token = { readonly text: string; readonly start: number; readonly end: number };

/** What stands where personal data of another kind was found: nothing that the model may take. */
export const BLANKED = "\uffff";

const WORD =
  /(?:https?:\/\/|www\.)\S+|@[\p{L}\p{N}_]+|(?:\p{Lu}\.){2,}|U\. [SK]\.|[\p{L}\p{M}\p{N}_]+(?:['\u2019][\p{L}\p{M}]+)*|\uffff+|\n|[^\s\p{L}\p{M}\p{N}_\uffff]/gu;
const POSSESSIVE = /['\u2019][sS]$/;

/** The words of a text, in order. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  for (const match of text.matchAll(WORD)) {
    const [word] = match;
    const start = match.index;
    const end = start + word.length;
    if (word.length > 2 && POSSESSIVE.test(word)) {
      tokens.push({ text: word.slice(0, -2), start, end: end - 2 }, { text: "'s", start: end - 2, end });
    } else tokens.push({ text: word, start, end });
  }
  return tokens;
}
