/** Random definitions, as a developer would send them: every kind of step, with every way to go on when one fails. */
import type { JsonObject } from "../core/json.ts";
import type { Dice } from "./dice.ts";
import { TOOLS } from "./shop.ts";

export const MODELS = ["acme/small-2026-01-01", "acme/large-2026-01-01"] as const;
/** The signal that waits wait for. */
export const SIGNAL = "go";

const UNDO: { readonly [tool: string]: string } = {
  "stock.reserve": "stock.release",
  "payments.charge": "payments.void",
  "payments.refund": "payments.cancel",
  "letter.post": "letter.recall",
  "parcel.send": "parcel.recall",
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
] as const;

export function randomDefinition(dice: Dice, place: string): JsonObject {
  const steps: { [id: string]: JsonObject } = {};
  const rescued = new Set<string>();
  const count = dice.between(place, 2, 8);
  for (let index = 0; index < count; index++) {
    const needs = Object.keys(steps).filter((id) => !rescued.has(id) && dice.happens(place, 0.35));
    const when = needs[0] !== undefined && dice.happens(place, 0.2) ? { when: { cel: `steps.${needs[0]}.output != null` } } : {};
    steps[`s${index}`] = { ...randomStep(dice, place, index), needs, ...when };
  }
  return {
    name: "specimen",
    input: true,
    output: dice.happens(place, 0.9) ? { done: true } : { cel: "steps.s0.output" },
    tools: Object.keys(TOOLS),
    on_failure: dice.happens(place, 0.8) ? "compensate" : "park",
    limits: {
      usd: dice.happens(place, 0.2) ? 0.002 : 1,
      tokens: dice.happens(place, 0.1) ? 600 : 100_000,
      seconds: dice.happens(place, 0.15) ? 30 : 3_600,
      steps: dice.happens(place, 0.1) ? 4 : 100,
    },
    steps,
  };
}

function randomStep(dice: Dice, place: string, index: number): JsonObject {
  const kind = dice.roll(place);
  const slow: JsonObject = dice.happens(place, 0.2) ? { async: true } : {};
  const onError: JsonObject = dice.happens(place, 0.2) ? { on_error: { value: "spare" } } : {};
  const retry: JsonObject = dice.happens(place, 0.5)
    ? { retry: { attempts: dice.between(place, 1, 4), initial_ms: 200, max_ms: 5_000 } }
    : {};
  if (kind < 0.12) return { kind: "transform", value: { n: index, sum: { cel: "input.n + 1.0" } } };
  if (kind < 0.28) {
    const fallback = dice.happens(place, 0.4) ? { fallback: [MODELS[1]] } : {};
    return { ...randomModel("hello"), model: { id: MODELS[0], max_tokens: 100, ...fallback }, ...slow, ...onError, ...retry };
  }
  if (kind < 0.33) return randomWait(dice, place);
  if (kind < 0.4) return { kind: "run", workflow: dice.one(place, ["inner", "inner", "middle"]), input: { n: index }, ...onError };
  if (kind < 0.46) return { ...randomAgent(dice, place), ...onError };
  if (kind < 0.54) return { ...randomMap(dice, place), ...onError };
  if (kind < 0.62) return { kind: "review", severity: dice.one(place, ["critical", "high", "medium"]), proposal: { n: index } };
  if (kind < 0.68) return { kind: "tool", tool: "orders.get", input: { id: "A-1001" }, ...slow, ...onError, ...retry };
  return { ...randomWrite(dice, place, index + 1), ...slow, ...onError, ...retry };
}

const randomModel = (what: string | JsonObject): JsonObject => ({
  kind: "model",
  model: { id: MODELS[0], max_tokens: 50 },
  prompt: { template: "Say {{what}}", slots: { what } },
});

function randomWait(dice: Dice, place: string): JsonObject {
  if (dice.happens(place, 0.5)) return { kind: "wait", seconds: dice.skewed(place, 1, 20_000) };
  return { kind: "wait", signal: SIGNAL, ...(dice.happens(place, 0.5) ? { timeout_ms: dice.between(place, 5_000, 600_000) } : {}) };
}

function randomAgent(dice: Dice, place: string): JsonObject {
  return {
    ...randomModel("it"),
    kind: "agent",
    tools: ["kb.search", "desk.publish", "letter.post"].slice(0, dice.between(place, 1, 3)),
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

function randomWrite(dice: Dice, place: string, amount: number): JsonObject {
  const tool = dice.one(place, WRITES);
  const undo = UNDO[tool];
  const undoable = undo !== undefined && dice.happens(place, 0.75);
  const compensate: JsonObject = undoable ? { compensate: { tool: undo, input: { id: { cel: "output.id" } } } } : {};
  return { kind: "tool", tool, input: { order: "A-1001", amount }, ...compensate };
}
