import { describe, expect, it } from "vitest";
import type { ModelEntry } from "../../../core/model/entry.ts";
import type { Failure, ModelOutcome } from "../../../core/run/calls/call.ts";
import { defineModelGateway } from "../../../workers/model-gateway/gateway.ts";
import type { ModelGatewayPorts } from "../../../workers/model-gateway/ports.ts";
import { rehearse } from "../../../workers/rehearsal/handler.ts";
import { modelCall, modelEntry } from "../../support/doubles/calls.ts";
import { scriptedGuard } from "../../support/doubles/scripted-guard.ts";
import { json, scriptedUpstream } from "../../support/doubles/upstream.ts";

const TOKEN = "gateway-token-never-elsewhere";
const SECRET = "sk-own-4242";
const AI_GATEWAY = "https://api.example/client/v4/accounts/1/ai/v1";
const still = new AbortController().signal;
const failureOf = ({ result }: ModelOutcome): Failure | null => ("failure" in result ? result.failure : null);

function world(entry: Partial<ModelEntry> = {}, ports: Partial<ModelGatewayPorts> = {}) {
  const answer = json(
    {
      choices: [{ message: { content: '{"category":"refund"}' }, finish_reason: "stop" }],
      usage: { prompt_tokens: 9, completion_tokens: 2 },
    },
    200,
    {
      "cf-aig-log-id": "01JADMCQQQBWH3NXZ5GCRN98DP",
      "cf-aig-cache-status": "MISS",
      "cf-aig-event-id": "x",
      "x-request-id": "not an id, a sentence",
    },
  );
  const upstream = scriptedUpstream(answer);
  const rehearsed: Request[] = [];
  const gateway = defineModelGateway({
    model: async () => modelEntry(entry),
    guard: scriptedGuard(),
    secret: async () => ({ value: SECRET, hosts: ["models.example"] }),
    fetch: upstream.fetch,
    rehearsal: async (request) => {
      rehearsed.push(request.clone() as Request);
      return rehearse(request);
    },
    aiGateway: { url: AI_GATEWAY, token: TOKEN },
    hashUser: async (text) => `hash-of-${text.length}`,
    now: () => 0,
    allowPrivateHosts: false,
    ...ports,
  });
  return { upstream, rehearsed, gateway };
}

describe("the request", () => {
  it("is one chat completion, with everything that bounds it", async () => {
    const { gateway, upstream } = world();
    const call = modelCall({ temperature: 0.2 });
    await gateway.call(call, still);
    expect(upstream.requests).toHaveLength(1);
    expect(upstream.requests[0]).toMatchObject({ url: "https://models.example/v1/chat/completions", method: "POST" });
    expect(JSON.parse(upstream.requests[0]?.body ?? "")).toEqual({
      model: "small-2026-01-01",
      messages: call.messages,
      max_tokens: 256,
      temperature: 0.2,
      stream: false,
      response_format: { type: "json_schema", json_schema: { name: "classify", schema: call.schema?.schema, strict: true } },
    });
    expect(upstream.requests[0]?.headers.get("traceparent")).toBe("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  });

  it("asks for no form when there is no schema", async () => {
    const { gateway, upstream } = world();
    await gateway.call(modelCall({ schema: null }), still);
    expect(JSON.parse(upstream.requests[0]?.body ?? "")).not.toHaveProperty("response_format");
  });

  it("to AI Gateway carries its headers, and names no user", async () => {
    const { gateway, upstream } = world({ base_url: null });
    const outcome = await gateway.call(modelCall(), still);
    const headers = Object.fromEntries(upstream.requests[0]?.headers ?? []);
    expect(upstream.requests[0]?.url).toBe(`${AI_GATEWAY}/chat/completions`);
    expect(headers).toMatchObject({
      authorization: `Bearer ${TOKEN}`,
      "cf-aig-max-attempts": "1",
      "cf-aig-skip-cache": "true",
      "cf-aig-request-timeout": "5000",
      "cf-aig-otel-trace-id": "0af7651916cd43dd8448eb211c80319c",
      "cf-aig-otel-parent-span-id": "b7ad6b7169203331",
    });
    const metadata = JSON.parse(headers["cf-aig-metadata"] ?? "");
    expect(metadata).toEqual({ run: "run_01", org: "acme", workflow: "support-refund", step: "classify", user: "hash-of-3" });
    expect(outcome.upstream).toEqual({ status: "200", finish_reason: "stop", log_id: "01JADMCQQQBWH3NXZ5GCRN98DP", cache: "MISS" });
  });
});

describe("credentials", () => {
  it.each(["https://models.example/v1", "https://api.example.evil.example/v1", "https://api.example:444/v1", "https://sub.api.example/v1"])(
    "[MODEL-4] the gateway's token does not go to %s",
    async (base_url) => {
      const { gateway, upstream } = world({ base_url });
      const outcome = await gateway.call(modelCall(), still);
      expect(outcome.result.ok).toBe(true);
      expect(upstream.requests[0]?.headers.get("authorization")).toBeNull();
      expect(JSON.stringify([...(upstream.requests[0]?.headers ?? [])])).not.toMatch(/never-elsewhere|cf-aig/);
    },
  );

  it("[MODEL-4] a model's own secret goes to the hosts it is for", async () => {
    const { gateway, upstream } = world({ secret: "own" });
    await gateway.call(modelCall(), still);
    expect(upstream.requests[0]?.headers.get("authorization")).toBe(`Bearer ${SECRET}`);
  });

  it("[MODEL-4] and nowhere else", async () => {
    const { gateway, upstream } = world({ secret: "own", base_url: "https://evil.example/v1" });
    expect(failureOf(await gateway.call(modelCall(), still))).toMatchObject({ class: "permanent", code: "policy_denied" });
    expect(upstream.requests).toEqual([]);
  });

  it("[MODEL-4] an upstream that says it back finds no listener", async () => {
    const echo = scriptedUpstream(json({ choices: [{ message: { content: `your key is ${SECRET}` } }] }));
    const { gateway } = world({ secret: "own" }, { fetch: echo.fetch });
    expect(JSON.stringify(await gateway.call(modelCall({ schema: null }), still))).not.toContain(SECRET);
  });
});

describe("addresses", () => {
  it.each(["http://models.example/v1", "https://localhost:11434/v1", "https://192.168.1.4/v1", "https://[fd00::1]/v1"])(
    "[GATE-5] %s is refused",
    async (base_url) => {
      const { gateway, upstream } = world({ base_url });
      expect(failureOf(await gateway.call(modelCall(), still))).toMatchObject({ class: "permanent", code: "policy_denied" });
      expect(upstream.requests).toEqual([]);
    },
  );

  it("private ones are called where the deployment allows it", async () => {
    const { gateway, upstream } = world({ base_url: "http://localhost:11434/v1/" }, { allowPrivateHosts: true });
    await gateway.call(modelCall(), still);
    expect(upstream.requests[0]?.url).toBe("http://localhost:11434/v1/chat/completions");
  });

  it("there is none", async () => {
    const { gateway } = world({ base_url: null }, { aiGateway: null });
    expect(failureOf(await gateway.call(modelCall(), still))).toMatchObject({ class: "permanent", code: "upstream_unavailable" });
  });

  it("the model is not registered", async () => {
    const { gateway } = world({}, { model: async () => null });
    expect(failureOf(await gateway.call(modelCall(), still))).toMatchObject({ class: "permanent", code: "not_found" });
  });

  it("the rehearsal model answers inside, on the same wire, and says so", async () => {
    const { gateway, upstream, rehearsed } = world({ id: "bulkhead/rehearsal-1.0.0", base_url: null, upstream_id: "rehearsal-1.0.0" });
    const outcome = await gateway.call(modelCall(), still);
    expect(outcome.result).toEqual({ ok: true, output: { category: "shipping" } });
    expect(outcome.upstream).toEqual({ status: "200", finish_reason: "stop", rehearsal: "true" });
    expect(outcome.usage?.input).toBeGreaterThan(0);
    expect([upstream.requests.length, rehearsed.length]).toEqual([0, 1]);
    expect(rehearsed[0]?.headers.get("authorization")).toBeNull();
  });
});
