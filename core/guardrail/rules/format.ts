/** Whether an answer has the form that is asked for. Pure, linear. */
import { parseExact } from "../../untrusted-json.ts";
import type { FormatRule } from "./settings.ts";

/** What plain text does not hold. Lists with hyphens or numbers are plain. */
const MARKUP: readonly RegExp[] = [
  /^ {0,3}#{1,6} \S/m,
  /^ {0,3}(?:```|~~~)/m,
  /\*\*[^\s*](?:[^*\n]{0,500}[^\s*])?\*\*/,
  /(?:^|\W)__[^\s_](?:[^_\n]{0,500}[^\s_])?__(?:\W|$)/,
  /(?:^|[^\w*])\*[^\s*](?:[^*\n]{0,500}[^\s*])?\*(?:[^\w*]|$)/,
  /`[^`\n]{1,500}`/,
  /!?\[[^\]\n]{1,500}\]\([^)\n]{1,500}\)/,
  /^ {0,3}\* \S/m,
  /^ {0,3}> \S/m,
  /^ {0,3}\|?(?: ?:?-{3,}:? ?\|)+/m,
  /<\/?[a-z][a-z0-9]{0,20}(?:\s[^<>\n]{0,500})?>/i,
];
const FENCE = /^ {0,3}(?:```|~~~)/gm;
const PAGE = /^\s*(?:<!doctype|<html|<\?xml)/i;

/** What is wrong with the form of a text, in our words; null: nothing. */
export function flawOfFormat(text: string, { is }: Pick<FormatRule, "is">): string | null {
  switch (is) {
    case "any":
      return null;
    case "json":
      return parseExact(text.trim(), "replaced").ok ? null : "the answer has to be JSON and nothing else";
    case "plain":
      if (isJson(text)) return "the answer has to be plain text, not JSON";
      return MARKUP.some((form) => form.test(text)) ? "the answer has to be plain text, without Markdown and without HTML" : null;
    case "markdown":
      if (isJson(text) || PAGE.test(text)) return "the answer has to be Markdown";
      return (text.match(FENCE)?.length ?? 0) % 2 === 1 ? "the answer has to be Markdown: a block of code in it is not closed" : null;
  }
}

/** An object or a list: a bare number or word is a text like any other. */
const isJson = (text: string): boolean => /^\s*[[{]/.test(text) && parseExact(text.trim(), "replaced").ok;
