import { describe, expect, it } from "vitest";
import type { Failure, ToolOutcome } from "../../../core/run/calls/call.ts";
import { defineToolGateway } from "../../../workers/tool-gateway/gateway.ts";
import type { ToolGatewayPorts } from "../../../workers/tool-gateway/ports.ts";
import { CONTEXT, type HttpTool, manifest, toolCall } from "../../support/doubles/calls.ts";
import { type ScriptedGuard, scriptedGuard } from "../../support/doubles/scripted-guard.ts";
import { hangs, json, type Scripted, scriptedUpstream } from "../../support/doubles/upstream.ts";

const SECRET = "sk-live-4242-never-seen";
const still = new AbortController().signal;
const failureOf = ({ result }: ToolOutcome): Failure | null => (result.ok ? null : result.failure);

function world(changes: Partial<HttpTool> = {}, ports: Partial<ToolGatewayPorts> = {}) {
  const guard: ScriptedGuard = scriptedGuard();
  const upstream: Scripted = scriptedUpstream(json({ id: "rf_1" }), json({ id: "rf_1" }));
  const asked: unknown[] = [];
  const gateway = defineToolGateway({
    log: () => undefined,
    manifest: async () => manifest(changes),
    guard,
    credential: async (request) => {
      asked.push(request);
      return "credential-of-this-call";
    },
    secret: async () => ({ value: SECRET, hosts: ["shop.example"] }),
    egress: async () => null,
    fetch: upstream.fetch,
    now: () => 0,
    allowPrivateHosts: false,
    ...ports,
  });
  return { guard, upstream, asked, gateway };
}

describe("the org's egress", () => {
  it("[ORG-6] a host that is not listed is not called, and gets no credential; a list that cannot be read lists nothing", async () => {
    for (const egress of [async () => [], async () => ["shop.example.evil.example", "shop.example:8443"]]) {
      const { gateway, upstream, asked } = world({}, { egress });
      expect(failureOf(await gateway.call(toolCall(), still))).toMatchObject({ class: "permanent", code: "policy_denied" });
      expect([upstream.requests, asked]).toEqual([[], []]);
    }
    const listed = world({}, { egress: async (org) => (org === CONTEXT.org ? ["shop.example"] : []) });
    expect((await listed.gateway.call(toolCall(), still)).result.ok).toBe(true);
    const unread = world({}, { egress: async () => Promise.reject(new Error("away")) });
    expect((await unread.gateway.call(toolCall(), still)).result.ok).toBe(false);
    expect(unread.upstream.requests).toEqual([]);
  });
});

describe("the request", () => {
  it("carries the key, a credential of its own, the trace and the run", async () => {
    const { gateway, upstream, asked } = world();
    expect((await gateway.call(toolCall(), still)).result).toEqual({ ok: true, output: { id: "rf_1" } });
    const request = upstream.requests[0];
    expect(request).toMatchObject({ url: "https://shop.example/payments/refund", method: "POST", body: '{"order":"A-1001"}' });
    expect(Object.fromEntries(request?.headers ?? [])).toMatchObject({
      authorization: "Bearer credential-of-this-call",
      "idempotency-key": "run_01/refund",
      "bulkhead-run": "run_01",
      traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
      "content-type": "application/json",
    });
    expect(asked).toEqual([{ context: CONTEXT, tool: "payments.refund", effect: "write", scopes: ["write:payments"] }]);
  });

  it("does not let a manifest speak for the gateway", async () => {
    const headers = { authorization: "Basic x", "Idempotency-Key": "mine", "Bulkhead-Run": "other", "x-shop": "eu" };
    const { gateway, upstream } = world({ http: { ...manifest().http, headers } });
    await gateway.call(toolCall(), still);
    expect(Object.fromEntries(upstream.requests[0]?.headers ?? [])).toMatchObject({
      authorization: "Bearer credential-of-this-call",
      "idempotency-key": "run_01/refund",
      "bulkhead-run": "run_01",
      "x-shop": "eu",
    });
  });

  it("is not made when the input breaks the schema, and the error does not quote it", async () => {
    const { gateway, upstream, asked } = world();
    const outcome = await gateway.call(toolCall({ input: { order: 4242424242424242 } }), still);
    expect(failureOf(outcome)).toMatchObject({ class: "permanent", code: "invalid_request" });
    expect(JSON.stringify(outcome)).not.toContain("4242");
    expect([upstream.requests, asked]).toEqual([[], []]);
  });

  it("is not made for a tool that is not there", async () => {
    const { gateway, upstream } = world({}, { manifest: async () => null });
    expect(failureOf(await gateway.call(toolCall(), still))).toMatchObject({ class: "permanent", code: "not_found" });
    expect(upstream.requests).toEqual([]);
  });
});

describe("personal data", () => {
  const mail = { input: {}, personal_data: { "/to": ["EMAIL"] } } as const;
  const input = { to: "{{EMAIL_1}}", cc: "{{EMAIL_1}}", text: "Hello {{PERSON_1}} at {{EMAIL_1}}" };

  it("[GATE-2] is opened where the manifest lists it and nowhere else", async () => {
    const { gateway, upstream, guard } = world(mail);
    guard.values = { "{{EMAIL_1}}": "ada@example.com", "{{PERSON_1}}": "Ada" };
    const outcome = await gateway.call(toolCall({ input }), still);
    expect(JSON.parse(upstream.requests[0]?.body ?? "")).toEqual({ ...input, to: "ada@example.com" });
    expect(outcome.openings).toEqual([{ type: "EMAIL", pointer: "/to" }]);
    expect(JSON.stringify(outcome)).not.toContain("ada@example.com");
  });

  it("[GATE-2] of another type stays closed in a listed field", async () => {
    const { gateway, upstream, guard } = world({ input: {}, personal_data: { "/text": ["PERSON"] } });
    guard.values = { "{{EMAIL_1}}": "ada@example.com", "{{PERSON_1}}": "Ada" };
    await gateway.call(toolCall({ input }), still);
    expect(JSON.parse(upstream.requests[0]?.body ?? "")).toEqual({ ...input, text: "Hello Ada at {{EMAIL_1}}" });
  });

  it("[GATE-2] is checked against the schema with the values put in", async () => {
    const strict = { ...mail, input: { type: "object", properties: { to: { type: "string", pattern: "^[^{]+@" } } } };
    const { gateway, guard } = world(strict);
    expect(failureOf(await gateway.call(toolCall({ input }), still))).toMatchObject({ code: "invalid_request" });
    guard.values = { "{{EMAIL_1}}": "ada@example.com" };
    expect((await gateway.call(toolCall({ input }), still)).result.ok).toBe(true);
  });

  it("a pointer to nothing opens nothing", async () => {
    const { gateway, guard } = world(mail);
    expect((await gateway.call(toolCall({ input: { order: "A-1" } }), still)).openings).toEqual([]);
    expect(guard.opened).toEqual([]);
  });
});

describe("guards that cannot decide", () => {
  const broken = async (): Promise<never> => {
    throw new Error(`out of reach, ${SECRET}`);
  };

  it("[GATE-3] on the way out: nothing is sent", async () => {
    const { gateway, upstream, guard } = world({ personal_data: { "/order": ["EMAIL"] } });
    guard.open = broken;
    const outcome = await gateway.call(toolCall(), still);
    expect(failureOf(outcome)).toMatchObject({ class: "safety" });
    expect(upstream.requests).toEqual([]);
    expect(JSON.stringify(outcome)).not.toContain(SECRET);
  });

  it("[GATE-3] on the way in: nothing is taken", async () => {
    const { gateway, guard } = world();
    guard.admit = broken;
    expect(failureOf(await gateway.call(toolCall(), still))).toMatchObject({ class: "safety", code: "content_blocked" });
  });

  it("[GATE-3] no credential, no call", async () => {
    const { gateway, upstream } = world({}, { credential: broken });
    expect(failureOf(await gateway.call(toolCall(), still))).toMatchObject({ class: "transient", code: "internal" });
    expect(upstream.requests).toEqual([]);
  });

  it("a guard that hangs ends with the call's time, and nothing was sent", async () => {
    const { gateway, upstream, guard } = world({ personal_data: { "/order": ["EMAIL"] } });
    guard.open = hangs as never;
    expect(failureOf(await gateway.call(toolCall({ timeoutMs: 30 }), still))).toMatchObject({ class: "transient", code: "timeout" });
    expect(upstream.requests).toEqual([]);
  });
});

describe("secrets", () => {
  const http = { ...manifest().http, secret: "shop-key" };

  it("[GATE-4] take the credential's place at the hosts they are for", async () => {
    const { gateway, upstream, asked } = world({ http });
    await gateway.call(toolCall(), still);
    expect(upstream.requests[0]?.headers.get("authorization")).toBe(`Bearer ${SECRET}`);
    expect(asked).toEqual([]);
  });

  it.each([
    ["evil.example", "shop.example:443"],
    ["shop.example.evil.example", "shop.example"],
    ["evil-shop.example", "shop.example"],
    ["evilshop.example", "shop.example"],
    ["sub.shop.example", "shop.example"],
    ["shop.example:444", "shop.example:443"],
    ["shop.example:444", "shop.example:44"],
  ])("[GATE-4] never go to %s when they are for %s", async (host, listed) => {
    const { gateway, upstream } = world(
      { http: { ...http, url: `https://${host}/x` } },
      { secret: async () => ({ value: SECRET, hosts: [listed] }) },
    );
    const outcome = await gateway.call(toolCall(), still);
    expect(failureOf(outcome)).toMatchObject({ class: "permanent", code: "policy_denied" });
    expect(JSON.stringify([upstream.requests, outcome])).not.toContain(SECRET);
  });

  it("[GATE-4] that come back in an answer are taken out, as are credentials", async () => {
    const echo = { id: `Bearer ${SECRET}`, headers: { [SECRET]: ["x", SECRET] } };
    const { gateway } = world({ http }, { fetch: scriptedUpstream(json(echo)).fetch });
    const outcome = await gateway.call(toolCall(), still);
    expect(outcome.result.ok).toBe(true);
    expect(JSON.stringify(outcome)).not.toContain(SECRET);
    expect(outcome.findings).toMatchObject([{ type: "SECRET", count: 3 }]);
    const other = world({}, { fetch: scriptedUpstream(json({ id: "credential-of-this-call" })).fetch });
    expect(JSON.stringify(await other.gateway.call(toolCall(), still))).not.toContain("credential-of-this-call");
  });

  it("[GATE-4] that cannot stand in a header are not quoted by the error", async () => {
    const { gateway } = world({ http }, { secret: async () => ({ value: `${SECRET}\n`.repeat(2), hosts: ["shop.example"] }) });
    const outcome = await gateway.call(toolCall(), still);
    expect(failureOf(outcome)).toMatchObject({ class: "permanent", code: "invalid_request" });
    expect(JSON.stringify(outcome)).not.toContain(SECRET);
  });
});

describe("private hosts", () => {
  it.each([
    "http://shop.example/",
    "https://localhost/",
    "https://127.0.0.1/",
    "https://2130706433/",
    "https://0x7f.1/",
    "https://[::1]/",
    "https://[::ffff:10.0.0.1]/",
    "https://10.0.0.8/",
    "https://169.254.169.254/latest/meta-data",
    "https://metadata.google.internal/",
    "https://shop/",
    "https://user:pass@shop.example/",
    "ftp://shop.example/",
  ])("[GATE-5] %s is refused", async (url) => {
    const { gateway, upstream } = world({ http: { ...manifest().http, url } });
    expect(failureOf(await gateway.call(toolCall(), still))).toMatchObject({ class: "permanent" });
    expect(upstream.requests).toEqual([]);
  });

  it("are called where the deployment allows it", async () => {
    const { gateway, upstream } = world({ http: { ...manifest().http, url: "http://localhost:8787/x" } }, { allowPrivateHosts: true });
    await gateway.call(toolCall(), still);
    expect(upstream.requests[0]?.url).toBe("http://localhost:8787/x");
  });

  it("a field of the input never chooses the host", async () => {
    for (const url of ["https://{order}/x", "https://{order}.example/x", "https://shop.example@{order}/"]) {
      const { gateway, upstream } = world({ http: { ...manifest().http, url } });
      expect(failureOf(await gateway.call(toolCall({ input: { order: "evil" } }), still))).toMatchObject({ class: "permanent" });
      expect(upstream.requests).toEqual([]);
    }
  });
});
