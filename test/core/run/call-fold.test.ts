/** What each event of a call changes in a run's state, and nothing else: states and events that are written down by hand. */
import { describe, expect, it } from "vitest";
import { priceOf } from "../../../core/run/calls/tool-cost.ts";
import { CALL_EVENTS } from "../../../core/run/fold/call-events.ts";
import { isDoubtful, reachedByStatus } from "../../../core/run/fold/doubt.ts";
import type { EventData, EventType } from "../../../core/run/machine/event.ts";
import type { Activity, RunState } from "../../../core/run/machine/state.ts";
import type { AgentStep } from "../../../core/workflow/definition.ts";
import { define, model, tool } from "../../support/run/definition.ts";
import { Drive, T0 } from "../../support/run/drive.ts";

const { cache: _cache, async: _async, kind: _kind, ...asked } = model();
const desk: AgentStep = { ...asked, kind: "agent", tools: ["mail.send"], max_iterations: 3 };
const { machinery, state: BORN } = new Drive(define({ t: tool("mail.send"), desk }));
const sum = (microUsd: number, tokens = 0) => ({ microUsd, tokens });
const BASE = {
  ...{ id: "t", step: "t", node: "t", kind: "tool", purpose: "node", phase: "calling", attempt: 1, tool: "mail.send", input: { to: "x" } },
  ...{ facts: null, candidates: [], candidate: 0, corrections: [], reserved: sum(0), review: null, questions: 0, approved: null },
  ...{ resumeAt: null, call: null, doubt: false, queued: null, lostAt: null, signal: null, child: null, undoes: null },
} as unknown as Activity;
type Given = { readonly [K in keyof Activity]?: unknown };
const factsOf = (effect: "read" | "write", idempotency: unknown = "key") => ({ effect, idempotency });

/** The state after one event, with the activity as it was and is. */
function fold<T extends keyof typeof CALL_EVENTS & EventType>(
  type: T,
  data: Partial<EventData[T]> & object,
  activity: Given = {},
  more: object = {},
  step = "t",
) {
  const one = { ...BASE, ...activity } as unknown as Activity;
  const before = {
    ...BORN,
    activities: { [one.id]: one },
    agents: { desk: { iteration: 1, tools: [], turns: [] } },
    ...more,
  } as unknown as RunState;
  const event = { seq: 9, type, at: T0 + 5, step, data: { activity: one.id, ...data } } as never;
  const context = { birth: { ...machinery.birth, ...(("birth" in more ? more.birth : {}) as object) }, plan: machinery.plan };
  const state = (CALL_EVENTS[type] as (...all: unknown[]) => RunState)(before, event, context);
  return { state, before, one: state.activities[one.id] as Activity };
}

describe("[RUN-371] how far a call came, by its status alone", () => {
  const failure = (kind: string) => ({ class: kind, code: "tool_error", message: "", retryAfterMs: null }) as never;
  it.each<[number | null, string, string]>([
    [null, "unknown", "unknown"],
    [200, "unknown", "unknown"],
    [null, "permanent", "no"],
    [null, "transient", "no"],
    [199, "permanent", "no"],
    [200, "permanent", "answered"],
    [200, "transient", "unknown"],
    [299, "safety", "answered"],
    [299, "transient", "unknown"],
    [300, "permanent", "no"],
    [300, "transient", "answered"],
    [399, "permanent", "no"],
    [400, "permanent", "refused"],
    [499, "permanent", "refused"],
    [500, "permanent", "no"],
    [400, "safety", "no"],
    [429, "transient", "answered"],
    [503, "transient", "answered"],
  ])("%s, %s: %s", (status, kind, reached) => expect(reachedByStatus(status, failure(kind))).toBe(reached));

  type Doubt = [string, object, object, boolean];
  it.each<Doubt>([
    ["a success", {}, { ok: true }, false],
    ["a read", { facts: factsOf("read"), doubt: true }, { failure: failure("unknown"), reached: "unknown" }, false],
    ["no facts", { facts: null, doubt: true }, { failure: failure("unknown"), reached: "unknown" }, false],
    ["an answer that says nothing", { doubt: true }, {}, false],
    ["a call that was cut short", {}, { failure: failure("unknown"), reached: "answered" }, true],
    ["a call that was cut short before it went out", {}, { failure: failure("unknown"), reached: "no" }, true],
    ["one that did not go out", {}, { failure: failure("transient"), reached: "no" }, false],
    ["one that did not go out, in doubt before", { doubt: true }, { failure: failure("transient"), reached: "no" }, true],
    ["try again", {}, { failure: failure("transient"), reached: "answered" }, false],
    ["try again, in doubt before", { doubt: true }, { failure: failure("transient"), reached: "answered" }, true],
    ["an answer that cannot be used", {}, { failure: failure("permanent"), reached: "answered" }, true],
    ["a refusal", {}, { failure: failure("permanent"), reached: "refused" }, false],
    ["a refusal under the same key, in doubt before", { doubt: true }, { failure: failure("permanent"), reached: "refused" }, false],
    [
      "a refusal without a key, in doubt before",
      { facts: factsOf("write", "none"), doubt: true },
      { failure: failure("permanent"), reached: "refused" },
      true,
    ],
    ["a refusal without a key", { facts: factsOf("write", "none") }, { failure: failure("permanent"), reached: "refused" }, false],
    ["an older journal", {}, { failure: failure("permanent"), status: 200 }, true],
    ["an older journal that refused", {}, { failure: failure("permanent"), status: 404 }, false],
    ["what was cut off", {}, { failure: failure("transient"), reached: "unknown" }, true],
  ])("%s", (_, activity, answer, isInDoubt) => {
    const one = { facts: factsOf("write"), doubt: false, ...activity } as never;
    expect(isDoubtful(one, { ok: false, status: null, ...answer } as never)).toBe(isInDoubt);
  });

  it.each<[object | null, unknown, number]>([
    [null, { usd: 1 }, 0],
    [{}, { usd: 1 }, 0],
    [{ price: { micro_usd: 900 } }, { usd: 0.0001 }, 900],
    [{ price: { micro_usd: 900, output_pointer: "/usd" } }, { usd: 0.0001 }, 100],
    [{ price: { micro_usd: 900, output_pointer: "/usd" } }, { usd: 0 }, 0],
    [{ price: { micro_usd: 900, output_pointer: "/usd" } }, { usd: 1 }, 900],
    [{ price: { micro_usd: 900, output_pointer: "/usd" } }, { usd: -1 }, 900],
    [{ price: { micro_usd: 900, output_pointer: "/usd" } }, { usd: "0" }, 900],
    [{ price: { micro_usd: 900, output_pointer: "/usd" } }, {}, 900],
  ])("of %j, %j costs %i", (facts, output, cost) => expect(priceOf({ facts } as never, output as never)).toBe(cost));
});

describe("[RUN-372] what the events of a call of a tool change", () => {
  const CALLED = { attempt: 2, tool: "mail.send", version: 1, effect: "write", key: "k", input_digest: "x" } as const;
  it("sent: which, when, for how much; counted as an attempt of its step, but for what undoes", () => {
    const sent = fold(
      "tool.called",
      { ...CALLED, reserved: { micro_usd: 30, tokens: 4 } },
      { phase: "ready", isRepeated: true, isUnasked: true, mayHavePaid: true, resumeAt: 7 },
    );
    expect(sent.one).toMatchObject({
      phase: "calling",
      call: 9,
      attempt: 2,
      resumeAt: null,
      sentAt: T0 + 5,
      lostAt: null,
      queued: null,
      reserved: sum(30, 4),
      doubt: false,
    });
    for (const gone of ["isRepeated", "isUnasked", "mayHavePaid", "interruptions"]) expect(sent.one).not.toHaveProperty(gone);
    expect(sent.state.reserved).toEqual(sum(30, 4));
    expect(sent.state.steps["t"]?.attempts).toBe(2);
    expect(fold("tool.called", CALLED, { purpose: "compensation" }).state.steps["t"]?.attempts).toBe(0);
    expect(fold("tool.called", { ...CALLED, lost_at: 44, interruptions: 3 }).one).toMatchObject({
      lostAt: 44,
      queued: "owed",
      interruptions: 3,
      reserved: sum(0),
    });
  });
  it.each<[string, object, object, boolean]>([
    ["the first", {}, {}, false],
    ["a write again", { repeated: true }, {}, true],
    ["a read again", { repeated: true, effect: "read" }, {}, false],
    ["whatever was in doubt", {}, { doubt: true }, true],
  ])("in doubt: %s", (_, data, activity, doubt) => expect(fold("tool.called", { ...CALLED, ...data }, activity).one.doubt).toBe(doubt));

  const again = (facts: object, more: Given = {}, data: object = { repeated: true }) => {
    const { state, one } = fold(
      "tool.called",
      { ...CALLED, ...data, reserved: { micro_usd: 30, tokens: 0 } },
      { facts, reserved: sum(30), ...more },
      { reserved: sum(30) },
    );
    return { reserved: state.reserved.microUsd, held: state.lease.held.microUsd, mayHavePaid: one.mayHavePaid === true };
  };
  it.each<[string, () => ReturnType<typeof again>, ReturnType<typeof again>]>([
    ["under its key: paid once", () => again(factsOf("write")), { reserved: 30, held: 0, mayHavePaid: true }],
    ["under its key in doubt: paid once", () => again(factsOf("write"), { doubt: true }), { reserved: 30, held: 0, mayHavePaid: true }],
    ["without a key: perhaps paid twice", () => again(factsOf("write", "none")), { reserved: 60, held: 30, mayHavePaid: false }],
    [
      "with a look-up, in doubt: perhaps paid twice",
      () => again(factsOf("write", { lookup: "l" }), { doubt: true }),
      { reserved: 60, held: 30, mayHavePaid: false },
    ],
    [
      "with a look-up that said no: paid once",
      () => again(factsOf("write", { lookup: "l" })),
      { reserved: 30, held: 0, mayHavePaid: true },
    ],
    ["not again: not paid before", () => again(factsOf("write"), {}, {}), { reserved: 30, held: 0, mayHavePaid: false }],
  ])("money of a call that is sent again %s", (_, find, expected) => expect(find()).toEqual(expected));
  it("a call without a price was not paid", () =>
    expect(fold("tool.called", { ...CALLED, repeated: true }).one).not.toHaveProperty("mayHavePaid"));

  const ANSWERED = { attempt: 1, tool: "mail.send", status: 200, duration_ms: 1, openings: [] } as const;
  it("answered: ready, what it cost in place of what was reserved", () => {
    const held = { reserved: sum(30) };
    const told = fold("tool.answered", { ...ANSWERED, ok: true, spent_micro_usd: 20, reached: "answered" }, held, { reserved: sum(30) });
    expect(told.one).toMatchObject({ phase: "ready", reserved: sum(0), reached: "answered" });
    for (const gone of ["unreached", "isUnasked", "isStale", "answerLabel"]) expect(told.one).not.toHaveProperty(gone);
    expect(told.state).toMatchObject({
      reserved: sum(0),
      lease: { spent: sum(20), held: sum(0) },
      usage: { microUsd: 20, toolCalls: 1, cacheHits: 0 },
    });
    const kept = fold("tool.answered", { ...ANSWERED, ok: false, spent_micro_usd: 0, held_micro_usd: 30 }, held, { reserved: sum(30) });
    expect(kept.state).toMatchObject({ reserved: sum(30), lease: { spent: sum(0), held: sum(30) }, steps: { t: { held: sum(30) } } });
    expect(told.state.steps["t"]).not.toHaveProperty("held");
    expect(fold("tool.answered", { ...ANSWERED, ok: true }).state.lease).toBe(BORN.lease);
    expect(fold("tool.answered", { ...ANSWERED, ok: true, spent_micro_usd: 5 }).state.lease.spent).toEqual(sum(5));
    expect(fold("tool.answered", { ...ANSWERED, ok: true }, held, { reserved: sum(30) }).state.reserved).toEqual(sum(0));
  });
  it.each<[object, object]>([
    [{ cached: "exact" }, { toolCalls: 0, cacheHits: 1 }],
    [{ unasked: true }, { toolCalls: 0, cacheHits: 0 }],
    [{}, { toolCalls: 1, cacheHits: 0 }],
  ])("answered %j counts %j", (data, usage) =>
    expect(fold("tool.answered", { ...ANSWERED, ok: true, ...data }).state.usage).toMatchObject(usage),
  );
  it("answered, with what else is said of it", () => {
    const label = { trust: "untrusted", class: "public", sources: ["ada"] } as const;
    const told = fold(
      "tool.answered",
      { ...ANSWERED, ok: true, reached: "no", unasked: true, flags: ["stale", "degraded"], label },
      { unreached: 2 },
    );
    expect(told.one).toMatchObject({ reached: "no", unreached: 3, isUnasked: true, isStale: true, answerLabel: label });
    expect(told.state.flags).toEqual(["stale", "degraded"]);
    expect(fold("tool.answered", { ...ANSWERED, ok: false, reached: "no" }).one.unreached).toBe(1);
  });

  it("looked up: what it was found to have cost is paid; what nobody knows stays taken", () => {
    const held = { phase: "looking", reserved: sum(30), doubt: true };
    const look = (data: object) => fold("tool.looked_up", { tool: "l", duration_ms: 1, ...data } as never, held, { reserved: sum(30) });
    const yes = look({ found: "yes", spent_micro_usd: 20 });
    expect(yes.one).toMatchObject({ phase: "ready", doubt: false, reserved: sum(0) });
    expect(yes.state).toMatchObject({ reserved: sum(0), lease: { spent: sum(20), held: sum(0) }, usage: { microUsd: 20, toolCalls: 1 } });
    for (const [found, doubt] of [
      ["no", false],
      ["unsure", true],
    ] as const) {
      const told = look({ found });
      expect(told.one).toMatchObject({ phase: "ready", doubt, reserved: sum(30) });
      expect(told.state).toMatchObject({ reserved: sum(30), usage: { microUsd: 0, toolCalls: 1 } });
    }
  });
  it("being looked up: in doubt, by whom, until when", () => {
    const looking = fold("tool.looking_up", { tool: "l", time: 2, resume_at: 77 }, { queued: "taken", lostAt: 5 });
    expect(looking.one).toMatchObject({ phase: "looking", resumeAt: 77, call: 9, lookups: 2, doubt: true, queued: null, lostAt: null });
  });

  it.each<[string, Given, boolean]>([
    ["from the queue", { queued: "owed", facts: factsOf("write") }, false],
    ["again: the first consumer may have made it", { queued: "taken", facts: factsOf("write") }, true],
    ["again, a read", { queued: "taken", facts: factsOf("read") }, false],
    ["again, of which nothing is known", { queued: "taken" }, false],
    ["in doubt before", { queued: "owed", doubt: true }, true],
  ])("a queued call that is taken up %s", (_, activity, doubt) =>
    expect(fold("call.taken", { call: 3 }, activity).one).toMatchObject({ doubt, queued: "taken", sentAt: T0 + 5 }),
  );
});

describe("[RUN-373] what the events of decisions, models, questions and child runs change", () => {
  const risk = (score: number) => ({ score, factors: [] });
  it("a call that is allowed is ready, and the run is as risky as its riskiest call", () => {
    const decide = (decision: string, more = {}, state = {}) =>
      fold("policy.decided", { decision, facts: null, ...more } as never, { phase: "deciding" }, state);
    expect([decide("allow").one.phase, decide("ask").one.phase, decide("deny").one.phase]).toEqual(["ready", "deciding", "deciding"]);
    expect(decide("allow").one).not.toHaveProperty("risk");
    expect(decide("allow").state.risk).toBe(BORN.risk);
    expect(decide("allow", { risk: risk(40) })).toMatchObject({ one: { risk: risk(40) }, state: { risk: risk(40) } });
    expect(decide("allow", { risk: risk(40) }, { risk: risk(60) }).state.risk).toEqual(risk(60));
  });
  const two = [
    { id: "a", context: 100 },
    { id: "b", context: 200 },
  ];
  it("a call that is routed is ready; the attempt that is made again keeps its place among fewer models", () => {
    const route = (activity: Given, more = {}) => fold("model.routed", { candidates: two, rejected: [], ...more } as never, activity);
    expect(route({ candidate: 5 }).one).toMatchObject({ phase: "ready", candidates: two, candidate: 5 });
    for (const [was, is] of [
      [5, 1],
      [1, 1],
      [0, 0],
    ])
      expect(route({ candidate: was, isRepeated: true }).one.candidate).toBe(is);
    expect(fold("model.routed", { candidates: [], rejected: [] }, { candidate: 2, isRepeated: true }).one.candidate).toBe(0);
    const tools = [{ name: "x", description: "", input: true }] as never;
    expect(route({ node: "desk", id: "desk/1" }, { tools }).state.agents["desk"]?.tools).toEqual(tools);
    expect(route({ node: "desk", id: "desk/1" }).state.agents["desk"]?.tools).toEqual([]);
  });
  it("a model that is asked: which, for how much, how much it sees", () => {
    const ask = fold(
      "model.calling",
      { attempt: 3, model: "b", reserved: { micro_usd: 9, tokens: 50 } },
      { id: "desk/1", node: "desk", candidates: two },
      {},
      "desk",
    );
    expect(ask.one).toMatchObject({ phase: "calling", attempt: 3, candidate: 1, reserved: sum(9, 50), lostAt: null, queued: null });
    expect(ask.state).toMatchObject({ reserved: sum(9, 50), agents: { desk: { window: 200 } }, steps: { desk: { attempts: 3 } } });
    const unknown = fold(
      "model.calling",
      { attempt: 1, model: "c", reserved: { micro_usd: 0, tokens: 0 }, lost_at: 8 },
      { id: "desk/1", node: "desk", candidates: two },
    );
    expect(unknown.state.agents["desk"]).not.toHaveProperty("window");
    expect(unknown.one).toMatchObject({ candidate: -1, lostAt: 8, queued: "owed" });
  });
  const CALLED = {
    attempt: 1,
    model: "a",
    ok: true,
    spent: { tokens_in: 3, tokens_out: 4, micro_usd: 5 },
    held: null,
    duration_ms: 1,
    upstream: {},
    total_usd: 0,
  };
  const failure = { class: "transient", code: "timeout", message: "", retryAfterMs: null } as never;
  const call = (data: object, activity: Given = {}, more: object = {}) =>
    fold(
      "model.called",
      { ...CALLED, ...data } as never,
      { reserved: sum(10, 20), kind: "model", corrections: ["old"], ...activity },
      { reserved: sum(10, 20), ...more },
    );
  it("a model's answer: what it cost in place of what was reserved", () => {
    const told = call({});
    expect(told.one).toMatchObject({ phase: "ready", reserved: sum(0), candidate: 0, corrections: [] });
    expect(told.state).toMatchObject({
      reserved: sum(0),
      lease: { spent: sum(5, 7), held: sum(0) },
      usage: { tokensIn: 3, tokensOut: 4, microUsd: 5, modelCalls: 1, cacheHits: 0 },
    });
    expect(told.state.overrun).toEqual({ microUsd: 1, tokens: 1 });
    expect(told.state.steps["t"]).not.toHaveProperty("held");
    const kept = call({ held: { micro_usd: 10, tokens: 20 } });
    expect(kept.state).toMatchObject({ reserved: sum(10, 20), lease: { held: sum(10, 20) }, steps: { t: { held: sum(10, 20) } } });
    const dear = call({ spent: { tokens_in: 30, tokens_out: 10, micro_usd: 30 } });
    expect(dear.state.overrun).toEqual({ microUsd: 3, tokens: 2 });
    expect(call({}, { reserved: sum(0) }, { reserved: sum(0) }).state.overrun).toEqual({ microUsd: 1, tokens: 1 });
    expect(call({}, {}, { overrun: { microUsd: 4, tokens: 5 } }).state.overrun).toEqual({ microUsd: 4, tokens: 5 });
    const judged = call({ moderated: { tokens_in: 1, tokens_out: 1, micro_usd: 100 } });
    expect(judged.state).toMatchObject({ lease: { spent: sum(5, 7) }, usage: { microUsd: 105, tokensIn: 4, tokensOut: 5 } });
  });
  it.each<[object, object]>([
    [{ cached: "exact" }, { modelCalls: 0, cacheHits: 1 }],
    [
      { unasked: true, ok: false, failure },
      { modelCalls: 0, cacheHits: 0 },
    ],
  ])("%j counts %j", (data, usage) => expect(call(data).state.usage).toMatchObject(usage));
  it.each<[string, object, object]>([
    ["a failure goes to the next model", { ok: false, failure }, { candidate: 1, corrections: [] }],
    [
      "one that was cut short does not, and keeps what is to be corrected",
      { ok: false, failure, interrupted: true, interruptions: 2 },
      { candidate: 0, corrections: ["old"], interruptions: 2 },
    ],
    ["a correction is added", { ok: false, correction: "new" }, { candidate: 0, corrections: ["old", "new"] }],
    ["an answer forgets them", {}, { candidate: 0, corrections: [] }],
  ])("%s", (_, data, one) => expect(call(data).one).toMatchObject(one));

  const rules = { guardrails: { rules: { hand_over: { failures: 2 } } } };
  it.each<[string, object, Given, object, number]>([
    ["a failure", { ok: false, failure }, {}, rules, 1],
    ["a failure of an agent's call", { ok: false, failure }, { purpose: "agent" }, rules, 1],
    ["where nobody counts", { ok: false, failure }, {}, {}, 0],
    ["where failures are no reason", { ok: false, failure }, {}, { guardrails: { rules: { hand_over: {} } } }, 0],
    ["a success", {}, {}, rules, 0],
    ["one that was cut short", { ok: false, failure, interrupted: true }, {}, rules, 0],
    ["one that did not go out", { ok: false, failure, unasked: true }, {}, rules, 0],
    ["of undoing", { ok: false, failure }, { purpose: "compensation" }, rules, 0],
    ["of a summary", { ok: false, failure }, { purpose: "summary" }, rules, 0],
  ])("failed attempts that may hand a run over: %s", (_, data, activity, birth, count) => {
    const total = (state: RunState) => JSON.stringify(state.failedAttempts ?? {});
    expect(total(call(data, activity, { birth }).state) === total(BORN)).toBe(count === 0);
    if (!("interrupted" in data)) {
      const answer = { attempt: 1, tool: "mail.send", status: null, duration_ms: 1, openings: [], ok: true, ...data };
      expect(total(fold("tool.answered", answer as never, activity, { birth }).state) === total(BORN)).toBe(count === 0);
    }
  });

  it("a question: what is asked, and how many were", () => {
    const asked = { reason: "policy", key: "k", severity: "high", proposal: { p: 1 }, digest: "d" } as const;
    const plain = fold("review.requested", asked, { questions: 1, phase: "ready" });
    expect(plain.one).toMatchObject({
      phase: "approving",
      questions: 2,
      doubt: false,
      review: { key: "k", id: null, digest: "d", until: null, reason: "policy", proposal: { p: 1 } },
    });
    expect(Object.keys(plain.one.review ?? {})).toHaveLength(6);
    expect(fold("review.requested", { ...asked, reason: "unknown-outcome" }).one.doubt).toBe(true);
    expect(fold("review.requested", asked, { doubt: true }).one.doubt).toBe(true);
    const policy = { version: "1", reasons: [], guarded: true };
    expect(fold("review.requested", { ...asked, held: { output: 1 }, policy }).one.review).toMatchObject({ held: { output: 1 }, policy });
  });
  it("a case: the step waits while it is open, where the call is the step's own", () => {
    const review = { key: "k", id: null, digest: "d", until: null, reason: "policy", proposal: {} };
    const opened = fold("review.opened", { id: "rev_1", until: 5 }, { review }, { openReviews: ["rev_0"] });
    expect(opened.state).toMatchObject({ openReviews: ["rev_0", "rev_1"], steps: { t: { status: "waiting" } } });
    expect(opened.one.review).toMatchObject({ id: "rev_1", until: 5 });
    expect(fold("review.opened", { id: "rev_1", until: 5 }, { review: null }).one.review).toBeNull();
    expect(fold("review.opened", { id: "rev_1", until: 5 }, { id: "t/1", review }).state.steps["t"]?.status).toBe("pending");
    const decided = fold(
      "review.decided",
      { id: "rev_1", action: "approve", by: "g", proposal: {}, approved: "d" },
      { review, interruptions: 3 },
      { openReviews: ["rev_0", "rev_1"] },
    );
    expect(decided.state).toMatchObject({ openReviews: ["rev_0"], isConfirmed: false, steps: { t: { status: "running" } } });
    expect(decided.one).toMatchObject({ phase: "ready", approved: "d", input: { to: "x" } });
    expect(decided.one).not.toHaveProperty("interruptions");
    expect(
      fold("review.decided", { id: "r", action: "approve", by: "g", proposal: {}, approved: null }, { id: "t/1", review }).state.steps["t"]
        ?.status,
    ).toBe("pending");
  });
  it.each<[string, string, Given, unknown, object]>([
    ["a changed call", "modify", {}, { input: 7 }, { input: 7 }],
    ["a change without an input", "modify", {}, { note: 7 }, { input: { to: "x" } }],
    ["an approval", "approve", {}, { input: 7 }, { input: { to: "x" } }],
    ["a change of no call", "modify", { kind: "review" }, { input: 7 }, { input: { to: "x" } }],
  ])("%s", (_, action, activity, proposal, one) =>
    expect(
      fold("review.decided", { id: "r", action, by: "g", proposal, approved: null, recheck: true } as never, activity).one,
    ).toMatchObject({ ...one, phase: "deciding" }),
  );
  it.each<[string, string, boolean]>([
    ["budget", "approve", true],
    ["budget", "modify", true],
    ["budget", "reject", false],
    ["policy", "approve", false],
  ])("money is confirmed: asked for %s, %s: %s", (reason, action, isConfirmed) => {
    const review = { key: "k", id: null, digest: "d", until: null, reason, proposal: {} };
    const data = { id: "r", action, by: "g", proposal: {}, approved: null } as never;
    expect(fold("review.decided", data, { review }).state.isConfirmed).toBe(isConfirmed);
    expect(fold("review.decided", data, { review }, { isConfirmed: true }).state.isConfirmed).toBe(true);
    const input = fold("review.decided", data, { id: "(input)", review });
    expect(input.state).toMatchObject({ isConfirmed, activities: {} });
    expect(input.state.activities).toEqual({});
  });

  const CHILD = { run: "run_k", workflow: "kid", version: 2, digest: "d" };
  it("a child run: what it was given; the call of a tool that is one is an attempt", () => {
    const data = { ...CHILD, reserved: { micro_usd: 40, tokens: 50 } };
    for (const [kind, attempts] of [
      ["tool", 1],
      ["run", 0],
    ] as const) {
      const called = fold("child.called", data, { kind, phase: "ready" });
      expect(called.one).toMatchObject({ kind: "run", phase: "calling", call: 9, child: CHILD, reserved: sum(40, 50) });
      expect(called.state).toMatchObject({ reserved: sum(40, 50), steps: { t: { attempts } } });
    }
    for (const type of ["child.paused", "child.resumed"] as const)
      expect(fold(type, { run: "run_k", hold: 1 }, { owes: { on: true } }).one).not.toHaveProperty("owes");
  });
  it("how a child run ended: what it cost, holds, saw, wrote", () => {
    const usage = { tokensIn: 1, tokensOut: 2, microUsd: 30, modelCalls: 1, toolCalls: 1, cacheHits: 0 };
    const data = { run: "run_k", ok: true, output: 1, error: null, flags: ["degraded"], usage, held: { micro_usd: 5, tokens: 6 } } as const;
    const given = { kind: "run", child: CHILD, reserved: sum(40, 50) };
    const end = (more: object, activity: Given = {}) =>
      fold("child.ended", { ...data, ...more } as never, { ...given, ...activity }, { reserved: sum(40, 50) });
    const plain = end({});
    expect(plain.one).toMatchObject({ phase: "ready", reserved: sum(0) });
    expect(plain.state).toMatchObject({ reserved: sum(5, 6), usage, flags: ["degraded"] });
    expect(plain.state).not.toHaveProperty("seenInstruction");
    expect([...plain.state.done]).toEqual([]);
    expect(end({ instruction: true }).state.seenInstruction).toBe(true);
    const made = { activity: "t", step: "t", node: "t", output: null, wrote: true };
    expect([...end({ wrote: true }).state.done]).toEqual([made]);
    expect([...end({ wrote: true, undoable: true }).state.done]).toEqual([{ ...made, child: CHILD }]);
    expect([...end({ wrote: true, undoable: true, ok: false }).state.done]).toEqual([made]);
    expect([...end({ wrote: true, undoable: true }, { child: null }).state.done]).toEqual([made]);
  });
});
