/** Answers of reading tools that are given again, and answers that are too old to be taken. */
import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Json } from "../../../core/json.ts";
import type { Failure, ToolOutcome } from "../../../core/run/calls/call.ts";
import type { LogLine } from "../../../core/telemetry/log-line.ts";
import { defineToolGateway } from "../../../workers/tool-gateway/gateway.ts";
import type { KeptResults, ToolGatewayPorts } from "../../../workers/tool-gateway/ports.ts";
import { CONTEXT, type HttpTool, manifest, toolCall } from "../../support/doubles/calls.ts";
import { scriptedGuard, withheldAt } from "../../support/doubles/scripted-guard.ts";
import { json, scriptedUpstream } from "../../support/doubles/upstream.ts";

const NOW = Date.UTC(2026, 10, 20, 12, 0, 0);
const still = new AbortController().signal;
const failureOf = ({ result }: ToolOutcome): Failure | null => (result.ok ? null : result.failure);
const outputOf = ({ result }: ToolOutcome): Json => (result.ok ? result.output : null);

function world(changes: Partial<HttpTool> = {}, ports: Partial<ToolGatewayPorts> = {}) {
  const guard = scriptedGuard();
  const answers = [1, 2, 3, 4, 5].map((number) => json({ id: `order_${number}` }));
  const upstream = scriptedUpstream(...answers);
  const store = new Map<string, string>();
  const clock = { now: NOW };
  const values = new Map<string, string>();
  const kept: KeptResults = {
    get: async (name) => (store.has(name) ? (JSON.parse(store.get(name) ?? "") as Json) : undefined),
    put: async (name, value) => void store.set(name, JSON.stringify(value)),
    drop: async (name) => void store.delete(name),
    mac: async (text) => createHmac("sha256", "the key of a test").update(text).digest("hex"),
    subjectTag: async (org, subject) => `${org}-${subject}`.length.toString(),
    values: async ({ run }, placeholders) => placeholders.map((name) => values.get(`${run} ${name}`) ?? null),
  };
  const gateway = defineToolGateway({
    log: () => undefined,
    manifest: async () => manifest({ effect: "read", ...changes }),
    guard,
    credential: async () => "credential-of-this-call",
    secret: async () => null,
    egress: async () => null,
    fetch: upstream.fetch,
    now: () => clock.now,
    allowPrivateHosts: false,
    kept,
    ...ports,
  });
  return {
    guard,
    upstream,
    store,
    clock,
    values,
    kept,
    call: (more: Parameters<typeof toolCall>[0] = {}) => gateway.call(toolCall(more), still),
  };
}
const inRun = (run: string, org = CONTEXT.org) => ({ context: { ...CONTEXT, org, run, key: `${run}/look` } });

describe("cache_ms", () => {
  it("[TOOLCACHE-1] the same input is looked up once in its time, by anybody in the org", async () => {
    const { call, upstream, clock } = world({ cache_ms: 60_000 });
    const first = await call(inRun("run_a"));
    clock.now += 59_999;
    const second = await call(inRun("run_b"));
    expect([outputOf(second), second.cached, second.status]).toEqual([outputOf(first), "exact", null]);
    clock.now += 1;
    expect(outputOf(await call(inRun("run_c")))).toEqual({ id: "order_2" });
    expect(upstream.requests).toHaveLength(2);
  });

  it.each<[string, Parameters<typeof toolCall>[0]]>([
    ["input", { input: { order: "A-1002" } }],
    ["version", { version: 2 }],
    ["tool", { tool: "orders.list" }],
    ["org", inRun("run_01", "rival")],
  ])("[TOOLCACHE-2] another %s is another question", async (_, changes) => {
    const { call, upstream } = world({ cache_ms: 60_000 });
    await call();
    await call(changes);
    expect(upstream.requests).toHaveLength(2);
  });

  it.each<[string, Partial<HttpTool>]>([
    ["a write", { effect: "write", cache_ms: 60_000, max_age_ms: 60_000 }],
    ["a confidential tool", { sensitivity: "confidential", cache_ms: 60_000 }],
    ["a tool that says nothing of it", {}],
  ])("[TOOLCACHE-3] nothing is kept of %s", async (_, changes) => {
    const { call, upstream, store } = world(changes);
    for (const _ of [1, 2]) await call();
    expect([upstream.requests.length, store.size]).toEqual([2, 0]);
  });

  it("[TOOLCACHE-4] opened personal data tells inputs apart and lies nowhere", async () => {
    const { call, upstream, guard, store } = world({ input: {}, personal_data: { "/to": ["EMAIL"] }, cache_ms: 60_000 });
    const input = { to: "{{EMAIL_1}}" };
    guard.values = { "{{EMAIL_1}}": "ada@example.com" };
    await call({ ...inRun("run_a"), input });
    guard.values = { "{{EMAIL_1}}": "bob@example.com" };
    await call({ ...inRun("run_b"), input });
    guard.values = { "{{EMAIL_2}}": "ada@example.com" };
    expect((await call({ ...inRun("run_c"), input: { to: "{{EMAIL_2}}" } })).cached).toBe("exact");
    expect(upstream.requests).toHaveLength(2);
    expect(JSON.stringify([...store])).not.toMatch(/example\.com/);
  });

  it("[TOOLCACHE-4] placeholders that stay closed do, too", async () => {
    const { call, upstream, values } = world({ input: {}, cache_ms: 60_000 });
    values
      .set("run_a {{EMAIL_1}}", "ada@example.com")
      .set("run_b {{EMAIL_1}}", "bob@example.com")
      .set("run_c {{EMAIL_1}}", "ada@example.com");
    for (const run of ["run_a", "run_b", "run_c"]) await call({ ...inRun(run), input: { to: "{{EMAIL_1}}" } });
    expect(upstream.requests).toHaveLength(2);
  });

  it("[TOOLCACHE-5] what the guard changed means something in one run alone, and is given to no other", async () => {
    const { call, upstream, guard, store } = world({ cache_ms: 60_000 });
    guard.onAdmit = () => ({ value: { id: "{{EMAIL_1}}" }, verdict: "redact", findings: [] });
    await call(inRun("run_a"));
    await call(inRun("run_b"));
    expect([upstream.requests.length, store.size]).toEqual([2, 0]);
  });

  it("[TOOLCACHE-5] nor is an answer that names a placeholder of itself", async () => {
    const { call, store } = world({ cache_ms: 60_000 }, { fetch: scriptedUpstream(json({ id: "{{EMAIL_1}}" }), json({ id: "x" })).fetch });
    await call(inRun("run_a"));
    expect(store.size).toBe(0);
  });

  it("[TOOLCACHE-6] what is kept is checked and scanned again; what does not stand it is dropped, and the tool asked", async () => {
    const { call, upstream, guard, store } = world({ cache_ms: 60_000 });
    await call();
    guard.onAdmit = (value) =>
      upstream.requests.length === 1 ? withheldAt("/id", { id: "[withheld]" }) : { value, verdict: "pass", findings: [] };
    expect(outputOf(await call())).toEqual({ id: "order_2" });
    const [name] = store.keys();
    store.set(name ?? "", JSON.stringify({ v: 1, output: { no: "id" }, kept_at: NOW, made_at: NOW }));
    expect(outputOf(await call())).toEqual({ id: "order_3" });
    store.set(name ?? "", '{"v":9}');
    expect(outputOf(await call())).toEqual({ id: "order_4" });
  });

  it("[TOOLCACHE-6] a hit needs an address that is allowed today, and no credential", async () => {
    let egress: readonly string[] | null = null;
    const credentials: string[] = [];
    const credential = async () => {
      credentials.push("made");
      return "credential-of-this-call";
    };
    const { call } = world({ cache_ms: 60_000 }, { egress: async () => egress, credential });
    await call();
    expect((await call()).cached).toBe("exact");
    expect(credentials).toHaveLength(1);
    egress = [];
    expect(failureOf(await call())).toMatchObject({ code: "policy_denied" });
  });

  it("[TOOLCACHE-7] an answer that says `no-store` is not kept", async () => {
    const { fetch } = scriptedUpstream(json({ id: "a" }, 200, { "cache-control": "private, no-store" }), json({ id: "b" }));
    const { call } = world({ cache_ms: 60_000 }, { fetch });
    await call();
    expect(outputOf(await call())).toEqual({ id: "b" });
  });

  it("[TOOLCACHE-8] failures are not kept, and a store that breaks is no error", async () => {
    const { fetch } = scriptedUpstream(json({}, 500), json({ id: "b" }));
    const failing = world({ cache_ms: 60_000 }, { fetch });
    await failing.call();
    expect(failing.store.size).toBe(0);
    const away = async () => Promise.reject(new Error("away"));
    const { kept } = world();
    for (const broken of [{ mac: away }, { values: away }, { get: away }, { put: away }, { subjectTag: away }]) {
      const lines: LogLine[] = [];
      const { call } = world({ input: {}, cache_ms: 60_000 }, { kept: { ...kept, ...broken }, log: (line) => lines.push(line) });
      expect(outputOf(await call({ input: { to: "{{EMAIL_1}}" } }))).toEqual({ id: "order_1" });
      const isReading = !("put" in broken || "subjectTag" in broken);
      expect(lines.map(({ event }) => event)).toEqual(isReading ? ["tool_results.not_looked_up"] : []);
    }
  });
});

describe("max_age_ms", () => {
  const at = (ms: number) => new Date(NOW + ms).toUTCString();
  it.each<[string, Record<string, string>, boolean]>([
    ["nothing said", {}, true],
    ["made now", { date: at(0) }, true],
    ["as old as it may be, by whole seconds", { date: at(-5_000) }, true],
    ["made too long ago", { date: at(-7_000) }, false],
    ["made in the future", { date: at(60_000) }, true],
    ["five seconds in a cache", { age: "5" }, true],
    ["six seconds in a cache", { age: "6", date: at(0) }, false],
    ["an age that is none", { age: "old" }, true],
    ["a date that is none", { date: "yesterday" }, true],
  ])("[FRESH-1] %s", async (_, headers, isTaken) => {
    const { fetch, requests } = scriptedUpstream(json({ id: "a" }, 200, headers));
    const { call } = world({ max_age_ms: 5_000 }, { fetch });
    const outcome = await call();
    expect(outputOf(outcome)).toEqual({ id: "a" });
    expect(outcome.stale).toBe(isTaken ? undefined : true);
    expect(requests[0]?.headers.get("cache-control")).toBe("max-age=5");
  });

  it("[FRESH-1] what is stale is not kept", async () => {
    const { fetch, requests } = scriptedUpstream(json({ id: "a" }, 200, { age: "6" }), json({ id: "b" }));
    const { call } = world({ cache_ms: 60_000, max_age_ms: 5_000 }, { fetch });
    expect((await call()).stale).toBe(true);
    const next = await call();
    expect([outputOf(next), next.stale, next.cached]).toEqual([{ id: "b" }, undefined, undefined]);
    expect(requests).toHaveLength(2);
  });

  it("[FRESH-2] an old answer to a write: whether it was made nobody knows", async () => {
    const { fetch } = scriptedUpstream(json({ id: "a" }, 200, { age: "60" }));
    const { call } = world({ effect: "write", max_age_ms: 5_000 }, { fetch });
    expect(failureOf(await call())).toMatchObject({ class: "unknown", code: "tool_error" });
  });

  it("[FRESH-3] what is kept ages on: with what it had when it came", async () => {
    const { fetch, requests } = scriptedUpstream(json({ id: "a" }, 200, { age: "3" }), json({ id: "b" }));
    const { call, clock } = world({ cache_ms: 60_000, max_age_ms: 5_000 }, { fetch });
    await call();
    clock.now += 2_000;
    expect((await call()).cached).toBe("exact");
    clock.now += 1;
    expect(outputOf(await call())).toEqual({ id: "b" });
    expect(requests).toHaveLength(2);
  });

  it("[FRESH-4] the same call under its own key is answered from what it got, with what the guard made of it", async () => {
    const { call, guard, upstream, clock } = world({ max_age_ms: 5_000 });
    guard.onAdmit = (value) =>
      JSON.stringify(value).includes("order")
        ? { value: { id: "{{EMAIL_1}}" }, verdict: "redact", findings: [] }
        : { value, verdict: "pass", findings: [] };
    await call(inRun("run_a"));
    const again = await call(inRun("run_a"));
    expect([outputOf(again), again.cached]).toEqual([{ id: "{{EMAIL_1}}" }, "exact"]);
    expect((await call(inRun("run_b"))).cached).toBeUndefined();
    expect((await call({ context: { ...CONTEXT, run: "run_a", key: "run_a/look/2" } })).cached).toBeUndefined();
    clock.now += 5_001;
    expect((await call(inRun("run_a"))).cached).toBeUndefined();
    expect(upstream.requests).toHaveLength(4);
  });
});
