import { describe, expect, it } from "vitest";
import type { EventView, RunView } from "../../core/run/outside/view.ts";
import { drawBars, drawSteps, drawTable } from "../../scripts/start/drawings.ts";
import { beginStory, eventLine, noteOf, tell } from "../../scripts/start/story.ts";
import { colours, dollars, duration, noColours, truncate, widthOf, wrap } from "../../scripts/start/text.ts";

const START = Date.parse("2026-01-01T00:00:00.000Z");
const at = (ms: number) => new Date(START + ms).toISOString();
const run = {
  steps: [
    { id: "classify", kind: "model" },
    { id: "approve", kind: "review" },
    { id: "refund", kind: "tool" },
  ],
} as unknown as RunView;

const EVENTS: readonly EventView[] = [
  { seq: 1, type: "run.created", at: at(0), data: {} },
  { seq: 2, type: "run.started", at: at(10), data: {} },
  { seq: 3, type: "step.started", at: at(10), step: "classify", data: { kind: "model" } },
  { seq: 4, type: "model.calling", at: at(11), step: "classify", data: { model: "bulkhead/rehearsal-1.0.0", attempt: 1 } },
  {
    seq: 5,
    type: "model.called",
    at: at(40),
    step: "classify",
    data: { model: "bulkhead/rehearsal-1.0.0", ok: true, spent: { tokens_in: 30, tokens_out: 12, micro_usd: 17 } },
  },
  { seq: 6, type: "step.completed", at: at(50), step: "classify", data: { output: {} } },
  { seq: 7, type: "step.started", at: at(50), step: "approve", data: { kind: "review" } },
  { seq: 8, type: "review.requested", at: at(51), step: "approve", data: { severity: "high" } },
  { seq: 9, type: "run.waiting", at: at(52), data: {} },
  { seq: 10, type: "review.decided", at: at(3052), step: "approve", data: { action: "approve", by: "rita" } },
  { seq: 11, type: "run.resumed", at: at(3053), data: {} },
  { seq: 12, type: "step.completed", at: at(3060), step: "approve", data: { output: {} } },
  { seq: 13, type: "step.started", at: at(3060), step: "refund", data: { kind: "tool" } },
  { seq: 14, type: "tool.called", at: at(3061), step: "refund", data: { tool: "payments.refund", attempt: 2 } },
  {
    seq: 15,
    type: "tool.answered",
    at: at(3100),
    step: "refund",
    data: { tool: "payments.refund", status: 200, duration_ms: 39, openings: [{ type: "EMAIL", pointer: "/to" }] },
  },
];
const storyAfter = (count: number) => EVENTS.slice(0, count).reduce(tell, beginStory(run));

describe("the story of a run", () => {
  it("waits with the person, and goes on with the decision", () => {
    expect(storyAfter(9)).toMatchObject({
      status: "waiting",
      steps: [{ status: "completed" }, { status: "waiting" }, { status: "pending" }],
    });
    expect(storyAfter(12)).toMatchObject({
      status: "running",
      steps: [{ status: "completed" }, { status: "completed" }, { status: "pending" }],
    });
  });

  it("draws every step with its time and what happened last", () => {
    expect(drawSteps(storyAfter(15), START + 3200, 100, noColours)).toEqual([
      "     step      kind    status       time  what happened",
      "  ✔  classify  model   completed   40 ms  bulkhead/rehearsal-1.0.0: 42 tokens, 0.000017 dollars",
      "  ✔  approve   review  completed   3.0 s  approved by rita",
      "  ▸  refund    tool    running    140 ms  payments.refund: 200 in 39 ms, EMAIL put in on the way ou…",
    ]);
    expect(drawSteps(storyAfter(15), START + 3200, 140, noColours)[3]).toContain("on the way out (attempt 2)");
  });

  it("never draws beyond the width of the terminal, colours or not", () => {
    for (const width of [40, 60, 80]) {
      const lines = drawSteps(storyAfter(15), START + 3200, width, colours);
      expect(lines.length).toBeGreaterThan(3);
      for (const line of lines.slice(1)) expect(widthOf(line)).toBeLessThanOrEqual(Math.max(width, 56));
    }
  });

  it("tells failures, retries and compensations", () => {
    const note = (type: string, data: EventView["data"]) => noteOf({ seq: 1, type, at: at(0), data });
    expect(note("step.retrying", { error: { code: "timeout" } })).toBe("again, after timeout");
    expect(note("step.failed", { error: { code: "tool_error" } })).toBe("tool_error");
    expect(note("step.compensating", { tool: "payments.void" })).toBe("undoing with payments.void");
    expect(note("tool.answered", { tool: "x", status: null, duration_ms: 1200, failure: { code: "timeout" } })).toBe(
      "x: no answer in 1.2 s, timeout",
    );
    expect(note("model.called", { model: "m", ok: false, failure: { code: "upstream_unavailable" } })).toBe("m: upstream_unavailable");
    const unfit = { model: "m", ok: false, correction: { answer: "x", errors: ["`/mail` does not have the form", "more"] } };
    expect(note("model.called", unfit)).toBe("m: its answer did not fit: `/mail` does not have the form (and 1 more)");
    expect(note("model.called", { model: "m", ok: false })).toBe("m: no answer");
    expect(note("something.new", null)).toBeNull();
  });

  it("has a plain line for every event", () => {
    const lines = EVENTS.map((event) => eventLine(event, START));
    expect(lines[1]).toBe("   0.01 s  run.started");
    expect(lines[3]).toBe("   0.01 s  model.calling        classify  asking bulkhead/rehearsal-1.0.0");
    expect(lines[9]).toBe("   3.05 s  review.decided       approve   approved by rita");
    const flagged = {
      channel: "user",
      findings: [
        { type: "EMAIL", count: 2 },
        { type: "CREDIT_CARD", count: 1 },
      ],
    };
    expect(eventLine({ seq: 1, type: "guardrail.flagged", at: at(0), data: flagged }, START)).toBe(
      "   0.00 s  guardrail.flagged              2 × EMAIL, 1 × CREDIT_CARD",
    );
  });
});

describe("drawings", () => {
  it("has a bar for what took any time, to one scale", () => {
    expect(
      drawBars(
        [
          { label: "a", ms: 1000 },
          { label: "long", ms: 4000, note: "a person" },
          { label: "c", ms: 1 },
          { label: "d", ms: 0 },
        ],
        8,
        noColours,
      ),
    ).toEqual(["  a     1.0 s  ██", "  long  4.0 s  ████████  a person", "  c      1 ms  █", "  d      0 ms"]);
    expect(drawBars([], 8, noColours)).toEqual([]);
  });

  it("puts rows into columns", () => {
    expect(
      drawTable(
        [
          ["a", "bb"],
          ["ccc", "d"],
        ],
        noColours,
      ),
    ).toEqual(["  a    bb", "  ccc  d"]);
  });
});

describe("text", () => {
  it("says durations and amounts", () => {
    expect([0, 999, 1000, 61_000].map(duration)).toEqual(["0 ms", "999 ms", "1.0 s", "1 min 1 s"]);
    expect([0, 0.000017, 0.5].map(dollars)).toEqual(["0.00 dollars", "0.000017 dollars", "0.50 dollars"]);
  });

  it("is cut and broken to a width", () => {
    expect(truncate("abcdef", 4)).toBe("abc…");
    expect(truncate(colours("red", "abc"), 3)).toBe(colours("red", "abc"));
    expect(wrap("one two three\nfour", 8)).toEqual(["one two", "three", "four"]);
    expect(widthOf(colours("red", "äß…"))).toBe(3);
  });
});
