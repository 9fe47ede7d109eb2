/** A chat's answer, its caller's schemas and the placeholders in it: with the guardrails as they are. */

import { describe, expect, it } from "vitest";
import { readChatRequest } from "../../../core/chat/request.ts";
import { PLATFORM_GUARDRAILS } from "../../../core/guardrail/rules/merge.ts";
import type { Json, JsonObject } from "../../../core/json.ts";
import { readChatAnswer } from "../../../core/model/answer.ts";
import { validate } from "../../../core/workflow/schema.ts";
import { type Judged, judgeChat } from "../../../workers/chat/judge.ts";
import { memoryGuard } from "../../support/memory-guard.ts";
import { CARD, putOf, saidOf, schemaOf, UNFIT_FIELDS } from "../../support/unfit-fields.ts";

const context = { org: "acme", run: "run_1", subject: "u_1" };

/** `own`: what the caller sent. */
async function judge(more: JsonObject, message: JsonObject, own: Json = "hello"): Promise<Judged> {
  const request = readChatRequest({ model: "acme/a-2026-01-01", messages: [{ role: "user", content: "hello" }], ...more });
  const finish = "tool_calls" in message ? "tool_calls" : "stop";
  const answer = readChatAnswer({ choices: [{ index: 0, message: { role: "assistant", ...message }, finish_reason: finish }] }, 1_000);
  if (!request.ok || !answer.ok) throw new Error(JSON.stringify([request, answer]));
  const { guard } = memoryGuard();
  await guard.admit(context, "user", "input", own);
  return judgeChat(guard, context, request.value, answer.value, [], PLATFORM_GUARDRAILS.output, async () => null);
}

const inFormat = (schema: JsonObject): JsonObject => ({ response_format: { type: "json_schema", json_schema: { name: "x", schema } } });
const inTool = (parameters: JsonObject): JsonObject => ({ tools: [{ type: "function", function: { name: "pay", parameters } }] });
const asCall = (input: Json): JsonObject => ({
  content: null,
  tool_calls: [{ id: "call_1", type: "function", function: { name: "pay", arguments: JSON.stringify(input) } }],
});

describe("[GUARD-20] personal data that a model puts into a field that takes no placeholder", () => {
  it.each(UNFIT_FIELDS.map((field) => [field.what, field] as const))("%s, in a structured answer", async (_what, field) => {
    const schema = schemaOf(field);
    const judged = await judge(inFormat(schema), { content: JSON.stringify(saidOf(field)) });
    if (field.put === "refused") return expect(judged).toMatchObject({ kind: "unfit", why: expect.stringMatching(/^`\/field/) });
    if (judged.kind !== "said") throw new Error(JSON.stringify(judged));
    expect(JSON.parse(judged.said.text ?? "")).toEqual(putOf(field));
    expect(judged.said.text).not.toMatch(/4111|ada@acme|81\.2/);
  });
  it.each(UNFIT_FIELDS.map((field) => [field.what, field] as const))("%s, in a tool's arguments", async (_what, field) => {
    const judged = await judge(inTool(schemaOf(field)), asCall(saidOf(field)));
    if (field.put === "refused")
      return expect(judged).toMatchObject({ kind: "unfit", why: expect.stringMatching(/^call 1 of `pay`: `\/field/) });
    if (judged.kind !== "said") throw new Error(JSON.stringify(judged));
    expect(JSON.parse(judged.said.calls[0]?.arguments ?? "")).toEqual(putOf(field));
  });
  it("says where and why, and nothing of what the field held", async () => {
    const judged = await judge(inFormat(schemaOf({ what: "", field: { type: "integer" }, said: 0, put: "refused" })), {
      content: JSON.stringify({ note: "fine", field: Number(CARD) }),
    });
    expect(judged).toMatchObject({ kind: "unfit", why: expect.stringContaining("held personal data") });
    expect(JSON.stringify(judged)).not.toContain(CARD);
  });
  it("gives the caller's own value back as what it is", async () => {
    const schema = schemaOf({ what: "", field: { type: "integer" }, said: 0, put: null });
    const judged = await judge(inFormat(schema), { content: JSON.stringify({ note: "fine", field: Number(CARD) }) }, { n: Number(CARD) });
    if (judged.kind !== "said") throw new Error(JSON.stringify(judged));
    expect(JSON.parse(judged.said.text ?? "")).toEqual({ note: "fine", field: Number(CARD) });
  });
  it("keeps every placeholder that fits beside one that does not, in long lists too", async () => {
    const item = { type: "object", properties: { to: { type: "string" }, n: { type: ["integer", "null"] } }, required: ["to", "n"] };
    const schema = { type: "object", properties: { list: { type: "array", items: item } }, required: ["list"] };
    const list = Array.from({ length: 400 }, (_, index) => ({ to: `p${index}@acme.org`, n: index === 300 ? Number(CARD) : index }));
    const judged = await judge(inFormat(schema), { content: JSON.stringify({ list }) });
    if (judged.kind !== "said") throw new Error(JSON.stringify(judged));
    const said = JSON.parse(judged.said.text ?? "") as { list: { to: string; n: number | null }[] };
    expect(validate(schema, said)).toEqual([]);
    expect(said.list.every(({ to }) => /^\{\{EMAIL_\d+\}\}$/.test(to))).toBe(true);
    expect(said.list[300]?.n).toBeNull();
    expect(said.list[301]?.n).toBe(301);
  });
});
