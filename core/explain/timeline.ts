/**
 * Where a run's time went, from its creation to its end: the critical path with all that lies before, between and after its steps. Each millisecond
 * is in exactly one part. Read off the journal; pure.
 */
import { own } from "../json.ts";
import type { RunContext } from "../run/machine/birth.ts";
import type { RunEvent } from "../run/machine/event.ts";
import type { RunState } from "../run/machine/state.ts";
import type { EpochMs } from "../time.ts";
import { criticalPath } from "./critical-path.ts";
import { layered, RUN_STEP, type Stretch, stretchesOf, type TimeKind } from "./spans-of-time.ts";

/** Time of one step, or of the run as a whole: then `step` is no step of the definition. */
export type TimePart = { readonly step: string; readonly kind: TimeKind; readonly what: string; readonly ms: number };

/** What nothing else explains. */
const PLATFORM = { kind: "platform", what: "the platform" } as const;
/** What was ready and did not begin. */
const IN_LINE = { kind: "queue", what: "standing in line" } as const;

/** In the order of time; what one step did in several pieces is one part, the longest of a step first. `end`: now, for a run that has not ended. */
export function timeline({ birth, plan }: RunContext, state: RunState, events: readonly RunEvent[], end: EpochMs): TimePart[] {
  const startedAt = state.startedAt ?? end;
  // From then on no step goes on: what is still in flight comes back, and what was done is undone.
  const stoppedAt = events.find(({ type }) => type === "run.stopping" || type === "run.cancelling")?.at ?? end;
  const stretches = stretchesOf(events, end);
  const isStep = (id: string): boolean => own(birth.definition.steps, id) !== undefined;
  const wholeRun = stretches.filter(({ step }) => !isStep(step));
  const workOf = Map.groupBy(
    stretches.filter(({ step }) => isStep(step)),
    ({ step }) => rescued(state, step),
  );
  const segments: { readonly from: EpochMs; readonly to: EpochMs; readonly stretches: readonly Stretch[] }[] = [];
  let cursor = birth.createdAt;
  const add = (until: EpochMs, step: string, otherwise: Pick<Stretch, "kind" | "what">, own_: readonly Stretch[] = []): void => {
    const to = Math.min(Math.max(until, cursor), end);
    if (to <= cursor) return;
    segments.push({ from: cursor, to, stretches: [...clipped(own_, cursor, to), { step, ...otherwise, from: cursor, to }] });
    cursor = to;
  };
  add(startedAt, RUN_STEP, IN_LINE);
  for (const { id, from, to } of pathOf(birth.definition.steps, plan.order, state, startedAt, stoppedAt)) {
    add(from, id, IN_LINE);
    add(to, id, PLATFORM, workOf.get(id));
  }
  add(end, RUN_STEP, PLATFORM, [...workOf.values()].flat());
  const pieces = layered([...segments.flatMap((segment) => segment.stretches), ...clipped(wholeRun, birth.createdAt, end)]);
  let next = 0;
  return segments.flatMap(({ to }): TimePart[] => {
    const parts = new Map<string, { step: string; kind: TimeKind; what: string; ms: number }>();
    for (let piece = pieces[next]; piece !== undefined && piece.from < to; piece = pieces[next]) {
      const { step, kind, what } = piece;
      const part = parts.get(`${step} ${kind} ${what}`) ?? { step, kind, what, ms: 0 };
      parts.set(`${step} ${kind} ${what}`, { ...part, ms: part.ms + piece.to - piece.from });
      next++;
    }
    return [...parts.values()].toSorted((a, b) => b.ms - a.ms);
  });
}

/** The steps that the run's end waited for: of all ways through the steps the longest, each step from when all its needs had ended. A step that has not ended lasts until `stoppedAt`. */
function pathOf(
  definition: RunContext["birth"]["definition"]["steps"],
  order: readonly string[],
  state: RunState,
  startedAt: EpochMs,
  stoppedAt: EpochMs,
): { readonly id: string; readonly from: EpochMs; readonly to: EpochMs }[] {
  const begun = new Map<
    string,
    { readonly id: string; readonly needs: readonly string[]; readonly from: EpochMs; readonly to: EpochMs; readonly ms: number }
  >();
  /** What a step waits for that began: a skipped need stands for its own needs. */
  const through = new Map<string, readonly string[]>();
  for (const id of order) {
    const step = own(state.steps, id);
    const needs = [...new Set((own(definition, id)?.needs ?? []).flatMap((need) => through.get(rescued(state, need)) ?? []))];
    if (step === undefined || step.startedAt === null) {
      through.set(id, needs);
      continue;
    }
    through.set(id, [id]);
    if (step.rescues !== null) continue;
    const ready = Math.max(startedAt, ...needs.map((need) => begun.get(need)?.to ?? startedAt));
    const to = Math.min(step.endedAt ?? stoppedAt, stoppedAt);
    begun.set(id, { id, needs, from: step.startedAt, to, ms: Math.max(0, to - ready) });
  }
  return criticalPath([...begun.values()]).flatMap((id) => begun.get(id) ?? []);
}

/** The step whose time this step's is: a step that takes over for a failed one does so while that one is under way. */
function rescued(state: RunState, step: string): string {
  const seen = new Set<string>();
  let id = step;
  for (
    let other = own(state.steps, id)?.rescues ?? null;
    other !== null && !seen.has(other);
    other = own(state.steps, id)?.rescues ?? null
  ) {
    seen.add(other);
    id = other;
  }
  return id;
}

const clipped = (stretches: readonly Stretch[], from: EpochMs, to: EpochMs): Stretch[] =>
  stretches
    .map((stretch) => ({ ...stretch, from: Math.max(stretch.from, from), to: Math.min(stretch.to, to) }))
    .filter((stretch) => stretch.to > stretch.from);
