/** How each effect is carried out, and what comes back of it. A kind without a handler does not compile. */
import { type Json, own } from "../../core/json.ts";
import { stoppedBy } from "../../core/kill-switch/stops.ts";
import { OWN } from "../../core/label/label.ts";
import type { LookupAnswer, ModelOutcome, ToolOutcome } from "../../core/run/calls/call.ts";
import { hasSeenInstruction } from "../../core/run/calls/findings.ts";
import { modelCall, toolCall } from "../../core/run/calls/request.ts";
import { wholePast } from "../../core/run/fold/past.ts";
import { starterOf } from "../../core/run/machine/birth.ts";
import type { Happening } from "../../core/run/machine/happening.ts";
import { isFinal, type RunState } from "../../core/run/machine/state.ts";
import type { Machinery } from "../../core/run/machine/turn.ts";
import { boundedView } from "../../core/run/outside/bounded.ts";
import { toRunView } from "../../core/run/outside/present.ts";
import { portable } from "../../core/run/outside/redrive.ts";
import { classRefusedToCallback } from "../../core/run/outside/sinks.ts";
import { labelsChosen, soFar } from "../../core/run/outside/so-far.ts";
import { toldEnd } from "../../core/run/outside/told-end.ts";
import type { RunEffect } from "../../core/run/outside/wanted.ts";
import { beginsChanged } from "../../core/run/steps/changed.ts";
import { stepSpanId } from "../../core/trace/span.ts";
import type { MemoryOf, RunEnginePorts, SessionPlace } from "./ports.ts";

type Snapshot = { readonly machinery: Machinery; readonly state: RunState; readonly killEpoch: number };
type Handlers = {
  readonly [K in RunEffect["kind"]]: (
    ports: RunEnginePorts,
    run: Snapshot,
    effect: Extract<RunEffect, { kind: K }>,
  ) => Promise<EffectOutcome>;
};

/** What comes of an effect: something that happened to the run, or that it was handed over and the answer comes by itself, later. */
export type EffectOutcome = Happening | { readonly kind: "delivered" };

/** Carries one effect out. Throws when nobody can be reached: the effect stays wanted. */
export function carryOut(ports: RunEnginePorts, run: Snapshot, effect: RunEffect): Promise<EffectOutcome> {
  const handler = HANDLERS[effect.kind] as (ports: RunEnginePorts, run: Snapshot, effect: RunEffect) => Promise<EffectOutcome>;
  return handler(ports, run, effect);
}

const HANDLERS: Handlers = {
  "authority.ask": async (ports, { killEpoch }, { activity, question }) => ({
    kind: "authorized",
    activity,
    answer: await ports.authorize(question, killEpoch),
  }),
  "tool.call": async (ports, { machinery, state, killEpoch }, { activity, call }) => {
    const request = built(() => toolCall(machinery, state, activityOf(state, activity), ports.now(), killEpoch));
    if (request === null) return { kind: "tool.answered", activity, call, outcome: notSent() };
    const outcome = await ports.callTool(request).catch(brokenTool);
    return toolHappening(activity, call, outcome);
  },
  "tool.look_up": async (ports, { machinery, state, killEpoch }, { activity, call, tool }) => {
    const request = toolCall(machinery, state, activityOf(state, activity), ports.now(), killEpoch);
    const before = soFar(machinery, state, activityOf(state, activity));
    const answer = await ports.lookUp(request, tool, machinery.birth.roles, before).catch(noAnswer);
    return { kind: "tool.looked_up", activity, call, answer };
  },
  "model.call": async (ports, { machinery, state, killEpoch }, { activity, call }) => {
    const request = built(() => modelCall(machinery, state, activityOf(state, activity), ports.now(), killEpoch));
    if (request === null) return { kind: "model.answered", activity, call, outcome: unsaid() };
    const outcome = await ports.callModel(request).catch(brokenModel);
    return modelHappening(activity, call, outcome);
  },
  "call.queue": async (ports, { machinery }, { activity, call }) => {
    const { id: run, org } = machinery.birth;
    await ports.queueCall({ v: 1, run, org, activity, call });
    return { kind: "delivered" };
  },
  "child.start": async (ports, run, { activity }) => {
    await startChild(ports, run, activity);
    return { kind: "delivered" };
  },
  // Nothing is cancelled before it is born: a start on its way would bear a child that nobody ends.
  "child.cancel": async (ports, run, { run: child, activity }) => {
    const cancel = (): Promise<boolean> => ports.cancelRun(child, "parent", "the parent run ended");
    if (!(await cancel())) {
      await startChild(ports, run, activity);
      await cancel();
    }
    return { kind: "delivered" };
  },
  // A child that is not born yet throws: it is told once it is. One that is ending or has ended needs no telling.
  "child.hold": async (ports, _run, { activity, run, hold: { on, hold, by, reason } }) => {
    const found = await ports.holdRun(run, { on, by, reason, hold });
    if (!found) throw new Error("the child run is not born yet");
    return { kind: "child.held", activity, run, hold, on };
  },
  "child.undo": async (ports, _run, { run, activity }) => {
    const undone = await ports.undoRun(run);
    return undone === "under way" ? { kind: "delivered" } : { kind: "child.undone", activity, run, ...undone };
  },
  "callback.send": async (ports, { machinery, state }, { url, attempt }) => {
    const { org, id } = machinery.birth;
    // What stops the run's workflow holds the news of its end, too: it is sent once that is lifted, and this is no attempt.
    const stops = await ports.stops().catch(() => null);
    if (stops === null || stoppedBy(stops, { org, workflow: machinery.birth.definition.name }) !== null) return { kind: "delivered" };
    if (classRefusedToCallback(machinery, state) !== null) return { kind: "callback.answered", attempt, result: "refused" };
    const result = await ports.callBack({
      org,
      url,
      id: `msg_${id.slice(4)}`,
      body: boundedView(toRunView(machinery, state)) as unknown as Json,
    });
    return { kind: "callback.answered", attempt, result };
  },
  "budget.lease": async (ports, { machinery }, { request }) => ({
    kind: "budget.answered",
    n: request.n,
    answer: await ports.lease(machinery.birth.org, request),
  }),
  "parent.tell": async (ports, { machinery, state }) => {
    const { parent, org } = machinery.birth;
    if (parent === null) throw new TypeError("a run without a parent has nobody to tell");
    await ports.tellParent(parent, toldEnd(machinery, state), org);
    return { kind: "parent.told" };
  },
  "memory.recall": async (ports, { machinery }, { query }) => {
    // What cannot be recalled is done without: the run says so (`GET /v1/runs/{id}/context`).
    const found = await ports.memory.recall(memoryOf(machinery), query).catch(() => null);
    if (found === null) return { kind: "memory.recalled", snippets: [], label: OWN, failed: true };
    return { kind: "memory.recalled", ...found };
  },
  "memory.keep": async (ports, { machinery }, { what }) => ({
    kind: "memory.kept",
    ...(await ports.memory.keep(memoryOf(machinery), what)),
  }),
  "session.enter": async (ports, { machinery }, { session }) => {
    const turn = await ports.session.enter(placeOf(machinery, session));
    return turn === null ? { kind: "delivered" } : { kind: "session.entered", ...turn };
  },
  "session.step_aside": async (ports, { machinery }, { session }) => {
    await ports.session.stepAside(placeOf(machinery, session));
    return { kind: "session.stepped_aside" };
  },
  "session.leave": async (ports, { machinery, state }, { session, said }) => {
    await ports.session.leave(placeOf(machinery, session), state.session?.owner ?? null, said);
    return { kind: "session.left" };
  },
  "review.open": async (ports, { machinery }, { activity, step, request }) => {
    const { id, until } = await ports.openReview(machinery.birth.org, request);
    return { kind: "review.opened", activity, step, key: request.key, id, until };
  },
  "review.withdraw": async (ports, { machinery, state }, { ids }) => {
    await ports.withdrawReviews(machinery.birth.org, machinery.birth.id, isFinal(state) ? null : ids);
    return { kind: "review.withdrawn", ids };
  },
  "run.continue": async (ports, { machinery }, { start }) => {
    await ports.continueRun(machinery.birth.id, portable(start));
    return { kind: "dead_letter.handed_over", run: start.id };
  },
};

const memoryOf = ({ birth }: Machinery): MemoryOf => ({
  ...{ org: birth.org, user: birth.user, roles: birth.roles, subject: birth.subject, traceId: birth.traceId },
  ...{ run: birth.id, workflow: birth.definition.name, ...starterOf(birth) },
});

const placeOf = ({ birth: { org, subject, id } }: Machinery, session: string): SessionPlace => ({ org, subject, session, run: id });

async function startChild(ports: RunEnginePorts, { machinery, state }: Snapshot, activity: string): Promise<void> {
  const { child, input, reserved, ...work } = activityOf(state, activity);
  const labels = work.labels ?? labelsChosen(state, activityOf(state, activity));
  if (child === null) throw new TypeError(`activity ${activity} has no child`);
  const { birth } = machinery;
  const { parent, definition } = birth;
  const tools = definition.tools.filter((tool) => parent === null || parent.tools.includes(tool));
  await ports.startChild({
    child,
    parent: {
      run: birth.id,
      activity,
      depth: (parent?.depth ?? 0) + 1,
      tools,
      ...(hasSeenInstruction({ birth }, state) ? { seenInstruction: true } : {}),
      past: wholePast({ birth }, state),
      ...(beginsChanged(machinery, state, activityOf(state, activity)) ? { changed: true } : {}),
    },
    parentSpanId: stepSpanId(machinery.sha256, birth.id, activity),
    from: birth,
    input,
    ...(labels === undefined ? {} : { labels }),
    budget: { usd: reserved.microUsd, tokens: reserved.tokens },
  });
}

function activityOf(state: RunState, id: string): RunState["activities"][string] {
  const activity = own(state.activities, id);
  if (!activity) throw new TypeError(`no activity ${id} in the run`);
  return activity;
}

/** What `make` gives; null: it threw, which is a bug of ours. */
function built<T>(make: () => T): T | null {
  try {
    return make();
  } catch {
    return null;
  }
}

/** What a tool's outcome is to its run, whoever made the call. */
export const toolHappening = (activity: string, call: number, outcome: ToolOutcome): Happening => {
  if (!isBrokenOff(outcome)) return { kind: "tool.answered", activity, call, outcome };
  return { kind: "interrupted", activity, call, ...(outcome.reached === "no" ? { isUnsent: true } : {}) };
};

/** As `toolHappening`, of a model. */
export const modelHappening = (activity: string, call: number, outcome: ModelOutcome): Happening =>
  isBrokenOff(outcome) ? { kind: "interrupted", activity, call } : { kind: "model.answered", activity, call, outcome };

/** A kill switch closed its connection, or it did not leave any more: nobody knows what became of it, as after a crash of ours. */
const isBrokenOff = ({ result }: ToolOutcome | ModelOutcome): boolean => "failure" in result && result.failure.code === "cancelled";

/** A gateway that throws has a bug; the call may have left, so its outcome is unknown. */
const BROKEN = { class: "unknown", code: "internal", message: "the gateway failed with an internal error", retryAfterMs: null } as const;
const brokenTool = (): ToolOutcome => ({
  result: { ok: false, failure: BROKEN },
  reached: "unknown",
  status: null,
  durationMs: 0,
  openings: [],
  findings: [],
});
/** A call that cannot be put together was not sent, and would not be the next time either. */
const UNBUILT = { class: "permanent", code: "internal", message: "the request could not be built", retryAfterMs: null } as const;
const notSent = (): ToolOutcome => ({ ...brokenTool(), result: { ok: false, failure: UNBUILT }, reached: "no" });
const unsaid = (): ModelOutcome => ({ ...brokenModel(), result: { ok: false, failure: UNBUILT } });
const noAnswer = (): LookupAnswer => ({ found: "unsure", output: null, durationMs: 0, findings: [], failure: BROKEN });
const brokenModel = (): ModelOutcome => ({
  result: { ok: false, failure: BROKEN },
  usage: null,
  durationMs: 0,
  findings: [],
  upstream: {},
});
