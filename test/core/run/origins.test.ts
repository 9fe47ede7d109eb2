/** Whose word a value of a run is, asked of states that are written down by hand: every kind of step, and journals that say less. */
import { describe, expect, it } from "vitest";
import { CALLER, type Label, OWN, UNKNOWN } from "../../../core/label/label.ts";
import { type Labels, whole } from "../../../core/label/labels.ts";
import type { Birth } from "../../../core/run/machine/birth.ts";
import type { Activity, RunState } from "../../../core/run/machine/state.ts";
import {
  failureLabel,
  labelsIn,
  labelsOfInput,
  labelsOfPartial,
  labelsOfResult,
  labelsOfSettled,
  labelsOfSkipped,
  originIn,
  seenByItem,
  toolLabel,
} from "../../../core/run/steps/labels.ts";
import type { AgentStep, ItemStep, MapStep, RunStep, Step, WaitStep } from "../../../core/workflow/definition.ts";
import { define, model, review, tool, transform } from "../../support/run/definition.ts";
import { Drive } from "../../support/run/drive.ts";

const common = { needs: [] as string[], when: null, on_error: null };
const { cache: _cache, async: _async, kind: _kind, ...asked } = model();
const agent: AgentStep = { ...asked, kind: "agent", tools: ["orders.get"], max_iterations: 3 };
const wait: WaitStep = { ...common, kind: "wait", seconds: null, until: null, signal: "go", timeout_ms: null } as never;
const run: RunStep = { ...common, kind: "run", workflow: "kid", version: null, input: { cel: "input.x" } };
const map = (step: ItemStep, over: unknown = { cel: "input.list" }): MapStep =>
  ({ ...common, kind: "map", concurrency: 2, over, step }) as MapStep;

/** A label that nothing else makes. */
const of = (source: string, more: Partial<Label> = {}): Label => ({ trust: "untrusted", class: "public", sources: [source], ...more });
const ERROR = of("error", { class: "internal" });
const both = (...labels: readonly Label[]): Label => ({
  trust: labels.some(({ trust }) => trust === "untrusted") ? "untrusted" : "trusted",
  class: (["restricted", "confidential", "internal"] as const).find((one) => labels.some((label) => label.class === one)) ?? "public",
  sources: [...new Set(labels.flatMap(({ sources }) => sources))].sort(),
});

type Given = { steps?: { [id: string]: object }; labels?: { [id: string]: Labels } | null } & { readonly [field: string]: unknown };
function given(steps: { [id: string]: Step }, { steps: states = {}, labels = {}, ...more }: Given = {}, birth: Partial<Birth> = {}) {
  const { machinery, state } = new Drive(define(steps), {}, birth);
  const { labels: _none, ...bare } = state;
  const all = Object.fromEntries(Object.entries(state.steps).map(([id, step]) => [id, { ...step, ...states[id] }]));
  return { context: machinery, state: { ...bare, ...more, ...(labels === null ? {} : { labels }), steps: all } as unknown as RunState };
}
const COMPLETED = { status: "completed" };
const activity = (more: object): Activity => ({ labels: undefined, signal: null, facts: null, tool: null, ...more }) as unknown as Activity;

describe("[RUN-363] whose word an expression of a run reads", () => {
  const steps = { a: tool("orders.get"), b: transform(1), c: transform(1) };
  const noted = { a: whole(of("tool:a")), b: whole(of("b")), c: whole(of("c")) };
  const world = (more: Given = {}) => given(steps, { steps: { a: COMPLETED, b: { status: "failed" } }, labels: noted, ...more });
  const ask = ({ context, state }: ReturnType<typeof world>, path: readonly string[]) => originIn(context, state)("steps", path);

  it.each<[string, readonly string[], Labels]>([
    ["an output", ["a", "output"], whole(of("tool:a"))],
    ["an error", ["a", "error"], whole(both(ERROR, of("tool:a")))],
    ["another field", ["a", "status"], whole(both(ERROR, of("tool:a")))],
    ["the whole step", ["a"], whole(both(ERROR, of("tool:a")))],
    ["the output of a step that failed", ["b", "output"], []],
    ["its error", ["b", "error"], whole(both(ERROR, of("b")))],
    ["all steps", [], whole(both(ERROR, of("tool:a"), of("b"), of("c")))],
    ["a step that there is not", ["nowhere", "output"], whole(UNKNOWN)],
  ])("%s", (_, path, labels) => expect(ask(world(), path)).toEqual(labels));

  it.each(["pending", "running", "waiting", "failed"])("a step that is %s gave nothing yet", (status) =>
    expect(ask(world({ steps: { a: { status } } }), ["a", "output"])).toEqual([]),
  );
  it.each(["completed", "compensated", "skipped"])("a step that is %s gave what is noted", (status) =>
    expect(ask(world({ steps: { a: { status } } }), ["a", "output"])).toEqual(whole(of("tool:a"))),
  );

  it.each([[null], [{}]])("with no labels noted (%j) an error is an error, and an output is read off the definition", (labels) => {
    const old = world({ labels });
    expect(ask(old, ["b", "error"])).toEqual(whole(ERROR));
    expect(ask(old, ["a", "output"])).toEqual(whole(UNKNOWN));
    expect(ask(old, ["a", "error"])).toEqual(whole(ERROR));
    expect(ask(old, ["a"])).toEqual(whole(both(ERROR, UNKNOWN)));
    const of = (step: Step) => {
      const { context, state } = given({ s: step }, { steps: { s: COMPLETED }, labels });
      return originIn(context, state)("steps", ["s", "output"]);
    };
    const person = { trust: "trusted", class: "internal", sources: ["person"] } as const;
    expect(of(review())).toEqual(whole(person));
    expect(of(review({ on_error: { value: 1 } }))).toEqual(whole(UNKNOWN));
    expect(of(transform({ cel: "input" }))).toEqual(whole(CALLER));
    expect(of(transform({ cel: "input" }, { on_error: { value: 1 } }))).toEqual(whole(UNKNOWN));
    expect(of(transform(1))).toEqual([]);
    expect(of(tool("orders.get"))).toEqual(whole(UNKNOWN));
    expect(of(transform(1, { when: { cel: "input.yes" } }))).toEqual(whole(CALLER));
  });

  it("what only its place sees is unknown elsewhere, an error there an error, and of the platform its own", () => {
    const { context, state } = world();
    const origin = originIn(context, state);
    for (const name of ["index", "item", "output", "nothing"]) expect(origin(name as never, [])).toEqual(whole(UNKNOWN));
    expect(origin("error", [])).toEqual(whole(ERROR));
    expect(origin("run", ["id"])).toEqual([]);
    expect(origin("input", [])).toEqual(whole(CALLER));
    const seen = { item: whole(of("i")), index: whole(of("n")), output: whole(of("o")), error: whole(of("e")) };
    const told = originIn(context, state, seen);
    for (const [name, source] of [
      ["item", "i"],
      ["index", "n"],
      ["output", "o"],
      ["error", "e"],
    ] as const)
      expect(told(name, [])).toEqual(whole(of(source)));
  });

  it("the input of a child run is its parent's word, unknown where the parent did not say", () => {
    const parent = { run: "run_p", activity: "c", depth: 1, tools: [] } as never;
    const ask = (birth: Partial<Birth>) => {
      const { context, state } = given(steps, {}, birth);
      return originIn(context, state)("input", []);
    };
    expect(ask({ parent })).toEqual(whole(UNKNOWN));
    expect(ask({ parent, inputLabels: whole(of("p")) })).toEqual(whole(of("p")));
  });
});

describe("[RUN-364] whose word it is that a step ran, was skipped, or failed", () => {
  it.each<[string, Given, Label]>([
    ["by nothing", {}, OWN],
    ["by whoever made another fail", { steps: { r: { rescues: "a" } }, labels: { a: whole(of("x")) } }, of("x")],
    ["by an error, where nothing is noted of it", { steps: { r: { rescues: "a" } } }, ERROR],
    ["by an error, in a journal before labels", { steps: { r: { rescues: "a" } }, labels: null }, ERROR],
  ])("a step was chosen %s", (_, states, label) => {
    const { context, state } = given({ a: tool("orders.get"), r: transform(1) }, states);
    expect(labelsOfSettled(context, state, "r", whole(of("v")))).toEqual(whole(label === OWN ? of("v") : both(of("v"), label)));
    expect(labelsOfSkipped(context, state, "r", null)).toEqual(whole(label));
  });

  it("by its condition, in items of a map too", () => {
    const { context, state } = given({ m: { ...map(transform(1) as ItemStep), when: { cel: "input.yes" } } });
    expect(labelsOfSettled(context, state, "m/3", whole(of("v")))).toEqual(whole(both(of("v"), CALLER)));
  });

  it("a step that was spared says whose word it is that the other did not fail", () => {
    const steps = { a: transform({ cel: "input.x" }), r: transform(1) };
    const noted = given(steps, { labels: { a: whole(of("x")) } });
    expect(labelsOfSkipped(noted.context, noted.state, "r", "a")).toEqual(whole(both(CALLER, of("x"))));
    for (const labels of [{}, null]) {
      const { context, state } = given(steps, { labels });
      expect(labelsOfSkipped(context, state, "r", "a")).toEqual(whole(CALLER));
    }
  });

  const item = transform({ cel: "[item, input.x, steps.t.output]" }) as ItemStep;
  const called = tool("orders.get", { input: { a: { cel: "steps.t.output" } } }) as ItemStep;
  const done = { steps: { t: COMPLETED }, labels: { t: whole(of("t")) } };
  const facts = { facts: { sensitivity: "restricted" }, tool: "orders.get" };
  it.each<[string, Step, Given, Label]>([
    ["a person", review({ proposal: { cel: "input.x" } }), {}, OWN],
    ["time", wait, {}, OWN],
    ["an expression", transform({ cel: "steps.t.output" }), done, of("t")],
    ["a model", model({ prompt: { template: "", slots: { s: { cel: "steps.t.output" } } } }), done, both(of("t"), ERROR)],
    ["a child run", run, {}, both(CALLER, ERROR)],
    ["a tool that was never asked", tool("orders.get"), {}, ERROR],
    ["a tool without facts", tool("orders.get"), { activities: { s: activity({ tool: "orders.get" }) } }, ERROR],
    ["a tool", tool("orders.get"), { activities: { s: activity(facts) } }, both(ERROR, of("tool:orders.get", { class: "restricted" }))],
    [
      "a tool without a name",
      tool("orders.get"),
      { activities: { s: activity({ ...facts, tool: null }) } },
      both(ERROR, of("tool:unknown", { class: "restricted" })),
    ],
    ["an agent, which saw more", agent, { agents: { s: { label: of("seen") } } }, both(ERROR, of("seen"))],
    ["an agent that saw nothing", agent, { agents: { s: {} } }, ERROR],
    ["a map of expressions", map(item), done, both(CALLER, of("t"))],
    ["a map of tools", map(called), done, both(CALLER, of("t"), ERROR)],
    ["a map of waits", map(wait as never), {}, both(CALLER, ERROR)],
    [
      "a map with an item that failed",
      map(transform(1) as ItemStep),
      { maps: { s: { failingLabel: of("f"), items: [] } } },
      both(CALLER, of("f")),
    ],
    [
      "a map with rules that read more",
      map(transform(1, { on_error: [{ when: { cel: "steps.t.output" }, value: 1 }, { value: 2 }] }) as ItemStep),
      done,
      both(CALLER, of("t")),
    ],
  ])("%s", (_, step, states, label) => {
    const { context, state } = given({ s: step, t: tool("orders.get") }, states);
    expect(failureLabel(context, state, "s")).toEqual(label);
  });
});

describe("[RUN-365] whose word a step starts with, and gives", () => {
  const FOUND = { kept: [{ id: "m" }], label: of("remembered") };
  it.each<[string, Step, Given, Labels]>([
    ["what the definition gives", model({ prompt: { template: "", slots: {} } }), {}, []],
    [
      "a model, what is remembered too",
      model({ prompt: { template: "", slots: {} } }),
      { recalled: { found: FOUND } },
      whole(of("remembered")),
    ],
    [
      "a model, nothing where nothing was kept",
      model({ prompt: { template: "", slots: {} } }),
      { recalled: { found: { ...FOUND, kept: [] } } },
      [],
    ],
    ["a model, nothing while nothing was found", model({ prompt: { template: "", slots: {} } }), { recalled: {} }, []],
    ["a tool is told nothing of it", tool("orders.get"), { recalled: { found: FOUND } }, []],
  ])("%s", (_, step, states, labels) => {
    const { context, state } = given({ s: step }, states);
    expect(labelsOfInput(context, state, "s")).toEqual(labels);
  });

  it("what a person changed is that person's word, unknown where nobody noted whose", () => {
    const redrive = { of: "run_0", keyRun: "run_0", kept: {}, acts: {}, changes: { s: 1 } };
    for (const [changed, label] of [
      [of("grace"), of("grace")],
      [undefined, UNKNOWN],
    ] as const) {
      const birth = { redrive: { ...redrive, ...(changed === undefined ? {} : { changed }) } as never };
      const { context, state } = given({ s: transform({ cel: "input" }), t: transform({ cel: "input" }) }, {}, birth);
      expect(labelsOfInput(context, state, "s")).toEqual(whole(label));
      expect(labelsOfInput(context, state, "t")).toEqual(whole(CALLER));
    }
  });

  it("an item is its place of the list, its index the word of whoever made the list as long as it is", () => {
    const labels: Labels = [
      { at: "/0", label: of("first") },
      { at: "/1", label: of("second") },
      { at: "", label: of("list") },
    ];
    const { context, state } = given({ m: map(transform(1) as ItemStep) }, { maps: { m: { labels, items: [] } } });
    expect(seenByItem(context, state, "m/1")).toEqual({ item: whole(both(of("second"), of("list"))), index: whole(of("list")) });
    expect(seenByItem(context, state, "m")).toEqual({});
    const old = given({ m: map(transform(1) as ItemStep) }, { maps: { m: { items: [] } } });
    expect(seenByItem(old.context, old.state, "m/1")).toEqual({ item: whole(CALLER), index: whole(CALLER) });
  });

  const BY = of("t");
  const done = { steps: { t: COMPLETED }, labels: { t: whole(BY) } };
  const reads = { cel: "steps.t.output" };
  const trusted = { trust: "trusted" } as const;
  it.each<[string, Step, Given, Labels]>([
    ["an expression", transform(reads), done, whole(BY)],
    ["a person", review({ proposal: reads }), done, whole({ ...both(BY, of("person")), ...trusted })],
    ["a wait for nothing", wait, { activities: { s: activity({}) } }, []],
    ["a wait that is over", wait, {}, []],
    [
      "a signal",
      wait,
      { activities: { s: activity({ signal: "go" }) }, signalLabels: { go: [of("signal"), of("later")] } },
      whole(of("signal")),
    ],
    [
      "a signal of which nothing is noted",
      wait,
      { activities: { s: activity({ signal: "go" }) }, signalLabels: { no: [] } },
      whole(UNKNOWN),
    ],
    ["a signal in an old journal", wait, { activities: { s: activity({ signal: "go" }) } }, whole(UNKNOWN)],
    ["a model", model({ prompt: { template: "", slots: { x: reads } } }), done, whole(both(BY, of("model:s")))],
    ["an agent", agent, { agents: { s: { label: of("seen") } } }, whole(both(of("model:s"), of("seen")))],
    [
      "what a call was labelled with",
      model(),
      { activities: { s: activity({ labels: whole(of("given")) }) } },
      whole(both(of("model:s"), of("given"))),
    ],
    [
      "a tool",
      tool("orders.get", { input: { x: reads } }),
      { ...done, activities: { s: activity({ tool: "orders.get" }) } },
      whole(both(BY, of("tool:orders.get", { class: "internal" }))),
    ],
    ["a tool that is not known", tool("orders.get"), {}, whole(of("tool:unknown", { class: "internal" }))],
    ["a child run", run, {}, whole(UNKNOWN)],
    [
      "a map",
      map(transform(1) as ItemStep),
      {
        maps: {
          s: {
            labels: [
              { at: "", label: of("list") },
              { at: "/0", label: of("no") },
            ],
            items: [{ labels: whole(of("i")) }, { labels: [] }],
          },
        },
      },
      whole(both(of("list"), of("i"))),
    ],
    ["a map whose items say nothing", map(transform(1) as ItemStep), { maps: { s: { labels: [], items: [{}] } } }, whole(UNKNOWN)],
    ["a map that is not known", map(transform(1) as ItemStep), {}, whole(CALLER)],
  ])("%s", (_, step, states, labels) => {
    const { context, state } = given({ s: step, t: tool("orders.get") }, states);
    expect(labelsOfResult(context, state, "s")).toEqual(labels);
  });

  it("what is remembered is the word of whoever said it; what is old says so", () => {
    const answer = toolLabel(activity({ tool: "memory.recall", answerLabel: of("ada") }), of("asked"));
    expect(answer).toEqual(both(of("ada"), of("asked")));
    expect(toolLabel(activity({ tool: "x", isStale: true }), OWN)).toEqual({ ...of("tool:x", { class: "internal" }), stale: true });
    expect(toolLabel(activity({ tool: "x", facts: { sensitivity: "public" } }), OWN)).toEqual(of("tool:x"));
  });

  it("what a cap cut short is the word of whoever spent the most", () => {
    const { context, state } = given({ t: tool("orders.get"), u: tool("orders.get") }, { ...done, steps: { t: COMPLETED, u: COMPLETED } });
    expect(labelsOfPartial(context, state, null, ["t"])).toEqual([
      { at: "/t", label: BY },
      { at: "", label: ERROR },
    ]);
    expect(labelsOfPartial(context, state, { cel: "input" }, ["t"])).toEqual(whole(both(CALLER, ERROR)));
    expect(labelsIn(context, state, { a: reads })).toEqual([{ at: "/a", label: BY }]);
  });
});
