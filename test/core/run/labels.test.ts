/** Whose word a value is, on every way that it can take through a run; and a search for a way that is not watched, against marked values. */
import { describe, expect, it } from "vitest";
import type { Role } from "../../../core/access/principal.ts";
import { isObject, type Json } from "../../../core/json.ts";
import type { Labels } from "../../../core/label/labels.ts";
import { fold } from "../../../core/run/fold/evolve.ts";
import type { Birth } from "../../../core/run/machine/birth.ts";
import type { RunEvent } from "../../../core/run/machine/event.ts";
import { transition } from "../../../core/run/machine/transition.ts";
import { toldEnd } from "../../../core/run/outside/told-end.ts";
import { wantedEffects } from "../../../core/run/outside/wanted.ts";
import { reachesGuarded } from "../../../core/tool/guarded.ts";
import type { AuthorityQuestion } from "../../../core/workflow/authority.ts";
import type { Definition, MapStep, ReviewStep, RunStep, Step, Template, WaitStep } from "../../../core/workflow/definition.ts";
import { often } from "../../support/depth.ts";
import { define, model, tool, transform } from "../../support/run/definition.ts";
import { answered, Drive, failed, type Script, said } from "../../support/run/drive.ts";

const common = { needs: [] as string[], when: null, on_error: null };
const cel = (text: string): Template => ({ cel: text });
const ask = (proposal: Template, more: Partial<ReviewStep> = {}): ReviewStep => ({
  ...common,
  kind: "review",
  severity: "medium",
  proposal,
  ...more,
});
const child = (input: Template, more: Partial<RunStep> = {}): RunStep => ({
  ...common,
  kind: "run",
  workflow: "small",
  version: null,
  input,
  ...more,
});
const each = (over: Template, step: MapStep["step"], more: Partial<MapStep> = {}): MapStep => ({
  ...common,
  kind: "map",
  over,
  concurrency: 2,
  step,
  ...more,
});
const wait: WaitStep = { ...common, kind: "wait", seconds: null, until: null, signal: "news", timeout_ms: null };
const pay = (amount: Template, needs: string[], more: object = {}) => tool("pay", { input: { amount, note: "x" }, needs, ...more });

/** The steps, each after the one before it, so that an expression may read any that stands above it. */
const chain = (steps: { [id: string]: Step }): { [id: string]: Step } =>
  Object.fromEntries(
    Object.entries(steps).map(([id, step], at, all) => [
      id,
      { ...step, needs: step.needs.length > 0 || at === 0 ? step.needs : [all[at - 1]?.[0] ?? ""] },
    ]),
  );

type Asked = { readonly untrusted: readonly string[]; readonly compensation: boolean };

/** What the run asks about each call of `pay` (or another tool), in order. */
function asked(definition: Definition, script: Partial<Script> = {}, birth: Partial<Birth> = {}, name = "pay"): Asked[] {
  const questions: Asked[] = [];
  const base = new Drive(definition).script.authority;
  const authority = (question: AuthorityQuestion) => {
    if (question.kind === "tool" && question.tool === name)
      questions.push({ untrusted: question.untrusted, compensation: question.compensation });
    return base(question);
  };
  new Drive(definition, { ...script, authority }, { input: { amount: 5, list: [1, 2], s: "in" }, ...birth }).start().run();
  return questions;
}
const untrustedOf = (...args: Parameters<typeof asked>): readonly string[] | undefined => asked(...args)[0]?.untrusted;

const fromModel = cel("steps.said.output");
const fromCaller = cel("input.amount");
const says = { said: model({}) };
const rejects: Partial<Script> = { person: () => "reject" };

/** A child run of its own: what it gives, with its labels. */
const childOf =
  (definition: Definition): Script["child"] =>
  (_workflow, input, labels?: Labels) => {
    const parent = { run: "run_p", activity: "c", depth: 1, tools: ["pay"] };
    const inner = new Drive(definition, {}, { input: input as Json, ...(labels === undefined ? {} : { inputLabels: labels }), parent });
    inner.start().run();
    const { output, outputLabels, status } = inner.state;
    return { ok: status === "completed", output, ...(outputLabels === undefined ? {} : { labels: outputLabels }) };
  };
const echo = define({ a: transform(cel("input")) }, { output: cel("steps.a.output.x") });
const throughChild = { child: childOf(echo) };

describe("whose word reaches a tool's field", () => {
  it.each<[string, (value: Template) => Definition, Partial<Script>]>([
    ["an expression", (v) => define(chain({ ...says, pay: pay(v, []) })), {}],
    ["a transform", (v) => define(chain({ ...says, t: transform(v), pay: pay(cel("steps.t.output"), []) })), {}],
    ["a field of an object", (v) => define(chain({ ...says, t: transform({ a: 1, b: v }), pay: pay(cel("steps.t.output.b"), []) })), {}],
    [
      "a child's input and output",
      (v) => define(chain({ ...says, c: child({ x: v }), pay: pay(cel("steps.c.output"), []) })),
      throughChild,
    ],
    [
      "a rejected review's on_error.value",
      (v) => define(chain({ ...says, r: ask("?", { on_error: { value: v } }), pay: pay(cel("steps.r.output"), []) })),
      rejects,
    ],
    [
      "a failed transform's on_error.value",
      (v) =>
        define(chain({ ...says, t: transform(cel("input.no.such"), { on_error: { value: v } }), pay: pay(cel("steps.t.output"), []) })),
      {},
    ],
    [
      "the step of an on_error",
      (v) =>
        define({
          ...says,
          r: ask("?", { needs: ["said"], on_error: { step: "instead" } }),
          instead: transform(v, { needs: [] }),
          pay: pay(cel("steps.r.output"), ["r"]),
        }),
      rejects,
    ],
    [
      "a map's items",
      (v) => define(chain({ ...says, m: each([v, v], transform(cel("item"))), pay: pay(cel("steps.m.output[0]"), []) })),
      {},
    ],
    [
      "an item's on_error.value",
      (v) =>
        define(
          chain({
            ...says,
            m: each(cel("input.list"), transform(cel("item.no"), { on_error: { value: v } })),
            pay: pay(cel("steps.m.output"), []),
          }),
        ),
      {},
    ],
    ["the item of a map", (v) => define(chain({ ...says, m: each([v], tool("pay", { input: { amount: cel("item"), note: "x" } })) })), {}],
  ])("[LABEL-1] through %s: a model's is untrusted, the caller's is not", (_, definition, script) => {
    expect(untrustedOf(definition(fromModel), script)).not.toHaveLength(0);
    expect(reachesGuarded(["/amount"], untrustedOf(definition(fromModel), script) ?? [])).toBe(true);
    expect(reachesGuarded(["/note"], untrustedOf(definition(fromModel), script) ?? [])).toBe(false);
    expect(untrustedOf(definition(fromCaller), script)).toEqual([]);
  });

  /** A tool's answer decides between constants of the definition; the caller's word in its place asks nobody. */
  it.each<[string, (list: string, flag: string) => { [id: string]: Step }]>([
    ["a map's length", (list) => ({ m: each(cel(list), transform(1)), pay: pay(cel("size(steps.m.output)"), []) })],
    ["a map's items that ignore `item`", (list) => ({ m: each(cel(list), transform("1")), pay: pay(cel("steps.m.output.join('')"), []) })],
    ["the index of an item", (list) => ({ m: each(cel(list), tool("pay", { input: { amount: cel("index"), note: "x" } })) })],
    ["an item's `index` as its value", (list) => ({ m: each(cel(list), transform(cel("index"))), pay: pay(cel("steps.m.output[0]"), []) })],
    ["a step's `when`", (_, flag) => ({ a: transform(1, { when: { cel: flag } }), pay: pay(cel("steps.a.output"), []) })],
    [
      "a skipped step's null",
      (_, flag) => ({ a: transform(1, { when: { cel: `!${flag}` } }), pay: pay(cel("steps.a.output == null ? 1 : 2"), []) }),
    ],
    [
      "a failed expression",
      (list) => ({ a: transform(cel(`${list}[9]`), { on_error: { value: 7 } }), pay: pay(cel("steps.a.output"), []) }),
    ],
    [
      "a condition of on_error",
      (_, flag) => ({
        a: transform(cel("input.no.such"), { on_error: [{ when: { cel: flag }, value: 7 }, { value: 8 }] }),
        pay: pay(cel("steps.a.output"), []),
      }),
    ],
  ])("[LABEL-10] through %s: what a tool decided is untrusted, what the caller decided is not", (_, steps) => {
    const script = { tool: () => answered({ list: [1, 2], flag: true }) };
    const input = { list: [1, 2], flag: true };
    const get = tool("orders.get");
    const of = (list: string, flag: string) => untrustedOf(define(chain({ get, ...steps(list, flag) })), script, { input });
    expect(of("steps.get.output.list", "steps.get.output.flag")).toContain("/amount");
    expect(of("input.list", "input.flag")).toEqual([]);
  });

  it("[LABEL-10] what a tool or a child run decides by failing is untrusted, what a person decides by rejecting is not", () => {
    const on_error: Step["on_error"] = [{ when: { cel: "error.message == 'scripted'" }, value: 7 }, { value: 8 }];
    const chosen = (step: Step) => define(chain({ a: step, pay: pay(cel("steps.a.output"), []) }), { tools: ["orders.get", "pay"] });
    const fails: Partial<Script> = {
      tool: () => failed("tool_error", "permanent"),
      child: () => ({ ok: false, error: { code: "tool_error", message: "scripted" } }),
      person: () => "reject",
    };
    expect(untrustedOf(chosen(tool("orders.get", { on_error })), fails)).toEqual(["/amount"]);
    expect(untrustedOf(chosen(child({}, { on_error })), fails)).toEqual(["/amount"]);
    expect(untrustedOf(chosen(ask("?", { on_error })), fails)).toEqual([]);
    const instead = (step: Step) =>
      define({ a: { ...step, on_error: { step: "b" } }, b: transform(7), pay: pay(cel("steps.b.output == null ? 1 : 2"), ["a", "b"]) });
    for (const script of [fails, {}]) expect(untrustedOf(instead(tool("orders.get")), script)).toEqual(["/amount"]);
    expect(untrustedOf(instead(ask("?")), fails)).toEqual([]);
  });

  it("[LABEL-2] a child's input is as trusted as its parent's values were", () => {
    const inner = define({ pay: pay(cel("input.x"), []) });
    const parent = { run: "run_p", activity: "c", depth: 1, tools: ["pay"] };
    const handed = (value: Template): Labels => {
      let given: Labels = [];
      const outer = define(chain({ ...says, c: child({ x: value, y: 1 }) }));
      const run: Script["child"] = (_name, _input, labels) => {
        given = labels ?? [];
        return { ok: true };
      };
      new Drive(outer, { child: run }, { input: { amount: 5 } }).start().run();
      return given;
    };
    expect(untrustedOf(inner, {}, { parent, input: { x: 1 }, inputLabels: handed(fromModel) })).toEqual(["/amount"]);
    expect(untrustedOf(inner, {}, { parent, input: { x: 1 }, inputLabels: handed(fromCaller) })).toEqual([]);
    expect(untrustedOf(inner, {}, { parent, input: { x: 1 } })).toEqual(["/amount"]); // a parent from before labels
    expect(untrustedOf(define({ pay: pay(cel("input.x"), []) }), {}, { input: { x: 1 } })).toEqual([]);
  });

  it("[LABEL-3] a compensation's input is labelled like any other", () => {
    const undone = (input: Json, amount: Json) =>
      define(
        chain({
          ...says,
          book: tool("book", {
            input: { amount },
            compensate: { tool: "pay", input, retry: { attempts: 1, backoff_ms: 0 }, timeout_ms: null } as never,
          }),
          bad: transform(cel("input.no.such")),
        }),
        { tools: ["pay", "book"], on_failure: "compensate" },
      );
    const of = (input: Json, amount: Json = 1) => asked(undone(input, amount)).find(({ compensation }) => compensation)?.untrusted;
    expect(of({ amount: fromModel })).toEqual(["/amount"]);
    expect(of({ amount: cel("output.id") })).toEqual(["/amount"]);
    expect(of({ amount: fromCaller })).toEqual([]);
    expect(of({ amount: cel("call.input.amount") })).toEqual([]);
    expect(of({ amount: cel("call.input.amount") }, fromModel)).toEqual(["/amount"]);
    expect(of({ amount: cel("call.input.amount") }, fromCaller)).toEqual([]);
    expect(of({ amount: 7 })).toEqual([]);
  });

  it("[LABEL-4] a person's approval makes a proposal trusted; a signal is trusted from whoever started the run", () => {
    const reviewed = define(chain({ ...says, r: ask(fromModel), pay: pay(cel("steps.r.output.proposal"), []) }));
    expect(untrustedOf(reviewed, { person: () => "approve" })).toEqual([]);
    const definition = define(chain({ w: wait, pay: pay(cel("steps.w.output.n"), []) }));
    for (const [by, own, untrusted] of [
      ["ada", true, []],
      ["ada", false, ["/amount"]],
      ["mallory", true, ["/amount"]],
    ] as const) {
      const run = new Drive(definition).start().run();
      run.offer({ kind: "signal", id: "sig_1", name: "news", body: { n: 1 }, findings: [], by, own });
      const question = run.wanted().flatMap((effect) => (effect.kind === "authority.ask" ? [effect.question] : []))[0];
      expect(question).toMatchObject({ untrusted });
    }
  });

  it("[LABEL-5] the highest class wins, and the sources are named", () => {
    const base = new Drive(define({})).script.authority;
    const authority: Script["authority"] = (question) => {
      const answer = base(question);
      if (answer.kind !== "tool" || question.kind !== "tool") return answer;
      return { ...answer, facts: { ...answer.facts, sensitivity: question.tool === "orders.get" ? "confidential" : "public" } };
    };
    const steps = chain({
      get: tool("orders.get", { input: {} }),
      t: transform({ a: cel("steps.get.output.id"), b: cel("input.s"), c: 1 }),
    });
    const run = new Drive(define(steps, { output: { all: cel("steps.t.output"), own: "x" } }), { authority }, { input: { s: "x" } })
      .start()
      .run();
    expect(run.state.labels?.["t"]).toEqual([
      { at: "/a", label: { trust: "untrusted", class: "confidential", sources: ["tool:orders.get"] } },
      { at: "/b", label: { trust: "trusted", class: "internal", sources: ["caller"] } },
    ]);
    expect(run.state.outputLabels).toEqual((run.state.labels?.["t"] ?? []).map(({ at, label }) => ({ at: `/all${at}`, label })));
  });

  it("[LABEL-6] a journal from before labels is read off its definition: whatever is no person's or caller's word is untrusted", () => {
    const ends: [Template, readonly string[]][] = [
      [cel("steps.said.output"), ["/amount"]],
      [cel("steps.t.output"), []],
      [cel("steps.u.output"), ["/amount/a"]],
      [cel("steps.r.output.proposal"), []],
      [cel("steps.x.output"), ["/amount"]],
    ];
    for (const [amount, untrusted] of ends) {
      const steps = {
        ...says,
        t: transform(cel("input.s")),
        u: transform({ a: cel("steps.said.output") }),
        r: ask("?"),
        x: ask("?", { on_error: { value: 1 } }),
        pay: pay(amount, []),
      };
      const run = new Drive(define(chain(steps)), { person: () => "approve" }, { input: { s: "x" } }).start();
      run.run((state) => state.activities["pay"] !== undefined);
      const old = JSON.parse(JSON.stringify(run.events, (key, value) => (key === "labels" || key === "label" ? undefined : value)));
      const state = fold(run.machinery, old as RunEvent[]);
      expect(state.labels).toBeUndefined();
      const [effect] = wantedEffects(run.machinery, state, run.now);
      expect(effect).toMatchObject({ kind: "authority.ask", question: { tool: "pay", untrusted } });
    }
  });

  it("[LABEL-7] a redriven run keeps the labels of what it keeps, and that an instruction was found", () => {
    const steps = chain({ ...says, get: tool("orders.get", { input: {} }), bad: tool("pay", { input: { amount: fromModel } }) });
    const finding = { type: "injection", detector: "d", count: 1, score: 1, pointer: "" } as const;
    const run = new Drive(define(steps, { on_failure: "park" }), {
      tool: (name) => (name === "pay" ? failed("tool_error", "permanent") : { ...answered({ id: 1 }), findings: [finding] }),
    })
      .start()
      .run();
    expect(run.state.deadLetter).not.toBeNull();
    run.offer({ kind: "dead_letter.redriven", by: "op", run: "run_2" });
    const start = run.wanted().flatMap((effect) => (effect.kind === "run.continue" ? [effect.start] : []))[0];
    expect(start?.redrive).toMatchObject({ seenInstruction: true, labels: { said: [{ label: { trust: "untrusted" } }] } });
    const again = new Drive(define(steps, { on_failure: "park" }), {}, { redrive: start?.redrive ?? null }).start();
    const [question] = again.wanted().flatMap((effect) => (effect.kind === "authority.ask" ? [effect.question] : []));
    expect(question).toMatchObject({ tool: "pay", untrusted: ["/amount"], seenInstruction: true });
    expect(transition(again.machinery, again.state, { kind: "start" }, { at: again.now, stops: null }).ok).toBe(false);
  });
});

describe("a redriven run", () => {
  it("[RUN-160] has the rights of then and now, and whoever redrove it counts as having started it", () => {
    const steps = { r: ask("?"), pay: pay(1, ["r"]) };
    const redriven = (birth: Partial<Birth>, roles?: readonly Role[]): Birth => {
      const run = new Drive(define(steps), { person: () => "reject" }, birth).start().run();
      const given = roles === undefined ? {} : { roles };
      run.offer({ kind: "dead_letter.redriven", by: "olga", root: "platform-admin", run: "run_2", ...given });
      const start = run.wanted().flatMap((effect) => (effect.kind === "run.continue" ? [effect.start] : []))[0];
      if (start === undefined) throw new Error("no run continues it");
      return { ...run.machinery.birth, ...start };
    };
    expect(redriven({ roles: ["caller", "operator"] }, ["caller", "reviewer"]).roles).toEqual(["caller"]);
    expect(redriven({ roles: ["admin"] }, ["caller", "reviewer"]).roles).toEqual(["caller", "reviewer"]);
    expect(redriven({ roles: ["caller"] }, ["admin"]).roles).toEqual(["caller"]);
    expect(redriven({ roles: ["caller"] }, []).roles).toEqual([]);
    expect(redriven({ roles: ["caller"] }).roles).toEqual(["caller"]); // a journal from before
    const { starters, ...birth } = redriven({ starters: [{ user: "otto", root: null }] }, ["caller"]);
    const both = [
      { user: "otto", root: null },
      { user: "olga", root: "platform-admin" },
    ];
    expect(starters).toEqual(both);
    const again = new Drive(define(steps), {}, { ...birth, ...(starters === undefined ? {} : { starters }) }).start();
    const [request] = again.wanted().flatMap((effect) => (effect.kind === "review.open" ? [effect.request] : []));
    expect(request).toMatchObject({ startedBy: "ada", starters: both });
  });
});

describe("an agent that has seen untrusted text", () => {
  it("[LABEL-8] is said to be led by it from then on, and the run knows of an instruction", () => {
    const seen: AuthorityQuestion[] = [];
    const base = new Drive(define({})).script.authority;
    let turns = 0;
    const call = (at: number) => ({
      ...said(""),
      result: { ok: true as const, asks: { text: null, calls: [{ id: `c${at}`, name: "orders.get", input: { at } }] } },
    });
    const desk: Step = {
      ...common,
      kind: "agent",
      model: { id: "acme/small-2026-01-01", task: null, max_tokens: 100, temperature: 0, fallback: [] },
      prompt: { template: "Find {{what}}", slots: { what: cel("input.s") } },
      tools: ["orders.get"],
      max_iterations: 5,
      output: null,
      retry: { attempts: 1, backoff_ms: 1 } as never,
      timeout_ms: 1_000,
    };
    const finding = { type: "injection", detector: "d", count: 1, score: 1, pointer: "" } as const;
    const script: Partial<Script> = {
      model: () => (turns++ < 3 ? call(turns) : said("done")),
      tool: () => ({ ...answered({ turns }), findings: turns < 2 ? [] : [finding] }),
      authority: (question) => {
        if (question.kind === "tool") seen.push(question);
        return base(question);
      },
    };
    const run = new Drive(define({ desk }, { tools: ["orders.get"] }), script, { input: { s: "x" } }).start().run();
    expect(run.state.status).toBe("completed");
    const told = seen.map((question) =>
      question.kind === "tool" ? [question.ledByUntrusted ?? false, question.seenInstruction ?? false] : [],
    );
    expect(told).toEqual([
      [false, false],
      [true, false],
      [true, true],
    ]);
    expect(run.state.labels?.["desk"]?.[0]?.label).toMatchObject({
      trust: "untrusted",
      sources: ["caller", "model:desk", "tool:orders.get"],
    });
  });
});

/**
 * The oracle knows nothing of labels. Each definition is played in two worlds that differ in what models and tools say and in which of
 * their calls fail; the caller and every person say the same in both. Whatever differs in a field has come from a model or a tool, by its
 * value or by what depended on it: a length, an index, a condition, a skip, a failure. So does a mark, which only they put in. That field must
 * be named as untrusted in both worlds.
 */
const MARK = "\u2622";

describe("every way of a value and of a choice", () => {
  it("[LABEL-9] is named, in generated definitions", { timeout: 120_000 }, () => {
    let arrived = 0;
    let chosen = 0;
    const ways = new Set<string>();
    for (let seed = 1; seed <= often(250, 600); seed++) {
      const [one, other] = [play(seed, 0), play(seed, 1)];
      for (const [key, { input, untrusted }] of [...one.calls, ...other.calls]) {
        const marked = placesOf(input);
        const twin = [one, other].map(({ calls }) => calls.get(key)?.input);
        const differing = twin[0] === undefined || twin[1] === undefined ? [] : differences(twin[0], twin[1]);
        arrived += marked.length;
        chosen += differing.filter((place) => !marked.includes(place)).length;
        if (marked.length + differing.length > 0) for (const kind of one.kinds) ways.add(kind);
        const missed = [...marked, ...differing].filter(
          (place) => !untrusted.some((known) => place === known || place.startsWith(`${known}/`) || known.startsWith(`${place}/`)),
        );
        expect(missed, `seed ${seed}: ${key} ${JSON.stringify(twin)} ${JSON.stringify(untrusted)}`).toEqual([]);
      }
    }
    expect(arrived).toBeGreaterThan(often(200, 500));
    expect(chosen).toBeGreaterThan(often(80, 200));
    expect([...ways].sort()).toEqual([
      "compensation",
      "index",
      "map",
      "model",
      "on_error.list",
      "on_error.step",
      "on_error.value",
      "review",
      "run",
      "size",
      "tool",
      "transform",
      "when",
    ]);
  });
});

/** The same oracle: tools alone differ, none fails, and all that they answer is `restricted`. What comes of it is restricted too. */
it("[FLOW-11] the class of a value follows it and what it decides, in generated definitions", { timeout: 120_000 }, () => {
  let arrived = 0;
  let chosen = 0;
  for (let seed = 1; seed <= often(200, 400); seed++) {
    const [one, other] = [play(seed, 0, "tools"), play(seed, 1, "tools")];
    for (const [key, { input, restricted }] of [...one.calls, ...other.calls]) {
      const marked = placesOf(input);
      const twin = [one, other].map(({ calls }) => calls.get(key)?.input);
      const differing = twin[0] === undefined || twin[1] === undefined ? [] : differences(twin[0], twin[1]);
      arrived += marked.length;
      chosen += differing.filter((place) => !marked.includes(place)).length;
      const missed = [...marked, ...differing].filter(
        (place) => !restricted.some((known) => place === known || place.startsWith(`${known}/`) || known.startsWith(`${place}/`)),
      );
      expect(missed, `seed ${seed}: ${key} ${JSON.stringify(twin)} ${JSON.stringify(restricted)}`).toEqual([]);
    }
  }
  expect(arrived).toBeGreaterThan(often(100, 200));
  expect(chosen).toBeGreaterThan(often(40, 80));
});

/** The places in which two values differ. */
function differences(one: Json, other: Json, at = ""): string[] {
  if (Array.isArray(one) && Array.isArray(other) && one.length === other.length)
    return one.flatMap((item, index) => differences(item, other[index] ?? null, `${at}/${index}`));
  if (isObject(one) && isObject(other) && Object.keys(one).join() === Object.keys(other).join())
    return Object.entries(one).flatMap(([key, item]) => differences(item, other[key] ?? null, `${at}/${key}`));
  return JSON.stringify(one) === JSON.stringify(other) ? [] : [at];
}

function placesOf(value: Json, at = ""): string[] {
  if (typeof value === "string") return value.includes(MARK) ? [at] : [];
  if (Array.isArray(value)) return value.flatMap((item, index) => placesOf(item, `${at}/${index}`));
  return isObject(value) ? Object.entries(value).flatMap(([key, item]) => placesOf(item, `${at}/${key}`)) : [];
}

type Seen = { readonly input: Json; readonly untrusted: readonly string[]; readonly restricted: readonly string[] };
type Played = { readonly calls: ReadonlyMap<string, Seen>; readonly kinds: ReadonlySet<string> };

/** Plays the definition of a seed. Nothing in it depends on the world but what tools and, unless `only`, models answer. */
function play(seed: number, world: number, only: "tools" | null = null): Played {
  const random = dice(seed);
  const kinds = new Set<string>();
  const calls = new Map<string, Seen>();
  const inner = generate(random, kinds, false);
  const outer = generate(random, kinds, true);
  const input = { x: "in", y: { z: "put" }, list: ["p", "q"], yes: true };
  const drive = (definition: Definition, birth: Partial<Birth>, path: string): Drive => {
    const base = new Drive(definition).script.authority;
    let activity = "";
    const word = (): Dice => dice(hash(`${seed} ${world} ${path}${activity}`));
    const script: Partial<Script> = {
      tool: () => {
        const draw = word();
        if (draw(4) === 0) return failedWith(only === null ? `m${draw(2)}` : `m${MARK}${draw(2)}`);
        const l = Array.from({ length: draw(3) }, (_, at) => `${MARK}${at}`);
        return answered({ f: `${MARK}${draw(9)}`, g: { h: `t${MARK}` }, l, yes: draw(2) === 0, ...(draw(2) === 0 ? { maybe: 1 } : {}) });
      },
      model: () => said(only === "tools" ? "said" : `${MARK}${word()(9)}`),
      person: (proposal) => (hash(String((proposal as { id: string }).id)) % 3 === 0 ? "reject" : { modify: { id: "seen" } }),
      child: (_name, given, labels) => {
        const parent = { run: "run_p", activity: "c", depth: 1, tools: ["w", "undo"] };
        const birthOfChild = { input: given as Json, parent, ...(labels === undefined ? {} : { inputLabels: labels }) };
        const ended = drive(inner, birthOfChild, `${path}${activity}>`);
        const { ok, output, labels: told, error } = toldEnd(ended.machinery, ended.state);
        const why = error === null ? {} : { error: { code: "tool_error" as const, message: error.message } };
        return { ok, output, ...why, ...(told === undefined ? {} : { labels: told }) };
      },
      authority: (question) => {
        const answer = base(question);
        return answer.kind === "tool" ? { ...answer, facts: { ...answer.facts, sensitivity: "restricted" } } : answer;
      },
    };
    const run = new Drive(definition, script, birth);
    run.quiet = true;
    const { carryOut } = run;
    run.carryOut = (effect) => {
      if ("activity" in effect && typeof effect.activity === "string") activity = effect.activity;
      if (effect.kind === "authority.ask" && effect.question.kind === "tool") {
        if (effect.question.compensation) kinds.add("compensation");
        const { untrusted, classes } = effect.question;
        const restricted = (classes ?? []).filter((one) => one.class === "restricted").map(({ at }) => at);
        calls.set(`${path}${activity}`, { input: run.activity(activity).input, untrusted, restricted });
      }
      return carryOut.call(run, effect);
    };
    return run.start().run();
  };
  drive(outer, { input }, "");
  return { calls, kinds };
}

function failedWith(message: string): ReturnType<typeof failed> {
  const outcome = failed("tool_error", "permanent");
  return { ...outcome, result: { ok: false, failure: { class: "permanent", code: "tool_error", message, retryAfterMs: null } } };
}

const hash = (text: string): number => [...text].reduce((sum, letter) => (Math.imul(sum, 31) + (letter.codePointAt(0) ?? 0)) >>> 0, 7);

type Dice = (below: number) => number;
function dice(seed: number): Dice {
  let state = seed * 2_654_435_761;
  return (below) => {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 3_266_489_917) | 0;
    return ((state ^ (state >>> 13)) >>> 0) % below;
  };
}

function generate(random: Dice, kinds: Set<string>, withChild: boolean): Definition {
  const steps: { [id: string]: Step } = {};
  const ids: string[] = [];
  const count = 3 + random(5);
  const pick = <T>(items: readonly [T, ...T[]]): T => items[random(items.length)] ?? items[0];
  const source = (more: readonly string[]): string => {
    const id = ids.length === 0 ? null : (ids[ids.length - 1 - random(Math.min(3, ids.length))] ?? null);
    const roots = id === null ? [] : [`steps.${id}.output`, `steps.${id}.output`, `steps['${id}'].output`];
    return pick(["input", ...roots, ...more] as [string, ...string[]]);
  };
  const expression = (more: readonly string[]): string => {
    const from = source(more);
    const other = source(more);
    const counted = pick<() => string>([
      () => `size(${from})`,
      () => `${from}.l`,
      () => `size(${from}.l)`,
      () => `${from} == null ? 'no' : 'yes'`,
      () => `${from}.yes ? 1 : 2`,
      () => `has(${from}.maybe)`,
      () => `${from} == ${other}`,
      () => (more.includes("item") ? "index" : "1"),
    ])();
    if (random(3) === 0) {
      kinds.add(counted === "index" ? "index" : "size");
      return counted;
    }
    return pick([
      from,
      from,
      `{'a': ${from}, 'b': 'own'}.a`,
      `[${from}, ${other}]`,
      `{'a': ${from}, 'b': {'c': ${other}}}`,
      `[${from}].map(x, {'v': x, 'w': ${other}})`,
      `true ? ${from} : ${other}`,
      `${other} == null ? ${from} : ${other}`,
      `[${from}].filter(x, x != null)[0]`,
      `has(input.nothing) ? 1 : ${from}`,
      `[[${from}]][0]`,
    ]);
  };
  const template = (more: readonly string[] = []): Json =>
    pick<() => Json>([
      () => ({ cel: expression(more) }),
      () => ({ a: { cel: expression(more) }, b: "own" }),
      () => [{ cel: expression(more) }, 1],
    ])();
  const onError = (item: readonly string[] = []): { on_error: Step["on_error"] } => {
    if (random(2) === 0) return { on_error: null };
    kinds.add("on_error.value");
    if (random(2) === 0) return { on_error: { value: template(item) } };
    kinds.add("on_error.list");
    const when = { cel: random(2) === 0 ? "error.message == 'm0'" : condition() };
    return { on_error: [{ when, value: "one" }, { value: template(item) }] };
  };
  const condition = (): string => {
    const from = source([]);
    return pick([`${from}.yes`, `${from} == null`, `size(${from}.l) > 1`, `has(${from}.maybe)`, "input.yes"]);
  };
  for (let at = 0; at < count; at++) {
    const id = `s${at}`;
    const needs = [...ids];
    const made: Step = { ...makeStep(id, needs), ...(random(4) === 0 ? { when: { cel: condition() } } : {}) };
    if (made.when !== null) kinds.add("when");
    steps[id] = made;
    if (made.on_error === null && random(3) === 0) {
      const rescuer = `r${at}`;
      kinds.add("on_error.step");
      steps[id] = { ...made, on_error: { step: rescuer } };
      steps[rescuer] = transform(template(), { needs: [] });
      ids.push(rescuer);
    }
    ids.push(id);
  }
  function makeStep(id: string, needs: string[]): Step {
    const kind = pick(["tool", "model", "transform", "review", "map", "map", ...(withChild ? (["run", "run"] as const) : [])]);
    kinds.add(kind);
    switch (kind) {
      case "tool":
        return tool("w", {
          input: template(),
          needs,
          compensate: { tool: "undo", input: template(["output"]), retry: { attempts: 1, backoff_ms: 1 } as never, timeout_ms: null },
          ...onError(),
        });
      case "model":
        return model({ needs, ...onError() });
      case "transform":
        return transform(random(4) === 0 ? { cel: "input.no.such" } : template(), { needs, ...onError() });
      case "review":
        return ask({ id, value: template() }, { needs, ...onError() });
      case "run":
        return child(template(), { needs, ...onError() });
      default: {
        const over = pick<Json>([
          [{ cel: expression([]) }, { cel: expression([]) }],
          { cel: `[${source([])}]` },
          { cel: `${source([])}.l` },
          { cel: `${source([])}` },
        ]);
        const item =
          random(2) === 0
            ? transform(template(["item"]), onError(["item"]))
            : tool("w", { input: template(["item"]), ...onError(["item"]) });
        return each(over, item, { needs, ...onError() });
      }
    }
  }
  const fails = random(3) === 0 ? { bad: transform({ cel: "input.no.such" }, { needs: [...ids] }) } : {};
  const all = { ...steps, ...fails };
  return define(all, { output: template(), tools: ["w", "undo"], on_failure: "compensate" });
}
