/** Random definitions, as a developer would send them: every kind of step, with every way to go on when one fails. */
import type { Json, JsonObject } from "../core/json.ts";
import type { Dice } from "./dice.ts";
import { TOOLS } from "./shop.ts";

export const MODELS = ["acme/small-2026-01-01", "acme/large-2026-01-01"] as const;
/** Signals that waits wait for: names of what objects inherit are names like any other. */
const SIGNALS = ["go", "go", "constructor", "__proto__", "toString"] as const;
/** Ids of steps that mean something elsewhere: to objects, to promises, to expressions. */
const HOSTILE = ["constructor", "then", "size", "input", "steps", "run", "output", "error"] as const;
/** The input field that no untrusted value reaches without a person's word, and the tool that has it. */
export const GUARDED = { tool: "payments.refund", field: "memo" } as const;

const UNDO: { readonly [tool: string]: string } = {
  "stock.reserve": "stock.release",
  "payments.charge": "payments.void",
  "payments.refund": "payments.cancel",
  "letter.post": "letter.recall",
  "parcel.send": "parcel.recall",
  "push.send": "push.recall",
};
const WRITES = [
  "stock.reserve",
  "payments.charge",
  "payments.refund",
  "letter.post",
  "parcel.send",
  "parcel.send",
  "mail.send",
  "shipping.ship",
  "fax.send",
  "fax.send",
  "sms.send",
  "push.send",
] as const;
/** What reads a step may make: one that costs money has a stand-in that costs other money. */
const READS = [
  "orders.get",
  "quote.get",
  "quote.get",
  "quote.spare",
  "records.get",
  "records.get",
  "records.get",
  "deadly.run",
  "deadly.run",
] as const;

export function randomDefinition(dice: Dice, place: string): JsonObject {
  const steps: { [id: string]: JsonObject } = {};
  const rescuers = new Set<string>();
  const isHostile = dice.happens(place, 0.15);
  const idOf = (index: number): string => (isHostile ? (HOSTILE[index] ?? `s${index}`) : `s${index}`);
  const count = dice.between(place, 2, 8);
  for (let index = 0; index < count; index++) {
    const needs = Object.keys(steps).filter((id) => !rescuers.has(id) && dice.happens(place, 0.35));
    const when = needs[0] !== undefined && dice.happens(place, 0.2) ? { when: { cel: `steps.${needs[0]}.output != null` } } : {};
    const step = { ...randomStep(dice, place, index, needs), needs, ...when };
    const rescue = dice.happens(place, 0.15) ? `r${index}` : null;
    steps[idOf(index)] = rescue === null ? step : { ...step, on_error: onErrorWith(dice, place, rescue) };
    if (rescue === null) continue;
    rescuers.add(rescue);
    steps[rescue] = dice.happens(place, 0.5) ? { kind: "transform", value: { cel: "error.code" } } : randomWrite(dice, place, index);
  }
  return {
    name: "specimen",
    input: true,
    output: dice.happens(place, 0.9) ? { done: true } : { cel: `steps.${idOf(0)}.output` },
    tools: Object.keys(TOOLS),
    ...(dice.happens(place, 0.4) ? { guardrails: { hand_over: handOver(dice, place) } } : {}),
    on_failure: dice.happens(place, 0.8) ? "compensate" : "park",
    limits: {
      usd: dice.happens(place, 0.3) ? dice.one(place, [0.002, 0.005, 0.01, 0.03]) : 1,
      ...(dice.happens(place, 0.1) ? { confirm_over_usd: 0.001 } : {}),
      tokens: dice.happens(place, 0.1) ? 600 : 100_000,
      seconds: dice.happens(place, 0.15) ? 30 : 3_600,
      steps: dice.happens(place, 0.1) ? 4 : 100,
    },
    steps,
  };
}

/** When a person takes over: some of the reasons that there are. */
function handOver(dice: Dice, place: string): JsonObject {
  const some = (name: string, value: Json): JsonObject => (dice.happens(place, 0.7) ? { [name]: value } : {});
  const priority = (): Json => dice.one(place, ["normal", "high"]);
  const said = { ...some("asked", priority()), ...some("negative_tone", priority()), ...some("high_stakes", priority()) };
  const failing = { ...some("failures", dice.between(place, 1, 3)), ...some("guardrail", priority()) };
  const all = { ...said, ...failing, ...some("confidence_below", { at: 0.5, pointer: "/confidence" }) };
  return Object.keys(all).length === 0 ? { failures: 1 } : all;
}

/** The first rule that holds: a value for what may go better, the rescuer otherwise; or the rescuer for whatever it is. */
function onErrorWith(dice: Dice, place: string, step: string): JsonObject | JsonObject[] {
  if (dice.happens(place, 0.5)) return { step };
  return [
    { value: { cel: "error.class" }, when: { cel: 'error.class == "transient"' } },
    { step, when: { cel: "error.message != input" } },
    { step },
  ];
}

function randomStep(dice: Dice, place: string, index: number, needs: readonly string[]): JsonObject {
  const kind = dice.roll(place);
  const slow: JsonObject = dice.happens(place, 0.2) ? { async: true } : {};
  const onError: JsonObject = dice.happens(place, 0.2) ? { on_error: { value: "spare" } } : {};
  const retry: JsonObject = dice.happens(place, 0.5)
    ? { retry: { attempts: dice.between(place, 1, 4), initial_ms: 200, max_ms: 5_000 } }
    : {};
  if (kind < 0.12) return { kind: "transform", value: { n: index, sum: { cel: "input.n + 1.0" } } };
  if (kind < 0.15) return { kind: "transform", value: oddValue(dice, place, needs) };
  if (kind < 0.28) {
    const fallback = dice.happens(place, 0.4) ? { fallback: [MODELS[1]] } : {};
    const sure: JsonObject = dice.happens(place, 0.4) ? { output: SURE } : {};
    return { ...randomModel("hello"), model: { id: MODELS[0], max_tokens: 100, ...fallback }, ...sure, ...slow, ...onError, ...retry };
  }
  if (kind < 0.33) return randomWait(dice, place);
  if (kind < 0.42) {
    const workflow = dice.one(place, ["inner", "inner", "middle", "twins", "payer"]);
    return { kind: "run", workflow, input: { n: index, memo: memoFrom(dice, place, needs) }, ...onError };
  }
  if (kind < 0.46) return { ...randomAgent(dice, place), ...onError };
  if (kind < 0.54) return { ...randomMap(dice, place), ...onError };
  if (kind < 0.62) return { kind: "review", severity: dice.one(place, ["critical", "high", "medium"]), proposal: { n: index } };
  if (kind < 0.7) return { kind: "tool", tool: dice.one(place, READS), input: { id: "A-1001" }, ...slow, ...onError, ...retry };
  if (kind < 0.76) {
    const tool = dice.one(place, ["workflow.inner", "workflow.payer"]);
    return { kind: "tool", tool, input: { n: index, memo: memoFrom(dice, place, needs) }, ...onError };
  }
  return { ...randomWrite(dice, place, index + 1, memoFrom(dice, place, needs)), ...slow, ...onError, ...retry };
}

/** A model that says how sure it is. */
const SURE: JsonObject = {
  type: "object",
  properties: { confidence: { type: "number", minimum: 0 } },
  required: ["confidence"],
  additionalProperties: false,
};

/** Arithmetic with what a tool calls a number: some of it overflows. */
function oddValue(dice: Dice, place: string, needs: readonly string[]): Json {
  const [from] = needs;
  const sum = dice.one(place, ["* 10.0", "+ 1.0", "/ 3.0", "* -1.0"]);
  return from === undefined ? { cel: "input.n / 3.0" } : { cel: `has(steps.${from}.output.odd) ? steps.${from}.output.odd ${sum} : 0.0` };
}

/** A value of the run's own, or one of a step before: a tool's, a model's, a child's or a person's word. */
function memoFrom(dice: Dice, place: string, needs: readonly string[]): Json {
  const [from] = needs;
  return from === undefined || dice.happens(place, 0.3) ? "ours" : { cel: `steps.${from}.output` };
}

const randomModel = (what: string | JsonObject): JsonObject => ({
  kind: "model",
  model: { id: MODELS[0], max_tokens: 50 },
  prompt: { template: "Say {{what}}", slots: { what } },
});

function randomWait(dice: Dice, place: string): JsonObject {
  if (dice.happens(place, 0.5)) return { kind: "wait", seconds: dice.skewed(place, 1, 20_000) };
  return {
    kind: "wait",
    signal: dice.one(place, SIGNALS),
    ...(dice.happens(place, 0.5) ? { timeout_ms: dice.between(place, 5_000, 600_000) } : {}),
  };
}

const AGENT_TOOLS: readonly string[] = ["desk.publish", "letter.post", "fax.send", "quote.get", "records.get", "workflow.inner"];

function randomAgent(dice: Dice, place: string): JsonObject {
  return {
    ...randomModel("it"),
    kind: "agent",
    tools: AGENT_TOOLS.filter(() => dice.happens(place, 0.4)).concat("kb.search"),
    max_iterations: dice.between(place, 1, 5),
  };
}

function randomMap(dice: Dice, place: string): JsonObject {
  const kinds: readonly JsonObject[] = [
    randomWrite(dice, place, 1),
    randomWrite(dice, place, 2),
    randomModel({ cel: "item" }),
    { kind: "run", workflow: "inner", input: { n: 1 } },
    { kind: "transform", value: { cel: "item" } },
  ];
  const step = dice.one(place, kinds);
  const absorbs = dice.happens(place, 0.3) ? { on_error: { value: "spare" } } : {};
  return { kind: "map", over: { cel: "input.list" }, concurrency: dice.between(place, 1, 3), step: { ...step, ...absorbs } };
}

function randomWrite(dice: Dice, place: string, amount: number, memo: Json = "ours"): JsonObject {
  const tool = dice.one(place, WRITES);
  const undo = UNDO[tool];
  const undoable = undo !== undefined && dice.happens(place, 0.75);
  const compensate: JsonObject = undoable ? { compensate: { tool: undo, input: { id: { cel: "output.id" } } } } : {};
  return { kind: "tool", tool, input: { order: "A-1001", amount, memo }, ...compensate };
}
