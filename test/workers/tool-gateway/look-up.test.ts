import { describe, expect, it } from "vitest";
import { NOTHING_YET } from "../../../core/access/circumstances.ts";
import type { Json } from "../../../core/json.ts";
import type { ToolCall, ToolOutcome } from "../../../core/run/calls/call.ts";
import { defineLookUp } from "../../../workers/tool-gateway/look-up.ts";
import { CONTEXT, type HttpTool, manifest } from "../../support/doubles/calls.ts";

const WRITE: ToolCall = {
  context: { ...CONTEXT, activity: "refund", key: "run_01/refund" },
  tool: "payments.refund",
  version: 1,
  input: { order: "A-1" },
  timeoutMs: 1_000,
};
const FIND: Partial<HttpTool> = {
  name: "refunds.find",
  effect: "read",
  input: { type: "object", properties: { key: { type: "string" } }, required: ["key"] },
} as const;

function world(
  outcome: Partial<ToolOutcome> & Pick<ToolOutcome, "result">,
  find: Partial<HttpTool> = {},
  decision: "allow" | "deny" = "allow",
) {
  const calls: ToolCall[] = [];
  const manifests = [manifest({ idempotency: { lookup: "refunds.find" } }), manifest({ ...FIND, ...find })];
  const lookUp = defineLookUp({
    manifest: async (_org, name) => manifests.find((known) => known.name === name) ?? null,
    permission: async () => ({
      kind: "tool",
      permission: { decision, policyVersion: "p1", reasons: [] },
      facts: { tool: "refunds.find", version: 1, effect: "read", idempotency: "key", timeout_ms: 1_000 },
    }),
    call: async (call) => {
      calls.push(call);
      return { reached: "answered", status: 200, durationMs: 1, openings: [], findings: [], ...outcome };
    },
  });
  return { calls, ask: () => lookUp(WRITE, "refunds.find", ["caller"], NOTHING_YET) };
}
const said = (output: Json) => ({ result: { ok: true, output } as const });

describe("what a read tool's answer means", () => {
  it.each([
    ["an answer of the write's own form", said({ id: "r-1", amount: 5 }), "yes"],
    ["null", said(null), "no"],
    ["found: false", said({ found: false }), "no"],
    ["another form", said({ state: "who knows" }), "unsure"],
  ] as const)("[TOOL-30] %s", async (_name, outcome, found) => {
    expect((await world(outcome).ask()).found).toBe(found);
  });

  it("[TOOL-31] a tool that knows of no such thing means no, any other failure says nothing", async () => {
    const failure = { class: "permanent", code: "tool_error", message: "", retryAfterMs: null } as const;
    const refused = { result: { ok: false, failure }, reached: "refused" } as const;
    expect((await world({ ...refused, found: false }).ask()).found).toBe("no");
    expect((await world({ ...refused, status: 404 }).ask()).found).toBe("unsure");
  });

  it.each([400, 401, 403, 408, 409, 410, 422, 425, 429, 500, 503])(
    "[TOOL-31] a look-up's own status %i says nothing of the write",
    async (status) => {
      const failure = { class: "permanent", code: "tool_error", message: "", retryAfterMs: null } as const;
      for (const reached of ["refused", "answered"] as const)
        expect((await world({ result: { ok: false, failure }, reached, status }).ask()).found).toBe("unsure");
    },
  );

  it("[TOOL-32] it is asked by the write's key where it takes one, else with the write's input, under a key of its own", async () => {
    const byKey = world(said(null));
    await byKey.ask();
    expect(byKey.calls).toMatchObject([
      { tool: "refunds.find", input: { key: "run_01/refund" }, context: { key: "run_01/refund/lookup" } },
    ]);
    const byInput = world(said(null), {
      input: { type: "object", properties: { order: { type: "string" } }, required: ["order"], additionalProperties: false },
    });
    await byInput.ask();
    expect(byInput.calls).toMatchObject([{ input: { order: "A-1" } }]);
  });

  it("[TOOL-33] no call without the policy's yes, and none of a tool that writes", async () => {
    const denied = world(said({ id: "r-1" }), {}, "deny");
    expect((await denied.ask()).found).toBe("unsure");
    const writes = world(said({ id: "r-1" }), { effect: "write" });
    expect((await writes.ask()).found).toBe("unsure");
    expect([...denied.calls, ...writes.calls]).toEqual([]);
  });
});
