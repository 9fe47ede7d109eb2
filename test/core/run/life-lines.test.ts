/** A run's life as log lines: one an operation, readable in order, with nothing in them that anybody said. */
import { describe, expect, it } from "vitest";
import { lifeLines } from "../../../core/run/outside/life-lines.ts";
import { shapeLine } from "../../../core/telemetry/log-line.ts";
import { runSpanId, stepSpanId } from "../../../core/trace/span.ts";
import { define, model, tool } from "../../support/run/definition.ts";
import { answered, Drive, failed, said } from "../../support/run/drive.ts";

const steps = {
  get: tool("orders.get", { input: { id: { cel: "input.s" } } }),
  answer: model({ needs: ["get"] }),
};
const SECRET = "anna@example.com";

const linesOf = (run: Drive) => lifeLines(run.machinery, run.state, run.events).map((line) => shapeLine(line, run.events[0]?.at ?? 0));

describe("[LOG-1] a run's life in the log", () => {
  const run = new Drive(
    define(steps, { tools: ["orders.get"] }),
    {
      tool: () => answered({ note: SECRET }),
      model: () => said(`Write to ${SECRET}`),
    },
    { input: { s: SECRET } },
  )
    .start()
    .run();
  const lines = linesOf(run);

  it("is one line an operation, in order", () => {
    expect(lines.map(({ event_type }) => event_type)).toEqual([
      "run.started",
      "tool.called",
      "step.ended",
      "model.called",
      "step.ended",
      "run.ended",
    ]);
  });
  it("carries run, org and trace on each, and the span of its step where it has one", () => {
    const { birth, sha256 } = run.machinery;
    for (const line of lines) expect(line).toMatchObject({ run_id: birth.id, org_id: birth.org, trace_id: birth.traceId });
    expect(lines[0]?.["span_id"]).toBe(runSpanId(sha256, birth.id));
    expect(lines[1]?.["span_id"]).toBe(stepSpanId(sha256, birth.id, "get"));
  });
  it("says how each ended, how long it took and what it cost", () => {
    expect(lines.at(-1)?.["structured_data"]).toMatchObject({
      outcome: "completed",
      code: null,
      workflow: run.machinery.birth.definition.name,
    });
    expect(lines[3]?.["structured_data"]).toMatchObject({ outcome: "ok", attempt: 1, step: "answer" });
  });
  it("[LOG-2] holds nothing that a person, a model or a tool said", () => {
    expect(JSON.stringify(run.events)).toContain(SECRET);
    expect(JSON.stringify(lines)).not.toContain("anna");
  });
});

describe("[LOG-1] a run that fails", () => {
  const run = new Drive(define({ get: steps.get }, { tools: ["orders.get"] }), { tool: () => failed("tool_error", "permanent") })
    .start()
    .run();
  it("is a warning that names the code", () => {
    const last = linesOf(run).at(-1);
    expect(last).toMatchObject({ level: "warn", event_type: "run.ended", structured_data: { code: run.state.error?.code } });
  });
});
