/** A tool's rate and breaker: what does not pass is not sent, and what was sent is told. */
import { describe, expect, it } from "vitest";
import { admitOrg, reportOrg, type UpstreamState, WELL } from "../../../core/breaker/upstream.ts";
import { type Book, EMPTY, grant } from "../../../core/limits/book.ts";
import { defineToolGateway } from "../../../workers/tool-gateway/gateway.ts";
import type { Gate, ToolGatewayPorts } from "../../../workers/tool-gateway/ports.ts";
import { type HttpTool, manifest, toolCall } from "../../support/doubles/calls.ts";
import { scriptedGuard } from "../../support/doubles/scripted-guard.ts";
import { json, refusesConnections, scriptedUpstream } from "../../support/doubles/upstream.ts";

const still = new AbortController().signal;

/** The core's book and breaker, in memory, with a clock of their own. */
function world(changes: Partial<HttpTool>, answer: () => Response | Promise<Response> = () => json({ id: "r1" })) {
  const clock = { at: 1_000_000 };
  let book: Book = EMPTY;
  const scopes: string[] = [];
  const breakers = new Map<string, UpstreamState>();
  const gate: Gate = {
    async take(_org, scope, perMinute) {
      if (scope.startsWith("credential:")) return null;
      scopes.push(scope);
      const wish = { scope, perMinute, atOnce: null, unused: [], permits: 1, usedAtOnce: true, underWay: 0, slots: 0 } as const;
      const asked = grant(book, "i", wish, clock.at);
      book = asked.book;
      return asked.grant.permits > 0 ? null : asked.grant.retryMs;
    },
    async admit(key, org, callMs) {
      const { state, admission } = admitOrg(breakers.get(key) ?? WELL, org, clock.at, callMs);
      breakers.set(key, state);
      return admission;
    },
    async report(key, org, outcome, probe, rule) {
      breakers.set(key, reportOrg(breakers.get(key) ?? WELL, org, outcome, probe, clock.at, 0, rule));
    },
  };
  const upstream = scriptedUpstream(...Array.from({ length: 40 }, () => answer));
  const ports: ToolGatewayPorts = {
    manifest: async () => manifest(changes),
    guard: scriptedGuard(),
    credential: async () => "credential-of-this-call",
    secret: async () => null,
    egress: async () => null,
    fetch: upstream.fetch,
    log: () => undefined,
    now: () => clock.at,
    allowPrivateHosts: false,
    gate,
  };
  const gateway = defineToolGateway(ports);
  const call = async () => {
    const { result, reached, unasked } = await gateway.call(toolCall({ timeoutMs: 5_000 }), still);
    return result.ok ? "answered" : { code: result.failure.code, retry: result.failure.retryAfterMs, reached, unasked };
  };
  return { clock, call, scopes, breakers, sent: () => upstream.requests.length };
}

describe("[TOOLC-1] a rate", () => {
  it("lets exactly so many calls out in any minute, and says when the next may go", async () => {
    const { call, clock, sent, scopes } = world({ rate: { per_minute: 3 } });
    expect([await call(), await call(), await call()]).toEqual(["answered", "answered", "answered"]);
    clock.at += 20_000;
    expect(await call()).toEqual({ code: "rate_limited", retry: 40_000, reached: "no", unasked: true });
    expect(sent()).toBe(3);
    clock.at += 40_000;
    expect(await call()).toBe("answered");
    expect(new Set(scopes)).toEqual(new Set(["tool:payments.refund"]));
  });

  it("is not asked where the manifest states none", async () => {
    const { call, scopes } = world({});
    expect(await call()).toBe("answered");
    expect(scopes).toEqual([]);
  });
});

it("[TOOLC-14] a quota of credentials refuses a call before a credential is made, and a tool with its own secret needs none", async () => {
  for (const [secret, expected] of [
    [null, "rate_limited"],
    ["payments-key", "answered"],
  ] as const) {
    let made = 0;
    const gateway = defineToolGateway({
      manifest: async () => manifest({ http: { ...manifest({}).http, secret } }),
      guard: scriptedGuard(),
      credential: async () => `credential-${made++}`,
      secret: async () => ({ value: "s3cret-value", hosts: [new URL(manifest({}).http.url).host] }),
      egress: async () => null,
      fetch: scriptedUpstream(() => json({ id: "r1" })).fetch,
      log: () => undefined,
      now: () => 0,
      allowPrivateHosts: false,
      gate: {
        take: async (_org, scope) => (scope.startsWith("credential:") ? 7_000 : null),
        admit: async () => ({ allowed: true, probe: null }),
        report: async () => undefined,
      },
    });
    const { result, reached } = await gateway.call(toolCall({ timeoutMs: 5_000 }), still);
    expect(result.ok ? "answered" : result.failure.code).toBe(expected);
    expect([made, reached]).toEqual([0, secret === null ? "no" : "answered"]);
  }
});

describe("[TOOLC-2] a breaker", () => {
  const breaker = { failures: 2, window_ms: 1_000, open_ms: 5_000, successes: 2 };

  it("opens after its failures, refuses without asking the tool, and closes after its good probes", async () => {
    let isWell = false;
    const { call, clock, sent } = world({ breaker }, () => (isWell ? json({ id: "r1" }) : json({}, 500)));
    await call();
    await call();
    expect(await call()).toEqual({ code: "upstream_unavailable", retry: 5_000, reached: "no", unasked: true });
    expect(sent()).toBe(2);
    clock.at += 5_000;
    isWell = true;
    expect([await call(), await call(), await call()]).toEqual(["answered", "answered", "answered"]);
  });

  it("opens again when a probe fails", async () => {
    const { call, clock, sent } = world({ breaker }, refusesConnections);
    for (let n = 0; n < 3; n++) await call();
    clock.at += 5_000;
    await call();
    expect(await call()).toMatchObject({ retry: 5_000, unasked: true });
    expect(sent()).toBe(3);
  });

  it("forgets failures older than its window", async () => {
    const { call, clock, sent } = world({ breaker }, () => json({}, 500));
    await call();
    clock.at += 1_000;
    await call();
    await call();
    expect(sent()).toBe(3);
  });

  it.each([400, 404, 409, 429])("is not opened by a tool that says %i", async (status) => {
    const { call, sent } = world({ breaker }, () => json({}, status));
    for (let n = 0; n < 5; n++) await call();
    expect(sent()).toBe(5);
  });

  it("has the defaults of the contract where the manifest states none", async () => {
    const { call, sent } = world({}, () => json({}, 500));
    for (let n = 0; n < 12; n++) await call();
    expect(sent()).toBe(10);
    expect(await call()).toMatchObject({ retry: 30_000 });
  });

  it("gives its probe back when the rate refuses the call", async () => {
    const { call, clock, sent } = world({ breaker, rate: { per_minute: 2 } }, () => json({}, 500));
    await call();
    await call();
    clock.at += 5_000;
    expect(await call()).toMatchObject({ code: "rate_limited" });
    clock.at += 55_000;
    await call();
    expect(sent()).toBe(3);
  });
});
