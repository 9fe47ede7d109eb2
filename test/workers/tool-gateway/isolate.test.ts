/** Tools that are code: how far a call came, by what became of the code and what it had sent. The isolate itself is test/rooms/isolate's. */
import { describe, expect, it } from "vitest";
import type { Reached } from "../../../core/run/calls/call.ts";
import type { ManifestOf } from "../../../core/tool/manifest.ts";
import { defineToolGateway } from "../../../workers/tool-gateway/gateway.ts";
import type { CodeAnswer, CodeCall, ToolGatewayPorts } from "../../../workers/tool-gateway/ports.ts";
import { manifest, toolCall } from "../../support/doubles/calls.ts";
import { scriptedGuard } from "../../support/doubles/scripted-guard.ts";
import { scriptedUpstream } from "../../support/doubles/upstream.ts";

type IsolateTool = ManifestOf<"isolate">;
const still = new AbortController().signal;
const { http: _, ...contract } = manifest();
const code = (changes: Partial<IsolateTool> = {}): IsolateTool => ({
  ...contract,
  kind: "isolate",
  isolate: { code: "export default () => 1" },
  idempotency: "none",
  ...changes,
});
const record = (seen: CodeCall[], one: CodeCall, answer: CodeAnswer): CodeAnswer => {
  seen.push(one);
  return answer;
};
const call = (changes: Partial<IsolateTool>, answer: CodeAnswer | null, seen: CodeCall[] = []) => {
  const ports: ToolGatewayPorts = {
    manifest: async () => code(changes),
    guard: scriptedGuard(),
    credential: async () => "credential-of-this-call",
    secret: async () => null,
    egress: async () => null,
    fetch: scriptedUpstream().fetch,
    log: () => undefined,
    now: () => 0,
    allowPrivateHosts: false,
    ...(answer === null ? {} : { runCode: async (one: CodeCall) => record(seen, one, answer) }),
  };
  return defineToolGateway(ports).call(toolCall(), still);
};
const answered = (status: number, text: string, sent = 0): CodeAnswer => ({ kind: "answered", status, sent, body: { ok: true, text } });

it("[ISO-1] hands over the opened input and who asks, and never a credential", async () => {
  const seen: CodeCall[] = [];
  await call(
    { egress: ["api.example.com"], isolate: { code: "x", secrets: { "api.example.com": "key" } } },
    answered(200, '{"id":"a"}'),
    seen,
  );
  expect(seen[0]).toMatchObject({
    code: "x",
    fresh: false,
    hosts: ["api.example.com"],
    secrets: { "api.example.com": "key" },
    input: { order: "A-1001" },
    ctx: { org: "acme", run: "run_01", step: "refund", key: "run_01/refund", user: "ada", tool: "payments.refund", tool_version: 1 },
  });
  expect(JSON.stringify(seen)).not.toContain("credential-of-this-call");
});

it.each([
  [{ fresh: true }, true],
  [{ sensitivity: "confidential" }, true],
  [{ sensitivity: "restricted" }, true],
  [{ sensitivity: "public" }, false],
] as const)("[ISO-4] %j: an isolate of its own: %s", async (changes, fresh) => {
  const seen: CodeCall[] = [];
  await call(changes, answered(200, '{"id":"a"}'), seen);
  expect(seen.map((one) => one.fresh)).toEqual([fresh]);
});

describe("[ISO-10] how far a call of code came", () => {
  it.each<[string, CodeAnswer, Reached, string, string]>([
    ["an error of its own", answered(422, '{"error":"gone"}', 3), "refused", "permanent", "tool_error"],
    ["an exception before any request", answered(500, '{"message":"boom"}'), "refused", "permanent", "tool_error"],
    ["an exception after a request", answered(500, '{"message":"boom"}', 1), "answered", "unknown", "tool_error"],
    ["an output that is too long", answered(413, "", 0), "answered", "permanent", "output_invalid"],
    [
      "an output without end",
      { kind: "answered", status: 200, sent: 0, body: { ok: false, reason: "too_large" } },
      "answered",
      "permanent",
      "output_invalid",
    ],
    [
      "an output cut short",
      { kind: "answered", status: 200, sent: 1, body: { ok: false, reason: "cut" } },
      "unknown",
      "unknown",
      "tool_error",
    ],
    ["an output that is no JSON", answered(200, "{"), "answered", "permanent", "output_invalid"],
    ["an output that breaks the schema", answered(200, '{"id":1}'), "answered", "permanent", "output_invalid"],
    ["code that does not start", { kind: "not_started", message: "SyntaxError", sent: 0 }, "no", "permanent", "tool_error"],
    ["code that was ended before any request", { kind: "broken", sent: 0 }, "no", "transient", "tool_error"],
    ["code that was ended after a request", { kind: "broken", sent: 1 }, "unknown", "unknown", "tool_error"],
    ["time that was up before any request", { kind: "overdue", sent: 0 }, "no", "transient", "timeout"],
    ["time that was up after a request", { kind: "overdue", sent: 1 }, "unknown", "unknown", "timeout"],
    ["a crowd", { kind: "crowded", sent: 0 }, "no", "transient", "rate_limited"],
  ])("%s", async (_, answer, reached, kind, errorCode) => {
    const outcome = await call({}, answer);
    expect(outcome).toMatchObject({ reached, result: { ok: false, failure: { class: kind, code: errorCode } } });
  });
  it("a deployment without a loader says so", async () => {
    expect(await call({}, null)).toMatchObject({ reached: "no", result: { failure: { class: "permanent", code: "tool_error" } } });
  });
  it("what the code says of its error is judged and told", async () => {
    const said = await call({}, answered(422, '{"error":"unknown_order","message":"no such order","field":"/order"}'));
    expect(said).toMatchObject({
      result: { failure: { message: "`payments.refund`: the tool refused: unknown_order: no such order", field: "/order" } },
    });
  });
  it("[JSON-1] a number that a double does not hold is invalid output", async () => {
    const outcome = await call({ output: { type: "object" } }, answered(200, '{"id":9007199254740993}'));
    expect(outcome).toMatchObject({ reached: "answered", result: { failure: { code: "output_invalid" } } });
  });
});
