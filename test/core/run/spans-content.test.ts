/** What was said, beside what the spans say of it: only where it is wanted. */
import { describe, expect, it } from "vitest";
import type { Json } from "../../../core/json.ts";
import { BARE, type TraceOptions } from "../../../core/run/outside/span-content.ts";
import { END, type Line, named, root, spans } from "../../support/run/told-spans.ts";

describe("[RUN-361] what was said is told beside it, where it is wanted", () => {
  const texts = new Map<string, Json>([
    ["in", { messages: [{ role: "user", content: "hi" }] }],
    ["out", "hello"],
    ["args", { to: "x" }],
    ["result", { id: 1 }],
  ]);
  const content: TraceOptions = { content: (digest) => texts.get(digest), olderNames: true };
  const lines: readonly Line[] = [
    ["step.started", 1, "desk", { kind: "agent" }],
    ["model.calling", 2, "desk", { activity: "desk/1", attempt: 1, model: "acme/small", prompt_sha256: "in" }],
    [
      "model.called",
      3,
      "desk",
      { activity: "desk/1", ok: true, spent: { tokens_in: 1, tokens_out: 1, micro_usd: 7 }, answer_sha256: "out" },
    ],
    ["tool.called", 4, "desk", { activity: "desk/1.1", tool: "mail.send", attempt: 1, version: 1, effect: "write", input_digest: "args" }],
    ["tool.answered", 5, "desk", { activity: "desk/1.1", ok: true, status: 200, output_sha256: "result" }],
    ["step.completed", 6, "desk", { output: "bye" }],
    ["step.started", 7, "a", { kind: "tool" }],
    ["step.completed", 7, "a", { output: "quiet" }],
    ["run.completed", 8, null, END],
  ];
  it("by the names of both conventions", () => {
    const all = spans(lines, undefined, content, { input: { q: 1 } });
    expect(root(all).says).toMatchObject({ "bulkhead.input": '{"q":1}', "bulkhead.output": '{"done":1}' });
    expect(named(all, "invoke_agent specimen/desk").says).toMatchObject({ "bulkhead.output": '"bye"' });
    expect(named(all, "step a").says).not.toHaveProperty("bulkhead.output");
    expect(named(all, "chat acme/small").says).toMatchObject({
      ...{ "gen_ai.prompt": '[{"role":"user","content":"hi"}]', "gen_ai.completion": "hello", "gen_ai.system": "acme" },
      ...{ "gen_ai.response.model": "acme/small", "gen_ai.usage.cost": 0.000007 },
      "gen_ai.input.messages": '[{"role":"user","parts":[{"type":"text","content":"hi"}]}]',
      "gen_ai.output.messages": '[{"role":"assistant","parts":[{"type":"text","content":"hello"}]}]',
    });
    expect(named(all, "execute_tool mail.send").says).toMatchObject({
      "gen_ai.tool.call.arguments": '{"to":"x"}',
      "gen_ai.tool.call.result": '{"id":1}',
    });
  });
  it.each<[Json, Json]>([
    [
      { role: "user", content: null },
      { role: "user", parts: [] },
    ],
    [{ role: "user" }, { role: "user", parts: [] }],
    [{ content: "" }, { role: "user", parts: [] }],
    [
      { role: "tool", content: { a: 1 } },
      { role: "tool", parts: [{ type: "text", content: '{"a":1}' }] },
    ],
    [
      { role: "assistant", content: null, toolCalls: [1] },
      { role: "assistant", parts: [{ type: "generic", content: '{"toolCalls":[1]}' }] },
    ],
  ])("the message %j", (message, told) => {
    const options: TraceOptions = { content: () => ({ messages: [message] }), olderNames: false };
    const all = spans(
      [["model.calling", 2, "a", { activity: "a", attempt: 1, model: "acme/small", prompt_sha256: "p" }]],
      undefined,
      options,
    );
    expect(JSON.parse(String(named(all, "chat acme/small").says["gen_ai.input.messages"]))).toEqual([told]);
  });

  it("a run that failed has no output, an agent that failed no answer, and nothing is said where it is not wanted", () => {
    const failing: readonly Line[] = [
      ["step.started", 1, "desk", { kind: "agent" }],
      ["step.failed", 2, "desk", { error: { code: "timeout" }, absorbed: null }],
      ["run.failed", 8, null, { error: { code: "timeout" }, flags: [] }],
    ];
    expect(spans(failing, undefined, content).map(({ says }) => Object.hasOwn(says, "bulkhead.output"))).toEqual([false, false]);
    const bare = JSON.stringify(spans(lines, undefined, BARE, { input: { q: 1 } }));
    for (const word of ["bulkhead.input", "bulkhead.output", "gen_ai.prompt", "messages", "arguments", "result"])
      expect(bare).not.toContain(word);
  });
});
