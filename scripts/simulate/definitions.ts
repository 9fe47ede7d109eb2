/** What runs: random definitions, and the shipped workflows with an input each. All of them pass the check that a developer's pass. */
import { createHash } from "node:crypto";
import { mintId } from "../../core/ids.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import { fromUsd } from "../../core/money.ts";
import { checkDefinition } from "../../core/workflow/check.ts";
import type { Definition } from "../../core/workflow/definition.ts";
import type { RunBirth } from "../../durable-objects/run-engine/run-engine.ts";
import { WORKFLOWS } from "../../workflows/index.ts";
import type { Dice } from "./dice.ts";
import { TOOLS } from "./shop.ts";

export const ORG = "acme";
export const MODELS = ["acme/small-2026-01-01", "acme/large-2026-01-01"] as const;

const UNDO: { readonly [tool: string]: string } = {
  "stock.reserve": "stock.release",
  "payments.charge": "payments.void",
  "payments.refund": "payments.cancel",
  "letter.post": "letter.recall",
};
const WRITES = ["stock.reserve", "payments.charge", "payments.refund", "letter.post", "mail.send", "shipping.ship"] as const;

export const checked = (raw: Json): Definition => {
  const result = checkDefinition(raw, { tools: new Set(Object.keys(TOOLS)) });
  if (!result.ok) throw new TypeError(`a simulated definition does not hold together: ${JSON.stringify(result.error)}`);
  return result.value;
};

/** The definition and an input that it takes. */
export type Work = { readonly definition: Definition; readonly input: Json };

const INPUTS: { readonly [name: string]: Json } = {
  "support-refund": { ticket: "Order A-1001 arrived broken, I want my money back. {{EMAIL_1}}" },
  "order-fulfilment": { order_id: "A-1001" },
};

export const SHIPPED: readonly Work[] = WORKFLOWS.flatMap((source) => {
  const input = INPUTS[source.name];
  return input === undefined ? [] : [{ definition: checked(source as Json), input }];
});

export function workOf(dice: Dice, place: string): Work {
  if (dice.happens(`${place}/shipped`, 0.3)) return dice.one(`${place}/which`, SHIPPED);
  return { definition: checked(randomDefinition(dice, place)), input: { n: 3, list: ["a", "b", "c"] } };
}

function randomDefinition(dice: Dice, place: string): JsonObject {
  const steps: { [id: string]: JsonObject } = {};
  const count = dice.between(place, 2, 8);
  const rescued = new Set<string>();
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
  const onError = dice.happens(place, 0.2) ? { on_error: { value: "spare" } } : {};
  const retry = dice.happens(place, 0.5) ? { retry: { attempts: dice.between(place, 1, 4), initial_ms: 200, max_ms: 5_000 } } : {};
  if (kind < 0.15) return { kind: "transform", value: { n: index, sum: { cel: "input.n + 1.0" } } };
  if (kind < 0.35) {
    const fallback = dice.happens(place, 0.4) ? { fallback: [MODELS[1]] } : {};
    return {
      kind: "model",
      model: { id: MODELS[0], max_tokens: 100, ...fallback },
      prompt: { template: "Say {{what}}", slots: { what: "hello" } },
      ...onError,
      ...retry,
    };
  }
  if (kind < 0.45) return { kind: "review", severity: dice.one(place, ["critical", "high", "medium"]), proposal: { n: index } };
  if (kind < 0.55) return { kind: "tool", tool: "orders.get", input: { id: "A-1001" }, ...onError, ...retry };
  const tool = dice.one(place, WRITES);
  const undo = UNDO[tool];
  const compensate =
    undo !== undefined && dice.happens(place, 0.75) ? { compensate: { tool: undo, input: { id: { cel: "output.id" } } } } : {};
  return { kind: "tool", tool, input: { order: "A-1001", amount: index + 1 }, ...compensate, ...onError, ...retry };
}

export function birthOf(dice: Dice, place: string, work: Work, at: number): RunBirth {
  const { definition, input } = work;
  const id = mintId("run", at, dice.bytes(`${place}/id`, 10));
  const traceId = createHash("sha256").update(id).digest("hex").slice(0, 32);
  return {
    id,
    org: ORG,
    user: "ada",
    roles: ["caller"],
    subject: "ada",
    definition,
    version: 1,
    digest: createHash("sha256").update(JSON.stringify(definition)).digest("hex"),
    input,
    inputFindings: [],
    metadata: {},
    budget: { usd: fromUsd(definition.limits.usd), tokens: definition.limits.tokens },
    deadlineAt: dice.happens(`${place}/deadline`, 0.1) ? at + dice.between(`${place}/deadline`, 5_000, 600_000) : null,
    traceId,
    parentSpanId: null,
    redrive: null,
    parent: null,
    callbackUrl: null,
  } as RunBirth;
}
