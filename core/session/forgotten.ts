/**
 * What was said in a session without the sentences of a memory that was forgotten, and without those that have such a sentence in them. Sentences are the same
 * whatever their case, blanks, final marks and numbers of placeholders: a memory's placeholders are its own. What was said in other words stays. Pure,
 * linear in what was said.
 */
import { findPlaceholders } from "../guardrail/placeholder.ts";
import { sentencesOf } from "../guardrail/rules/sentences.ts";
import { exactIn } from "./summary.ts";

/** What stands in the place of sentences that are gone. */
export const FORGOTTEN = "[forgotten]";
/** A sentence of fewer words says nothing of anybody: "Yes.", "Thank you." */
const LEAST_WORDS = 3;
/** Sentences of one memory that are looked for. */
const MOST_SENTENCES = 100;

/** The sentences of a forgotten memory, as they are looked for; and what its summary tells of them: amounts and ids. */
export type Forgotten = { readonly sentences: readonly string[]; readonly exact: readonly string[] };

/** A placeholder by its type alone. */
function withoutNumbers(text: string): string {
  const sites = findPlaceholders(text);
  let [at, said] = [0, ""];
  for (const { start, end, type } of sites) {
    said += `${text.slice(at, start)}{{${type}}}`;
    at = end;
  }
  return said + text.slice(at);
}

const keyOf = (sentence: string): string =>
  withoutNumbers(sentence.normalize("NFC"))
    .replace(/\s+/gu, " ")
    .replace(/^[\s\p{Pd}*•>]+|[\s.!?…。！？"'”’»)\]]+$/gu, "")
    .toLowerCase();

const linesOf = (text: string): string[] => text.split("\n");

/** The sentences of a memory's text. */
export function forgottenIn(text: string): Forgotten {
  const sentences = linesOf(text)
    .flatMap((line) => sentencesOf(line).map(({ start, end }) => keyOf(line.slice(start, end))))
    .filter((key) => key.split(/[\s\u3000]/u).length >= LEAST_WORDS || /\p{Script=Han}{4}/u.test(key));
  return { sentences: [...new Set(sentences)].slice(0, MOST_SENTENCES), exact: exactIn(text) };
}

/** Whether one stands in the other, between whole words; Chinese has no marks between them. */
function stands(one: string, within: string): boolean {
  const isBetween = (letter: string | undefined): boolean =>
    letter === undefined || !/[\p{L}\p{N}]/u.test(letter) || /\p{Script=Han}/u.test(letter);
  for (let at = within.indexOf(one); at >= 0; at = within.indexOf(one, at + 1))
    if (isBetween(within[at - 1]) && isBetween(within[at + one.length])) return true;
  return false;
}

/** The text without these sentences; the same text where it has none of them. */
export function withoutForgotten(text: string, { sentences, exact }: Forgotten): string {
  const alone = new Set(exact);
  const isGone = (part: string): boolean => {
    const key = keyOf(part);
    return sentences.some((one) => stands(one, key));
  };
  const lines = linesOf(text).map((line) => {
    const parts = sentencesOf(line).map(({ start, end }) => line.slice(start, end));
    const kept = parts.filter((part) => !isGone(part));
    if (kept.length < parts.length) return kept.length === 0 ? FORGOTTEN : kept.join("").trim();
    // The last line of a summary lists amounts and ids alone (summary.ts).
    const listed = line.split(", ");
    return alone.size > 0 && exactIn(line).join(", ") === line ? listed.filter((one) => !alone.has(one)).join(", ") : line;
  });
  const said = lines.join("\n");
  return said === text ? text : said.replace(/(?:\[forgotten\]\n)+(?=\[forgotten\])/gu, "");
}
