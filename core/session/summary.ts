/**
 * A conversation in a tenth of its length, without a model: the same messages give the same summary. What must not be lost is taken word
 * for word (pinned facts, decisions, amounts, ids, placeholders); the rest of the room is filled with what was said first. Pure, linear.
 */
import { sentencesOf } from "../guardrail/rules/sentences.ts";
import { join, OWN } from "../label/label.ts";
import type { SessionMessage, SessionSummary } from "./session.ts";

/** A summary has at most this share of the UTF-16 units of what it stands for. */
export const SUMMARY_SHARE = 0.1;
/** UTF-16 units of messages from which on the older ones are summarised. */
const SUMMARISED_FROM = 16_000;
/** UTF-16 units of the newest messages that stay as they are. */
const KEPT_UNITS = 6_000;
/** UTF-16 units of messages that a session keeps at most. From there on what is left out of a summary is lost, but for pinned facts. */
const MOST_UNITS = 128_000;

/** A sentence that somebody wants kept: English and German. */
const PINNED =
  /\b(?:remember|keep in mind|don'?t forget|note that|for the record|important|always|never|allerg\w*|merk\w*|denk\w* daran|vergiss nicht|bitte beacht\w*|wichtig|immer|niemals|nie)\b/iu;
/** A sentence that says what was settled: English and German. */
const DECISION =
  /\b(?:decid\w+|decision|agree\w*|approv\w+|confirm\w*|accept\w+|reject\w+|declin\w+|cancel\w*|refund\w*|chose\w*|chosen|promis\w+|entschie\w+|entscheid\w*|vereinbart|genehmigt|best(?:ä|ae)tigt|abgelehnt|storniert|erstattet|zugesagt)\b/iu;
/** A placeholder, or a run of characters of which words, numbers, ids and amounts are made. */
const TOKEN = /\{\{[A-Z_]{1,40}_\d{1,6}\}\}|[\p{L}\p{N}_#/.,%€$£¥+-]+/gu;
const CURRENCY = /^(?:[€$£¥%]|EUR|USD|GBP|CHF|JPY|euros?|dollars?|percent|prozent)$/iu;
const DIGIT = /\p{Nd}/u;
/** What stands behind a word and is no part of it. */
const BEHIND = ".,-/+";

type Line = { readonly text: string; readonly weight: 0 | 1 | 2 };

const weightOf = (sentence: string): Line["weight"] => (PINNED.test(sentence) ? 2 : DECISION.test(sentence) ? 1 : 0);

const linesOf = (text: string): Line[] =>
  text
    .split("\n")
    .flatMap((line) => sentencesOf(line).map(({ start, end }) => line.slice(start, end).trim()))
    .filter((sentence) => sentence !== "")
    .map((sentence) => ({ text: sentence, weight: weightOf(sentence) }));

/** What is told word for word even where its sentence is not, each once: placeholders, and what has a digit, with its currency beside it. */
export function exactIn(text: string): string[] {
  const found = new Set<string>();
  const tokens = Array.from(text.matchAll(TOKEN), (match) => ({ at: match.index, word: withoutBehind(match[0]) }));
  for (const [index, { at, word }] of tokens.entries()) {
    if (!DIGIT.test(word)) continue;
    const [before, after] = [tokens[index - 1], tokens[index + 1]];
    const isBefore = before !== undefined && before.at + before.word.length === at - 1 && CURRENCY.test(before.word);
    const isAfter = after !== undefined && after.at === at + word.length + 1 && CURRENCY.test(after.word);
    const from = isBefore ? before.at : at;
    found.add(text.slice(from, isAfter && !isBefore ? after.at + after.word.length : at + word.length));
  }
  return [...found];
}

function withoutBehind(word: string): string {
  let end = word.length;
  while (end > 0 && BEHIND.includes(word[end - 1] ?? "")) end--;
  return word.slice(0, end);
}

/**
 * The text in at most `room` UTF-16 units, in lines. `whole`: everything that must not be lost is in it, and it fits. Pinned sentences are
 * in it even where they alone are longer than the room.
 */
export function condensed(texts: readonly string[], room: number): { readonly text: string; readonly whole: boolean } {
  const lines = [...new Map(texts.flatMap(linesOf).map((line) => [line.text, line])).values()];
  const taken = new Set<Line>(lines.filter(({ weight }) => weight === 2));
  let size = [...taken].reduce((sum, { text }) => sum + text.length + 1, 0);
  let isWhole = size <= room;
  for (const line of lines) {
    if (line.weight !== 1) continue;
    if (size + line.text.length + 1 > room) isWhole = false;
    else {
      taken.add(line);
      size += line.text.length + 1;
    }
  }
  const said = [...taken].map(({ text }) => text).join("\n");
  const known = new Set(exactIn(said));
  const exact = [...new Set(lines.filter((line) => !taken.has(line)).flatMap(({ text }) => exactIn(text)))].filter(
    (one) => !known.has(one),
  );
  const named: string[] = [];
  for (const one of exact.toReversed()) {
    // Newest first: where not everything fits, what was said last is still of use.
    if (size + one.length + 2 > room) isWhole = false;
    else {
      named.unshift(one);
      size += one.length + 2;
    }
  }
  for (const line of lines) {
    if (taken.has(line) || size + line.text.length + 1 > room) continue;
    taken.add(line);
    size += line.text.length + 1;
  }
  const shown = lines.filter((line) => taken.has(line)).map(({ text }) => text);
  const shownExact = new Set(exactIn(shown.join("\n")));
  const rest = named.filter((one) => !shownExact.has(one));
  return { text: [...shown, ...(rest.length === 0 ? [] : [rest.join(", ")])].join("\n"), whole: isWhole };
}

/** What stays of a session: its summary, and how many of its oldest messages are no longer kept. */
export type Shortened = { readonly summary: SessionSummary; readonly dropped: number };

/** null: everything stays as it is. Older messages are summarised as soon as nothing is lost by it, and in any case when there are too many. */
export function shortened(before: SessionSummary | null, messages: readonly SessionMessage[]): Shortened | null {
  const units = messages.reduce((sum, { content }) => sum + content.length, 0);
  if (units <= SUMMARISED_FROM) return null;
  let dropped = 0;
  for (let left = units; dropped < messages.length - 1 && left > KEPT_UNITS; dropped++) left -= messages[dropped]?.content.length ?? 0;
  const old = messages.slice(0, dropped);
  const stoodFor = (before?.units ?? 0) + old.reduce((sum, { content }) => sum + content.length, 0);
  const { text, whole } = condensed([before?.text ?? "", ...old.map(({ content }) => content)], Math.floor(stoodFor * SUMMARY_SHARE));
  if (!whole && units <= MOST_UNITS) return null;
  const label = old.reduce((sofar, one) => join(sofar, one.label), before?.label ?? OWN);
  return { summary: { text, label, messages: (before?.messages ?? 0) + old.length, units: stoodFor }, dropped };
}
