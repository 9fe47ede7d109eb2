/** Marks of HTML, Markdown and programs inside words: a reader sees the word, a search does not. */
import type { Disguised } from "./reading.ts";

/** A comment, a tag, emphasis, code, a backslash, a string that is put together: between two letters of one word. */
const IN_WORD =
  /(?<=[\p{L}\p{N}])(?:<!--[^<>]{0,200}?-->|<\/?[a-z][a-z0-9]{0,15}(?:\s[^<>]{0,200})?>|[*_~`\\]|['"]\s{0,2}[+.&|,]{1,2}\s{0,2}['"]){1,20}(?=[\p{L}\p{N}])/giu;
/** `[Ig](x)nore`. */
const LINK = /\[([\p{L}\p{N}]{1,12})\]\([^()\s]{0,200}\)(?=\p{L})/giu;
/** Tags that do not part words. */
const INLINE = /<\/?(?:a|b|big|bdo|code|del|em|font|i|ins|kbd|mark|q|s|small|span|strong|sub|sup|tt|u|wbr)(?:\s[^<>]{0,200})?>/gi;
/** `snake_case` hides nothing. */
const HIDES_NOTHING = new Set(["_", "\\"]);
const FEWEST = 2;

/** The text without marks inside of its words. */
export function markup(text: string): Disguised | null {
  if (!/[<*_~`\\'"[]/.test(text)) return null;
  let count = 0;
  const plain = text
    .replace(LINK, (_, word: string) => {
      count++;
      return word;
    })
    .replace(IN_WORD, (mark) => {
      if (mark === "_") return mark;
      if (!HIDES_NOTHING.has(mark)) count++;
      return "";
    })
    .replace(INLINE, "");
  return count < FEWEST ? null : { text: plain, start: 0, end: text.length, kind: "markup" };
}
