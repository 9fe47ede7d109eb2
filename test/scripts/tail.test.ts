/** What `npm run tail` finds in what it reads, and how it shows it. */
import { describe, expect, it } from "vitest";
import { isWanted, type Line, linesIn, rowOf } from "../../scripts/tail/lines.ts";

const line = (over: Partial<Line> = {}): Line => ({
  timestamp: "2100-01-01T10:20:30.456Z",
  level: "info",
  event_type: "step.ended",
  trace_id: "a".repeat(32),
  span_id: "b".repeat(16),
  org_id: "acme",
  run_id: "run_1",
  structured_data: { step: "answer", outcome: "completed", code: null, duration_ms: 12_340 },
  ...over,
});
const text = JSON.stringify(line());

describe("[LOG-3] the log of a platform", () => {
  it.each([
    ["a line of a log file", text, 1],
    ["a line behind a prefix and between colours", `\u001b[2m[10:20]\u001b[22m ${text}\u001b[0m`, 1],
    [
      "an event of wrangler tail",
      JSON.stringify({ outcome: "ok", logs: [{ message: [text], level: "log" }, { message: ["other", text] }] }),
      2,
    ],
    ["an event whose arguments are objects", JSON.stringify({ logs: [{ message: [line()] }] }), 1],
    ["something else", "[wrangler] GET /v1/runs 200 OK (3ms)", 0],
    ["JSON that is no log line", '{"timestamp": 3, "level": "info"}', 0],
    ["broken JSON", text.slice(0, -2), 0],
    ["an event whose logs are no list", '{"logs": {"message": 1}}', 0],
    ["nothing", "", 0],
  ])("is found in %s", (_, carried, count) => {
    expect(linesIn(carried)).toEqual(Array.from({ length: count }, () => line()));
  });
  it.each([
    [{ run: "run_1" }, true],
    [{ run: "run_2" }, false],
    [{ trace: "a".repeat(32), org: "acme" }, true],
    [{ trace: "c".repeat(32) }, false],
    [{ org: "other" }, false],
    [{ level: "warn" }, false],
    [{ level: "info" }, true],
    [{}, true],
  ])("is shown by %o: %s", (wanted, shown) => {
    expect(isWanted(line(), wanted)).toBe(shown);
  });
  it("shows the end of a child beside its parent's lines and its own", () => {
    expect(isWanted(line({ structured_data: { child: "run_2" } }), { run: "run_2" })).toBe(true);
  });
  it("reads as a row: when, what, of what, how", () => {
    expect(rowOf(line(), false)).toBe("10:20:30.456   step.ended         answer completed 12.3s");
    expect(rowOf(line({ level: "error", structured_data: { usd: 0.0012, tokens_in: 5 } }), true)).toBe(
      "10:20:30.456 ✗ step.ended         run_1                          $0.001200 tokens_in=5",
    );
  });
  it("sends a terminal nothing that it would obey", () => {
    expect(rowOf(line({ structured_data: { why: "\u001b]0;owned\u0007" } }), false)).not.toMatch(/\p{Cc}/u);
  });
});
