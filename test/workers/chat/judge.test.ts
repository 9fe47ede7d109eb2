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
async function judge(more: JsonObject, message: JsonObject, own: Json = "hello", end?: string): Promise<Judged> {
  const request = readChatRequest({ model: "acme/a-2026-01-01", messages: [{ role: "user", content: "hello" }], ...more });
  const finish = end ?? ("tool_calls" in message ? "tool_calls" : "stop");
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
    if (field.put !== field.said) expect(judged.said.text).not.toMatch(/4111|ada@acme|81\.2/);
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

describe("[CHAT-5] what a schema means", () => {
  const schema = (properties: JsonObject, required: readonly string[] = ["a"]): JsonObject => ({
    type: "object",
    properties: { a: { type: "string" }, ...properties },
    required: [...required],
    additionalProperties: false,
  });
  const b = { b: { type: "integer" } };
  it("null for a field that may be absent and takes no null means that it is absent, in a text and in a call", async () => {
    expect(await judge(inFormat(schema(b)), { content: '{"a":"ab","b":null}' })).toMatchObject({ said: { text: '{"a":"ab"}' } });
    expect(await judge(inTool(schema(b)), asCall({ a: "ab", b: null }))).toMatchObject({ said: { calls: [{ arguments: '{"a":"ab"}' }] } });
    const nullable = { b: { type: ["integer", "null"] } };
    expect(await judge(inFormat(schema(nullable)), { content: '{"a":"ab","b":null}' })).toMatchObject({
      said: { text: '{"a":"ab","b":null}' },
    });
  });
  it.each([
    ["that has to be there", b, ["a", "b"], '{"a":"ab","b":null}'],
    ["beside another flaw", b, ["a"], '{"a":null,"b":null}'],
  ])("null for a field %s does not fit", async (_, properties, required, content) =>
    expect(await judge(inFormat(schema(properties, required)), { content })).toMatchObject({ kind: "invalid" }),
  );
  it.each(["9007199254740993", "-9223372036854775808"])("a whole number of 64 bits keeps its digits: %s", async (digits) => {
    const int64 = inFormat({
      type: "object",
      properties: { id: { type: "integer", format: "int64" } },
      required: ["id"],
      additionalProperties: false,
    });
    expect(await judge(int64, { content: `{"id":${digits}}` })).toMatchObject({ said: { text: `{"id":${digits}}` } });
  });
  it("a number that nothing holds is told with its place", async () => {
    const plain = { type: "object", properties: { id: { type: "integer" } } };
    for (const number of ["9007199254740993", "1e400"])
      expect(await judge(inFormat(plain), { content: `{"id":${number}}` })).toMatchObject({
        kind: "invalid",
        errors: [expect.stringContaining("`/id`")],
      });
    const call = { content: null, tool_calls: [{ id: "c", type: "function", function: { name: "pay", arguments: '{"id":1e400}' } }] };
    expect(await judge(inTool(plain), call)).toMatchObject({ kind: "invalid", errors: [expect.stringContaining("`/id`")] });
  });
});

describe("[CHAT-44] an answer that was cut", () => {
  const MAIL = "kim.lindqvist@nordwind-handel.com";
  const cut = async (more: JsonObject, message: JsonObject, own?: Json) => {
    const judged = await judge(more, message, own, "length");
    if (judged.kind !== "said") throw new Error(JSON.stringify(judged));
    return judged;
  };
  const schema = { type: "object", properties: { to: { type: "string" }, text: { type: "string" } }, required: ["to", "text"] };
  const raw = (given: string): JsonObject => ({
    content: null,
    tool_calls: [{ id: "call_1", type: "function", function: { name: "pay", arguments: given } }],
  });
  it.each<[string, string]>([
    ["plain", `{"to":"${MAIL}","text":"Dear`],
    ["in escapes", `{"to":"${MAIL.replace("@", "\\u0040")}","text":"Dear`],
    ["in the string that was cut", `{"text":"Dear","to":"mail ${MAIL} now`],
  ])("holds no personal data of others, %s", async (_what, said) => {
    const shown = [
      (await cut(inFormat(schema), { content: said })).said.text,
      (await cut(inTool(schema), raw(said))).said.calls[0]?.arguments,
    ];
    for (const text of shown) {
      expect(text).toContain("{{EMAIL_1}}");
      expect(text).not.toMatch(/nordwind|u0040/);
      expect(() => JSON.parse(text ?? "")).toThrow();
    }
  });
  it("gives the caller's own values back, as JSON has them", async () => {
    const said = `{"to":"{{EMAIL_1}}","text":"say \\"hi`;
    const { said: shown } = await cut(inTool(schema), raw(said), MAIL);
    expect(shown).toMatchObject({ finish: "length", calls: [{ arguments: `{"to":"${MAIL}","text":"say \\"hi` }] });
  });
  it.each(["", "  "])("has no arguments that read as whole where none were said: %j", async (said) =>
    expect((await cut(inTool({ type: "object" }), raw(said))).said.calls).toMatchObject([{ arguments: "" }]),
  );
  it("keeps long numbers and leaves out one that may go on", async () => {
    const said = (await cut(inTool({ type: "object" }), raw('{"a":12345678901234567890,"b":12'))).said.calls[0]?.arguments;
    expect(said).toBe('{"a":12345678901234567890');
  });
});
