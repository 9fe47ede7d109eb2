/** A tool that is code, over HTTP: registered, tested, called by a run, governed like any other tool, its requests through the egress. */
import { beforeAll, describe, expect, it } from "vitest";
import type { JsonObject } from "../../core/json.ts";
import { outside } from "../support/platform.ts";
import { ADMIN, call, eventually, makeKey, status } from "../support/scenario/api.ts";

const org = "isolate-room";
const sent: Request[] = [];
let keys: { developer: string; app: string; auditor: string };

const tool = (code: string, more: JsonObject = {}): JsonObject => ({
  description: "code",
  effect: "read",
  kind: "isolate",
  isolate: { code },
  input: { type: "object" },
  output: true,
  ...more,
});
async function register(name: string, manifest: JsonObject): Promise<void> {
  const put = await call("PUT", `/v1/tools/${name}`, keys.developer, manifest);
  expect(put.status, JSON.stringify(put.body)).toBe(200);
}
const test = async (name: string, input: JsonObject) => (await call("POST", `/v1/tools/${name}/test`, keys.developer, { input })).body;

beforeAll(async () => {
  keys = {
    developer: await makeKey(org, "dora", ["developer", "admin"]),
    app: await makeKey(org, "app", ["caller"], { for_others: true }),
    auditor: await makeKey(org, "anna", ["auditor"]),
  };
  outside.fetch = (async (input: RequestInfo | URL, init?: RequestInit) => {
    const request = new Request(input, init);
    sent.push(request);
    return Response.json({ rate: 2, saw: request.headers.get("authorization") });
  }) as typeof fetch;
});

it("[ISO-7] [ISO-2] code that does not parse or imports something is a 400 at its place", async () => {
  const bad = await call("PUT", "/v1/tools/bad", keys.developer, tool("export default () => {\n  return 1 +;\n}"));
  expect([bad.status, bad.body["errors"]]).toEqual([
    400,
    [{ path: "/isolate/code", message: "does not parse: Unexpected token (line 2, column 13)" }],
  ]);
  const importing = await call("PUT", "/v1/tools/bad", keys.developer, tool("import 'cloudflare:workers'; export default () => 1"));
  expect([importing.status, JSON.stringify(importing.body["errors"])]).toEqual([400, expect.stringContaining("must not import anything")]);
});

it("[ISO-1] a run computes with it, and the call is recorded like any other", async () => {
  await register("convert", tool("export default async ({ amount }, ctx) => ({ total: amount * 3, step: ctx.step, run: ctx.run })"));
  const definition = {
    name: "converting",
    input: { type: "object" },
    tools: ["convert"],
    steps: { sum: { kind: "tool", tool: "convert", input: { amount: { cel: "input.amount" } } } },
    output: { cel: "steps.sum.output" },
  };
  const made = await call("POST", "/v1/workflows", keys.developer, definition);
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  const started = await call("POST", "/v1/runs", keys.app, { workflow: "converting", input: { amount: 14 } });
  const id = String(started.body["id"]);
  const run = await eventually(`/v1/runs/${id}`, keys.app, status("completed", "failed", "dead_lettered"));
  expect(run, JSON.stringify(run)).toMatchObject({ status: "completed", output: { total: 42, step: "sum", run: id } });
  const { data } = await eventually(
    `/v1/audit/entries?run=${id}&type=tool.answered`,
    keys.auditor,
    (body) => (body["data"] as unknown[]).length > 0,
  );
  expect(data).toMatchObject([{ data: { tool: "convert", ok: true } }]);
});

describe("governance", () => {
  it("[ISO-1] its output is held to the schema, redacted and scanned", async () => {
    await register(
      "shape",
      tool("export default () => ({ id: 5 })", { output: { type: "object", properties: { id: { type: "string" } } } }),
    );
    expect(await test("shape", {})).toMatchObject({ ok: false, error: { code: "output_invalid" } });
    await register("mail", tool("export default () => ({ to: 'ada.lovelace@example.com' })"));
    expect(JSON.stringify(await test("mail", {}))).not.toContain("ada.lovelace");
  });
  it("[ISO-6] what it throws is told in its words", async () => {
    await register(
      "throws",
      tool("export default () => { throw { error: 'unknown_order', message: 'there is no such order', field: '/id' }; }"),
    );
    expect(await test("throws", {})).toMatchObject({
      ok: false,
      error: { message: "`throws`: the tool refused: unknown_order: there is no such order" },
    });
  });
  it("[ISO-5] an output of 100 MB is refused", async () => {
    await register("huge", tool("export default () => 'x'.repeat(100_000_000)"));
    expect(await test("huge", {})).toMatchObject({ ok: false, error: { code: "output_invalid" } });
  });
});

describe("[EGRESS-5] [ISO-2] its requests", () => {
  const asking = "export default async ({ url }) => { const r = await fetch(url); return [r.status, await r.json()]; }";
  it("go to the hosts it lists, with the org's secret, which it does not see", async () => {
    const secret = await call("PUT", "/v1/secrets/rates-key", keys.developer, { value: "sk-pinned-0123456789", hosts: ["rates.test"] });
    expect(secret.status).toBe(200);
    await register("rates", tool(asking, { egress: ["rates.test"], isolate: { code: asking, secrets: { "rates.test": "rates-key" } } }));
    sent.length = 0;
    const answer = await test("rates", { url: "http://rates.test/today" });
    expect(answer).toMatchObject({ ok: true, output: [200, { rate: 2, saw: "Bearer [withheld]" }] });
    expect(sent.map(({ url, headers }) => [url, headers.get("authorization")])).toEqual([
      ["http://rates.test/today", "Bearer sk-pinned-0123456789"],
    ]);
  });
  it("go nowhere else, and not past the org's list", async () => {
    sent.length = 0;
    expect(await test("rates", { url: "http://evil.test/" })).toMatchObject({ ok: false });
    await call("PUT", `/v1/orgs/${org}`, ADMIN, { egress: ["other.test"] });
    expect(await test("rates", { url: "http://rates.test/" })).toMatchObject({ ok: false });
    expect(sent).toEqual([]);
    await call("PUT", `/v1/orgs/${org}`, ADMIN, { egress: null });
  });
});
