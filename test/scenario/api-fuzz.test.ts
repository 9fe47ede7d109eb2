/** Seeded requests made from the document, against the whole platform: `npm run check:deep -- api-fuzz` makes many more. */
import { exports } from "cloudflare:workers";
import { expect, it } from "vitest";
import type { JsonObject } from "../../core/json.ts";
import { operationsOf } from "../../scripts/deep/api-fuzz/document.ts";
import { type FuzzRequest, requestOf, type Surroundings } from "../../scripts/deep/api-fuzz/requests.ts";
import { wordsFor } from "../../scripts/deep/api-fuzz/surroundings.ts";
import { flawsOf } from "../../scripts/deep/api-fuzz/verdict.ts";
import { Dice } from "../../simulation/dice.ts";
import { often } from "../support/depth.ts";
import { ADMIN, call, makeKey } from "../support/scenario/api.ts";
import { openWorld } from "../support/scenario/world.ts";

const REQUESTS = often(200, 500);
const SEED = 20_261_129;
const SECRET = "canary-secret-of-a-tool-7f3a9b";
const MAIL = "canary.person@fuzz-customers.example";
type Entry = { fetch(request: Request): Promise<Response> };

it("[FUZZ-1] no request makes the platform fail, break its document or show a secret", async () => {
  const world = await openWorld("fuzz");
  world.model = async () =>
    Response.json({
      id: "c",
      object: "chat.completion",
      created: 1,
      model: "m",
      choices: [{ index: 0, message: { role: "assistant", content: "ok" }, finish_reason: "stop" }],
      usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
    });
  const keys = new Map<string, string | null>([
    ["nobody", null],
    ["a stranger", "bh_made_up_key_that_nobody_ever_had_0123456789"],
    ["a caller", await makeKey("fuzz", "carl", ["caller"])],
    ["a developer", await makeKey("fuzz", "devi", ["developer"])],
    ["an auditor", world.keys.auditor],
    ["a reviewer", world.keys.reviewer],
    ["all of the org", await makeKey("fuzz", "alma", ["caller", "developer", "reviewer", "auditor", "admin"])],
    ["another org", await makeKey("fuzz-other", "eve", ["caller", "developer", "reviewer", "auditor", "operator", "admin"])],
  ]);
  expect((await call("PUT", "/v1/secrets/canary", world.keys.developer, { value: SECRET, hosts: ["shop.test"] })).status).toBeLessThan(300);
  const input = { ticket: `Order A-1002 arrived broken, please write to ${MAIL}` };
  const run = await call("POST", "/v1/runs", world.keys.app, { workflow: "support-refund", input, subject: "cust-7" });
  expect([200, 201, 202], JSON.stringify(run.body)).toContain(run.status);
  const model = {
    upstream_id: "m",
    base_url: "https://models.example/v1",
    price: { input: 1, output: 2 },
    context: 9_000,
    tasks: ["chat"],
    pii: "redacted",
  };
  const put = await call("PUT", "/v1/models/acme/fuzz-2026-01-01", ADMIN, model, { "bulkhead-org": "fuzz" });
  expect(put.status, JSON.stringify(put.body)).toBe(200);
  const document = (await call("GET", "/openapi.json", null)).body;
  const around: Surroundings = {
    callers: [...keys.keys(), "a caller", "all of the org", "all of the org", "all of the org", "all of the org", "all of the org"],
    words: wordsFor({ run: String(run.body["id"]), org: "fuzz" }),
  };
  const canaries = new Map([
    ["a tool's secret", SECRET],
    ["a customer's address", MAIL],
    ["the admin's key", ADMIN],
    ...[...keys].filter(([, key]) => key !== null).map(([name, key]): [string, string] => [`the key of ${name}`, String(key)]),
  ]);
  const flaws: string[] = [];
  const statuses = new Map<number, number>();
  const operations = operationsOf(document as JsonObject);
  const dice = new Dice(SEED);
  for (let made = 0; made < REQUESTS; made++) {
    const request = requestOf(operations, document, around, dice);
    const answer = await send(request, keys.get(request.caller) ?? null);
    statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
    for (const flaw of flawsOf(request, answer, document, canaries)) flaws.push(`request ${made}: ${flaw}`);
  }
  expect(flaws).toEqual([]);
  expect(statuses.get(200) ?? 0).toBeGreaterThan(REQUESTS / 20);
  expect(statuses.get(400) ?? 0).toBeGreaterThan(REQUESTS / 20);
});

async function send({ method, path, headers, body }: FuzzRequest, key: string | null) {
  const all = new Headers({ ...headers, ...(key === null ? {} : { authorization: `Bearer ${key}` }) });
  const request = new Request(`https://bulkhead.test${path}`, {
    method,
    headers: all,
    redirect: "manual",
    ...(body === null ? {} : { body }),
  });
  const answer = await (exports as unknown as { default: Entry }).default.fetch(request);
  const isStream = answer.headers.get("content-type")?.includes("event-stream") ?? false;
  if (isStream) await answer.body?.cancel();
  return { status: answer.status, headers: answer.headers, text: isStream ? "" : await answer.text() };
}
