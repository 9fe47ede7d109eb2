/** Whether a run keeps something restricted, and what its line in the index says then. */
import { describe, expect, it } from "vitest";
import { DATA_CLASSES, type DataClass } from "../../../core/label/label.ts";
import { modelCall, toolCall } from "../../../core/run/calls/request.ts";
import { SEALED_ERROR, toIndexRow } from "../../../core/run/outside/index-line.ts";
import { keepsRestricted } from "../../../core/run/outside/restricted.ts";
import { define, model, tool } from "../../support/run/definition.ts";
import { answered, Drive, failed, type Script } from "../../support/run/drive.ts";

/** A run that reads something of this class, and then fails. */
function ended(sensitivity: DataClass) {
  const steps = { get: tool("orders.get"), put: tool("mail.send", { needs: ["get"], input: { a: { cel: "steps.get.output" } } }) };
  const definition = define(steps, { on_failure: "park" });
  const { authority, tool: answers } = new Drive(definition).script;
  const classed: Script["authority"] = (question) => {
    const answer = authority(question);
    const isRead = question.kind === "tool" && question.tool === "orders.get";
    return answer.kind === "tool" && isRead ? { ...answer, facts: { ...answer.facts, sensitivity } } : answer;
  };
  const script = {
    authority: classed,
    tool: (...given: Parameters<typeof answers>) => (given[0] === "mail.send" ? failed("tool_error", "permanent") : answers(...given)),
  };
  return new Drive(definition, script, { inputLabels: [{ at: "", label: { trust: "trusted", class: "public", sources: ["caller"] } }] })
    .start()
    .run();
}

describe("a run that read something of a class", () => {
  it.each(DATA_CLASSES)("[SEAL-2] [SEAL-9] %s", (sensitivity) => {
    const { machinery, state } = ended(sensitivity);
    const isSealed = sensitivity === "restricted";
    expect([keepsRestricted(machinery, state), state.status]).toEqual([isSealed, "dead_lettered"]);
    const line = toIndexRow(machinery, state);
    const told = isSealed ? SEALED_ERROR : "scripted";
    expect(line.summary).toMatchObject({ error: { code: "tool_error", step: "put", message: told } });
    expect(line.dead_letter).toMatchObject({ step: "put", reason: { code: "tool_error", message: told } });
    expect(JSON.stringify(line).includes("scripted")).toBe(!isSealed);
  });
});

describe("what came in no answer counts too", () => {
  const restricted = { trust: "trusted", class: "restricted", sources: ["caller"] } as const;
  const plain = new Drive(define({ get: tool("orders.get") })).start();
  it.each([
    ["an input", { ...plain.machinery, birth: { ...plain.machinery.birth, inputLabels: [{ at: "/a", label: restricted }] } }, plain.state],
    [
      "a session",
      plain.machinery,
      {
        ...plain.state,
        session: { phase: "in", content: { messages: [{ role: "user", content: "x", label: restricted }], summary: null } },
      },
    ],
    ["a child run", plain.machinery, { ...plain.state, past: { tools: [], writes: 0, seen: restricted } }],
  ] as const)("[SEAL-1] %s", (_what, context, state) => {
    expect(keepsRestricted(plain.machinery, plain.state)).toBe(false);
    expect(keepsRestricted(context, state)).toBe(true);
  });
});

describe("an answer that is restricted is kept for nobody else", () => {
  const steps = {
    get: tool("orders.get"),
    ask: model({ needs: ["get"], cache: "exact", prompt: { template: "Say {{what}}", slots: { what: { cel: "steps.get.output" } } } }),
    put: tool("mail.send", { needs: ["get"], input: { a: { cel: "steps.get.output" } } }),
    bare: tool("mail.send", { needs: ["get"] }),
  };
  const classed =
    (sensitivity: DataClass): Script["authority"] =>
    (question) => {
      const answer = new Drive(define(steps)).script.authority(question);
      const isRead = question.kind === "tool" && question.tool === "orders.get";
      return answer.kind === "tool" && isRead ? { ...answer, facts: { ...answer.facts, sensitivity } } : answer;
    };

  it.each(DATA_CLASSES)("[SEAL-13] %s", (sensitivity) => {
    const first = new Drive(define(steps), { authority: classed(sensitivity), tool: () => "never" }).start().run();
    const isRestricted = sensitivity === "restricted";
    expect(toolCall(first.machinery, first.state, first.activity("get"), first.now, 1).isRestricted === true).toBe(isRestricted);
    const script = { authority: classed(sensitivity), model: () => "never" as const };
    const run = new Drive(define(steps), { ...script, tool: (name) => (name === "orders.get" ? answered({ id: 1 }) : "never") })
      .start()
      .run();
    expect(modelCall(run.machinery, run.state, run.activity("ask"), run.now, 1).cache).toBe(isRestricted ? "none" : "exact");
    expect(toolCall(run.machinery, run.state, run.activity("put"), run.now, 1).isRestricted === true).toBe(isRestricted);
    expect(toolCall(run.machinery, run.state, run.activity("bare"), run.now, 1).isRestricted).toBeUndefined();
  });
});
