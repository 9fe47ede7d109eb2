/**
 * Values against the rules: what is hit, what the strictest of the hits does, and the value after what can be mended. Where a model was asked
 * (`moderate/`), its word takes the place of the built-in detector's. Personal data and instructions are found elsewhere (`inspect-text.ts`);
 * their rules are the guard's. Pure, total, linear.
 */

import type { Json } from "../../json.ts";
import { CONTENT_DETECTOR, findContent, type KnownContent, verdictOfContent } from "../content/content.ts";
import type { FindingSummary, RuleType } from "../finding.ts";
import type { Sources } from "../grounded/grounding.ts";
import { type Moderation, moderatedBy, opinionOn, UNMODERATED } from "../moderate/opinion.ts";
import type { Question } from "../moderate/questions.ts";
import { TONE_DETECTOR } from "../tone/tone.ts";
import { type Action, isAtLeast, strictest } from "./action.ts";
import { flawOfFormat } from "./format.ts";
import { groundedHits, type Unsupported } from "./grounded.ts";
import { type Hit, judgeForbidden, judgeLeak } from "./held.ts";
import { leakFinder } from "./leak.ts";
import type { InputRules, OutputRules } from "./merge.ts";
import { missingIn } from "./phrases.ts";
import { charactersOf, cutTo } from "./sentences.ts";
import {
  CONTENT_CATEGORIES,
  type ContentCategory,
  type ContentRule,
  type PhrasesRule,
  type RuleName,
  type ToneRule,
  type TopicsRule,
} from "./settings.ts";
import { mapTexts, textsIn as textsOf } from "./texts.ts";
import { lackOfTone } from "./tone.ts";
import { flawOfTopics, TOPIC_WORDS } from "./topics.ts";

/** What came of judging a value. */
export type Judgement = {
  /** The strictest action of the hits; `off`: nothing was hit. */
  readonly action: Action;
  /** Redacted and cut as far as the rules say so. */
  readonly value: Json;
  readonly findings: readonly FindingSummary[];
  /** The broken rules in our words, for a model that is asked again: never the answer's own words. */
  readonly flaws: readonly string[];
  /** The rest of the text was cut off. */
  readonly isTruncated: boolean;
  /** Sentences that rest on nothing, for a person who decides. Absent: there are none. */
  readonly unsupported?: readonly Unsupported[];
};

/** The judgement of a value that nothing was asked of. */
const nothing = (value: Json): Judgement => ({ action: "off", value, findings: [], flaws: [], isTruncated: false });

/** `value`: as it was sent. `moderation`: what a model said of it; null: nobody asked one. `known`: of its texts (content-before.ts). */
export function judgeInput(value: Json, rules: InputRules, moderation: Moderation | null = null, known?: KnownContent): Judgement {
  const model = { known, moderation, isClosed: rules.on_failure === "closed" };
  const hits: Hit[] = [];
  const texts = textsOf(value);
  const { max_chars: most } = rules;
  if (most !== null && charactersIn(texts) > most)
    hits.push({ rule: "input.max_chars", action: "block", detector: "length", flaw: `the input may have ${most} characters at most` });
  judgeContent(texts, "input.content", rules.content, model, hits);
  const all = texts.join("\n");
  for (const rule of rules.topics) {
    const flaw = lackOfTopics(all, rule, model);
    if (flaw !== null) hits.push({ rule: "input.topics", action: rule.action, ...flaw.by, flaw: `the topic is ${flaw.what}` });
  }
  return told(value, hits, false);
}

/** What an answer is judged beside. */
export type Around = {
  /** The developer's instructions and system messages. */
  readonly secrets: readonly string[];
  /** What the steps found that a rule names; null: there is nothing to compare with, and the rule is not judged. */
  readonly sourcesOf: (steps: readonly string[]) => Sources | null;
  /** What a model said of the answer. Absent: nobody asked one. */
  readonly moderation?: Moderation | null;
  /** What the classifier says of its texts (content-before.ts). Absent: it is asked here. */
  readonly content?: KnownContent;
  /** What a model of the task `judge` said of its sentences beside the sources. Absent: nobody asked one. */
  readonly opinions?: Moderation | null;
};

/**
 * What no answer may hold (`prompt_leak`, `forbid`), in a value that was put together. What one of its `parts` holds by itself is no hit: it was
 * decided about when the part came.
 */
export function judgeHeld(
  given: Json,
  { prompt_leak: action, forbid }: Pick<OutputRules, "prompt_leak" | "forbid">,
  secrets: readonly string[],
  parts: readonly Json[],
): Judgement {
  const hits: Hit[] = [];
  let value = given;
  const judge = (look: (value: Json, hits: Hit[]) => Json): void => {
    const [found, known]: [Hit[], Hit[]] = [[], []];
    const mended = look(value, found);
    if (found.length === 0) return;
    for (const part of parts) look(part, known);
    const fresh = found.filter((hit) => !known.some(({ detector }) => detector === hit.detector));
    if (fresh.length === 0) return;
    hits.push(...fresh);
    value = mended;
  };
  const leakIn = leakFinder(secrets);
  if (action !== "off") judge((one, found) => judgeLeak(one, action, leakIn, found));
  for (const rule of forbid) judge((one, found) => judgeForbidden(one, rule, found));
  return told(value, hits, false);
}

/** `answer`: redacted, a text or what a schema asked for. What is redacted is redacted first, what is cut is cut last. */
export function judgeOutput(answer: Json, rules: OutputRules, around: Around): Judgement {
  const hits: Hit[] = [];
  const model = { known: around.content, moderation: around.moderation ?? null, isClosed: rules.on_failure === "closed" };
  let value = answer;
  if (rules.prompt_leak !== "off") value = judgeLeak(value, rules.prompt_leak, leakFinder(around.secrets), hits);
  for (const rule of rules.forbid) value = judgeForbidden(value, rule, hits);
  const texts = textsOf(value);
  judgeContent(texts, "output.content", rules.content, model, hits);
  const all = texts.join("\n");
  for (const rule of rules.require) {
    const missing = missingIn(all, rule);
    if (missing.length > 0)
      hits.push({
        rule: "output.require",
        action: rule.action,
        detector: detectorAt(rule, missing[0] ?? 0),
        flaw: requires(rule, missing),
      });
  }
  for (const rule of rules.format) {
    const flaw = typeof value === "string" ? flawOfFormat(value, rule) : rule.is === "json" ? null : flawOfTexts(texts, rule);
    if (flaw !== null) hits.push({ rule: "output.format", action: rule.action, detector: `format.${rule.is}`, flaw });
  }
  for (const rule of rules.topics) {
    const flaw = lackOfTopics(all, rule, model);
    if (flaw !== null)
      hits.push({ rule: "output.topics", action: rule.action, ...flaw.by, flaw: topicsFlaw(flaw.what, rule.allow, rule.deny) });
  }
  for (const rule of rules.tone) {
    const by = all.trim() === "" ? null : wrongTone(all, rule, model);
    if (by !== null) hits.push({ rule: "output.tone", action: rule.action, ...by, flaw: toneFlaw(rule) });
  }
  const grounded = groundedHits(value, rules.grounded_in, around.sourcesOf, around.opinions ?? null, model.isClosed);
  hits.push(...grounded.hits.map((hit) => ({ ...hit, rule: "output.grounded_in" as const })));
  const judged = cut(grounded.value, rules, hits);
  if (grounded.unsupported.length === 0) return judged;
  return { ...judged, unsupported: grounded.unsupported, isTruncated: judged.isTruncated || grounded.isTruncated };
}

/**
 * The inputs of the calls that a model asks for, each alone and all of them together. Of the rules for an answer only `prompt_leak` is asked of
 * them. `inputs`: after what can be mended. Pointers are those of the answer that holds the calls.
 */
export function judgeCalls(
  inputs: readonly Json[],
  { prompt_leak: action }: Pick<OutputRules, "prompt_leak">,
  secrets: readonly string[],
): Omit<Judgement, "value"> & { readonly inputs: readonly Json[] } {
  if (action === "off") return { ...told(null, [], false), inputs };
  const hits: Hit[] = [];
  const leakIn = leakFinder(secrets);
  const judged = (given: Json, pointer: string): Json => {
    const found: Hit[] = [];
    const left = judgeLeak(given, action, leakIn, found);
    hits.push(...found.map((hit) => ({ ...hit, pointer, flaw: LEAKING_CALL })));
    return left;
  };
  const mended = inputs.map((input, index) => judged(input, `/calls/${index}/input`));
  const together = hits.length > 0 || inputs.length < 2 ? null : judged([...inputs], "/calls");
  return { ...told(null, hits, false), inputs: Array.isArray(together) ? together : mended };
}

const LEAKING_CALL = "the input of a call repeats the instructions, which are confidential";

/** Each text alone and all of them together, at most twice each. What is only suspected of a category is flagged, whatever its rule does. */
function judgeContent(
  texts: readonly string[],
  rule: "input.content" | "output.content",
  content: ContentRule,
  model: Model,
  hits: Hit[],
): void {
  if (strictest(Object.values(content)) === "off") return;
  const worst = new Map<ContentCategory, number>();
  for (const text of texts.length > 1 ? [...texts, texts.join("\n")] : texts) {
    for (const { type, score } of findContent(text, model.known)) worst.set(type, Math.max(score, worst.get(type) ?? 0));
  }
  for (const type of CONTENT_CATEGORIES) {
    const asked = content[type] ?? "off";
    if (asked === "off") continue;
    const flaw = `the text must not hold ${NAMES[type]}`;
    const score = worst.get(type);
    const second = opinionOn(model.moderation, { kind: "content", category: type });
    const by = hitBy(second, model.isClosed);
    if (by !== null) hits.push({ rule, action: asked, type, ...by, flaw });
    else if (score !== undefined) {
      // What the model clears is still on record.
      const isCleared = second !== null && second !== "failed";
      const action = verdictOfContent({ score }) === "block" && !isCleared ? asked : "flag";
      hits.push({ rule, action, type, detector: CONTENT_DETECTOR, score, flaw });
    }
  }
}

/** What a model said, and whether its silence counts as a hit; `known`: what the classifier said before. */
type Model = { readonly known: KnownContent | undefined; readonly moderation: Moderation | null; readonly isClosed: boolean };
type By = Pick<Hit, "detector" | "score">;

/** The hit that a model's word, or its silence, makes. null: it makes none. */
function hitBy(opinion: ReturnType<typeof opinionOn>, isClosed: boolean): By | null {
  if (opinion === null) return null;
  if (opinion === "failed") return isClosed ? { detector: UNMODERATED } : null;
  return opinion.broken ? { detector: moderatedBy(opinion.model), score: opinion.confidence } : null;
}

/** A model's word takes the place of the words'. */
function lackOfTopics(
  text: string,
  { allow, deny }: TopicsRule,
  { moderation, isClosed }: Model,
): { readonly what: "denied" | "not allowed"; readonly by: By } | null {
  if (text.trim() === "") return null;
  const question: Question = { kind: "topics", allow, deny };
  const opinion = opinionOn(moderation, question);
  const words = flawOfTopics(text, { allow, deny });
  const by = hitBy(opinion, isClosed);
  if (by !== null) return { what: words ?? (allow.length > 0 ? "not allowed" : "denied"), by };
  return words === null || isAnswered(opinion) ? null : { what: words, by: { detector: TOPIC_WORDS } };
}

function wrongTone(text: string, { want }: ToneRule, { moderation, isClosed }: Model): By | null {
  const opinion = opinionOn(moderation, { kind: "tone", want });
  const by = hitBy(opinion, isClosed);
  if (by !== null || isAnswered(opinion)) return by;
  const score = lackOfTone(text, { want });
  return score === null ? null : { detector: TONE_DETECTOR, score };
}

const isAnswered = (opinion: ReturnType<typeof opinionOn>): boolean => opinion !== null && opinion !== "failed";

const NAMES: { readonly [C in ContentCategory]: string } = {
  violence: "violence",
  hate: "hate",
  sexual: "sexual content",
  self_harm: "self-harm",
  illegal: "help with illegal acts",
};

/** The last: what is cut off is judged before. */
function cut(value: Json, { max_chars: lengths }: OutputRules, hits: Hit[]): Judgement {
  const length = charactersIn(textsOf(value));
  let isTruncated = false;
  let kept = value;
  for (const { n, action } of lengths) {
    if (length <= n) continue;
    hits.push({ rule: "output.max_chars", action, detector: "length", flaw: `the answer may have ${n} characters at most` });
    if (action !== "truncate") continue;
    isTruncated = true;
    let left = n;
    kept = mapTexts(kept, (text) => {
      const short = left <= 0 ? "" : cutTo(text, left);
      left -= charactersOf(short);
      return short;
    });
  }
  return told(kept, hits, isTruncated);
}

function told(value: Json, hits: readonly Hit[], isTruncated: boolean): Judgement {
  if (hits.length === 0) return nothing(value);
  const meant = hits.filter(({ action }) => action !== "off");
  return {
    action: strictest(meant.map(({ action }) => action)),
    value,
    findings: meant.map(({ rule, action, type = typeOf(rule), detector, score = 1, count = 1, pointer = "" }) => ({
      type,
      detector,
      count,
      score,
      pointer,
      rule,
      action,
    })),
    flaws: meant.filter(({ action }) => isAtLeast(action, "retry")).map(({ flaw }) => flaw),
    isTruncated,
  };
}

/** `output.prompt_leak` → `prompt_leak`. */
const typeOf = (rule: RuleName): RuleType => rule.slice(rule.indexOf(".") + 1) as RuleType;

const requires = ({ phrases }: PhrasesRule, missing: readonly number[]): string => {
  const named = missing.flatMap((index) => (phrases[index] === undefined ? [] : [`"${phrases[index]}"`]));
  return named.length === missing.length
    ? `the answer has to say ${named.join(" and ")}`
    : "the answer lacks a text of a form that is required";
};

const detectorAt = ({ phrases }: PhrasesRule, index: number): string => `${index < phrases.length ? "phrase" : "pattern"}.${index}`;

const topicsFlaw = (flaw: "denied" | "not allowed", allow: readonly string[], deny: readonly string[]): string =>
  flaw === "denied" ? `the answer must not be about ${deny.join(", ")}` : `the answer has to be about ${allow.join(", ")}`;

const toneFlaw = ({ want }: ToneRule): string => `the answer has to be ${want} in tone`;

const flawOfTexts = (texts: readonly string[], rule: Parameters<typeof flawOfFormat>[1]): string | null =>
  texts.reduce<string | null>((flaw, text) => flaw ?? flawOfFormat(text, rule), null);

const charactersIn = (texts: readonly string[]): number => texts.reduce((sum, text) => sum + charactersOf(text), 0);
