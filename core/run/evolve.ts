/**
 * The fold: one event changes the state. It decides nothing and never fails, so that a journal written by older code still
 * folds to the same bytes.
 */
import type { Plan } from "../workflow/plan.ts";
import type { Birth } from "./birth.ts";
import type { EventOf, EventType, RunEvent, Spent } from "./event.ts";
import { type Activity, NO_USAGE, type RunState, type StepState, type Usage } from "./state.ts";
import type { RunStatus } from "./view.ts";

/** What a run's fold needs beside the events: its birth, and the plan derived from the definition in it. */
export type RunContext = { readonly birth: Birth; readonly plan: Plan };

export function initialState({ birth, plan }: RunContext): RunState {
  const steps: Record<string, StepState> = {};
  for (const id of plan.order) {
    steps[id] = {
      status: "pending",
      blockedBy: plan.needs[id] ?? 0,
      attempts: 0,
      output: null,
      error: null,
      usage: null,
      startedAt: null,
      endedAt: null,
      rescues: null,
    };
  }
  return {
    v: 1,
    status: "queued",
    seq: 0,
    steps,
    activities: {},
    done: [],
    usage: NO_USAGE,
    reserved: { microUsd: 0, tokens: 0 },
    executions: 0,
    flags: [],
    clock: { ranMs: 0, since: null },
    stopping: null,
    undoing: null,
    undone: [],
    openReviews: [],
    pausedBy: null,
    statusSince: birth.createdAt,
    output: null,
    error: null,
    startedAt: null,
    endedAt: null,
    deadLetter: null,
  };
}

export function evolve(context: RunContext, state: RunState, event: RunEvent): RunState {
  const change = HANDLERS[event.type] as Handler<EventType>;
  return { ...change(state, event as EventOf<EventType>, context), seq: event.seq };
}

export const fold = (context: RunContext, events: Iterable<RunEvent>): RunState => {
  let state = initialState(context);
  for (const event of events) state = evolve(context, state, event);
  return state;
};

type Handler<T extends EventType> = (state: RunState, event: EventOf<T>, context: RunContext) => RunState;

const HANDLERS: { readonly [T in EventType]: Handler<T> } = {
  "run.created": (state) => state,
  "run.started": (state, event) => ({ ...enter(state, "running", event.at), startedAt: event.at }),
  "run.waiting": (state, event) => enter(state, "waiting", event.at),
  "run.resumed": (state, event) => ({ ...enter(state, state.undoing === null ? "running" : "compensating", event.at), pausedBy: null }),
  "run.paused": (state, event) => ({ ...enter(state, "paused", event.at), pausedBy: { scope: event.data.scope, epoch: event.data.epoch } }),
  "run.cancelling": (state, event) => ({
    ...state,
    stopping: { why: "cancel", error: { code: "cancelled", message: event.data.reason, step: null } },
    activities: onlyInFlight(state),
  }),
  "run.stopping": (state, event) => ({
    ...state,
    stopping: { why: event.data.why, error: event.data.error },
    activities: onlyInFlight(state),
  }),
  "run.compensating": (state, event) => ({ ...enter(state, "compensating", event.at), undoing: event.data.steps }),
  "run.completed": (state, event) => ({
    ...end(state, "completed", event.at),
    output: event.data.output,
    flags: event.data.flags,
    error: event.data.error,
  }),
  "run.failed": (state, event) => dead(end(state, "failed", event.at), event),
  "run.cancelled": (state, event) => ({ ...end(state, "cancelled", event.at), error: state.stopping?.error ?? null }),
  "run.dead_lettered": (state, event) => dead(end(state, "dead_lettered", event.at), event),
  "dead_letter.redriven": (state, event) => ({
    ...state,
    deadLetter: state.deadLetter && { ...state.deadLetter, status: "redriven", owes: event.data.run },
  }),
  "dead_letter.handed_over": (state) => ({ ...state, deadLetter: state.deadLetter && { ...state.deadLetter, owes: null } }),
  "dead_letter.discarded": (state) => ({ ...state, deadLetter: state.deadLetter && { ...state.deadLetter, status: "discarded" } }),

  "step.started": (state, event, { birth }) => {
    const step = stepId(event);
    const definition = birth.definition.steps[step];
    const started = {
      ...withStep(state, step, (old) => ({
        ...old,
        status: "running",
        attempts: event.data.kind === "transform" || event.data.kind === "review" ? 1 : 0,
        startedAt: event.at,
      })),
      executions: state.executions + 1,
    };
    if (event.data.kind === "transform") return started;
    const tool = definition?.kind === "tool" ? definition.tool : null;
    return withActivity(started, newActivity(step, step, event.data.kind, "step", tool, event.data.input ?? null));
  },
  "step.retrying": (state, event) =>
    withActivityChange(state, event.data.activity, (activity) => ({
      ...activity,
      phase: "backing-off",
      resumeAt: event.data.resume_at,
      candidate: 0,
      corrections: [],
    })),
  "step.completed": (state, event, context) => {
    const step = stepId(event);
    const kind = context.birth.definition.steps[step]?.kind;
    const ownWork = kind === "tool" && state.steps[step]?.error === null; // a rescued step's output is another step's work
    const settled = settle(state, step, event.at, context, (old) => ({ ...old, status: "completed", output: event.data.output }));
    return ownWork ? { ...settled, done: [...settled.done, step] } : settled;
  },
  "step.failed": (state, event, context) => {
    const step = stepId(event);
    const without = withoutActivity(state, step);
    const { error, absorbed, output, unknown_outcome } = event.data;
    const doubtful = unknown_outcome ? { ...without, undone: [...without.undone, step] } : without;
    if (absorbed === "value") {
      const settled = settle(doubtful, step, event.at, context, (old) => ({ ...old, status: "completed", error, output: output ?? null }));
      return withFlag(settled, "degraded");
    }
    if (absorbed === "step") {
      const rescuer = (context.birth.definition.steps[step]?.on_error as { step: string }).step;
      const waiting = withStep(doubtful, step, (old) => ({ ...old, error }));
      return withFlag(
        withStep(waiting, rescuer, (old) => ({ ...old, rescues: step })),
        "degraded",
      );
    }
    return withStep(doubtful, step, (old) => ({ ...old, status: "failed", error, endedAt: event.at }));
  },
  "step.skipped": (state, event, context) => settle(state, stepId(event), event.at, context, (old) => ({ ...old, status: "skipped" })),
  "step.compensating": (state, event) =>
    withActivity(state, newActivity(event.data.activity, stepId(event), "tool", "compensation", event.data.tool, event.data.input)),
  "step.compensated": (state, event) => {
    const step = stepId(event);
    const without = withoutActivity(state, event.data.activity);
    const left = { ...without, undoing: (without.undoing ?? []).filter((id) => id !== step) };
    if (event.data.undone) return { ...left, undone: [...left.undone, step] };
    return withStep(left, step, (old) => ({ ...old, status: "compensated" }));
  },

  "policy.decided": (state, event) =>
    withActivityChange(state, event.data.activity, (activity) => ({
      ...activity,
      facts: event.data.facts,
      phase: event.data.decision === "allow" ? "ready" : activity.phase,
    })),
  "model.routed": (state, event) =>
    withActivityChange(state, event.data.activity, (activity) => ({ ...activity, candidates: event.data.candidates, phase: "ready" })),
  "model.calling": (state, event) => {
    const { activity: id, attempt, reserved } = event.data;
    const taken = { microUsd: reserved.micro_usd, tokens: reserved.tokens };
    const changed = withActivityChange(state, id, (activity) => ({
      ...activity,
      phase: "calling",
      attempt,
      candidate: activity.candidates.findIndex((candidate) => candidate.id === event.data.model),
      call: event.seq,
      resumeAt: null,
      reserved: taken,
    }));
    const counted = withStep(changed, stepId(event), (old) => ({ ...old, attempts: Math.max(old.attempts, attempt) }));
    return {
      ...counted,
      reserved: { microUsd: counted.reserved.microUsd + taken.microUsd, tokens: counted.reserved.tokens + taken.tokens },
    };
  },
  "model.called": (state, event) => {
    const { activity: id, spent, held, correction, failure, interrupted } = event.data;
    const freed = state.activities[id]?.reserved ?? { microUsd: 0, tokens: 0 };
    const cost: Usage = { ...NO_USAGE, tokensIn: spent.tokens_in, tokensOut: spent.tokens_out, microUsd: spent.micro_usd, modelCalls: 1 };
    const changed = withActivityChange(state, id, (activity) => ({
      ...activity,
      phase: "ready",
      reserved: { microUsd: 0, tokens: 0 },
      candidate: failure && !interrupted ? activity.candidate + 1 : activity.candidate,
      corrections: correction ? [...activity.corrections, correction] : interrupted ? activity.corrections : [],
    }));
    const counted = withStep(changed, stepId(event), (old) => ({ ...old, usage: add(old.usage ?? NO_USAGE, cost) }));
    return {
      ...counted,
      usage: add(counted.usage, cost),
      reserved: {
        microUsd: counted.reserved.microUsd - freed.microUsd + (held?.micro_usd ?? 0),
        tokens: counted.reserved.tokens - freed.tokens + (held?.tokens ?? 0),
      },
    };
  },
  "tool.called": (state, event) => {
    const { activity: id, attempt } = event.data;
    const changed = withActivityChange(state, id, (activity) => ({
      ...activity,
      phase: "calling",
      attempt,
      call: event.seq,
      resumeAt: null,
    }));
    if (state.activities[id]?.purpose === "compensation") return changed;
    return withStep(changed, stepId(event), (old) => ({ ...old, attempts: Math.max(old.attempts, attempt) }));
  },
  "tool.answered": (state, event) => {
    const cost: Usage = { ...NO_USAGE, toolCalls: 1 };
    const changed = withActivityChange(state, event.data.activity, (activity) => ({ ...activity, phase: "ready" }));
    return {
      ...withStep(changed, stepId(event), (old) => ({ ...old, usage: add(old.usage ?? NO_USAGE, cost) })),
      usage: add(changed.usage, cost),
    };
  },
  "guardrail.flagged": (state) => state,
  "review.requested": (state, event) => {
    const { activity: id, key, digest, reason } = event.data;
    return withActivityChange(state, id, (activity) => ({
      ...activity,
      phase: "approving",
      questions: activity.questions + 1,
      review: { key, id: null, digest, until: null, reason },
    }));
  },
  "review.opened": (before, event) => {
    const { activity: id, until } = event.data;
    const state = { ...before, openReviews: [...before.openReviews, event.data.id] };
    if (!(id in state.activities)) return state;
    const changed = withActivityChange(state, id, (activity) => ({
      ...activity,
      review: activity.review && { ...activity.review, id: event.data.id, until },
    }));
    return state.activities[id]?.purpose === "compensation"
      ? changed
      : withStep(changed, stepId(event), (old) => ({ ...old, status: "waiting" }));
  },
  "review.decided": (before, event) => {
    const { activity: id, proposal, action } = event.data;
    const state = { ...before, openReviews: before.openReviews.filter((open) => open !== event.data.id) };
    const decided = withActivityChange(state, id, (activity) => ({
      ...activity,
      phase: "ready",
      approved: action === "reject" ? null : (activity.review?.digest ?? null),
      input:
        action === "modify" && activity.kind === "tool"
          ? ((proposal as { input?: Activity["input"] }).input ?? activity.input)
          : activity.input,
    }));
    return state.activities[id]?.purpose === "compensation"
      ? decided
      : withStep(decided, stepId(event), (old) => ({ ...old, status: "running" }));
  },
  "escalation.raised": (state) => state,
  "review.withdrawn": (state, event) => ({ ...state, openReviews: state.openReviews.filter((id) => !event.data.ids.includes(id)) }),
};

/** The status changes here and nowhere else; the clock runs in `running` and `compensating` only. */
function enter(state: RunState, status: RunStatus, at: number): RunState {
  const ranMs = state.clock.ranMs + (state.clock.since === null ? 0 : Math.max(0, at - state.clock.since));
  const runs = status === "running" || status === "compensating";
  return { ...state, status, statusSince: at, clock: { ranMs, since: runs ? at : null } };
}

/** A step that the end of its run cut short has failed with the reason of that end. */
function end(state: RunState, status: RunStatus, at: number): RunState {
  const cut = state.stopping?.error.code ?? "cancelled";
  const steps = Object.entries(state.steps).map(([id, step]): [string, StepState] => {
    if (step.status !== "running" && step.status !== "waiting") return [id, step];
    return [
      id,
      { ...step, status: "failed", endedAt: at, error: step.error ?? { code: cut, message: "the run ended before this step did" } },
    ];
  });
  return { ...enter(state, status, at), steps: Object.fromEntries(steps), endedAt: at, activities: {}, pausedBy: null };
}

const dead = (state: RunState, event: EventOf<"run.failed" | "run.dead_lettered">): RunState => ({
  ...state,
  error: event.data.error,
  flags: event.data.flags,
  undone: event.data.undone,
  deadLetter: { id: event.data.dead_letter, status: "open", owes: null },
});

/** A step is over: its activity goes, and what needed it has one need less. */
function settle(state: RunState, step: string, at: number, context: RunContext, change: (old: StepState) => StepState): RunState {
  const settled = withStep(withoutActivity(state, step), step, (old) => ({ ...change(old), endedAt: at }));
  const steps = { ...settled.steps };
  for (const dependent of context.plan.dependents[step] ?? []) {
    const old = steps[dependent];
    if (old) steps[dependent] = { ...old, blockedBy: old.blockedBy - 1 };
  }
  return { ...settled, steps };
}

/** A run that stops drops what has not left; what is in flight is awaited. */
const onlyInFlight = (state: RunState): RunState["activities"] =>
  Object.fromEntries(Object.entries(state.activities).filter(([, activity]) => activity.phase === "calling"));

const stepId = (event: RunEvent): string => event.step ?? "";

const withFlag = (state: RunState, flag: RunState["flags"][number]): RunState =>
  state.flags.includes(flag) ? state : { ...state, flags: [...state.flags, flag] };

function withStep(state: RunState, id: string, change: (old: StepState) => StepState): RunState {
  const old = state.steps[id];
  return old ? { ...state, steps: { ...state.steps, [id]: change(old) } } : state;
}

const withActivity = (state: RunState, activity: Activity): RunState => ({
  ...state,
  activities: { ...state.activities, [activity.id]: activity },
});

function withActivityChange(state: RunState, id: string, change: (old: Activity) => Activity): RunState {
  const old = state.activities[id];
  return old ? withActivity(state, change(old)) : state;
}

function withoutActivity(state: RunState, id: string): RunState {
  if (!(id in state.activities)) return state;
  const { [id]: _gone, ...activities } = state.activities;
  return { ...state, activities };
}

const newActivity = (
  id: string,
  step: string,
  kind: Activity["kind"],
  purpose: Activity["purpose"],
  tool: string | null,
  input: Activity["input"],
): Activity => ({
  id,
  step,
  kind,
  purpose,
  phase: "deciding",
  attempt: 0,
  tool,
  input,
  facts: null,
  candidates: [],
  candidate: 0,
  corrections: [],
  reserved: { microUsd: 0, tokens: 0 },
  review: null,
  questions: 0,
  approved: null,
  resumeAt: null,
  call: null,
});

const add = (a: Usage, b: Usage): Usage => ({
  tokensIn: a.tokensIn + b.tokensIn,
  tokensOut: a.tokensOut + b.tokensOut,
  microUsd: a.microUsd + b.microUsd,
  modelCalls: a.modelCalls + b.modelCalls,
  toolCalls: a.toolCalls + b.toolCalls,
  cacheHits: a.cacheHits + b.cacheHits,
});

export const noSpent: Spent = { tokens_in: 0, tokens_out: 0, micro_usd: 0 };
