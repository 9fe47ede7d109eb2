import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { BOUND, ContentTexts, contentDigest, readContent, unboundFields } from "../../../core/audit/content.ts";
import type { AuditRecord } from "../../../core/audit/record.ts";
import { isObject, type Json } from "../../../core/json.ts";
import { modelCall } from "../../../core/run/calls/request.ts";
import { auditRecords } from "../../../core/run/outside/audit.ts";
import type { AgentStep, RunStep } from "../../../core/workflow/definition.ts";
import { define, model, tool, undoneBy } from "../../support/run/definition.ts";
import { answered, Drive, failed, said } from "../../support/run/drive.ts";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const digest = (value: Json): string => contentDigest(value, sha256);

describe("digests of content", () => {
  it("[BIND-1] cover canonical JSON", () => {
    // printf '{"a":"x","b":[1,2]}' | sha256sum; printf '"hello"' | sha256sum
    expect(digest({ b: [1, 2], a: "x" })).toBe(sha256('{"a":"x","b":[1,2]}'));
    expect(digest("hello")).toBe("5aa762ae383fbb727af3c7a36d4940a5b8c40a989452d2304fc958ff3f354e7a");
    expect(digest("half \ud83d")).toBe(digest("half \ufffd"));
  });

  it("[BIND-4] a damaged line, and a prompt that lacks a part, are not given out", () => {
    const texts = new ContentTexts(sha256);
    const messages = [
      { role: "user", content: "one" },
      { role: "user", content: "two" },
    ];
    const whole = texts.addPrompt({ messages, schema: null, tools: [] });
    const one = texts.add(messages[0] as Json);
    const lines = [...texts.lines.values()];
    expect(readContent([lines.join("\n")], sha256).get(whole)).toEqual({ messages, schema: null, tools: [] });
    expect(digest({ messages, schema: null, tools: [] })).toBe(whole);
    const changed = readContent([lines.join("\n").replace("one", "own")], sha256);
    expect([changed.has(one), changed.has(whole), changed.size]).toEqual([false, false, 1]);
    expect(readContent([lines.slice(1).join("\n"), "no JSON"], sha256).has(whole)).toBe(false);
  });
});

/** Every entry of the run is bound, and its texts are there. Answers the records. */
function bound(run: Drive): AuditRecord[] {
  const records = auditRecords(run.machinery, run.events);
  const texts = readContent([[...run.texts.values()].join("\n")], sha256);
  for (const record of records) {
    expect([record.event_type, unboundFields(record)]).toEqual([record.event_type, []]);
    for (const [name, value] of Object.entries(isObject(record.data) ? record.data : {}))
      if (name.endsWith("_sha256") && value !== null)
        expect([record.event_type, name, texts.has(String(value))]).toEqual([record.event_type, name, true]);
  }
  return records;
}
const fieldOf = (records: readonly AuditRecord[], type: string, name: string): Json[] =>
  records.flatMap(({ event_type, data }) => (event_type === type && isObject(data) ? [data[name] ?? null] : []));

const calls = [{ id: "c1", name: "orders.get", input: { id: 7 } }];
const agent: AgentStep = { ...model(), kind: "agent", tools: ["orders.get"], max_iterations: 3, cache: undefined } as unknown as AgentStep;
const child: RunStep = { needs: [], when: null, on_error: null, kind: "run", workflow: "kid", version: null, input: { x: 1 } };

describe("entries of a run", () => {
  it("[BIND-2] [BIND-3] are bound to what was asked, answered, given and told", () => {
    const prompts: Json[] = [];
    const run = new Drive(
      define({ say: model(), get: tool("orders.get", { input: { id: 7 } }), kid: child }, { output: { cel: "steps.get.output" } }),
      { tool: () => answered({ found: [1] }), model: () => said("hello") },
      { input: { question: "?" } },
    ).start();
    const asking = run.state.activities["say"];
    if (asking === undefined) throw new Error("the model is not asked");
    run.run();
    const { messages, schema, tools } = modelCall(run.machinery, run.state, asking, run.now, 1);
    prompts.push(JSON.parse(JSON.stringify({ messages, schema, tools })) as Json);
    const records = bound(run);
    expect(fieldOf(records, "run.created", "input_sha256")).toEqual([digest({ question: "?" })]);
    expect(fieldOf(records, "model.calling", "prompt_sha256")).toEqual(prompts.map(digest));
    expect(fieldOf(records, "model.called", "answer_sha256")).toEqual([digest("hello")]);
    expect(fieldOf(records, "tool.called", "input_sha256")).toEqual([digest({ id: 7 })]);
    expect(fieldOf(records, "tool.answered", "output_sha256")).toEqual([digest({ found: [1] })]);
    expect(fieldOf(records, "child.called", "input_sha256")).toEqual([digest({ x: 1 })]);
    expect(fieldOf(records, "child.ended", "output_sha256")).toEqual([digest({ done: true })]);
    expect(fieldOf(records, "run.completed", "output_sha256")).toEqual([digest(run.state.output)]);
  });

  it("[BIND-2] are bound whatever became of the call", () => {
    let turns = 0;
    const asks = { ...said(""), result: { ok: true as const, asks: { text: "look", calls } } };
    const worlds: Drive[] = [
      new Drive(define({ a: agent }), { model: () => (turns++ === 0 ? asks : said("done")) }),
      new Drive(define({ a: model() }), {
        model: () => ({ ...said(""), result: { ok: false, invalid: { answer: "no JSON", errors: ["is no JSON"] } } }),
      }),
      new Drive(define({ a: tool("stock.reserve", { compensate: undoneBy("payments.cancel") }), b: tool("mail.send", { needs: ["a"] }) }), {
        tool: (name) => (name === "mail.send" ? failed("tool_error", "permanent") : answered({ id: "1" })),
      }),
      new Drive(define({ kid: child }), { child: () => ({ ok: false, error: { code: "tool_error", message: "no" } }) }),
    ];
    const seen = new Set(worlds.flatMap((run) => bound(run.start().run()).map(({ event_type }) => event_type)));
    expect([...seen]).toEqual(
      expect.arrayContaining(["model.calling", "model.called", "tool.called", "tool.answered", "run.failed", "child.ended"]),
    );
    const said2 =
      worlds[0] === undefined ? [] : fieldOf(auditRecords(worlds[0].machinery, worlds[0].events), "model.called", "answer_sha256");
    expect(said2).toEqual([digest({ text: "look", calls }), digest("done")]);
  });

  it("[BIND-2] an entry without its digest is found, of every type that has one", () => {
    const types = Object.entries(BOUND);
    expect(types.length).toBeGreaterThan(10);
    for (const [type, names] of types) {
      expect(unboundFields({ event_type: type, data: {} })).toEqual(names);
      expect(unboundFields({ event_type: type, data: Object.fromEntries(names.map((name) => [name, "x"])) })).toEqual(names);
      expect(unboundFields({ event_type: type, data: Object.fromEntries(names.map((name) => [name, null])) })).toEqual([]);
    }
  });
});
