/** Causes of a run's time and money, ranked by how much they weigh: milliseconds against the workflow's median time, dollars against its median cost. */
import type { MicroUsd } from "../money.ts";
import type { RunEvent } from "../run/machine/event.ts";
import type { CheaperModel } from "./cheaper.ts";
import type { FasterModel } from "./faster.ts";
import type { TimePart } from "./timeline.ts";
import type { Typical } from "./typical.ts";
import { notGoodEnough, type Waste } from "./waste.ts";

/** What made a run slow or dear, where, and by how much. */
export type Cause = {
  readonly cause: "retry" | "person" | "wait" | "context" | "route" | "queue" | "correction" | "model" | "tool" | "child";
  readonly what: string;
  readonly step: string | null;
  readonly ms: number;
  readonly microUsd: MicroUsd;
};

type Given = {
  readonly events: readonly RunEvent[];
  /** Where the time went, each millisecond once; `step` null: to the run as a whole. What took place beside the critical path took no time of the run. */
  readonly parts: readonly (Omit<TimePart, "step"> & { readonly step: string | null })[];
  readonly waste: readonly Waste[];
  readonly cheaper: readonly CheaperModel[];
  readonly faster: readonly FasterModel[];
  readonly totalMs: number;
  readonly totalMicroUsd: MicroUsd;
  readonly typical: Typical | null;
};

/** Maximum causes told. */
const MOST = 10;
/** Without a median, a call's tokens beyond this many count as a big context. */
const MODEST_TOKENS = 4_000;

/** The heaviest first. Calls of models and tools count with what is above an even share of the median, everything else in full. */
export function rankedCauses(given: Given): readonly Cause[] {
  const { typical, totalMs, totalMicroUsd } = given;
  const found = new Map<string, Cause>();
  const add = ({ cause, what, step, ms, microUsd }: Cause): void => {
    if (ms <= 0 && microUsd <= 0) return;
    const key = `${cause} ${step} ${what}`;
    const before = found.get(key);
    found.set(key, { cause, what, step, ms: ms + (before?.ms ?? 0), microUsd: microUsd + (before?.microUsd ?? 0) });
  };
  for (const { step, kind, what, ms } of given.parts) {
    if (kind === "person") add({ cause: "person", what, step, ms, microUsd: 0 });
    else if (kind === "waiting") add({ cause: "wait", what, step, ms, microUsd: 0 });
    else if (kind === "retry" || kind === "failed")
      add({ cause: "retry", what: "attempts that failed, and the pauses after them", step, ms, microUsd: 0 });
    else if (kind === "correction") add({ cause: "correction", what: notGoodEnough(what, step ?? ""), step, ms, microUsd: 0 });
    else if (kind === "queue") add({ cause: "queue", what: "standing in line", step, ms, microUsd: 0 });
  }
  for (const { kind, what, microUsd } of given.waste)
    if (kind === "retry" || kind === "correction")
      add({
        cause: kind,
        what: kind === "retry" ? "attempts that failed, and the pauses after them" : what,
        step: stepIn(what),
        ms: 0,
        microUsd,
      });
  for (const { what, step, saved } of given.cheaper) add({ cause: "route", what, step, ms: 0, microUsd: saved });
  // What calls of a model took on the critical path: a big context has its share of it first, a slow route what is left.
  const took = new Map<string, number>();
  for (const { step, kind, what, ms } of given.parts)
    if (kind === "call") took.set(`${step} ${what}`, ms + (took.get(`${step} ${what}`) ?? 0));
  const take = (step: string, model: string, wanted: number): number => {
    const key = `${step} model ${model}`;
    const ms = Math.min(wanted, took.get(key) ?? 0);
    took.set(key, (took.get(key) ?? 0) - ms);
    return ms;
  };
  for (const { model, ...cause } of contexts(given)) add({ ...cause, ms: take(cause.step, model, cause.ms) });
  for (const { what, step, model, savedMs } of given.faster)
    add({ cause: "route", what, step, ms: take(step, model, savedMs), microUsd: 0 });
  for (const cause of calls(given, [...found.values()])) add(cause);
  const weight = ({ ms, microUsd }: Cause): number =>
    ms / Math.max(1, typical?.ms ?? totalMs) + microUsd / Math.max(1, typical?.microUsd ?? totalMicroUsd);
  return [...found.values()].toSorted((a, b) => weight(b) - weight(a)).slice(0, MOST);
}

/** What a call of each kind is called in a stretch of time, with its cause. */
const CALLED: readonly (readonly [prefix: string, cause: Cause["cause"]])[] = [
  ["model ", "model"],
  ["tool ", "tool"],
  ["run ", "child"],
];

/**
 * Models, tools and child runs with what they took above an even share of the median (of this run, where there is none). What another cause
 * tells of the same step already, such as a big context or a dear route, does not count again.
 */
function calls({ events, parts, totalMs, totalMicroUsd, typical }: Given, told: readonly Cause[]): Cause[] {
  const groups = new Map<string, { cause: Cause["cause"]; what: string; step: string; ms: number; microUsd: number }>();
  const count = (step: string, what: string, ms: number, microUsd: number): void => {
    const cause = CALLED.find(([prefix]) => what.startsWith(prefix))?.[1];
    if (cause === undefined) return;
    const key = `${step} ${what}`;
    const group = groups.get(key) ?? { cause, what, step, ms: 0, microUsd: 0 };
    groups.set(key, { ...group, ms: group.ms + ms, microUsd: group.microUsd + microUsd });
  };
  for (const { step, kind, what, ms } of parts) if (kind === "call" || kind === "child") count(step ?? "", what, ms, 0);
  const children = new Map<string, string>();
  for (const event of events) {
    const step = event.step ?? "";
    if (event.type === "model.called" && event.data.ok) count(step, `model ${event.data.model}`, 0, event.data.spent.micro_usd);
    if (event.type === "tool.answered" && event.data.ok) count(step, `tool ${event.data.tool}`, 0, event.data.spent_micro_usd ?? 0);
    if (event.type === "child.called") children.set(event.data.activity, `run ${event.data.workflow}`);
    if (event.type === "child.ended") count(step, children.get(event.data.activity) ?? "", 0, event.data.usage.microUsd);
  }
  const share = 1 / Math.max(1, groups.size);
  const [usualMs, usualMicroUsd] = [(typical?.ms ?? totalMs) * share, (typical?.microUsd ?? totalMicroUsd) * share];
  return [...groups.values()].map(({ cause, what, step, ms, microUsd }) => {
    const known = told.filter((other) => other.step === step && (other.cause === "context" || other.cause === "route"));
    const [knownMs, knownMicroUsd] = [
      known.reduce((sum, other) => sum + other.ms, 0),
      known.reduce((sum, other) => sum + other.microUsd, 0),
    ];
    const above = { ms: Math.round(ms - usualMs - knownMs), microUsd: Math.round(microUsd - usualMicroUsd - knownMicroUsd) };
    return { cause, what, step, ms: Math.max(0, above.ms), microUsd: Math.max(0, above.microUsd) };
  });
}

/** Input beyond what a call of this workflow usually reads, at what it cost, and its share of the call's time. */
function contexts({ events, typical }: Given): (Cause & { readonly step: string; readonly model: string })[] {
  const usual = typical?.tokensPerCall ?? MODEST_TOKENS;
  return events.flatMap((event): (Cause & { readonly step: string; readonly model: string })[] => {
    if (event.type !== "model.called" || event.data.spent.micro_usd === 0) return [];
    const { tokens_in, tokens_out, micro_usd } = event.data.spent;
    const beyond = tokens_in - usual;
    if (beyond <= 0 || tokens_in < 2 * usual) return [];
    const share = beyond / (tokens_in + tokens_out);
    return [
      {
        cause: "context",
        what: `a context far above the usual ${Math.round(usual)} tokens a call`,
        step: event.step ?? "",
        model: event.data.model,
        ms: Math.round(event.data.duration_ms * share),
        microUsd: Math.round(micro_usd * share),
      },
    ];
  });
}

/** The step that a line of waste names. */
const stepIn = (what: string): string | null => /`([^`]*)`/.exec(what)?.[1] ?? null;
