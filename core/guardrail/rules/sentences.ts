/** Where the sentences of a text are, and where a text can be cut. Pure, linear. */
import { findPlaceholders } from "../placeholder.ts";
import type { Stretch } from "../replace.ts";

const END = /(?<![.!?…])[.!?…]+["'”’»)\]]*(?=\s|$)|[。！？]+[」』”]*|\n+/gu;

/** The sentences in order; together they are the whole text. */
export function sentencesOf(text: string): readonly Stretch[] {
  const found: Stretch[] = [];
  let start = 0;
  for (const match of text.matchAll(END)) {
    const end = match.index + match[0].length;
    found.push({ start, end });
    start = end;
  }
  if (start < text.length) found.push({ start, end: text.length });
  return found;
}

/** The number of characters (code points) of a text. */
export function charactersOf(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0xdc00 || unit > 0xdfff) count++;
  }
  return count;
}

/**
 * The text, cut to `most` characters at the end of a sentence; where that would lose more than half, at the end of a word; where there is
 * none, in the middle of one, but never inside a placeholder or a character.
 */
export function cutTo(text: string, most: number): string {
  if (charactersOf(text) <= most) return text;
  let [at, count] = [0, 0];
  while (at < text.length && count < most) {
    at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
    count++;
  }
  const inside = findPlaceholders(text).find(({ start, end }) => start < at && at < end);
  const limit = inside?.start ?? at;
  const sentence = sentencesOf(text).findLast(({ end }) => end <= limit)?.end ?? 0;
  if (sentence * 2 >= limit) return text.slice(0, sentence).trimEnd();
  if (/\s/.test(text[limit] ?? " ")) return text.slice(0, limit).trimEnd();
  const blank = text.slice(0, limit).search(/\s\S*$/u);
  const cut = blank * 2 >= limit ? blank : limit;
  return wholeCharacters(text.slice(0, cut)).trimEnd();
}

/** Without marks or joiners that would lose what they belong to: the next character begins a new one. */
const wholeCharacters = (text: string): string => text.replace(/[\u200d\ufe0f]+$/u, "");
