/** What a person's decision means for whatever asked: every kind of work, every reason to ask, every action, told by the events that follow. */
import { describe, expect, it } from "vitest";
import type { Json } from "../../../core/json.ts";
import type { ReviewDecision } from "../../../core/review/case.ts";
import { HAND_OVER_ACTIVITY } from "../../../core/run/hand-over/state.ts";
import type { Activity, RunState } from "../../../core/run/machine/state.ts";
import { Turn } from "../../../core/run/machine/turn.ts";
import { INPUT_ACTIVITY } from "../../../core/run/steps/node.ts";
import { askPerson, isApproved, takeDecision, takeOpenedReview } from "../../../core/run/steps/question.ts";
import { toRfc3339 } from "../../../core/time.ts";
import type { AgentStep } from "../../../core/workflow/definition.ts";
import { define, model, review, tool, transform } from "../../support/run/definition.ts";
import { Drive, T0 } from "../../support/run/drive.ts";

const HAND_OVER = HAND_OVER_ACTIVITY;
const { cache: _cache, async: _async, kind: _kind, ...asked } = model();
const agent: AgentStep = { ...asked, kind: "agent", tools: ["orders.get", "mail.send"], max_iterations: 3 };
const definition = define({
  t: tool("mail.send"),
  r: review(),
  m: model(),
  desk: agent,
  q: transform({ cel: "steps.r.output" }, { needs: ["r"] }),
});

const BASE: Activity = {
  ...{
    id: "t",
    step: "t",
    node: "t",
    kind: "tool",
    purpose: "node",
    phase: "approving",
    attempt: 1,
    tool: "mail.send",
    input: { to: "x" },
  },
  ...{ facts: null, candidates: [], candidate: 0, corrections: [], reserved: { microUsd: 0, tokens: 0 }, review: null, questions: 0 },
  ...{ approved: null, resumeAt: null, call: null, doubt: false, queued: null, lostAt: null, signal: null, child: null, undoes: null },
} as unknown as Activity;
const WRITE = { tool: "mail.send", version: 7, effect: "write", idempotency: "key", timeout_ms: 1_000 } as unknown as Activity["facts"];
const READ = { ...WRITE, effect: "read" } as Activity["facts"];
/** Of an agent's first call, and of its model. */
const CALL = { id: "desk/1.1", step: "desk", node: "desk", purpose: "agent", facts: WRITE } as const;
const SAYS = { id: "desk/1", step: "desk", node: "desk", purpose: "agent", kind: "model", tool: null } as const;
const UNDO = { id: "t/compensate", purpose: "compensation", undoes: "t" } as const;
const STEP = { id: "r", step: "r", node: "r", kind: "review", tool: null } as const;

function turnWith(activity: Partial<Activity>, more: Partial<RunState> = {}, birth = {}): { turn: Turn; one: Activity } {
  const { machinery, state } = new Drive(definition, {}, birth);
  const one = { ...BASE, ...activity } as Activity;
  const call = { id: "c1", tool: "mail.send", input: { to: "x" }, answer: null };
  const desk = {
    iteration: 1,
    slots: {},
    label: undefined,
    tools: [],
    turns: [{ text: null, calls: [call] }],
    seen: {},
    stale: 0,
    failing: null,
  };
  const steps = Object.fromEntries(Object.entries(state.steps).map(([id, step]) => [id, { ...step, status: "running" as const }]));
  const all = { ...state, status: "running", steps, agents: { desk }, activities: { [one.id]: one }, ...more } as unknown as RunState;
  return { turn: new Turn(machinery, all, T0, null), one };
}
const REVIEW = { key: "k", id: "rev_1", digest: "d", until: null, reason: "policy", proposal: {} } as const;
type Word = Partial<Pick<ReviewDecision, "action" | "reason" | "id" | "digest"> & { proposal: Json }>;
function decide(activity: Partial<Activity>, because: object, word: Word = {}) {
  const { turn, one } = turnWith({ ...activity, review: { ...REVIEW, ...because } as never });
  const decision = {
    id: "rev_1",
    action: "approve",
    by: "grace",
    reason: "",
    proposal: {},
    digest: "d",
    at: T0,
    ...word,
  } as ReviewDecision;
  const refused = takeDecision(turn, one.id, decision);
  return {
    refused,
    turn,
    id: one.id,
    events: turn.events.map(({ type, step, data }) => ({ type, step, data: data as { readonly [key: string]: unknown } })),
  };
}
/** What follows the decision itself. */
const follows = (activity: Partial<Activity>, because: object, word: Word = {}) => decide(activity, because, word).events.slice(1);
const REJECT = { action: "reject" } as const;
const modify = (proposal: Json): Word => ({ action: "modify", proposal });
const REJECTED = { code: "review_rejected", message: "a person rejected it" };

describe("[RUN-366] a decision is taken once, and about what was asked", () => {
  it.each<[string, object, Word, string | null]>([
    ["the case that was opened", {}, {}, null],
    ["a case of which nobody has told the number", { id: null }, { id: "rev_9" }, null],
    ["an older case", {}, { id: "rev_0" }, "the decision is about an older case"],
    ["an older proposal", {}, { digest: "e" }, "the decision is about an older proposal"],
  ])("%s", (_, because, word, refused) => {
    const told = decide({}, because, word);
    expect(told.refused).toBe(refused);
    expect(told.events).toHaveLength(refused === null ? 1 : 0);
  });
  it.each<[string, Partial<Activity>]>([
    ["work that asks no more", { phase: "ready", review: REVIEW as never }],
    ["work that asked nothing", { review: null }],
  ])("%s", (_, activity) => {
    const { turn } = turnWith(activity);
    const decision = { id: "rev_1", action: "approve", by: "grace", reason: "", proposal: {}, digest: "d", at: T0 } as ReviewDecision;
    expect(takeDecision(turn, "t", decision)).toBe("nothing waits for this decision");
    expect(takeDecision(turn, "nobody", decision)).toBe("nothing waits for this decision");
    expect(turn.events).toEqual([]);
  });
});

describe("[RUN-367] what a decision is noted as", () => {
  const noted = (activity: Partial<Activity>, because: object, word: Word) => decide(activity, because, word).events[0]?.data ?? {};
  it.each<[string, Partial<Activity>, object, Word, { approved: boolean; recheck: boolean }]>([
    ["a call that is approved", {}, {}, {}, { approved: true, recheck: false }],
    ["a call that is rejected", {}, {}, REJECT, { approved: false, recheck: false }],
    ["a call that is changed", {}, {}, modify({ input: { to: "y" } }), { approved: true, recheck: true }],
    ["a change of something else", {}, {}, modify({ note: 1 }), { approved: true, recheck: false }],
    ["a change that is no object", {}, {}, modify("no"), { approved: true, recheck: false }],
    ["an approval that carries an input", {}, {}, { proposal: { input: 1 } }, { approved: true, recheck: false }],
    [
      "a change of a held answer",
      {},
      { held: { output: 1 }, reason: "guardrail" },
      modify({ input: 1 }),
      { approved: true, recheck: false },
    ],
    [
      "a write that is said to have happened",
      {},
      { reason: "unknown-outcome" },
      modify({ output: 1, input: 2 }),
      { approved: true, recheck: false },
    ],
    ["a doubtful write that is changed", {}, { reason: "unknown-outcome" }, modify({ input: 2 }), { approved: true, recheck: true }],
    ["an output where nothing is in doubt", {}, {}, modify({ output: 1, input: 2 }), { approved: true, recheck: true }],
    ["a step that asks", STEP, { reason: "step" }, {}, { approved: false, recheck: false }],
    ["a step that asks, changed", STEP, { reason: "step" }, modify({ input: 1 }), { approved: false, recheck: false }],
    ["a model", SAYS, {}, {}, { approved: false, recheck: false }],
  ])("%s", (_, activity, because, word, { approved, recheck }) => {
    const data = noted(activity, because, word);
    expect([data["approved"] !== null, "recheck" in data]).toEqual([approved, recheck]);
    if (recheck) expect(data["recheck"]).toBe(true);
    const { turn, id } = decide(activity, because, word);
    const now = turn.state.activities[id];
    if (approved && now !== undefined && !("held" in because) && !JSON.stringify(word).includes("output"))
      expect(isApproved(turn, now)).toBe(true);
  });
  it("nothing is approved before anybody said so, and another input is not", () => {
    const { turn, id } = decide({}, {});
    const now = turn.state.activities[id] as Activity;
    expect(isApproved(turn, now)).toBe(true);
    expect(isApproved(turn, { ...now, approved: null })).toBe(false);
    expect(isApproved(turn, { ...now, input: { to: "z" } })).toBe(false);
    expect(isApproved(turn, { ...now, facts: WRITE })).toBe(false);
  });
});

describe("[RUN-368] what follows a decision", () => {
  const observed = (answer: object, wrote = false) => [
    {
      type: "agent.observed",
      step: "desk",
      data: expect.objectContaining({ activity: "desk/1.1", answer, ...(wrote ? { wrote: true } : {}) }),
    },
  ];
  const stopping = (error: object, undone?: string) => [
    { type: "agent.stopping", step: "desk", data: { node: "desk", error, ...(undone === undefined ? {} : { undone }) } },
  ];
  const compensated = (undone?: object) => [
    { type: "step.compensated", step: "t", data: { activity: "t/compensate", undoes: "t", ...(undone === undefined ? {} : { undone }) } },
  ];
  const completed = (step: string, output: Json) => [{ type: "step.completed", step, data: expect.objectContaining({ output }) }];
  const failedStep = (step: string, error: object, more: object = {}) => [
    { type: "step.failed", step, data: expect.objectContaining({ error, absorbed: null, ...more }) },
    { type: "run.stopping", step: undefined, data: expect.objectContaining({ error: { ...error, step } }) },
  ];
  const runStops = (message: string, step: string | null = null) => [
    { type: "run.stopping", step: undefined, data: { why: "failure", error: { code: "review_rejected", message, step } } },
  ];
  const NO_EFFECT = { code: "review_rejected", message: "the person's changes would have no effect on the call, so it was not made" };
  const doubtful = { reason: "unknown-outcome" };
  const held = (value: object) => ({ reason: "guardrail", held: value });
  const answer = (reason = "") => ({ code: "review_rejected", message: `a person rejected the answer${reason}` });

  it.each<[string, Partial<Activity>, object, Word, readonly object[]]>([
    ["an approved call goes on", {}, {}, {}, []],
    [
      "an approved step has its answer",
      STEP,
      { reason: "step" },
      { proposal: { a: 1 } },
      completed("r", { action: "approve", by: "grace", proposal: { a: 1 } }),
    ],
    ["a rejected step fails", STEP, { reason: "step" }, REJECT, failedStep("r", REJECTED)],
    [
      "a rejected call says why",
      {},
      {},
      { ...REJECT, reason: " too dear" },
      failedStep("t", { ...REJECTED, message: "a person rejected it:  too dear" }),
    ],
    ["blanks are no reason", {}, {}, { ...REJECT, reason: "  " }, failedStep("t", REJECTED)],
    [
      "a rejected call that is in doubt is named",
      { doubt: true, facts: WRITE },
      {},
      REJECT,
      failedStep("t", REJECTED, { unknown_outcome: true }),
    ],
    ["a rejected doubt is named", { facts: WRITE }, doubtful, REJECT, failedStep("t", REJECTED, { unknown_outcome: true })],
    ["a rejected compensation is not made", UNDO, {}, REJECT, compensated(REJECTED)],
    ["a rejected call of an agent is told to its model", CALL, {}, REJECT, observed({ ok: false, ...REJECTED })],
    ["a rejected call of an agent that is in doubt ends it", { ...CALL, doubt: true }, {}, REJECT, stopping(REJECTED, "desk/1.1")],
    ["a rejected doubt of an agent ends it", CALL, doubtful, REJECT, stopping(REJECTED, "desk/1.1")],
    ["a rejected model of an agent ends it", SAYS, {}, REJECT, stopping(REJECTED)],
    ["the input", { id: INPUT_ACTIVITY, node: INPUT_ACTIVITY }, {}, {}, []],
    ["the input, rejected", { id: INPUT_ACTIVITY, node: INPUT_ACTIVITY }, {}, REJECT, runStops("a person rejected the input")],
    [
      "the estimate, rejected",
      { id: INPUT_ACTIVITY, node: INPUT_ACTIVITY },
      { reason: "budget" },
      REJECT,
      runStops("a person rejected the estimated cost"),
    ],
    [
      "a hand-over's answer says itself what it means",
      { id: HAND_OVER, node: HAND_OVER, step: HAND_OVER },
      { reason: "hand_over" },
      REJECT,
      [],
    ],
    ["what happened is the step's output", { facts: WRITE }, doubtful, modify({ output: { id: 1 } }), completed("t", { id: 1 })],
    ["what happened is the agent's answer", CALL, doubtful, modify({ output: { id: 1 } }), observed({ ok: true, output: { id: 1 } }, true)],
    ["what happened undoes", UNDO, doubtful, modify({ output: 1 }), compensated()],
    ["a change without effect fails", { facts: WRITE }, {}, modify({ note: 1 }), failedStep("t", NO_EFFECT)],
    [
      "a change without effect in doubt is named",
      { facts: WRITE },
      doubtful,
      modify({ note: 1 }),
      failedStep("t", NO_EFFECT, { unknown_outcome: true }),
    ],
    [
      "a change without effect of a doubtful call is named",
      { facts: WRITE, doubt: true },
      {},
      modify({ note: 1 }),
      failedStep("t", NO_EFFECT, { unknown_outcome: true }),
    ],
    ["a change without effect of a compensation", UNDO, {}, modify({ note: 1 }), compensated(NO_EFFECT)],
    ["a held answer of a model passes", { ...SAYS }, held({ output: "o" }), {}, completed("desk", "o")],
    ["a held answer of a step passes", { facts: WRITE }, held({ output: "o", withheld: "w" }), {}, completed("t", "o")],
    ["a held answer of a step passes where it is changed", { facts: WRITE }, held({ output: "o" }), modify("x"), completed("t", "o")],
    ["a held answer of an agent's tool passes", CALL, held({ output: "o", withheld: "w" }), {}, observed({ ok: true, output: "o" })],
    [
      "of an agent's write, rejected, what is left passes",
      CALL,
      held({ output: "o", withheld: "w" }),
      REJECT,
      observed({ ok: true, output: "w" }),
    ],
    ["of an agent's write, rejected, nothing is left", CALL, held({ output: "o" }), REJECT, observed({ ok: true, output: null })],
    [
      "of an agent's read, rejected, a refusal",
      { ...CALL, facts: READ },
      held({ output: "o", withheld: "w" }),
      { ...REJECT, reason: "no" },
      observed({ ok: false, ...answer(": no") }),
    ],
    [
      "of an agent's read, rejected without a word",
      { ...CALL, facts: READ },
      held({ output: "o" }),
      { ...REJECT, reason: " " },
      observed({ ok: false, ...answer() }),
    ],
    ["of an agent's model, rejected", SAYS, held({ output: "o" }), { ...REJECT, reason: "no" }, stopping(answer())],
    ["of a read, rejected", { facts: READ }, held({ output: "o" }), { ...REJECT, reason: "no" }, failedStep("t", answer())],
    [
      "of a model step, rejected",
      { id: "m", step: "m", node: "m", kind: "model", tool: null },
      held({ output: "o" }),
      REJECT,
      failedStep("m", answer()),
    ],
    [
      "of a write, rejected: what is left, and the run stops",
      { facts: WRITE },
      held({ output: "o", withheld: "w" }),
      REJECT,
      [...completed("t", "w"), ...runStops(answer().message, "t")],
    ],
    [
      "of a write, rejected: nothing is left",
      { facts: WRITE },
      held({ output: "o" }),
      REJECT,
      [...completed("t", null), ...runStops(answer().message, "t")],
    ],
  ])("%s", (_, activity, because, word, events) => expect(follows(activity, because, word)).toEqual(events));

  it("a refusal of an agent's call is no write that is in doubt or was made", () => {
    const [ofCall, ofStep] = [follows(CALL, {}, REJECT), follows(STEP, { reason: "step" }, REJECT)];
    expect(Math.min(ofCall.length, ofStep.length)).toBeGreaterThan(0);
    expect(ofCall.filter((event) => Object.hasOwn(event.data, "wrote"))).toEqual([]);
    expect(ofStep.filter((event) => Object.hasOwn(event.data, "unknown_outcome"))).toEqual([]);
  });
});

describe("[RUN-369] a question", () => {
  const ask = (
    activity: Partial<Activity>,
    reason: "step" | "policy" | "budget" | "unknown-outcome" | "hand_over" | "guardrail",
    more: Partial<RunState> = {},
    birth = {},
  ) => {
    const { turn, one } = turnWith({ phase: "ready", ...activity }, more, birth);
    askPerson(turn, one.id, reason, "high", { p: 1 });
    return turn.events.map(({ type, step, data }) => ({ type, step, data: data as { readonly [key: string]: unknown } }));
  };
  const data = (...given: Parameters<typeof ask>) => ask(...given)[0]?.data ?? {};
  const RUN = "run_01JH0000000000000000000000";

  it("has a number of its own, and a digest that another of the same call shares unless the call is in doubt", () => {
    expect(data({}, "policy")).toMatchObject({ activity: "t", reason: "policy", severity: "high", proposal: { p: 1 }, key: `${RUN}/t#1` });
    expect(data({ questions: 2 }, "policy")["key"]).toBe(`${RUN}/t#3`);
    const digest = (questions: number, reason: "policy" | "unknown-outcome") => data({ questions }, reason)["digest"];
    expect(digest(2, "policy")).toBe(digest(0, "policy"));
    expect(digest(2, "unknown-outcome")).not.toBe(digest(0, "unknown-outcome"));
    expect(digest(0, "unknown-outcome")).not.toBe(digest(0, "policy"));
    const another = { facts: { ...WRITE, version: 8 } as Activity["facts"] };
    expect(data({ facts: WRITE }, "policy")["digest"]).not.toBe(data(another, "policy")["digest"]);
  });
  it("of a hand-over is told apart by its place in the journal", () => {
    const handOver = { id: HAND_OVER, step: HAND_OVER, node: HAND_OVER };
    const at = (seq: number) => data(handOver, "hand_over", { seq } as never);
    expect([at(4)["key"], at(6)["key"]]).toEqual([`${RUN}/${HAND_OVER}#5`, `${RUN}/${HAND_OVER}#7`]);
    expect(at(4)["digest"]).not.toBe(at(6)["digest"]);
  });
  it("says that no step reads the proposal, of a step that asks alone", () => {
    expect(data({ ...STEP, id: "r" }, "step")).not.toHaveProperty("unread");
    expect(data({}, "step")["unread"]).toBe(true);
    expect(data({}, "policy")).not.toHaveProperty("unread");
  });
  it("of nobody is asked nothing", () => {
    const { turn } = turnWith({});
    askPerson(turn, "nobody", "policy", "high", {});
    expect(turn.events).toEqual([]);
  });

  const sinks = {
    inputLabels: [{ at: "", label: { trust: "trusted", class: "restricted", sources: ["caller"] } }],
    sinks: { reviews: "internal" },
  };
  const secret = {
    labels: [{ at: "", label: { trust: "trusted", class: "restricted", sources: ["caller"] } }],
    facts: { ...WRITE, sensitivity: "restricted" },
  } as unknown as Partial<Activity>;
  const refused = expect.objectContaining({ code: "policy_denied", layer: "label" });
  it.each<[string, Partial<Activity>, readonly object[]]>([
    [
      "the input: the run stops",
      { id: INPUT_ACTIVITY, node: INPUT_ACTIVITY },
      [{ type: "run.stopping", data: { error: expect.objectContaining({ step: null, code: "policy_denied" }) } }],
    ],
    ["a compensation: it is not made", { ...UNDO, call: 3 }, [{ type: "step.compensated", data: { undone: refused } }]],
    [
      "a step: it fails, for safety",
      { call: 3 },
      [{ type: "step.failed", data: { error: refused, class: "safety" } }, { type: "run.stopping" }],
    ],
    [
      "a step in doubt: it is named",
      { call: 3, doubt: true },
      [{ type: "step.failed", data: { unknown_outcome: true } }, { type: "run.stopping" }],
    ],
  ])("that nobody may be shown is not asked. %s", (_, activity, events) => {
    expect(ask({ ...secret, ...activity }, "policy", {}, sinks)).toMatchObject(events);
    expect(ask({ ...secret, ...activity }, "budget", {}, sinks)).toMatchObject([{ type: "review.requested" }]);
  });
  it("of a hand-over that nobody may be shown stops the run", () => {
    const seen = { past: undefined } as never;
    const events = ask({ id: HAND_OVER, node: HAND_OVER, step: HAND_OVER }, "hand_over", seen, sinks);
    expect(events).toMatchObject([{ type: "run.stopping", data: { error: { code: "policy_denied", step: null } } }]);
  });
});

describe("[RUN-370] a case that was opened", () => {
  const facts = { reason: "asked", priority: "high", to: "desk", detail: "d", step: null } as never;
  const open = (activity: string, more: Partial<RunState> = {}, id = "rev_1") => {
    const { turn } = turnWith({ id: activity, step: activity, node: activity, review: { ...REVIEW, id: null } as never }, more);
    const opened = { kind: "review.opened", activity, step: "t", key: "k", id, until: T0 } as never;
    expect(takeOpenedReview(turn, opened)).toBeNull();
    const [, told] = turn.events;
    if (told !== undefined) expect(told.data).toMatchObject({ id, until: toRfc3339(T0), priority: "high", reason: "asked", to: "desk" });
    return turn.events.map(({ type }) => type);
  };
  it("is noted once", () => {
    expect(open("t")).toEqual(["review.opened"]);
    expect(open("t", { openReviews: ["rev_1"] })).toEqual([]);
    expect(open("t", { openReviews: ["rev_2"] })).toEqual(["review.opened"]);
  });
  it("is told as a hand-over where it is that of the run's", () => {
    const handOver = { status: "raised", facts, severity: "high", at: T0, until: null, review: null } as never;
    expect(open(HAND_OVER, { handOver })).toEqual(["review.opened", "escalation.raised"]);
    expect(open("t", { handOver })).toEqual(["review.opened"]);
    expect(open("t", { handOver: { ...(handOver as object), review: "rev_1" } as never })).toEqual(["review.opened"]);
    expect(open(HAND_OVER)).toEqual(["review.opened"]);
  });
});
