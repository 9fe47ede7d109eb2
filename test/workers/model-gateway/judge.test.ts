/** A run's model answers, the step's or tool's schema, and the placeholders in them: with the guardrails as they are. */
import { describe, expect, it } from "vitest";
import { isObject, type Json, type JsonObject } from "../../../core/json.ts";
import { readChatAnswer } from "../../../core/model/answer.ts";
import type { ModelCall } from "../../../core/run/calls/call.ts";
import { startDeadline } from "../../../workers/kit/deadline.ts";
import { type Judged, judgeAnswer } from "../../../workers/model-gateway/judge.ts";
import { toolNames } from "../../../workers/model-gateway/tool-names.ts";
import { ASKED_FOR } from "../../support/doubles/calls.ts";
import { memoryGuard } from "../../support/memory-guard.ts";
import { CARD, putOf, saidOf, schemaOf, UNFIT_FIELDS } from "../../support/unfit-fields.ts";

const call: ModelCall = {
  context: {
    org: "acme",
    run: "run_1",
    user: "u_1",
    subject: "u_1",
    workflow: "w",
    version: 1,
    activity: "ask",
    key: "run_1/ask",
    traceId: "0".repeat(32),
    spanId: "0".repeat(16),
    killEpoch: 0,
  },
  model: "acme/a-2026-01-01",
  messages: [{ role: "user", content: "hello" }],
  schema: null,
  tools: [],
  maxTokens: 100,
  temperature: 0,
  timeoutMs: 5_000,
  cache: "none",
  isLastResort: false,
  askedFor: ASKED_FOR,
};

/** `own`: what the run's input had. */
async function judge(more: Partial<ModelCall>, message: JsonObject, own: Json = "hello"): Promise<Judged["result"]> {
  const answer = readChatAnswer(
    { choices: [{ index: 0, message: { role: "assistant", ...message }, finish_reason: "tool_calls" in message ? "tool_calls" : "stop" }] },
    1_000,
  );
  if (!answer.ok) throw new Error(answer.error);
  const asked = { ...call, ...more };
  const { guard } = memoryGuard();
  await guard.admit({ org: "acme", run: "run_1", subject: "u_1" }, "user", "input", own);
  const deadline = startDeadline(5_000, new AbortController().signal);
  const judged = await judgeAnswer(guard, asked, answer.value, toolNames(asked.tools), null, deadline);
  deadline.end();
  return judged.result;
}

const asSchema = (schema: JsonObject): Partial<ModelCall> => ({ schema: { name: "x", schema } });
const asTool = (input: JsonObject): Partial<ModelCall> => ({ tools: [{ name: "pay", description: "", input }] });
const asCall = (input: Json): JsonObject => ({
  content: null,
  tool_calls: [{ id: "call_1", type: "function", function: { name: "pay", arguments: JSON.stringify(input) } }],
});
const refusal = (start: string): object => ({
  ok: false,
  failure: { class: "permanent", code: "output_invalid", message: expect.stringContaining(start) },
});

describe("[GUARD-20] personal data that a run's model puts into a field that takes no placeholder", () => {
  it.each(UNFIT_FIELDS.map((field) => [field.what, field] as const))("%s, in a structured answer", async (_what, field) => {
    const result = await judge(asSchema(schemaOf(field)), { content: JSON.stringify(saidOf(field)) });
    if (field.put === "refused") expect(result).toMatchObject(refusal("`/field"));
    else expect(result).toEqual({ ok: true, output: putOf(field) });
  });
  it.each(UNFIT_FIELDS.map((field) => [field.what, field] as const))("%s, in a tool's arguments", async (_what, field) => {
    const result = await judge(asTool(schemaOf(field)), asCall(saidOf(field)));
    if (field.put === "refused") expect(result).toMatchObject(refusal("call 1 of `pay`: `/field"));
    else expect(result).toMatchObject({ ok: true, asks: { calls: [{ name: "pay", input: putOf(field) }] } });
  });
  it("counts a placeholder of the run's input as what it stands for", async () => {
    const schema = {
      type: "object",
      properties: { to: { type: "string", format: "email" }, n: { type: "integer" } },
      required: ["to", "n"],
    };
    const own = { to: "ada@acme.org", n: Number(CARD) };
    const said = JSON.stringify({ to: "{{EMAIL_1}}", n: Number(CARD) });
    const result = await judge(asSchema(schema), { content: said }, own);
    expect(result).toEqual({ ok: true, output: { to: "{{EMAIL_1}}", n: "{{CREDIT_CARD_1}}" } });
    // The placeholder of another kind of value is no address.
    const wrong = await judge(asSchema(schema), { content: JSON.stringify({ to: "{{CREDIT_CARD_1}}", n: 1 }) }, own);
    expect(wrong).toMatchObject({ ok: false, invalid: { errors: [expect.stringContaining("/to")] } });
  });
  it("leaves a call that breaks its tool's schema by itself to whoever carries it out", async () => {
    const schema = { type: "object", properties: { n: { type: "integer" } }, required: ["n"] };
    const result = await judge(asTool(schema), asCall({ n: `card ${CARD}` }));
    expect(isObject(result) && result.ok).toBe(true);
    expect(JSON.stringify(result)).not.toContain(CARD);
  });
});

describe("[GUARD-49] personal data that the schema itself lists", () => {
  const boxes = ["support@shop.de", "max.muster@firma.de"];
  const schemas: readonly (readonly [string, JsonObject])[] = [
    ["an enum", { enum: boxes }],
    ["a const", { const: "max.muster@firma.de" }],
    ["a reference", { $ref: "#/$defs/box" }],
    ["one of several", { anyOf: [{ type: "integer" }, { type: "string", enum: boxes }] }],
  ];
  const holding = (v: JsonObject): JsonObject => ({
    type: "object",
    properties: { v, note: { type: "string" } },
    required: ["v"],
    additionalProperties: false,
    $defs: { box: { enum: boxes } },
  });

  it.each(schemas)("stays, in %s, and nothing else does", async (_what, v) => {
    const said = { v: "max.muster@firma.de", note: "He is max.muster@firma.de, she is eva@firma.de" };
    const result = await judge(asSchema(holding(v)), { content: JSON.stringify(said) });
    expect(result).toMatchObject({ ok: true, output: { v: "max.muster@firma.de" } });
    expect(JSON.stringify(result)).not.toMatch(/eva@|He is max/);
    const called = await judge(asTool(holding(v)), asCall(said));
    expect(called).toMatchObject({ ok: true, asks: { calls: [{ input: { v: "max.muster@firma.de" } }] } });
    expect(JSON.stringify(called)).not.toMatch(/eva@|He is max/);
  });

  it("stays for none that the schema does not list", async () => {
    const pattern = { type: "string", pattern: "^[a-z.]+@[a-z.]+$" };
    const properties = { v: pattern, enum: { const: "x@y.de" }, const: { type: "string", title: "max.muster@firma.de" } };
    const schema = { type: "object", properties, required: ["v"], additionalProperties: false };
    expect(await judge(asSchema(schema), { content: JSON.stringify({ v: "max.muster@firma.de" }) })).toMatchObject(refusal("`/v"));
  });
});
