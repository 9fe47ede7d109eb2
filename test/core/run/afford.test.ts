/** Money at its edges, asked of states that are written down by hand: what a call may cost, what is leased and given back, what a child run is given. */
import { describe, expect, it } from "vitest";
import { affordable, isBeforeItsTurn, isShort, leftFor, mayGetBack, unaffordable } from "../../../core/run/calls/afford.ts";
import { accountOf, alertAtThresholds, giveBack, isLeased, takeLease } from "../../../core/run/calls/lease.ts";
import type { Birth } from "../../../core/run/machine/birth.ts";
import { type Activity, NO_USAGE, type RunState, type Usage } from "../../../core/run/machine/state.ts";
import { Turn } from "../../../core/run/machine/turn.ts";
import { othersWithoutShare } from "../../../core/run/steps/shares.ts";
import { toRfc3339 } from "../../../core/time.ts";
import type { AgentStep, ItemStep, MapStep, RunStep, Step } from "../../../core/workflow/definition.ts";
import { define, model, tool } from "../../support/run/definition.ts";
import { Drive, T0 } from "../../support/run/drive.ts";

const sum = (microUsd: number, tokens = 0) => ({ microUsd, tokens });
const common = { needs: [] as string[], when: null, on_error: null };
const run: RunStep = { ...common, kind: "run", workflow: "kid", version: null, input: {} };
const { cache: _cache, async: _async, kind: _kind, ...asked } = model();
const agent: AgentStep = { ...asked, kind: "agent", tools: ["workflow.kid"], max_iterations: 4 };
const map = (step: Step, concurrency: number): MapStep => ({ ...common, kind: "map", concurrency, over: [], step: step as ItemStep });
const BASE = {
  ...{
    id: "m",
    step: "m",
    node: "m",
    kind: "model",
    purpose: "node",
    phase: "ready",
    attempt: 0,
    tool: null,
    input: {},
    facts: null,
    candidates: [],
  },
  ...{
    candidate: 0,
    corrections: [],
    reserved: sum(0),
    review: null,
    questions: 0,
    approved: null,
    resumeAt: null,
    call: null,
    doubt: false,
  },
  ...{ queued: null, lostAt: null, signal: null, child: null, undoes: null },
} as unknown as Activity;
type Given = { readonly [K in keyof Activity]?: unknown };
const one = (more: Given): Activity => ({ ...BASE, ...more }) as unknown as Activity;
/** A turn of a run with a budget of 10,000 micro-dollars and 10,000 tokens. */
function turnOf(
  steps: { [id: string]: Step },
  activities: readonly Activity[],
  more: { readonly [K in keyof RunState]?: unknown } = {},
  birth: Partial<Birth> = {},
): Turn {
  const { machinery, state } = new Drive(define(steps), {}, { budget: { usd: 10_000, tokens: 10_000 }, ...birth });
  const all = {
    ...state,
    status: "running",
    activities: Object.fromEntries(activities.map((activity) => [activity.id, activity])),
    ...more,
  };
  return new Turn(machinery, all as unknown as RunState, T0, null);
}
/** Costs `input` micro-dollars a token in, and one a token out. */
const priced = (id: string, input: number, context = 1_000) => ({ id, price: { input, output: 1, cached_input: null }, context });
const CHILD = one({ id: "c", step: "c", node: "c", kind: "run", phase: "calling", child: {} });

describe("[RUN-374] which candidate a call may use", () => {
  type Row = [
    string,
    {
      candidates: readonly object[];
      more?: Given;
      state?: object;
      step?: Partial<ReturnType<typeof model>>;
      tokens?: readonly [number, number];
    },
    object,
  ];
  const dear = priced("dear", 50);
  const fair = priced("fair", 20);
  const cheap = priced("cheap", 10);
  const used = (microUsd: number) => ({ usage: { ...NO_USAGE, microUsd } });
  it.each<Row>([
    [
      "the first, though a few tokens are used",
      { candidates: [dear, cheap], state: { usage: { ...NO_USAGE, tokensIn: 900 } } },
      { ok: true, model: dear, instead: null },
    ],
    ["the first", { candidates: [dear, cheap] }, { ok: true, model: dear, worst: sum(5_100, 200), mayBeCheaper: true, instead: null }],
    ["the only one", { candidates: [dear] }, { ok: true, model: dear, mayBeCheaper: false, instead: null }],
    [
      "the cheapest, which cannot be cheaper",
      { candidates: [cheap, dear] },
      { ok: true, model: cheap, mayBeCheaper: false, instead: null },
    ],
    ["equally dear is not cheaper", { candidates: [cheap, priced("same", 10)] }, { ok: true, model: cheap, mayBeCheaper: false }],
    ["from the one in use on", { candidates: [dear, fair, cheap], more: { candidate: 1 } }, { ok: true, model: fair, mayBeCheaper: true }],
    ["none is left", { candidates: [dear], more: { candidate: 1 } }, { ok: false, why: "window" }],
    ["a window that just fits", { candidates: [priced("w", 1, 200)] }, { ok: true, model: priced("w", 1, 200) }],
    ["a window that does not", { candidates: [priced("w", 1, 199)] }, { ok: false, why: "window" }],
    [
      "not covered: the cheapest that is",
      { candidates: [dear, fair, cheap], state: used(7_500) },
      { ok: true, model: cheap, mayBeCheaper: false, instead: { id: "dear", why: "the money left does not cover it" } },
    ],
    ["exactly covered", { candidates: [dear], state: used(4_900) }, { ok: true, model: dear }],
    ["not quite", { candidates: [dear], state: used(4_901) }, { ok: false, why: "run" }],
    [
      "nearly used up: the cheapest, though the first is covered",
      { candidates: [cheap, priced("less", 5)], state: used(8_000) },
      { ok: true, model: priced("less", 5), mayBeCheaper: false, instead: { id: "cheap", why: "a budget is nearly used up" } },
    ],
    [
      "not nearly",
      { candidates: [cheap, priced("less", 5)], state: used(7_999) },
      { ok: true, model: cheap, mayBeCheaper: true, instead: null },
    ],
    [
      "nearly used up, and nothing is cheaper",
      { candidates: [cheap], state: used(8_000) },
      { ok: true, model: cheap, mayBeCheaper: false, instead: null },
    ],
    [
      "nearly used tokens",
      { candidates: [cheap, priced("less", 5)], state: { usage: { ...NO_USAGE, tokensIn: 5_000, tokensOut: 3_000 } } },
      { ok: true, model: priced("less", 5) },
    ],
    [
      "reserved counts too",
      { candidates: [cheap, priced("less", 5)], state: { reserved: sum(8_000) } },
      { ok: true, model: priced("less", 5) },
    ],
    ["the ledger is pressed", { candidates: [dear, cheap], state: { lease: { pressure: 0.8 } } }, { ok: true, model: cheap }],
    ["the ledger is not", { candidates: [dear, cheap], state: { lease: { pressure: 0.79 } } }, { ok: true, model: dear }],
    [
      "it was refused money once",
      { candidates: [dear, fair, cheap], more: { isThrifty: true } },
      { ok: true, model: cheap, mayBeCheaper: false },
    ],
    ["the step's own money", { candidates: [dear], step: { budget: { usd: 0.0051, tokens: null } } }, { ok: true, model: dear }],
    [
      "the step's own money is short",
      { candidates: [dear], step: { budget: { usd: 0.005099, tokens: null } } },
      { ok: false, why: "step" },
    ],
    ["the step's own tokens", { candidates: [dear], step: { budget: { usd: null, tokens: 200 } } }, { ok: true, model: dear }],
    ["the step's own tokens are short", { candidates: [dear], step: { budget: { usd: null, tokens: 199 } } }, { ok: false, why: "step" }],
    [
      "the step's money is short for the first alone",
      { candidates: [dear, cheap], step: { budget: { usd: 0.002, tokens: null } } },
      { ok: true, model: cheap, instead: { id: "dear", why: "the money left does not cover it" } },
    ],
  ])("%s", (_, { candidates, more = {}, state = {}, step = {}, tokens = [100, 100] }, chosen) => {
    const activity = one({ candidates, ...more });
    const { lease } = new Drive(define({})).state;
    const merged = "lease" in state ? { lease: { ...lease, ...(state.lease as object) } } : state;
    expect(affordable(turnOf({ m: model(step) }, [activity], merged), activity, ...tokens)).toMatchObject(chosen);
  });

  it("what a step with a budget may still spend: without what it spent, holds and has under way, child runs aside", () => {
    const step = model({ budget: { usd: 0.001, tokens: 500 } });
    const calls = [
      one({ id: "m/1", reserved: sum(100, 10) }),
      one({ id: "m/2", reserved: sum(50, 5), kind: "tool" }),
      one({ id: "m/3", kind: "run", reserved: sum(900, 90) }),
      one({ id: "o", step: "o", node: "o", reserved: sum(7, 7) }),
    ];
    const left = (state: object, steps: Step = step) => leftFor(turnOf({ m: steps, o: model() }, calls, state), one({}));
    expect(left({})).toEqual(sum(850, 485));
    const { state } = new Drive(define({ m: step, o: model() }));
    const spent = { ...state.steps["m"], usage: { ...NO_USAGE, microUsd: 200, tokensIn: 20, tokensOut: 30 }, held: sum(40, 4) };
    expect(left({ steps: { ...state.steps, m: spent } })).toEqual(sum(610, 431));
    expect(left({ reserved: sum(9_500, 9_900) })).toEqual(sum(500, 100));
    expect(left({}, model({ budget: { usd: null, tokens: null } }))).toEqual(sum(10_000, 10_000));
    expect(left({}, model())).toEqual(sum(10_000, 10_000));
  });
  it.each<[number, number, string | null]>([
    [1_000, 0, null],
    [1_001, 0, "step"],
    [10_000, 0, "step"],
    [10_001, 0, "run"],
    [0, 10_001, "run"],
  ])("a call of %i micro-dollars and %i tokens does not fit under: %s", (microUsd, tokens, why) =>
    expect(unaffordable(turnOf({ m: model({ budget: { usd: 0.001, tokens: null } }) }, []), one({}), sum(microUsd, tokens))).toBe(why),
  );
  it("without a budget of the step's own, the run's alone", () =>
    expect(unaffordable(turnOf({ m: model() }, []), one({}), sum(10_000))).toBeNull());
});

describe("[RUN-375] a child run begins after the calls beside it", () => {
  const kid = one({ id: "k", step: "k", node: "k", kind: "run", phase: "deciding" });
  const steps = { k: run, m: model(), c: run };
  it.each<[string, readonly Activity[], object, boolean]>([
    ["nothing beside it", [kid], {}, false],
    ["a model that is decided", [kid, one({ phase: "deciding" })], {}, true],
    ["a model that is ready", [kid, one({ phase: "ready" })], {}, true],
    ["a model that is asked", [kid, one({ phase: "calling" })], {}, false],
    ["a model that waits for its next attempt", [kid, one({ phase: "backing-off" })], {}, false],
    ["a tool that is ready", [kid, one({ kind: "tool", facts: { effect: "read" } })], {}, true],
    ["a tool that is decided", [kid, one({ kind: "tool", phase: "deciding", facts: { child: {} } })], {}, true],
    ["a tool that is a workflow", [kid, one({ kind: "tool", facts: { child: {} } })], {}, false],
    ["a person that is asked", [kid, one({ kind: "review" })], {}, false],
    ["an item of a map", [kid, one({ node: "m/1" })], {}, false],
    ["what undoes", [kid, one({ purpose: "compensation" })], {}, false],
    ["another child run", [kid, one({ id: "o", kind: "run", phase: "deciding" })], {}, false],
    ["nothing is left, and a child may give back", [kid, CHILD], { reserved: sum(10_000) }, true],
    ["no tokens are left, and a child may give back", [kid, CHILD], { reserved: sum(0, 10_000) }, true],
    ["nothing is left, and nobody gives back", [kid], { reserved: sum(10_000) }, false],
    ["something is left", [kid, CHILD], { reserved: sum(9_999, 9_999) }, false],
  ])("%s", (_, activities, state, isBefore) => {
    const turn = turnOf(steps, activities, state);
    expect(isBeforeItsTurn(turn, kid)).toBe(isBefore);
    expect(mayGetBack(turn.state)).toBe(activities.includes(CHILD));
  });
  it("it is not before itself", () => expect(isBeforeItsTurn(turnOf({ m: model() }, [one({})]), one({}))).toBe(false));

  it.each<[string, Activity, readonly Activity[], object, boolean]>([
    ["a call that is ready, with a child under way", one({}), [CHILD], {}, true],
    ["a call that is ready, without one", one({}), [], {}, false],
    ["a call that is ready while the ledger is asked", one({}), [CHILD], { asking: {} }, false],
    ["a call that is sent", one({ phase: "calling" }), [CHILD], {}, false],
    ["a call that is decided", one({ phase: "deciding" }), [CHILD], {}, false],
    ["a child run that may begin", kid, [CHILD], {}, false],
    ["a child run that comes after a call", kid, [CHILD, one({})], {}, true],
    ["a child run that comes after a call, under way", { ...kid, phase: "calling" }, [one({})], {}, false],
  ])("short of money: %s", (_, activity, others, lease, short) => {
    const { state } = new Drive(define({}));
    expect(isShort(turnOf(steps, [activity, ...others], { lease: { ...state.lease, ...lease } }), activity)).toBe(short);
  });
});

describe("[RUN-376] the run's lease", () => {
  const LEASE = new Drive(define({})).state.lease;
  const FREE = { ...LEASE, n: 1, ceiling: sum(1_000, 1_000), until: T0 + 60_000 };
  const ask = (lease: object, worst = sum(100, 100), state: object = {}, calls: readonly Activity[] = []) => {
    const turn = turnOf({ m: model() }, calls, { lease: { ...FREE, ...lease }, ...state });
    const leased = isLeased(turn, { id: "m", step: "m" }, worst, true);
    return [leased, ...turn.events.map(({ type, step, data }) => ({ type, step, ...data }))] as const;
  };
  const call = one({ reserved: sum(300, 300) });
  it.each<[string, object, readonly Activity[], boolean]>([
    ["it covers the call", {}, [], true],
    ["it covers it exactly, beside what is under way", { spent: sum(400, 400), held: sum(200, 200) }, [call], true],
    ["it lacks one micro-dollar", { spent: sum(401, 0), held: sum(200, 200) }, [call], false],
    ["it lacks one token", { spent: sum(0, 401), held: sum(200, 200) }, [call], false],
    ["a child run pays for itself", { spent: sum(900, 900) }, [one({ kind: "run", reserved: sum(300, 300) })], true],
    ["it ends too soon", { until: T0 + 59_999 }, [], false],
    ["it is being given back", { asking: { activity: null } }, [], false],
    ["more is being asked for another call", { asking: { activity: "o" } }, [], true],
  ])("%s", (_, lease, calls, leased) => expect(ask(lease, sum(100, 100), {}, calls)[0]).toBe(leased));
  it("asks for eight calls like it, within what is left of the run, and for this one at least; once", () => {
    const none = { ceiling: sum(0), n: 4, spent: sum(5, 6), held: sum(7, 8) };
    const asked = {
      type: "budget.asked",
      step: "m",
      n: 5,
      activity: "m",
      may_be_cheaper: true,
      spent: { micro_usd: 5, tokens: 6 },
      held: { micro_usd: 7, tokens: 8 },
    };
    const want = (microUsd: number, tokens: number, need: number) => ({
      ...asked,
      need: { micro_usd: need, tokens: need },
      want: { micro_usd: microUsd, tokens },
    });
    expect(ask(none)).toEqual([false, want(800, 800, 100)]);
    expect(ask(none, sum(100, 100), {}, [call])).toEqual([false, want(1_100, 1_100, 400)]);
    expect(
      ask(none, sum(100, 100), { usage: { ...NO_USAGE, microUsd: 9_000, tokensIn: 4_000, tokensOut: 5_000 }, reserved: sum(500, 400) }),
    ).toEqual([false, want(500, 600, 100)]);
    expect(ask(none, sum(100, 100), { reserved: sum(9_950, 9_950) })).toEqual([false, want(100, 100, 100)]);
    expect(ask({ ...none, asking: { activity: "o" } })).toEqual([false]);
  });

  const back = (lease: object) => {
    const turn = turnOf({ m: model() }, [], { lease: { ...FREE, ...lease } });
    giveBack(turn);
    return turn.events.length;
  };
  const square = { ceiling: sum(10, 20), spent: sum(7, 15), held: sum(3, 5), told: { spent: sum(7, 15), held: sum(3, 5) } };
  it.each<[string, object, number]>([
    ["nothing was ever leased", { n: 0 }, 0],
    ["it is asked for", { asking: { activity: "m" } }, 0],
    ["all is used and told", square, 0],
    ["a micro-dollar is left", { ...square, ceiling: sum(11, 20) }, 1],
    ["a token is left", { ...square, ceiling: sum(10, 21) }, 1],
    ["money spent is not told", { ...square, told: { ...square.told, spent: sum(6, 15) } }, 1],
    ["tokens spent are not told", { ...square, told: { ...square.told, spent: sum(7, 14) } }, 1],
    ["money held is not told", { ...square, told: { ...square.told, held: sum(2, 5) } }, 1],
    ["tokens held are not told", { ...square, told: { ...square.told, held: sum(3, 4) } }, 1],
  ])("gives back: %s", (_, lease, asked) => expect(back(lease)).toBe(asked));
  it("accounts for what is under way as held", () =>
    expect(accountOf(turnOf({ m: model() }, [call], { lease: { ...FREE, spent: sum(1, 2), held: sum(3, 4) } }).state)).toEqual({
      n: 1,
      spent: sum(1, 2),
      held: sum(303, 304),
    }));

  const ASKING = { n: 2, spent: sum(0), held: sum(0), need: sum(1), want: sum(1), activity: "m", mayBeCheaper: false };
  const take = (answer: object, asking: object | null = ASKING, state: object = {}, n = 2) => {
    const turn = turnOf({ m: model() }, [one({})], { lease: { ...FREE, asking, n: 2 }, ...state });
    return [takeLease(turn, n, answer as never), ...turn.events.map(({ type, step, data }) => ({ type, step, ...data }))] as const;
  };
  const alert = (cap: string, spent = 2_000_000) => ({ scope: "org", cap, percent: 80, period: "2026-01", spent, limit: 4_000_000 });
  const GRANT = { ok: true, lease: sum(5, 6), until: T0 + 9, pressure: 0.5, alerts: [alert("usd_per_day"), alert("tokens_per_month")] };
  const REFUSE = { ok: false, refusal: { why: "cap", scope: "org", cap: "usd_per_day", resetsAt: T0 + 7, alerts: [alert("usd_per_day")] } };
  const told = (cap: string, unit: number) => ({
    type: "budget.alert",
    step: undefined,
    scope: "org",
    cap,
    percent: 80,
    period: "2026-01",
    spent: 2_000_000 / unit,
    limit: 4_000_000 / unit,
  });
  const refused = (more: object = {}) => ({
    type: "budget.refused",
    step: "m",
    n: 2,
    scope: "org",
    cap: "usd_per_day",
    resets_at: T0 + 7,
    ...more,
  });
  const stops = (when: string) => ({
    type: "run.stopping",
    step: undefined,
    why: "cap",
    error: { code: "budget_exceeded", message: `\`usd_per_day\` of \`org\` does not cover the next call${when}`, step: "m" },
  });
  const leased = { type: "budget.leased", step: "m", n: 2, lease: { micro_usd: 5, tokens: 6 }, until: T0 + 9, pressure: 0.5 };
  const givenBack = expect.objectContaining({
    type: "budget.asked",
    n: 3,
    activity: null,
    may_be_cheaper: false,
    want: { micro_usd: 0, tokens: 0 },
  });
  const final = { status: "failed" };
  it.each<[string, () => readonly unknown[], readonly unknown[]]>([
    ["granted", () => take(GRANT), [null, leased, told("usd_per_day", 1e6), told("tokens_per_month", 1)]],
    [
      "granted to nobody",
      () => take(GRANT, { ...ASKING, activity: null }),
      [null, { ...leased, step: undefined }, told("usd_per_day", 1e6), told("tokens_per_month", 1)],
    ],
    ["granted after the end", () => take({ ...GRANT, alerts: [] }, ASKING, final), [null, leased, givenBack]],
    ["refused", () => take(REFUSE), [null, refused(), told("usd_per_day", 1e6), stops(` until ${toRfc3339(T0 + 7)}`)]],
    [
      "refused permanently",
      () => take({ ok: false, refusal: { ...REFUSE.refusal, resetsAt: null, alerts: [] } }),
      [null, refused({ resets_at: null }), stops("")],
    ],
    [
      "refused where a cheaper one is left",
      () => take({ ok: false, refusal: { ...REFUSE.refusal, alerts: [] } }, { ...ASKING, mayBeCheaper: true }),
      [null, refused()],
    ],
    [
      "refused after the end",
      () => take({ ok: false, refusal: { ...REFUSE.refusal, alerts: [] } }, ASKING, final),
      [null, refused(), givenBack],
    ],
    [
      "refused to nobody",
      () => take({ ok: false, refusal: { ...REFUSE.refusal, alerts: [] } }, { ...ASKING, activity: null }),
      [null, refused({ step: undefined })],
    ],
    ["late", () => take({ ok: false, refusal: { why: "stale" } }), [null, refused({ scope: null, cap: null, resets_at: null })]],
    ["an answer to an older request", () => take(GRANT, ASKING, {}, 1), ["this lease request is not open"]],
    ["an answer to none", () => take(GRANT, null), ["this lease request is not open"]],
  ])("%s", (_, find, expected) => expect(find()).toEqual(expected));

  const alerts = (before: Partial<Usage>, now: Partial<Usage>) => {
    const turn = turnOf({ m: model() }, [], { usage: { ...NO_USAGE, ...now } });
    alertAtThresholds(turn, { ...NO_USAGE, ...before });
    return turn.events.map(({ data }) => data);
  };
  it.each<[Partial<Usage>, Partial<Usage>, readonly object[]]>([
    [{}, { microUsd: 4_999 }, []],
    [{}, { microUsd: 5_000 }, [{ scope: "run", cap: "usd", percent: 50, period: null, spent: 0.005, limit: 0.01 }]],
    [{ microUsd: 5_000 }, { microUsd: 7_999 }, []],
    [{ microUsd: 5_000 }, { microUsd: 9_500 }, [{ scope: "run", cap: "usd", percent: 95, period: null, spent: 0.0095, limit: 0.01 }]],
    [
      { tokensIn: 4_000 },
      { tokensIn: 4_000, tokensOut: 4_000 },
      [{ scope: "run", cap: "tokens", percent: 80, period: null, spent: 8_000, limit: 10_000 }],
    ],
    [{ tokensOut: 8_000 }, { tokensOut: 8_001 }, []],
  ])("thresholds of the run's own caps: from %j to %j", (before, now, told) => expect(alerts(before, now)).toEqual(told));
});

describe("[RUN-377] who shares what is left with a child run", () => {
  const sharing = one({ id: "k", step: "k", node: "k", kind: "run", phase: "ready" });
  const count = (
    steps: { [id: string]: Step },
    others: readonly Activity[] = [],
    more: object = {},
    states: { [id: string]: string } = {},
  ) => {
    const { state } = new Drive(define({ k: run, ...steps }));
    const all = Object.fromEntries(Object.entries(state.steps).map(([id, step]) => [id, { ...step, status: states[id] ?? "running" }]));
    return othersWithoutShare(turnOf({ k: run, ...steps }, [sharing, ...others], { steps: all, ...more }), sharing);
  };
  const of = (more: Given) => one({ id: "x", step: "x", node: "x", ...more });
  const items = (from: number, to: number, more: Given) =>
    Array.from({ length: to - from }, (_, at) => of({ id: `x/${from + at}`, node: `x/${from + at}`, ...more }));
  const mapOf = (over: number, begun: number, completed: number, failing: unknown = null) => ({
    maps: { x: { over: Array(over).fill(0), items: Array(begun).fill({}), completed, next: begun, failing } },
  });
  const kid = { kind: "run", phase: "ready" };
  const underWay = { kind: "run", phase: "calling" };
  it.each<[string, () => number, number]>([
    ["nobody", () => count({}), 0],
    ["a step that starts none", () => count({ x: tool("orders.get") }), 0],
    ["a `run` step that waits", () => count({ x: run }, [], {}, { x: "pending" }), 1],
    ["a `run` step that is decided", () => count({ x: run }, [of({ kind: "run", phase: "deciding" })]), 1],
    ["a `run` step with its share", () => count({ x: run }, [of(underWay)]), 0],
    ["a `run` step that has ended", () => count({ x: run }, [], {}, { x: "completed" }), 0],
    ["a `run` step that comes after it", () => count({ x: { ...run, needs: ["k"] } }), 0],
    ["one that comes after what comes after it", () => count({ y: tool("orders.get", { needs: ["k"] }), x: { ...run, needs: ["y"] } }), 0],
    ["a tool that is a workflow by its name", () => count({ x: tool("workflow.kid") }, [of({ kind: "tool", tool: "workflow.kid" })]), 1],
    [
      "a tool that is one by its facts",
      () => count({ x: tool("kid.run") }, [of({ kind: "tool", tool: "kid.run", facts: { child: {} } })]),
      1,
    ],
    ["a tool that is none", () => count({ x: tool("orders.get") }, [of({ kind: "tool", tool: "orders.get", facts: {} })]), 0],
    ["an agent that has not asked: a child, for it may ask for one", () => count({ x: agent }), 1],
    ["an agent whose model is asked", () => count({ x: agent }, [of({ id: "x/1", phase: "calling" })]), 1],
    ["an agent with two child runs", () => count({ x: agent }, [of({ ...kid, id: "x/1.1" }), of({ ...kid, id: "x/1.2" })]), 2],
    [
      "an agent with one under way and one to come",
      () => count({ x: agent }, [of({ ...underWay, id: "x/1.1" }), of({ ...kid, id: "x/1.2" })]),
      1,
    ],
    ["an agent with one under way", () => count({ x: agent }, [of({ ...underWay, id: "x/1.1" })]), 0],
    ["a model step", () => count({ x: model() }, [], {}, { x: "pending" }), 1 / 4],
    ["a model step that is asked", () => count({ x: model() }, [of({ phase: "calling" })]), 0],
    ["a model step that waits for its next attempt", () => count({ x: model() }, [of({ phase: "backing-off" })]), 1 / 4],
    [
      "an agent without workflows that is asked asks again",
      () => count({ x: { ...agent, tools: ["orders.get"] } }, [of({ id: "x/1", phase: "calling" })]),
      1 / 4,
    ],
    ["a map of models under way", () => count({ x: map(model(), 2) }, items(0, 2, { phase: "calling" }), mapOf(4, 2, 0)), 1 / 4],
    ["a map that has not started", () => count({ x: map(run, 4) }, [], {}, { x: "pending" }), 1],
    ["a map with nothing under way yet", () => count({ x: map(run, 3) }, [], mapOf(9, 0, 0)), 3],
    ["a map with fewer items than places", () => count({ x: map(run, 9) }, [], mapOf(2, 0, 0)), 2],
    ["a map all under way", () => count({ x: map(run, 2) }, items(0, 2, underWay), mapOf(9, 2, 0)), 0],
    ["a map half under way", () => count({ x: map(run, 3) }, items(0, 2, underWay), mapOf(9, 2, 0)), 1],
    [
      "a map with one that lacks its share",
      () => count({ x: map(run, 2) }, [...items(0, 1, underWay), ...items(1, 2, kid)], mapOf(9, 2, 0)),
      1,
    ],
    ["a map with items that did not begin their work", () => count({ x: map(run, 3) }, items(0, 1, underWay), mapOf(9, 3, 0)), 2],
    ["a map whose first items are done", () => count({ x: map(run, 2) }, items(2, 3, underWay), mapOf(9, 3, 2)), 1],
    ["a map at its last item", () => count({ x: map(run, 2) }, items(8, 9, underWay), mapOf(9, 9, 8)), 0],
    ["a map that fails", () => count({ x: map(run, 3) }, items(0, 1, kid), mapOf(9, 1, 0, { code: "x" })), 1],
    ["a map of agents that have not asked", () => count({ x: map(agent, 2) }, items(0, 2, { phase: "calling" }), mapOf(2, 2, 0)), 2],
  ])("%s", (_, find, expected) => expect(find()).toBe(expected));
});
