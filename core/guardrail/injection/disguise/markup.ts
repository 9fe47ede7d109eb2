/** Marks of HTML, Markdown and programs inside words: a reader sees the word, a search does not. */
import type { Disguised } from "./reading.ts";

/** A comment, a tag, emphasis, code, a backslash, a string that is put together: between two letters of one word. */
const MARKS =
  /(?:<!--[^<>]{0,200}?-->|<\/?[a-z][a-z0-9]{0,15}(?:\s[^<>]{0,200})?>|[*_~`\\]|['"]\s{0,2}[+.&|,]{1,2}\s{0,2}['"]){1,20}(?=[\p{L}\p{N}])/iuy;
/** By a unit of ASCII: what it is in a mark or beside one, as bits. */
const BEGINS_MARK = 1;
const QUOTE = 2;
const LETTER_OR_DIGIT = 4;
/** What may stand behind a quote that ends a string which is put together. */
const JOINS = 8;
const ROLES = Uint8Array.from({ length: 128 }, (_, code) => {
  const unit = String.fromCharCode(code);
  const is = (expression: RegExp, role: number): number => (expression.test(unit) ? role : 0);
  return is(/[<*_~`\\'"]/, BEGINS_MARK) | is(/['"]/, QUOTE) | is(/[A-Za-z0-9]/, LETTER_OR_DIGIT) | is(/[\s+.&|,]/, JOINS);
});
const ENDS_WORD = /[\p{L}\p{N}]$/u;
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
  const linked = text.includes("](")
    ? text.replace(LINK, (_, word: string) => {
        count++;
        return word;
      })
    : text;
  const unmarked = withoutMarks(linked, (mark) => {
    if (mark === "_") return mark;
    if (!HIDES_NOTHING.has(mark)) count++;
    return "";
  });
  const plain = unmarked.includes("<") ? unmarked.replace(INLINE, "") : unmarked;
  return count < FEWEST ? null : { text: plain, start: 0, end: text.length, kind: "markup" };
}

/** The text with all marks between two letters of one word replaced by what `read` makes of them. */
function withoutMarks(text: string, read: (mark: string) => string): string {
  let plain = "";
  let written = 0;
  for (let at = 1; at < text.length; at++) {
    const role = ROLES[text.charCodeAt(at)] ?? 0;
    if ((role & BEGINS_MARK) === 0 || !endsWord(text, at)) continue;
    // Most quotes end a string as any other: not all are worth an expression.
    const behind = text.charCodeAt(at + 1);
    if ((role & QUOTE) !== 0 && behind < 128 && ((ROLES[behind] ?? 0) & JOINS) === 0) continue;
    MARKS.lastIndex = at;
    const mark = MARKS.exec(text)?.[0];
    if (mark === undefined) continue;
    plain += text.slice(written, at) + read(mark);
    written = at + mark.length;
    at = written - 1;
  }
  return written === 0 ? text : plain + text.slice(written);
}

/** Whether a letter or a digit stands right before `at`. */
function endsWord(text: string, at: number): boolean {
  const code = text.charCodeAt(at - 1);
  return code < 128 ? ((ROLES[code] ?? 0) & LETTER_OR_DIGIT) !== 0 : ENDS_WORD.test(text.slice(Math.max(0, at - 2), at));
}
