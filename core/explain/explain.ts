/**
 * Why a run cost what it cost and took as long as it took, read off its journal alone: where the money went, the critical path, what was to no
 * use, what was decided, and which causes weigh most above the workflow's median. Every figure is arithmetic over events; nothing is guessed.
 */
import { own } from "../json.ts";
import { toUsd } from "../money.ts";
import type { RunContext } from "../run/machine/birth.ts";
import type { RunEvent } from "../run/machine/event.ts";
import type { RunState } from "../run/machine/state.ts";
import type { EpochMs } from "../time.ts";
import { besideTree } from "./beside.ts";
import { type Cause, rankedCauses } from "./causes.ts";
import { type CheaperModel, cheaperModels } from "./cheaper.ts";
import { type ChildRun, childRuns } from "./child-runs.ts";
import { type CostNode, costTree } from "./cost-tree.ts";
import { type Decision, decisionsOf } from "./decisions.ts";
import { fasterModels } from "./faster.ts";
import { repeatedQuestions } from "./repeated.ts";
import { RUN_STEP, type TimeKind } from "./spans-of-time.ts";
import { summarise } from "./summary.ts";
import { type TimePart, timeline } from "./timeline.ts";
import type { Typical } from "./typical.ts";
import { wasteOf } from "./waste.ts";

/** A node of the cost tree as clients see it. */
export type CostView = { name: string; usd: number; calls?: number; ms?: number; children?: CostView[] };

/**
 * A stretch of the critical path, which accounts for the whole time of the run. `step`: `(run)`, `(input)` or `(hand-over)` where the run as a whole
 * had the time, which no step can be called. `run`: the child run that had the time, of several side by side the longest; `within`: that run's own
 * critical path, where whoever asks may see it.
 */
export type PathPart = { step: string; ms: number; what: string; run?: string; within?: PathPart[] };

/** The explanation of a run. Money is in dollars. */
export type Explanation = {
  readonly run: string;
  readonly cost: CostView;
  /** What no ledger pays: people's decisions, and the platform itself, estimated. Not in `cost`. */
  readonly beside: CostView;
  readonly time: {
    readonly total_ms: number;
    readonly critical_path: PathPart[];
    readonly waiting_ms: number;
    readonly retry_ms: number;
    readonly queue_ms: number;
  };
  causes: { cause: Cause["cause"]; what: string; step: string | null; ms: number; usd: number }[];
  waste: { what: string; usd: number; ms: number }[];
  what_ifs: { what: string; step: string; usd: number }[];
  decisions: Decision[];
  child_runs: { run: string; step: string; workflow: string; usd: number; ms: number }[];
  readonly median: { usd: number; ms: number; runs: number } | null;
  readonly summary: string;
};

/** Lists longer than this are cut; sums cover everything. */
const MOST_LINES = 100;

/** `at`: now, for a run that has not ended. */
export function explain(
  { birth, plan }: RunContext,
  state: RunState,
  events: readonly RunEvent[],
  typical: Typical | null,
  at: EpochMs,
): Explanation {
  const end = state.endedAt ?? at;
  const children = childRuns(events, end);
  const parts = timeline({ birth, plan }, state, events, end);
  const sum = (...kinds: readonly TimeKind[]): number => parts.reduce((total, { kind, ms }) => total + (kinds.includes(kind) ? ms : 0), 0);
  const tree = costTree(birth, events);
  const waste = wasteOf(birth, events);
  const cheaper = cheaperModels(events);
  const what_ifs = [...cheaper, ...exactCache(events)].toSorted((a, b) => b.saved - a.saved);
  const totalMs = end - birth.createdAt;
  const causes = rankedCauses({
    events,
    parts: parts.map((part) => ({ ...part, step: own(birth.definition.steps, part.step) === undefined ? null : part.step })),
    waste,
    cheaper,
    faster: fasterModels(events),
    totalMs,
    totalMicroUsd: state.usage.microUsd,
    typical,
  });
  const median = typical === null ? null : { usd: toUsd(typical.microUsd), ms: typical.ms, runs: typical.runs };
  const shown = causes.map(({ microUsd, ms, ...cause }) => ({ ...cause, ms, usd: toUsd(microUsd) }));
  return {
    run: birth.id,
    cost: costView(tree),
    beside: costView(besideTree(birth, state, events)),
    time: {
      total_ms: totalMs,
      critical_path: bounded(parts).map(({ step, kind, what, ms }): PathPart => {
        const child = kind === "child" ? longestOf(children, step, what) : undefined;
        return { step, ms, what, ...(child === undefined ? {} : { run: child.run }) };
      }),
      waiting_ms: sum("person", "waiting"),
      retry_ms: sum("retry", "failed"),
      queue_ms: sum("queue"),
    },
    causes: shown,
    waste: waste.slice(0, MOST_LINES).map(({ what, microUsd, ms }) => ({ what, usd: toUsd(microUsd), ms })),
    what_ifs: what_ifs.slice(0, MOST_LINES).map(({ what, step, saved }) => ({ what, step, usd: toUsd(saved) })),
    decisions: decisionsOf(events).slice(0, MOST_LINES),
    child_runs: children.slice(0, MOST_LINES).map(({ microUsd, ...child }) => ({ ...child, usd: toUsd(microUsd) })),
    median,
    summary: summarise({ workflow: birth.definition.name, status: state.status, totalMs, microUsd: state.usage.microUsd, causes, typical }),
  };
}

/** The longest parts in their order, and all others as the last one: the path accounts for the whole time also where it is cut. */
function bounded(parts: readonly TimePart[]): readonly TimePart[] {
  if (parts.length <= MOST_LINES) return parts;
  const kept = new Set(parts.toSorted((a, b) => b.ms - a.ms).slice(0, MOST_LINES - 1));
  const rest = parts.filter((part) => !kept.has(part));
  const ms = rest.reduce((total, part) => total + part.ms, 0);
  return [...parts.filter((part) => kept.has(part)), { step: RUN_STEP, kind: "platform", what: `${rest.length} shorter stretches`, ms }];
}

/** The child run of a step that took longest. `what`: as stretches of time call it. */
const longestOf = (children: readonly ChildRun[], step: string, what: string): ChildRun | undefined =>
  children.filter((child) => child.step === step && `run ${child.workflow}` === what).toSorted((a, b) => b.ms - a.ms)[0];

/** What a kept answer would have saved in each step that asked again what had been answered. */
function exactCache(events: readonly RunEvent[]): CheaperModel[] {
  const byStep = Map.groupBy(repeatedQuestions(events), ({ step }) => step);
  return [...byStep].flatMap(([step, questions]) => {
    const saved = questions.reduce((sum, { microUsd }) => sum + microUsd, 0);
    return saved === 0 ? [] : [{ what: `an exact cache in \`${step}\``, step, saved }];
  });
}

const costView = ({ name, microUsd, calls, ms, children }: CostNode): CostView => ({
  name,
  usd: toUsd(microUsd),
  ...(calls === undefined ? {} : { calls }),
  ...(ms === undefined ? {} : { ms }),
  ...(children === undefined ? {} : { children: children.map(costView) }),
});
