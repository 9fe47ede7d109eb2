/** How each effect is carried out, and what comes back of it. A kind without a handler does not compile. */
import type { ModelOutcome, ToolOutcome } from "../../core/run/call.ts";
import type { Happening } from "../../core/run/input.ts";
import { modelCall, toolCall } from "../../core/run/request.ts";
import type { RunState } from "../../core/run/state.ts";
import type { Machinery } from "../../core/run/turn.ts";
import type { RunEffect } from "../../core/run/wanted.ts";
import type { RunEnginePorts } from "./ports.ts";

type Snapshot = { readonly machinery: Machinery; readonly state: RunState; readonly killEpoch: number };
type Handlers = {
  readonly [K in RunEffect["kind"]]: (ports: RunEnginePorts, run: Snapshot, effect: Extract<RunEffect, { kind: K }>) => Promise<Happening>;
};

export function carryOut(ports: RunEnginePorts, run: Snapshot, effect: RunEffect): Promise<Happening> {
  const handler = HANDLERS[effect.kind] as (ports: RunEnginePorts, run: Snapshot, effect: RunEffect) => Promise<Happening>;
  return handler(ports, run, effect);
}

const HANDLERS: Handlers = {
  "authority.ask": async (ports, _run, { activity, question }) => ({
    kind: "authorized",
    activity,
    answer: await ports.authorize(question),
  }),
  "tool.call": async (ports, { machinery, state, killEpoch }, { activity, call }) => {
    const request = toolCall(machinery, state, activityOf(state, activity), ports.now(), killEpoch);
    return { kind: "tool.answered", activity, call, outcome: await ports.callTool(request).catch(brokenTool) };
  },
  "model.call": async (ports, { machinery, state, killEpoch }, { activity, call }) => {
    const request = modelCall(machinery, state, activityOf(state, activity), ports.now(), killEpoch);
    return { kind: "model.answered", activity, call, outcome: await ports.callModel(request).catch(brokenModel) };
  },
  "review.open": async (ports, { machinery }, { activity, step, request }) => {
    const { id, until } = await ports.openReview(machinery.birth.org, request);
    return { kind: "review.opened", activity, step, key: request.key, id, until };
  },
  "review.withdraw": async (ports, { machinery }, { ids }) => {
    await ports.withdrawReviews(machinery.birth.org, machinery.birth.id);
    return { kind: "review.withdrawn", ids };
  },
  "run.continue": async (ports, { machinery }, { birth }) => {
    await ports.continueRun(machinery.birth.id, birth);
    return { kind: "dead_letter.handed_over", run: birth.id };
  },
};

function activityOf(state: RunState, id: string): RunState["activities"][string] {
  const activity = state.activities[id];
  if (!activity) throw new TypeError(`no activity ${id} in the run`);
  return activity;
}

/** A gateway that throws has a bug; the call may have left, so its outcome is unknown. */
const BROKEN = { class: "unknown", code: "internal", message: "the gateway broke", retryAfterMs: null } as const;
const brokenTool = (): ToolOutcome => ({ result: { ok: false, failure: BROKEN }, status: null, durationMs: 0, openings: [], findings: [] });
const brokenModel = (): ModelOutcome => ({
  result: { ok: false, failure: BROKEN },
  usage: null,
  durationMs: 0,
  findings: [],
  upstream: {},
});
