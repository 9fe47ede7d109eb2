/**
 * The rule `grounded_in`: which sentences of an answer are not supported by what steps have found, what the rule does about them, and what the model
 * is told that is asked again. The scorer is in `../grounded`. Pure.
 */
import { isObject, type Json } from "../../json.ts";
import type { Lack } from "../grounded/entail.ts";
import { type Ground, groundOf, type Judged, judgeClaims, type Sources } from "../grounded/grounding.ts";
import { type Moderation, moderatedBy } from "../moderate/opinion.ts";
import type { Inquiry, Question } from "../moderate/questions.ts";
import { replaceStretches } from "../replace.ts";
import type { Action } from "./action.ts";
import type { GroundedRule } from "./settings.ts";

/** What stands where a stretch was taken out. */
export const TAKEN_OUT = "[removed]";

/** A sentence that rests on nothing, as a reviewer sees it. */
export type Unsupported = { readonly sentence: string; readonly why: Lack; readonly score: number };

type Hit = { readonly action: Action; readonly detector: string; readonly score: number; readonly count: number; readonly flaw: string };

/** What came of the rules. `value`: the answer without what was taken out or cut off. */
export type GroundedHits = {
  readonly hits: readonly Hit[];
  readonly value: Json;
  readonly unsupported: readonly Unsupported[];
  readonly isTruncated: boolean;
};

type SourcesOf = (steps: readonly string[]) => Sources | null;

/** Maximum unsupported sentences shown to a reviewer or sent to a model. */
const MOST_TOLD = 10;
/** Maximum UTF-16 units of a sentence shown to a reviewer; the rest is cut. */
const TOLD_UNITS = 500;

/** Judges the answer by each rule. `opinions`: of a model; null: nobody asked one. */
export function groundedHits(
  answer: Json,
  rules: readonly GroundedRule[],
  sourcesOf: SourcesOf,
  opinions: Moderation | null,
  isClosed: boolean,
): GroundedHits {
  const hits: Hit[] = [];
  const unsupported = new Map<string, Unsupported>();
  let [value, isTruncated] = [answer, false];
  for (const [index, rule] of rules.entries()) {
    const ground = groundFor(rule, sourcesOf);
    if (ground === null) continue;
    // What another rule took out is not judged again; its sentences keep their numbers, by which the model answered.
    const judged = judgeClaims(answer, ground, rule.min, index, opinions, isClosed);
    const lacking = judged.filter(({ lack }) => lack !== null);
    if (lacking.length === 0) continue;
    const isAll = lacking.length === judged.length;
    const mends = rule.action === "redact" || rule.action === "truncate";
    // Where nothing would be left, the model is asked again.
    const action = mends && isAll ? "retry" : rule.action;
    for (const [detector, of] of Map.groupBy(lacking, (one) => detectorOf(one, opinions))) {
      const score = 1 - Math.min(...of.map((one) => one.score));
      hits.push({ action, detector, score, count: of.length, flaw: flawOf(of, judged) });
    }
    for (const { text, lack, score } of lacking.slice(0, MOST_TOLD))
      unsupported.set(text, { sentence: text.slice(0, TOLD_UNITS).toWellFormed(), why: lack ?? "words", score });
    if (!mends || isAll || value !== answer) continue;
    value = mended(answer, lacking, rule.action === "truncate");
    isTruncated ||= rule.action === "truncate";
  }
  return { hits, value, unsupported: [...unsupported.values()], isTruncated };
}

function groundFor(rule: GroundedRule, sourcesOf: SourcesOf): Ground | null {
  if (rule.action === "off") return null;
  const sources = sourcesOf(rule.steps);
  return sources === null ? null : groundOf(sources);
}

function detectorOf({ lack, by }: Judged, opinions: Moderation | null): string {
  if (by === "silence") return "judge.unavailable";
  if (by === "judge" && opinions?.kind === "answered") return moderatedBy(opinions.model);
  return `grounded.${lack}`;
}

const FLAWS: { readonly [L in Lack]: string } = {
  number: "gives a number that does not stand in what it rests on",
  name: "names something that does not stand in what it rests on",
  negation: "says the opposite of what it rests on",
  relation: "turns round who does what, or what comes first, in what it rests on",
  citation: "cites a chunk that was not found",
  conflict: "is contradicted by another of the documents: say what each of them says, or leave it out",
  words: "says what does not stand in the material",
};

/** In our words: which sentences, and what is wrong with them. */
function flawOf(lacking: readonly Judged[], judged: readonly Judged[]): string {
  const [first] = lacking;
  const numbers = lacking.slice(0, MOST_TOLD).map((one) => judged.indexOf(one) + 1);
  const which = numbers.length === 1 ? `sentence ${numbers[0]}` : `each of the sentences ${numbers.join(", ")}`;
  return `${which} of the answer ${FLAWS[first?.lack ?? "words"]}`;
}

/** Without the sentences that lack support, or cut before the first of them in each text. */
function mended(answer: Json, lacking: readonly Judged[], isCut: boolean): Json {
  const byText = Map.groupBy(lacking, ({ pointer }) => pointer);
  const visit = (value: Json, pointer: string): Json => {
    if (typeof value === "string") {
      const of = byText.get(pointer);
      if (of === undefined) return value;
      if (isCut) return value.slice(0, of[0]?.start ?? 0).trimEnd();
      return withoutSentences(value, of);
    }
    if (Array.isArray(value)) return value.map((item, at) => visit(item, `${pointer}/${at}`));
    if (!isObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, visit(item, `${pointer}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`)]),
    );
  };
  return visit(answer, "");
}

/** Sentences in a row leave one mark; blanks around a sentence stay. */
function withoutSentences(text: string, of: readonly Judged[]): string {
  const joined: { start: number; end: number }[] = [];
  for (const { start, end } of of) {
    const said = text.slice(start, end);
    const from = start + (said.length - said.trimStart().length);
    const last = joined.at(-1);
    if (last !== undefined && text.slice(last.end, from).trim() === "") last.end = end;
    else joined.push({ start: from, end });
  }
  const bare = joined.map((one) => ({ ...one, end: one.start + text.slice(one.start, one.end).trimEnd().length }));
  return replaceStretches(text, bare, () => TAKEN_OUT);
}

/** Sentences that a model is asked about; of more, the later ones have the rules' word alone. */
const MOST_ASKED = 12;
/** UTF-16 units of one sentence that is asked about. */
const STATEMENT_UNITS = 600;
/** UTF-16 units of passages that go with one sentence. */
const PASSAGE_UNITS = 1_800;

/**
 * What a model of the task `judge` is asked: the sentences of which the rules are not sure, each with what it rests on. null: they are sure of all.
 * `sourcesFor`: of a rule, by its place among `rules`.
 */
export function inquiryOfGrounds(
  answer: Json,
  rules: readonly GroundedRule[],
  sourcesFor: (rule: number) => Sources | null,
): Inquiry | null {
  const questions: Question[] = [];
  const lines: string[] = [];
  for (const [rule, settings] of rules.entries()) {
    const ground = groundFor(settings, () => sourcesFor(rule));
    if (ground === null) continue;
    for (const [sentence, judged] of judgeClaims(answer, ground, settings.min).entries()) {
      if (!judged.isUnsure || questions.length >= MOST_ASKED) continue;
      questions.push({ kind: "grounded", rule, sentence });
      lines.push(
        `Statement ${questions.length}: ${judged.text.slice(0, STATEMENT_UNITS).toWellFormed()}`,
        `Passages of statement ${questions.length}:`,
      );
      lines.push(passagesFor(judged, ground), "");
    }
  }
  return questions.length === 0 ? null : { text: lines.join("\n"), questions };
}

/** What it cites, or what carries it best. */
function passagesFor({ among, carriedBy }: Judged, { evidence, byName }: Ground): string {
  const best = carriedBy === null ? [] : [byName.get(carriedBy.chunk) ?? 0];
  const chosen = among ?? [...new Set([...best, ...evidence.passages.keys()])].slice(0, 4);
  const texts = chosen.flatMap((index) => evidence.passages[index]?.text ?? []);
  return texts.join("\n").slice(0, PASSAGE_UNITS).toWellFormed();
}
