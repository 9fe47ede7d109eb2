import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { LOG_EVENTS, LOG_FIELDS, type LogEvent } from "../../../core/telemetry/log-events.ts";
import { errorName, type LogLine, logLine, shapeLine } from "../../../core/telemetry/log-line.ts";

const AT = Date.UTC(2100, 0, 1);
const page = readFileSync(join(import.meta.dirname, "../../../docs/logs.md"), "utf8");
const events = Object.entries(LOG_EVENTS);

describe("a log line", () => {
  it("has the fields that every line has, and its own under structured_data", () => {
    const line = logLine("run.unstuck", { run: "run_1", org: "acme", workflow: "refund", from: "running", to: "waiting" });
    expect(shapeLine(line, AT)).toEqual({
      timestamp: "2100-01-01T00:00:00.000Z",
      level: "warn",
      event_type: "run.unstuck",
      trace_id: null,
      span_id: null,
      org_id: "acme",
      run_id: "run_1",
      structured_data: { workflow: "refund", from: "running", to: "waiting" },
    });
  });
  it("leaves out what its event does not declare", () => {
    const smuggled = {
      ...logLine("run.lost", { run: "run_1", org: "acme", run_status: "running" }),
      prompt: "secret",
      tool: "t",
    } as LogLine;
    expect(JSON.stringify(shapeLine(smuggled, AT))).not.toMatch(/secret|tool/);
  });
  it("holds no sentence where a name belongs, and no text without end", () => {
    const line = { level: "error", event: "callback.not_delivered", org: "my card is 4111", message_id: "m".repeat(999) } as const;
    const { org_id, structured_data } = shapeLine(line, AT);
    expect(org_id).toBe("?");
    expect(structured_data).toMatchObject({ message_id: "m".repeat(200) });
  });
  it("counts are numbers only", () => {
    const line = logLine("sweep.done", { chore: "runs", counts: { moved: 2, said: "a text" } });
    expect(shapeLine(line, AT)["structured_data"]).toEqual({ chore: "runs", counts: { moved: 2 } });
  });
  it("names the class of what was thrown, never its message", () => {
    expect(errorName(new RangeError("the words"))).toBe("RangeError");
    expect(errorName("the words")).toBe("string");
  });
});

describe("the list of events", () => {
  it("is what docs/logs.md says, line by line", () => {
    expect(page.split("\n").filter((line) => line.startsWith("| `"))).toEqual(
      events.map(
        ([event, { level, says, fields }]) => `| \`${event}\` | ${level} | ${says} | ${fields.map((field) => `\`${field}\``).join(" ")} |`,
      ),
    );
  });
  it("has no field that no event carries", () => {
    const carried = new Set<string>(events.flatMap(([, { fields }]) => [...fields]));
    expect(Object.keys(LOG_FIELDS).filter((field) => !carried.has(field))).toEqual([]);
  });
  it.each(Object.keys(LOG_EVENTS) as LogEvent[])("%s is named as what happened to what", (event) => {
    expect(event).toMatch(/^[a-z_]+\.[a-z_]+$/);
  });
});
