/**
 * Estimates against what runs cost: the shipped workflows on varied inputs, with the rehearsal model. Prints how often the real cost
 * fell inside the interval, and how long an estimate took (docs/estimates.md).
 */
import { beforeAll, describe, expect, it } from "vitest";
import type { JsonObject } from "../../core/json.ts";
import { call, eventually, status } from "../support/scenario/api.ts";
import { openWorld, type World } from "../support/scenario/world.ts";

let world: World;
beforeAll(async () => {
  world = await openWorld("estimates");
});

type Estimate = {
  usd: { low: number; expected: number; max: number };
  tokens: { expected: number; max: number };
  model_calls: { expected: number; max: number };
  within_budget: boolean;
};
type Usage = { usd: number; tokens_in: number; tokens_out: number; model_calls: number };

const WORDS = "The parcel arrived late and the box was open, nobody answered the phone and the colour is not the one that I ordered.".split(
  " ",
);
const prose = (words: number): string => Array.from({ length: words }, (_, index) => WORDS[index % WORDS.length]).join(" ");

/** Short and long, with and without an order. Orders above a hundred dollars would wait for a person. */
const INPUTS: readonly { workflow: string; input: JsonObject }[] = [
  ...[0, 10, 40, 120, 400, 1_200].flatMap((words, index) => [
    {
      workflow: "support-refund",
      input: { ticket: `My order A-1001 is too small, please refund it. ${prose(words)} Write to c${index}@example.org` },
    },
    { workflow: "support-refund", input: { ticket: `A question about delivery times. ${prose(words)}` } },
    { workflow: "document-summary", input: { text: prose(30 + words * 10) } },
    { workflow: "document-summary", input: { chunks: Array.from({ length: 1 + index * 3 }, () => prose(50 + words)) } },
  ]),
  ...["A-1001", "A-1003", "A-1005"].map((order_id) => ({ workflow: "order-fulfilment", input: { order_id } })),
];

async function estimate(body: JsonObject): Promise<{ estimate: Estimate; ms: number }> {
  const before = performance.now();
  const answer = await call("POST", "/v1/runs/estimate", world.keys.app, body);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return { estimate: answer.body as unknown as Estimate, ms: performance.now() - before };
}

async function cost(body: JsonObject): Promise<Usage> {
  const started = await call("POST", "/v1/runs", world.keys.app, body, { Prefer: "wait=20" });
  const run = await eventually(`/v1/runs/${started.body["id"]}`, world.keys.app, status("completed", "failed", "dead_lettered", "waiting"));
  return run["usage"] as unknown as Usage;
}

describe("POST /v1/runs/estimate", () => {
  it("[EST-1] holds the real cost in its interval", async () => {
    const rows = [];
    for (const body of INPUTS) {
      const first = await estimate(body);
      const usage = await cost(body);
      rows.push({ body, usage, ...first });
    }
    for (const { body, usage, estimate: e, ms } of rows)
      console.log(JSON.stringify({ w: body.workflow, size: JSON.stringify(body.input).length, ...e, usage, ms: Math.round(ms) }));
  }, 60_000);
});
