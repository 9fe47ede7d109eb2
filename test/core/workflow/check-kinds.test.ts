/** The kinds of steps beside calls and reviews: agents, waits, maps, child runs, and calls that a queue makes. */
import { describe, expect, it } from "vitest";
import type { FieldError } from "../../../core/errors/problem.ts";
import type { Json, JsonObject } from "../../../core/json.ts";
import { cel, workflow } from "../../../core/workflow/builder.ts";
import { checkDefinition } from "../../../core/workflow/check.ts";
import type { Definition, Step } from "../../../core/workflow/definition.ts";
import { planOf } from "../../../core/workflow/plan.ts";
import { changed, known } from "./definitions.ts";

const errorsOf = (raw: Json): readonly FieldError[] => {
  const result = checkDefinition(raw, known);
  return result.ok ? [] : result.error;
};
const good = (raw: Json): Definition => {
  const result = checkDefinition(raw, known);
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
};
/** The example of the contract with one more step, `x`. */
const withX = (step: JsonObject): JsonObject => changed("/steps/x", step);
const x = (step: JsonObject): Step => good(withX(step)).steps["x"] as Step;
/** Paths of the errors, without the `/steps/x` that all of them begin with. */
const pathsAt = (step: JsonObject): string[] => errorsOf(withX(step)).map(({ path }) => path.replace("/steps/x", ""));

const RETRY = { attempts: 3, initial_ms: 1_000, max_ms: 32_000, factor: 2 };
const COMMON = { needs: [], when: null, on_error: null };
const model = { task: "research" };
const prompt = { template: "Look up {{what}}", slots: { what: cel("input.what") } };
const agent = { kind: "agent", model, prompt, tools: ["orders.get"] };
const tool = { kind: "tool", tool: "orders.get", input: { id: cel("item") } };
const refund = { kind: "tool", tool: "payments.refund", input: { order: cel("item"), nth: cel("index") } };
const map = { kind: "map", over: cel("input.orders"), step: tool };

describe("[DEF-1] every default is filled in", () => {
  it("of an agent", () => {
    expect(x(agent)).toEqual({
      kind: "agent",
      ...COMMON,
      model: { id: null, task: "research", max_tokens: 2_048, temperature: 0, fallback: [] },
      prompt,
      tools: ["orders.get"],
      max_iterations: 10,
      output: null,
      retry: RETRY,
      timeout_ms: 120_000,
    });
    expect(x({ kind: "agent", model, prompt })).toMatchObject({ tools: [] });
  });

  it("of a wait", () => {
    const wait = { kind: "wait", ...COMMON, seconds: null, until: null, signal: null, timeout_ms: null };
    expect(x({ kind: "wait", seconds: 90 })).toEqual({ ...wait, seconds: 90 });
    expect(x({ kind: "wait", until: "2031-02-28T09:00:00+01:00" })).toEqual({ ...wait, until: "2031-02-28T09:00:00+01:00" });
    expect(x({ kind: "wait", signal: "Parcel.delivered_1-a" })).toEqual({ ...wait, signal: "Parcel.delivered_1-a" });
  });

  it("of a map and of what it does for each item", () => {
    expect(x(map)).toEqual({
      kind: "map",
      ...COMMON,
      over: cel("input.orders"),
      concurrency: 4,
      step: { ...tool, ...COMMON, async: false, retry: RETRY, timeout_ms: null, compensate: null },
    });
  });

  it("of a child run", () => {
    expect(x({ kind: "run", workflow: "other" })).toEqual({ kind: "run", ...COMMON, workflow: "other", version: null, input: {} });
    expect(x({ kind: "run", workflow: "other", version: 3, input: null })).toMatchObject({ version: 3, input: null });
  });

  it.each<[string, JsonObject]>([
    ["an agent", agent],
    ["a wait", { kind: "wait", seconds: 1 }],
    ["a wait for a signal", { kind: "wait", signal: "go", timeout_ms: 5 }],
    ["a map of tools", { ...map, step: { ...refund, compensate: { tool: "payments.cancel", input: cel("output.id") } } }],
    ["a map of agents", { ...map, step: agent }],
    ["a map of child runs", { ...map, step: { kind: "run", workflow: "other", input: cel("item") } }],
  ])("[DEF-2] %s, shown with its defaults and sent again, is the same", (_what, step) => {
    const definition = good(withX(step));
    expect(good(definition as unknown as Json)).toEqual(definition);
  });

  it("`limits.steps` counts the steps of the definition, whatever a map or an agent may add", () => {
    const steps = Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`s${n}`, n % 2 ? agent : map]));
    const raw = { name: "wide", input: true, output: null, tools: ["orders.get"], steps };
    expect(good(raw).limits.steps).toBe(120);
    expect(good({ ...raw, limits: { steps: 5_000 } }).limits.steps).toBe(5_000);
  });
});

describe("what holds together", () => {
  it.each<[string, JsonObject]>([
    ["an agent with a schema, a retry and a timeout", { ...agent, output: { type: "object" }, retry: { attempts: 1 }, timeout_ms: 5_000 }],
    ["an agent of 500 iterations", { ...agent, max_iterations: 500 }],
    ["an agent that another step answers for", { ...agent, on_error: { value: "sorry" } }],
    ["a wait of no time", { kind: "wait", seconds: 0 }],
    ["a wait of 366 days", { kind: "wait", seconds: 31_622_400 }],
    ["a wait that is reckoned", { kind: "wait", needs: ["order"], seconds: cel("steps.order.output.days * 86400.0") }],
    ["a wait until what the input says", { kind: "wait", until: cel("input.until") }],
    ["a wait until a leap day", { kind: "wait", until: "2028-02-29T00:00:00.5Z" }],
    ["a wait with a condition", { kind: "wait", signal: "go", timeout_ms: 1, when: cel("input.wait") }],
    ["a map over a list that is written out", { ...map, over: [1, cel("input.two")] }],
    ["a map of 64 at a time", { ...map, concurrency: 64 }],
    ["a map whose failed items have a value", { ...map, step: { ...tool, on_error: { value: null } } }],
    [
      "a map of models",
      { ...map, step: { kind: "model", model, prompt: { ...prompt, slots: { what: cel("item.text + string(index)") } } } },
    ],
    ["a map of transforms", { ...map, needs: ["order"], step: { kind: "transform", value: [cel("item"), cel("steps.order.output")] } }],
    [
      "an undoing that sees index and output",
      { ...map, step: { ...refund, compensate: { tool: "payments.cancel", input: [cel("index"), cel("output.id")] } } },
    ],
    ["a child run of a version", { kind: "run", workflow: "other", version: 2, input: { id: cel("run.id") } }],
  ])("%s", (_what, step) => expect(errorsOf(withX(step))).toEqual([]));
});

describe("[DEF-3] names what is invalid, and where", () => {
  it.each<[string, JsonObject, string[]]>([
    ["an agent without model and prompt", { kind: "agent" }, ["/model", "/prompt"]],
    ["an agent's field of another kind", { ...agent, async: true }, ["/async"]],
    ["an agent's cache", { ...agent, cache: "none" }, ["/cache"]],
    ["an agent's tool off the list", { ...agent, tools: ["orders.get", "stock.reserve"] }, ["/tools/1"]],
    ["an agent's tool twice", { ...agent, tools: ["orders.get", "orders.get"] }, ["/tools/1"]],
    ["an agent's tools that are no list", { ...agent, tools: "orders.get" }, ["/tools"]],
    ["an agent of no iterations", { ...agent, max_iterations: 0 }, ["/max_iterations"]],
    ["an agent of 501 iterations", { ...agent, max_iterations: 501 }, ["/max_iterations"]],
    ["an agent of half an iteration", { ...agent, max_iterations: 1.5 }, ["/max_iterations"]],
    ["an agent's schema that is none", { ...agent, output: { type: "strin" } }, ["/output/type"]],
    ["an agent's slot without a value", { ...agent, prompt: { template: "{{a}}", slots: {} } }, ["/prompt/template"]],
    [
      "an agent's slot that sees a later step",
      { ...agent, prompt: { ...prompt, slots: { what: cel("steps.order.output") } } },
      ["/prompt/slots/what/cel"],
    ],
    ["an agent's slot that sees an item", { ...agent, prompt: { ...prompt, slots: { what: cel("item") } } }, ["/prompt/slots/what/cel"]],
    ["an agent's timeout", { ...agent, timeout_ms: 900_001 }, ["/timeout_ms"]],
    ["an agent's retry", { ...agent, retry: { attempts: 21 } }, ["/retry/attempts"]],
    ["an agent's need", { ...agent, needs: ["nope"] }, ["/needs/0"]],

    ["a wait for nothing", { kind: "wait" }, [""]],
    ["a wait for two things", { kind: "wait", seconds: 1, signal: "go" }, [""]],
    ["a wait for nulls", { kind: "wait", seconds: null, until: null, signal: null }, [""]],
    ["a wait back in time", { kind: "wait", seconds: -1 }, ["/seconds"]],
    ["a wait of more than a year", { kind: "wait", seconds: 31_622_401 }, ["/seconds"]],
    ["a wait of a text", { kind: "wait", seconds: "60" }, ["/seconds"]],
    ["a wait of an expression that is none", { kind: "wait", seconds: { cel: 60 } }, ["/seconds"]],
    ["a wait of an expression that does not parse", { kind: "wait", seconds: cel("1 +") }, ["/seconds/cel"]],
    ["a wait until a step that may not have run", { kind: "wait", until: cel("steps.order.output.at") }, ["/until/cel"]],
    ["a wait until a day", { kind: "wait", until: "2031-03-01" }, ["/until"]],
    ["a wait until a time of no place", { kind: "wait", until: "2031-03-01T10:00:00" }, ["/until"]],
    ["a wait until the 29th of February 2031", { kind: "wait", until: "2031-02-29T10:00:00Z" }, ["/until"]],
    ["a wait until the 25th hour", { kind: "wait", until: "2031-03-01T25:00:00Z" }, ["/until"]],
    ["a wait until a number", { kind: "wait", until: 1_900_000_000 }, ["/until"]],
    ["a signal's name with a space", { kind: "wait", signal: "a b" }, ["/signal"]],
    ["a signal's name with a slash", { kind: "wait", signal: "a/b" }, ["/signal"]],
    ["a signal's name that a URL cannot carry", { kind: "wait", signal: ".." }, ["/signal"]],
    ["a signal's empty name", { kind: "wait", signal: "" }, ["/signal"]],
    ["a signal's name of 65 characters", { kind: "wait", signal: "a".repeat(65) }, ["/signal"]],
    ["a signal's name that is reckoned", { kind: "wait", signal: cel("input.name") }, ["/signal"]],
    ["a timeout of no signal", { kind: "wait", seconds: 1, timeout_ms: 5 }, ["/timeout_ms"]],
    ["a signal's timeout of no time", { kind: "wait", signal: "go", timeout_ms: 0 }, ["/timeout_ms"]],
    ["a wait's retry", { kind: "wait", seconds: 1, retry: { attempts: 1 } }, ["/retry"]],

    ["a map over nothing", { kind: "map", step: tool }, ["/over"]],
    ["a map over a text", { ...map, over: "abc" }, ["/over"]],
    ["a map over an object", { ...map, over: { a: 1 } }, ["/over"]],
    ["a map over its own items", { ...map, over: cel("item") }, ["/over/cel"]],
    ["a map of none at a time", { ...map, concurrency: 0 }, ["/concurrency"]],
    ["a map of 65 at a time", { ...map, concurrency: 65 }, ["/concurrency"]],
    ["a map without a step", { kind: "map", over: [] }, ["/step"]],
    ["a map of a number", { ...map, step: 3 }, ["/step"]],
    ["a map of no kind", { ...map, step: {} }, ["/step/kind"]],
    ["a map of maps", { ...map, step: map }, ["/step/kind"]],
    ["a map of reviews", { ...map, step: { kind: "review", proposal: 1 } }, ["/step/kind"]],
    ["a map of waits", { ...map, step: { kind: "wait", seconds: 1 } }, ["/step/kind"]],
    [
      "a map that cannot be read, and what else is wrong",
      { ...map, step: map, needs: ["nope"], over: cel("1 +") },
      ["/step/kind", "/needs/0", "/over/cel"],
    ],
    ["an item with needs", { ...map, step: { ...tool, needs: ["order"] } }, ["/step/needs"]],
    ["an item with a condition", { ...map, step: { ...tool, when: cel("item > 1") } }, ["/step/when"]],
    ["an item that another step answers for", { ...map, step: { ...tool, on_error: { step: "order" } } }, ["/step/on_error/step"]],
    [
      "an item's value that does not parse",
      { ...map, step: { ...tool, on_error: { value: cel("item +") } } },
      ["/step/on_error/value/cel"],
    ],
    ["an item's call by a queue", { ...map, step: { ...tool, async: true } }, ["/step/async"]],
    ["an item's model called by a queue", { ...map, step: { kind: "model", model, prompt, async: true } }, ["/step/async"]],
    ["an item's unknown field", { ...map, step: { ...tool, dance: 1 } }, ["/step/dance"]],
    ["an item's tool off the list", { ...map, step: { ...tool, tool: "stock.reserve" } }, ["/step/tool"]],
    ["an item's agent's tool off the list", { ...map, step: { ...agent, tools: ["stock.reserve"] } }, ["/step/tools/0"]],
    ["an item's input that does not parse", { ...map, step: { ...tool, input: cel("item[") } }, ["/step/input/cel"]],
    ["an item's input that sees its own output", { ...map, step: { ...tool, input: cel("output") } }, ["/step/input/cel"]],
    ["an item's input that sees its map", { ...map, step: { ...tool, input: cel("steps.x.output") } }, ["/step/input/cel"]],
    [
      "an item's input that sees a later step",
      { ...map, step: { ...tool, input: { a: [cel("steps.order.output")] } } },
      ["/step/input/a/0/cel"],
    ],
    [
      "an item's slot",
      { ...map, step: { kind: "model", model, prompt: { ...prompt, slots: { what: cel("steps.order.output") } } } },
      ["/step/prompt/slots/what/cel"],
    ],
    ["an item's prompt", { ...map, step: { kind: "model", model, prompt: { template: "{{a}}", slots: {} } } }, ["/step/prompt/template"]],
    ["an item's undoing of what only reads", { ...map, step: { ...tool, compensate: { tool: "payments.cancel" } } }, ["/step/compensate"]],
    ["an item's undoing off the list", { ...map, step: { ...refund, compensate: { tool: "nope" } } }, ["/step/compensate/tool"]],
    [
      "an item's undoing that sees the item",
      { ...map, step: { ...refund, compensate: { tool: "payments.cancel", input: cel("item") } } },
      ["/step/compensate/input/cel"],
    ],
    [
      "an item's undoing that sees its map",
      { ...map, step: { ...refund, compensate: { tool: "payments.cancel", input: cel("steps.x.output") } } },
      ["/step/compensate/input/cel"],
    ],

    ["a child run of nothing", { kind: "run" }, ["/workflow"]],
    ["a child run of what is no name", { kind: "run", workflow: "Other Flow" }, ["/workflow"]],
    ["a child run of itself", { kind: "run", workflow: "support-refund" }, ["/workflow"]],
    ["a child run of itself for each item", { ...map, step: { kind: "run", workflow: "support-refund", version: 1 } }, ["/step/workflow"]],
    ["a child run of version 0", { kind: "run", workflow: "other", version: 0 }, ["/version"]],
    ["a child run of version 1.5", { kind: "run", workflow: "other", version: 1.5 }, ["/version"]],
    ["a child run of the newest version by name", { kind: "run", workflow: "other", version: "latest" }, ["/version"]],
    ["a child run's input", { kind: "run", workflow: "other", input: { a: cel("steps.order.output") } }, ["/input/a/cel"]],
    ["a child run's input with an item", { kind: "run", workflow: "other", input: cel("item") }, ["/input/cel"]],
    ["a child run's retry", { kind: "run", workflow: "other", retry: {} }, ["/retry"]],
    ["a transform by a queue", { kind: "transform", value: 1, async: true }, ["/async"]],
  ])("%s", (_what, step, paths) => expect(pathsAt(step)).toEqual(paths));

  it("says why, in words of the contract", () => {
    const messages = (step: JsonObject) => errorsOf(withX(step)).map(({ message }) => message);
    expect(messages({ ...map, step: { ...tool, async: true } })).toEqual(["`async` is not supported inside a `map` yet"]);
    expect(messages({ ...map, step: map })).toEqual(["`kind` must be one of `model`, `agent`, `tool`, `run`, `transform`"]);
    expect(messages({ kind: "wait" })).toEqual(["`wait` takes exactly one of `seconds`, `until` and `signal`"]);
    expect(messages({ kind: "run", workflow: "support-refund" })).toEqual(["a workflow cannot run itself"]);
  });

  it("a tool of an agent that is listed but not registered is told once, where it is listed", () => {
    const raw = withX({ ...agent, tools: ["stock.reserve"] });
    raw["tools"] = ["orders.get", "payments.refund", "payments.cancel", "stock.reserve"];
    expect(errorsOf(raw).map(({ path }) => path)).toEqual(["/tools/3"]);
  });
});

describe("[DEF-4] the graph", () => {
  const graph = (steps: { [id: string]: JsonObject }): Json => ({ name: "graph", input: true, output: null, tools: ["orders.get"], steps });
  const answers = (step: string) => ({ on_error: { step } });

  it("has no cycle through steps of any kind", () => {
    const steps = (first: string) => ({
      a: { ...agent, needs: [first] },
      b: { ...map, needs: ["a"] },
      c: { kind: "run", workflow: "other", needs: ["b"] },
      d: { kind: "wait", seconds: 1, needs: ["c"] },
    });
    expect(errorsOf(graph(steps("d"))).map(({ path }) => path)).toEqual(["/steps/b/needs/0"]);
    expect(errorsOf(graph({ ...steps("e"), e: { kind: "wait", signal: "go" } }))).toEqual([]);
  });

  it.each<[string, JsonObject]>([
    ["agent", agent],
    ["wait", { kind: "wait", signal: "go", timeout_ms: 5 }],
    ["map", map],
    ["run", { kind: "run", workflow: "other" }],
  ])("lets another step answer for a failed %s, which must exist and answer once", (_kind, step) => {
    const rescue = { kind: "transform", value: 1 };
    const definition = good(graph({ a: { ...step, ...answers("b") }, b: rescue }));
    expect([...planOf(definition).rescuers]).toEqual(["b"]);
    expect(errorsOf(graph({ a: { ...step, ...answers("b") } })).map(({ path }) => path)).toEqual(["/steps/a/on_error/step"]);
    expect(errorsOf(graph({ a: { ...step, ...answers("c") }, b: { ...step, ...answers("c") }, c: rescue }))).toMatchObject([
      { path: "/steps/b/on_error/step" },
    ]);
  });

  it("is in the sight of items as it is in the sight of their map", () => {
    const item = { kind: "transform", value: cel("steps.a.output + item") };
    expect(errorsOf(graph({ a: { kind: "transform", value: 1 }, b: { ...map, needs: ["a"], step: item } }))).toEqual([]);
    expect(errorsOf(graph({ a: { kind: "transform", value: 1 }, b: { ...map, step: item } }))).toMatchObject([
      { path: "/steps/b/step/value/cel" },
    ]);
  });
});

it("the builder writes every kind as the check reads it, and no step that cannot be", () => {
  const source = workflow({ name: "every-kind", input: true, tools: ["orders.get"], on_budget: { value: null } })
    .step("desk", { kind: "agent", model, prompt, tools: ["orders.get"], max_iterations: 3 })
    .step("pause", { kind: "wait", needs: ["desk"], seconds: 60 })
    .step("noon", { kind: "wait", until: cel("input.noon") })
    .step("go", { kind: "wait", signal: "go", timeout_ms: 1_000 })
    .step("each", {
      kind: "map",
      needs: ["pause"],
      over: cel("input.list"),
      step: { kind: "tool", tool: "orders.get", input: cel("item") },
    })
    .step("child", { kind: "run", needs: ["each"], workflow: "other", input: cel("steps.each.output") })
    .step("slow", { kind: "tool", tool: "orders.get", input: {}, async: true })
    .output(cel("steps.child.output"));
  expect(errorsOf(source)).toEqual([]);
  const one = workflow({ name: "x", input: true });
  // @ts-expect-error: one of the three
  one.step("a", { kind: "wait", seconds: 1, until: "2031-01-01T00:00:00Z" });
  // @ts-expect-error: a span has no timeout
  one.step("a", { kind: "wait", seconds: 1, timeout_ms: 5 });
  // @ts-expect-error: a map's step needs nothing of its own
  one.step("a", { kind: "map", over: [], step: { kind: "transform", value: 1, needs: [] } });
  // @ts-expect-error: no map of maps
  one.step("a", { kind: "map", over: [], step: { kind: "map", over: [], step: { kind: "transform", value: 1 } } });
  // @ts-expect-error: no queue inside a map
  one.step("a", { kind: "map", over: [], step: { kind: "tool", tool: "orders.get", input: {}, async: true } });
  // @ts-expect-error: an id or a task
  one.step("a", { kind: "model", model: { id: "acme/x-1", task: "classify" }, prompt });
});

it("tells a need that names no step once, and not again at each expression that counts on it", () => {
  const steps = { order: { kind: "transform", value: 1 }, a: { kind: "transform", needs: ["ordr"], value: cel("steps.order.output") } };
  const checked = checkDefinition({ name: "w", input: {}, output: 1, steps }, { tools: new Set() });
  expect(checked.ok ? [] : checked.error.map(({ path }) => path)).toEqual(["/steps/a/needs/0"]);
});
