/**
 * What no answer may hold: the developer's instructions, and what `forbid` names. Looked for in each text and each key of a value. Pure, total,
 * linear.
 */
import type { Json } from "../../json.ts";
import type { RuleType } from "../finding.ts";
import { replaceStretches, type Stretch } from "../replace.ts";
import type { Action } from "./action.ts";
import { TAKEN_OUT } from "./grounded.ts";
import type { LeakFinder } from "./leak.ts";
import { type PhraseHit, phrasesIn } from "./phrases.ts";
import type { PhrasesRule, RuleName } from "./settings.ts";
import { mapWords, textsIn, wordsIn } from "./texts.ts";

/** A rule that a value breaks. */
export type Hit = {
  readonly rule: RuleName;
  readonly action: Action;
  /** Of the rule, where a finding is not more precise. */
  readonly type?: RuleType;
  readonly detector: string;
  readonly score?: number;
  readonly count?: number;
  /** JSON Pointer of the place. Absent: the value as a whole. */
  readonly pointer?: string;
  /** What the model is told. */
  readonly flaw: string;
};

/** Stretches that are taken out one by one; of an answer with more, nothing of the text stays. */
const MOST_LEAKS = 5;

/** The value without the instructions, where the action takes them out. */
export function judgeLeak(value: Json, action: Action, leakIn: LeakFinder, hits: Hit[]): Json {
  let count = 0;
  const mended = mapWords(value, (text) => {
    let rest = text;
    // Each round takes out a stretch, or all of a text that hides one.
    for (let found = leakIn(rest); found !== null; found = leakIn(rest)) {
      count++;
      if (action !== "redact") break;
      rest = count < MOST_LEAKS ? without(rest, [found]) : TAKEN_OUT;
    }
    return rest;
  });
  const together = count === 0 && joinsOf(value).some((text) => leakIn(text) !== null);
  const flaw = "the answer repeats the instructions, which are confidential";
  if (count > 0 || together) hits.push({ rule: "output.prompt_leak", action, detector: "leak.words", count: Math.max(1, count), flaw });
  return together && action === "redact" ? mapWords(value, () => TAKEN_OUT) : mended;
}

/** The value without what the rule forbids, where its action takes that out. */
export function judgeForbidden(value: Json, rule: PhrasesRule, hits: Hit[]): Json {
  const seen = new Map<number, { detector: string; count: number }>();
  const note = ({ index, detector, stretches }: PhraseHit): void => {
    const known = seen.get(index)?.count ?? 0;
    seen.set(index, { detector: `${detector}.${index}`, count: known + stretches.length });
  };
  const mended = mapWords(value, (text) => {
    const found = phrasesIn(text, rule);
    for (const hit of found) note(hit);
    const stretches = found.flatMap((hit) => hit.stretches);
    return rule.action === "redact" ? without(text, stretches) : text;
  });
  // A phrase can be spread over several fields, or over a key and its value: no single text holds it.
  const apart = joinsOf(value).flatMap((text) => phrasesIn(text, rule).filter(({ index }) => !seen.has(index)));
  for (const hit of apart) if (!seen.has(hit.index)) note(hit);
  for (const [index, { detector, count }] of seen)
    hits.push({ rule: "output.forbid", action: rule.action, detector, count, flaw: forbids(rule, index) });
  return apart.length > 0 && rule.action === "redact" ? mapWords(value, () => TAKEN_OUT) : mended;
}

/** The texts of a value together, and with its keys between them. None: it is one text. */
const joinsOf = (value: Json): string[] =>
  typeof value === "string" ? [] : [...new Set([textsIn(value).join("\n"), wordsIn(value).join("\n")])];

const forbids = ({ phrases }: PhrasesRule, index: number): string => {
  const phrase = phrases[index];
  return phrase === undefined ? "the answer holds a text of a form that is forbidden" : `the answer must not say "${phrase}"`;
};

function without(text: string, stretches: readonly Stretch[]): string {
  const joined: { start: number; end: number }[] = [];
  for (const { start, end } of stretches.toSorted((a, b) => a.start - b.start)) {
    const last = joined.at(-1);
    if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end);
    else joined.push({ start, end });
  }
  return replaceStretches(text, joined, () => TAKEN_OUT);
}
