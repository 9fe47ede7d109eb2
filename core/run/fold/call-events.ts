/** The fold of what leaves and comes back: authority, models, tools, people, child runs. */

import { type Amount, minus, NOTHING, plus } from "../../budget/amount.ts";
import { own } from "../../json.ts";
import type { MicroUsd } from "../../money.ts";
import { NO_RISK, riskier } from "../../risk/risk.ts";
import { HAND_OVER_ACTIVITY } from "../hand-over/state.ts";
import type { RunContext } from "../machine/birth.ts";
import type { EventOf, RunEvent } from "../machine/event.ts";
import { type Activity, NO_USAGE, type RunState, type Usage } from "../machine/state.ts";
import { INPUT_ACTIVITY } from "../steps/node.ts";
import { changeActivity, changeAgent, holdUntold, usageOf, withFlag, withoutActivity, withStep, withUsage } from "./change.ts";
import { isDoubtful } from "./doubt.ts";
import { changeHandOver, withFailedAttempt } from "./hand-over-events.ts";
import type { Handlers } from "./handlers.ts";

type Types =
  | "policy.decided"
  | "model.routed"
  | "model.calling"
  | "model.called"
  | "tool.called"
  | "tool.answered"
  | "tool.looking_up"
  | "tool.looked_up"
  | "call.taken"
  | "review.requested"
  | "review.opened"
  | "review.decided"
  | "child.called"
  | "child.paused"
  | "child.resumed"
  | "child.ended";

/** What each event of a call changes. */
export const CALL_EVENTS: Handlers<Types> = {
  "policy.decided": (state, event) => {
    const { activity: id, facts, decision, risk } = event.data;
    const decided = changeActivity(state, id, (activity) => ({
      ...activity,
      facts,
      phase: decision === "allow" ? "ready" : activity.phase,
      ...(risk === undefined ? {} : { risk }),
    }));
    return risk === undefined ? decided : { ...decided, risk: riskier(state.risk ?? NO_RISK, risk) };
  },
  "model.routed": (state, event) => {
    const { activity: id, candidates, tools } = event.data;
    const routed = changeActivity(state, id, (activity) => ({
      ...activity,
      candidates,
      phase: "ready",
      // The attempt that is made again may have fewer candidates than before.
      ...(activity.isRepeated ? { candidate: Math.max(0, Math.min(activity.candidate, candidates.length - 1)) } : {}),
    }));
    const node = own(state.activities, id)?.node ?? "";
    return tools === undefined ? routed : changeAgent(routed, node, (agent) => ({ ...agent, tools }));
  },
  "model.calling": (state, event) => {
    const { activity: id, attempt, reserved, model, lost_at = null } = event.data;
    const taken = { microUsd: reserved.micro_usd, tokens: reserved.tokens };
    const changed = changeActivity(state, id, (activity) => ({
      ...sent(activity, event, lost_at),
      attempt,
      candidate: activity.candidates.findIndex((candidate) => candidate.id === model),
      reserved: taken,
    }));
    const node = own(state.activities, id)?.node ?? "";
    const window = own(state.activities, id)?.candidates.find((candidate) => candidate.id === model)?.context;
    const agent = window === undefined ? changed : changeAgent(changed, node, (old) => ({ ...old, window }));
    return reserve(countAttempt(agent, event, attempt), taken, NOTHING);
  },
  "model.called": (before, event, context) => {
    const state = event.data.ok || event.data.interrupted || event.data.unasked ? before : noteFailure(before, event, context);
    const { activity: id, spent, held, moderated, correction, failure, interrupted, cached, unasked, flags = [] } = event.data;
    const freed = own(state.activities, id)?.reserved ?? NOTHING;
    const cost: Usage = {
      ...NO_USAGE,
      tokensIn: spent.tokens_in,
      tokensOut: spent.tokens_out,
      microUsd: spent.micro_usd,
      modelCalls: cached || unasked ? 0 : 1,
      cacheHits: cached ? 1 : 0,
    };
    const changed = changeActivity(state, id, (activity) => ({
      ...activity,
      ...timesCutShort(event.data),
      phase: "ready",
      reserved: NOTHING,
      candidate: failure && !interrupted ? activity.candidate + 1 : activity.candidate,
      corrections: correction ? [...activity.corrections, correction] : interrupted ? activity.corrections : [],
    }));
    const kept = held === null ? NOTHING : { microUsd: held.micro_usd, tokens: held.tokens };
    const counted = moderated === undefined ? changed : withUsage(changed, event.step ?? "", usageOf(moderated));
    const settled = reserve(withUsage(counted, event.step ?? "", cost), kept, freed);
    const lease = {
      ...state.lease,
      spent: plus(state.lease.spent, { microUsd: cost.microUsd, tokens: cost.tokensIn + cost.tokensOut }),
      held: plus(state.lease.held, kept),
    };
    const flagged = flags.reduce(withFlag, withHeld(settled, event.step ?? "", kept));
    return { ...flagged, lease, overrun: worse(state.overrun, cost, freed) };
  },
  "tool.called": (state, event) => {
    const { activity: id, attempt, lost_at = null, repeated = false, effect, reserved } = event.data;
    const doubtful = repeated && effect === "write"; // the call before this one broke off
    const taken = reserved === undefined ? NOTHING : { microUsd: reserved.micro_usd, tokens: reserved.tokens };
    const before = own(state.activities, id);
    // A tool that does not honour keys may charge for a call that broke off, too: also where a person had it made again.
    const { idempotency } = before?.facts ?? {};
    const isTwice = idempotency === "none" || (idempotency !== "key" && before?.doubt === true);
    const held = isTwice ? holdUntold(state, before) : state;
    const mayHavePaid = repeated && !isTwice && taken.microUsd > 0 && before?.isRuledOut !== true;
    const changed = changeActivity(held, id, ({ isUnasked: _unasked, mayHavePaid: _paid, isRuledOut: _ruledOut, ...activity }) => ({
      ...sent(activity, event, lost_at),
      attempt,
      ...(mayHavePaid ? { mayHavePaid } : {}),
      doubt: activity.doubt || doubtful,
      reserved: taken,
    }));
    const paid = reserve(changed, taken, isTwice ? NOTHING : (before?.reserved ?? NOTHING));
    return before?.purpose === "compensation" ? paid : countAttempt(paid, event, attempt);
  },
  "tool.answered": (before, event, context) => {
    const state = event.data.ok || event.data.unasked ? before : noteFailure(before, event, context);
    const { activity: id, reached, unasked, cached, flags = [], spent_micro_usd: microUsd = 0, held_micro_usd: kept = 0 } = event.data;
    const freed = own(state.activities, id)?.reserved ?? NOTHING;
    const changed = changeActivity(state, id, (activity) => ({
      ...activity,
      phase: "ready",
      doubt: isDoubtful(activity, event.data),
      reserved: NOTHING,
      ...(kept > 0 && activity.facts?.effect === "write" ? { untold: [...(activity.untold ?? []), kept] } : {}),
      ...(reached === undefined ? {} : { reached }),
      ...(reached === "no" ? { unreached: (activity.unreached ?? 0) + 1 } : {}),
      ...(unasked === undefined ? {} : { isUnasked: true as const }),
      ...(flags.includes("stale") ? { isStale: true as const } : {}),
      ...(event.data.label === undefined ? {} : { answerLabel: event.data.label }),
    }));
    const cost = { ...NO_USAGE, microUsd, toolCalls: cached || unasked ? 0 : 1, cacheHits: cached ? 1 : 0 };
    const settled = settleTool(withUsage(changed, event.step ?? "", cost), event, freed, microUsd, { microUsd: kept, tokens: 0 });
    return flags.reduce(withFlag, settled);
  },
  "tool.looking_up": (state, event) => {
    const { activity: id, time, resume_at: resumeAt } = event.data;
    const looking = { phase: "looking", resumeAt, call: event.seq, lookups: time, doubt: true, queued: null, lostAt: null } as const;
    return changeActivity(state, id, (activity) => ({ ...activity, ...looking, ...timesCutShort(event.data) }));
  },
  "tool.looked_up": (state, event) => {
    const { activity: id, found } = event.data;
    const doubt = found === "unsure";
    const { spent_micro_usd: microUsd, freed_micro_usd: letGo } = event.data;
    const freed = microUsd === undefined ? NOTHING : (own(state.activities, id)?.reserved ?? NOTHING);
    const looked = changeActivity(state, id, (activity) => ({
      ...activity,
      phase: "ready",
      doubt,
      ...(microUsd === undefined ? {} : { reserved: NOTHING }),
    }));
    const changed = letGo === undefined ? looked : settleUntold(looked, event, letGo);
    const counted = withUsage(changed, event.step ?? "", { ...NO_USAGE, microUsd: microUsd ?? 0, toolCalls: 1 });
    return microUsd === undefined ? counted : settleTool(counted, event, freed, microUsd, NOTHING);
  },
  "call.taken": (state, event) =>
    changeActivity(state, event.data.activity, (activity) => ({
      ...activity,
      // Taken up again: the first consumer may have made the call, whatever this one is answered.
      doubt: activity.doubt || (activity.queued === "taken" && activity.facts?.effect === "write"),
      queued: "taken",
      sentAt: event.at, // only now does it leave
    })),
  "review.requested": (state, event) => {
    const { activity: id, key, digest, reason, proposal, held, policy } = event.data;
    return changeActivity(state, id, (activity) => ({
      ...activity,
      phase: "approving",
      doubt: activity.doubt || reason === "unknown-outcome",
      questions: activity.questions + 1,
      review: {
        ...{ key, id: null, digest, until: null, reason, proposal },
        ...(held === undefined ? {} : { held }),
        ...(policy === undefined ? {} : { policy }),
      },
    }));
  },
  "review.opened": (before, event) => {
    const { activity: id, until } = event.data;
    const state = { ...before, openReviews: [...before.openReviews, event.data.id] };
    const opened = changeActivity(state, id, (activity) => ({
      ...activity,
      review: activity.review && { ...activity.review, id: event.data.id, until },
    }));
    const changed = id === HAND_OVER_ACTIVITY ? changeHandOver(opened, { review: event.data.id, until }) : opened;
    return isOwn(state, id) ? withStep(changed, event.step ?? "", (old) => ({ ...old, status: "waiting" })) : changed;
  },
  "review.decided": (before, event) => {
    const { activity: id, proposal, action, approved, recheck } = event.data;
    const isMoney = own(before.activities, id)?.review?.reason === "budget" && action !== "reject";
    const openReviews = before.openReviews.filter((open) => open !== event.data.id);
    const state = { ...before, openReviews, isConfirmed: before.isConfirmed || isMoney };
    if (id === INPUT_ACTIVITY) return withoutActivity(state, id);
    const decided = changeActivity(state, id, ({ interruptions: _interruptions, ...activity }) => ({
      ...activity,
      phase: recheck ? "deciding" : "ready",
      approved,
      input:
        action === "modify" && activity.kind === "tool"
          ? ((proposal as { input?: Activity["input"] }).input ?? activity.input)
          : activity.input,
    }));
    return isOwn(state, id) ? withStep(decided, event.step ?? "", (old) => ({ ...old, status: "running" })) : decided;
  },
  "child.called": (state, event) => {
    const { activity: id, run, workflow, version, digest, reserved } = event.data;
    const taken = { microUsd: reserved.micro_usd, tokens: reserved.tokens };
    const child = { run, workflow, version, digest };
    // The call of a tool that is a workflow is a child run like any other from here on.
    const isTool = own(state.activities, id)?.kind === "tool";
    const called = changeActivity(state, id, (activity) => ({
      ...activity,
      kind: "run",
      phase: "calling",
      call: event.seq,
      child,
      reserved: taken,
    }));
    return reserve(isTool ? countAttempt(called, event, 1) : called, taken, NOTHING);
  },
  "child.paused": (state, event) => changeActivity(state, event.data.activity, childTold),
  "child.resumed": (state, event) => changeActivity(state, event.data.activity, childTold),
  "child.ended": (state, event) => {
    const { activity: id, usage, flags, held, wrote, ok } = event.data;
    const freed = own(state.activities, id)?.reserved ?? NOTHING;
    const counted = reserve(
      withUsage(
        changeActivity(state, id, (activity) => ({ ...activity, phase: "ready", reserved: NOTHING })),
        event.step ?? "",
        usage,
      ),
      { microUsd: held.micro_usd, tokens: held.tokens },
      freed,
    );
    const node = own(state.activities, id)?.node ?? id;
    const child = own(state.activities, id)?.child ?? null;
    const undoable = ok && event.data.undoable && child !== null ? { child } : {};
    const made = { activity: id, step: event.step ?? "", node, output: null, ...undoable };
    const done = wrote === undefined ? state.done : state.done.with(state.done.length, { ...made, wrote });
    const noted = wrote === undefined ? counted : { ...counted, done };
    const told = event.data.instruction ? { ...noted, seenInstruction: true as const } : noted;
    return flags.reduce(withFlag, told);
  },
};

const childTold = ({ owes: _told, ...activity }: Activity): Activity => activity;

/** Of a call that does the run's work: undoing it and summing it up are no attempts at it. */
function noteFailure(state: RunState, event: EventOf<"model.called" | "tool.answered">, { birth }: RunContext): RunState {
  const purpose = own(state.activities, event.data.activity)?.purpose;
  const isCounted = (birth.guardrails?.rules.hand_over?.failures ?? null) !== null && (purpose === "node" || purpose === "agent");
  return isCounted ? withFailedAttempt(state, event.step ?? "") : state;
}

const sent = (
  { isRepeated: _repeated, ...activity }: Activity,
  event: EventOf<"model.calling" | "tool.called">,
  lostAt: number | null,
): Activity => ({
  ...activity,
  ...timesCutShort(event.data),
  phase: "calling",
  call: event.seq,
  resumeAt: null,
  sentAt: event.at,
  lostAt,
  queued: lostAt === null ? null : "owed",
});

const timesCutShort = ({ interruptions }: { readonly interruptions?: number }) => (interruptions === undefined ? {} : { interruptions });

/** A step that is the activity's own shows its attempts and its waiting. */
const isOwn = (state: RunState, id: string): boolean => {
  const activity = own(state.activities, id);
  return activity !== undefined && activity.id === activity.step;
};

const countAttempt = (state: RunState, event: RunEvent, attempt: number): RunState =>
  withStep(state, event.step ?? "", (old) => ({ ...old, attempts: Math.max(old.attempts, attempt) }));

/** The cost of a tool's call takes the place of its reservation. A call without a price changes nothing. */
function settleTool(state: RunState, event: RunEvent, freed: Amount, microUsd: number, kept: Amount): RunState {
  if (freed.microUsd === 0 && microUsd === 0) return state;
  const spent = plus(state.lease.spent, { microUsd, tokens: 0 });
  const lease = { ...state.lease, spent, held: plus(state.lease.held, kept) };
  const settled = reserve({ ...state, lease }, kept, freed);
  return kept.microUsd === 0 ? settled : withHeld(settled, event.step ?? "", kept);
}

/** A look-up told what became of a write, so what was held for its sendings is held no longer. */
function settleUntold(state: RunState, { data, step = "" }: EventOf<"tool.looked_up">, microUsd: MicroUsd): RunState {
  const letGo = { microUsd, tokens: 0 };
  const told = changeActivity(state, data.activity, ({ untold: _untold, ...activity }) =>
    data.found === "no" ? { ...activity, isRuledOut: true } : activity,
  );
  const lease = { ...told.lease, held: minus(told.lease.held, letGo) };
  const freed = reserve({ ...told, lease }, NOTHING, letGo);
  return microUsd === 0 ? freed : withStep(freed, step, (old) => ({ ...old, held: minus(old.held ?? NOTHING, letGo) }));
}

const withHeld = (state: RunState, step: string, kept: Amount): RunState =>
  kept === NOTHING ? state : withStep(state, step, (old) => ({ ...old, held: plus(old.held ?? NOTHING, kept) }));

const reserve = (state: RunState, more: Amount, less: Amount): RunState => ({
  ...state,
  reserved: minus(plus(state.reserved, more), less),
});

/** An upstream that counts more than the worst case once will do so again. */
const worse = (known: RunState["overrun"], cost: Usage, reserved: Amount): RunState["overrun"] => ({
  microUsd: Math.max(known.microUsd, reserved.microUsd === 0 ? 1 : cost.microUsd / reserved.microUsd),
  tokens: Math.max(known.tokens, reserved.tokens === 0 ? 1 : (cost.tokensIn + cost.tokensOut) / reserved.tokens),
});
