/** From the state to what clients and lists see. */
import { type Json, own } from "../../json.ts";
import { toUsd } from "../../money.ts";
import { NO_RISK } from "../../risk/risk.ts";
import { orNullRfc3339, toRfc3339 } from "../../time.ts";
import { HAND_OVER_ACTIVITY, HAND_OVER_SIGNAL, type HandOverState, isHeld } from "../hand-over/state.ts";
import { isChildUnderWay } from "../machine/activity-kinds.ts";
import type { RunContext } from "../machine/birth.ts";
import type { RunEvent } from "../machine/event.ts";
import type { RunState, StepError, Usage } from "../machine/state.ts";
import type { EventView, HandOverView, RunView, StepView, UsageView } from "./view.ts";

/** The run as `GET /v1/runs/{id}` shows it. */
export function toRunView({ birth, plan }: RunContext, state: RunState): RunView {
  const { score, factors } = state.risk ?? NO_RISK;
  const risk = { score, factors: [...factors] };
  return {
    id: birth.id,
    org: birth.org,
    user: birth.user,
    subject: birth.subject,
    workflow: birth.definition.name,
    version: birth.version,
    status: state.status,
    input: birth.input,
    output: state.output,
    error: shownError(state.error ?? (state.stopping?.why === "failure" ? state.stopping.error : null)),
    flags: [...state.flags],
    usage: usageView(state.usage),
    budget: { usd: toUsd(birth.budget.usd), tokens: birth.budget.tokens },
    risk_score: risk.score,
    risk,
    steps: plan.order.map((id) => stepView(birth, state, id)),
    ...(state.handOver === undefined ? {} : { hand_over: handOverView(state.handOver, state.endedAt === null ? null : state.undone) }),
    waiting_for: waitingFor(birth, state),
    ...pausedView(state),
    ...(birth.session === undefined ? {} : { session: birth.session }),
    metadata: birth.metadata,
    trace_id: birth.traceId,
    created_at: toRfc3339(birth.createdAt),
    started_at: orNullRfc3339(state.startedAt),
    ended_at: orNullRfc3339(state.endedAt),
    ...(birth.redrive === null ? {} : { redrive_of: birth.redrive.of }),
    ...(birth.parent === null ? {} : { parent: birth.parent.run }),
    ...(state.deadLetter === null
      ? {}
      : { dead_letter: { id: state.deadLetter.id, status: state.deadLetter.status, undone: [...state.undone] } }),
  };
}

function stepView(birth: RunContext["birth"], state: RunState, id: string): StepView {
  const step = own(state.steps, id);
  const kind = own(birth.definition.steps, id)?.kind;
  if (!step || !kind) throw new TypeError(`no step ${id} in the run`);
  return {
    id,
    kind,
    status: step.status,
    attempts: step.attempts,
    output: step.output,
    ...(step.citations === undefined ? {} : { citations: step.citations.map((one) => ({ ...one })) }),
    error: shownError(step.error),
    ...((own(state.labels ?? {}, id) ?? []).some(({ label }) => label.stale === true) ? { stale: true as const } : {}),
    usage: step.usage === null ? null : usageView(step.usage),
    started_at: orNullRfc3339(step.startedAt),
    ended_at: orNullRfc3339(step.endedAt),
  };
}

/** Which layer refused is for the audit chain to tell. */
function shownError<E extends StepError>(error: E | null): Omit<E, "layer"> | null {
  if (error === null) return null;
  const { layer: _layer, ...shown } = error;
  return shown;
}

const usageView = (usage: Usage): UsageView => ({
  tokens_in: usage.tokensIn,
  tokens_out: usage.tokensOut,
  usd: toUsd(usage.microUsd),
  model_calls: usage.modelCalls,
  tool_calls: usage.toolCalls,
  cache_hits: usage.cacheHits,
});

/** What the user is told: who comes, and by when. `left`: writes of which nobody knows whether they happened, once the run is over; null: it is not. */
function handOverView({ status, facts, at, until, review, outcome }: HandOverState, left: readonly string[] | null): HandOverView {
  const who = facts.to === null ? "A person" : `A person (${facts.to})`;
  const when = until === null ? "" : ` by ${toRfc3339(until)}`;
  const messages: { readonly [S in HandOverView["status"]]: string } = {
    confirming: `${who} can take over, since ${facts.detail}. Send the signal \`${HAND_OVER_SIGNAL}\` with {"confirm": true} or {"confirm": false}; without an answer a person takes over at ${until === null ? "its time" : toRfc3339(until)}.`,
    raised: `${who} takes over and answers${when}.`,
    replied: `${who} has answered.`,
    handed_back: `${who} has looked at it and let the run go on.`,
    released: `${who} has looked at the answer and let it go out.`,
    rejected: `${who} has looked at it and rejected it.`,
    withdrawn: "The run ended before a person answered.",
    declined: "No person takes over, as you wished.",
  };
  const now = status === "replied" || status === "done" ? "replied" : status;
  const shown = outcome ?? (left === null ? now : "withdrawn");
  const isOpen = shown === "confirming" || shown === "raised";
  return {
    status: shown,
    reason: facts.reason,
    priority: facts.priority,
    to: facts.to,
    at: toRfc3339(at),
    ...(isOpen && until !== null ? { until: toRfc3339(until) } : {}),
    ...(review === null ? {} : { review }),
    ...(shown === "confirming" ? { signal: HAND_OVER_SIGNAL } : {}),
    ...(shown === "replied" && left !== null && left.length > 0 ? { undone: [...left] } : {}),
    message: messages[shown],
  };
}

/** Who paused it. A person's own pause of the run is shown before that of its parent. */
function pausedView({ hold, heldAbove }: RunState): Pick<RunView, "paused"> {
  const held = hold ?? heldAbove;
  if (held === undefined) return {};
  const { by, reason, at } = held;
  return {
    paused: { by, reason, at: toRfc3339(at), ...(hold === undefined && heldAbove !== undefined ? { parent: heldAbove.parent } : {}) },
  };
}

/** What the run waits for, and since when: a person, a signal, a time, a child, the kill switch, a retry, a call. */
function waitingFor({ session }: RunContext["birth"], state: RunState): RunView["waiting_for"] {
  if (state.endedAt !== null) return null;
  const since = toRfc3339(state.statusSince);
  const held = state.hold ?? state.heldAbove;
  if (state.status === "paused" && held !== undefined) return { kind: "person", id: held.by, since };
  if (state.status === "paused") return { kind: "kill_switch", ...(state.pausedBy ? { id: state.pausedBy.scope } : {}), since };
  if (state.status === "queued" && session !== undefined && state.session?.content === undefined)
    return { kind: "session", id: session, since };
  const all = Object.values(state.activities);
  const question = isHeld(state) ? own(state.activities, HAND_OVER_ACTIVITY) : undefined;
  const activities = question === undefined ? all : [question];
  const until = (at: number | null): { until?: string } => (at === null ? {} : { until: toRfc3339(at) });
  const call = activities.find((activity) => (activity.phase === "calling" && !isChildUnderWay(activity)) || activity.phase === "looking");
  if (call) return { kind: `${call.kind}_call`, id: call.id, since };
  const { asking } = state.lease;
  if (asking !== null && asking.activity !== null) return { kind: "budget", id: asking.activity, since };
  const retry = activities.find((activity) => activity.phase === "backing-off");
  if (retry) return { kind: "retry", id: retry.id, since, ...until(retry.resumeAt) };
  const review = activities.find((activity) => activity.phase === "approving")?.review;
  if (review) return { kind: "review", ...(review.id ? { id: review.id } : {}), since, ...until(review.until) };
  const wait = activities.find((activity) => activity.phase === "waiting");
  if (wait) return { kind: wait.signal === null ? "wait" : "signal", id: wait.signal ?? wait.id, since, ...until(wait.resumeAt) };
  const child = activities.find((activity) => activity.child !== null)?.child;
  return child ? { kind: "run", id: child.run, since } : null;
}

/** An event as the run's event stream shows it. */
export const toEventView = (event: RunEvent): EventView => ({
  seq: event.seq,
  type: event.type,
  at: toRfc3339(event.at),
  ...(event.step === undefined ? {} : { step: event.step }),
  data: event.data as unknown as Json,
});
