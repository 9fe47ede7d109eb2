/**
 * A model's answer as it is kept, which answers are worth keeping, and which kept one may be given. Pure; knows no store, and
 * trusts nothing that it reads from one.
 */
import { findPlaceholders } from "../guardrail/placeholder.ts";
import { isObject, type Json } from "../json.ts";
import type { EpochMs } from "../time.ts";
import type { RedactionMap } from "./identity.ts";

/** How long an answer is fresh, in milliseconds. */
export const FRESH_MS = 24 * 3_600_000;
/** How long an answer is kept, in milliseconds: past its freshness it is given only as `stale`, when every model failed. */
export const KEPT_MS = 7 * 24 * 3_600_000;
/** Maximum UTF-16 units of an answer as JSON; a larger one is not kept. */
const LONGEST_ANSWER = 256 * 1024;
/** Maximum answers to one question, each of another model. */
const MOST_MODELS = 4;

/** PERSISTED: in KV under the name of the question. `v` is the version of this form. */
export type KeptAnswers = { readonly v: 1; readonly answers: readonly KeptAnswer[] };
/** `model`: a digest of the model's entry. `subject`: a keyed hash of the person whose run it was. */
export type KeptAnswer = { readonly model: string; readonly output: Json; readonly kept_at: EpochMs; readonly subject: string };

/** Total: what is not in the form that is written is nothing. */
export function readKeptAnswers(raw: Json | undefined): readonly KeptAnswer[] {
  if (!isObject(raw) || raw["v"] !== 1 || !Array.isArray(raw["answers"])) return [];
  return raw["answers"].flatMap((item): KeptAnswer[] => {
    if (!isObject(item)) return [];
    const { model, output, kept_at, subject } = item;
    if (typeof model !== "string" || typeof kept_at !== "number" || typeof subject !== "string" || output === undefined) return [];
    return [{ model, output, kept_at, subject }];
  });
}

/** The newest first; an older answer of the same model makes room. */
export function withAnswer(known: readonly KeptAnswer[], added: KeptAnswer): KeptAnswers {
  const others = known.filter(({ model, kept_at }) => model !== added.model && isWithin(kept_at, KEPT_MS, added.kept_at));
  return { v: 1, answers: [added, ...others].slice(0, MOST_MODELS) };
}

/** This model's, and not past its time. */
export const freshAnswer = (known: readonly KeptAnswer[], model: string, now: EpochMs): KeptAnswer | null =>
  known.find((answer) => answer.model === model && isWithin(answer.kept_at, FRESH_MS, now)) ?? null;

/** Any model's, the newest first: for when nothing else is left. */
export const lastAnswer = (known: readonly KeptAnswer[], now: EpochMs): KeptAnswer | null =>
  known.filter(({ kept_at }) => isWithin(kept_at, KEPT_MS, now)).sort((a, b) => b.kept_at - a.kept_at)[0] ?? null;

/** An answer from the future is one whose time nobody knows. */
const isWithin = (keptAt: EpochMs, ms: number, now: EpochMs): boolean => keptAt <= now && now - keptAt < ms;

/** An answer as a model has just given it. */
export type FreshAnswer = {
  readonly output: Json;
  /** Why the model ended, in the upstream's word; undefined: it did not say. */
  readonly finish: string | undefined;
  /** How many findings the guardrails have in it. */
  readonly findings: number;
};

/** An answer that is given instead of a call. */
export type GivenAnswer = {
  readonly output: Json;
  /** `stale`: one past its time, or another model's, for when the model is out of reach. */
  readonly cached: "exact" | "semantic" | "stale";
  /** What the look took. */
  readonly durationMs: number;
  /** For the record: when it was kept, what the look used. */
  readonly facts: { readonly [name: string]: string };
};

/**
 * Kept are answers in words or in the form that was asked for, which the upstream says are complete and in which no guard found
 * anything. What asks for tools is not: it is about the world of that moment.
 */
export const isKeepable = ({ output, finish, findings }: FreshAnswer, map: RedactionMap): boolean =>
  findings === 0 && finish === "stop" && mayLieUnder(output, map);

/**
 * INVARIANT: a kept answer names no placeholder that the question does not name. Another one was made in the run that asked, and
 * would stand for something else, or for nothing, in the run that is given the answer.
 */
export function mayLieUnder(output: Json, map: RedactionMap): boolean {
  const text = JSON.stringify(output);
  const known = new Set(map.flatMap(([placeholder, mac]) => (mac === null ? [] : [placeholder])));
  if (text.length > LONGEST_ANSWER || !text.isWellFormed()) return false;
  return findPlaceholders(text).every((site) => known.has(site.text));
}
