import { describe, expect, it } from "vitest";
import type { AuditRecord } from "../../../core/audit/record.ts";
import type { Json } from "../../../core/json.ts";
import { topicOf } from "../../../core/notice/notice.ts";
import { noticeOf } from "../../../core/notice/of-record.ts";

const record = (event_type: string, data: Json): AuditRecord => ({
  event_id: "evt_1",
  timestamp: "2026-11-30T00:00:00.000Z",
  trace_id: null,
  event_type,
  actor: { type: "agent", id: "run_1" },
  action: "review.ask",
  resource: "review/rev_1",
  decision: "ask",
  policy_version: null,
  risk_score: null,
  data,
});

describe("what people are told of, of the audit's records", () => {
  it.each([
    ["review.requested", "review"],
    ["review.escalated", "review"],
    ["escalation.raised", "escalation"],
    ["run.dead_lettered", "dead_letter"],
  ])("[NOTICE-10] %s, by its topic and under the record's id", (type, topic) => {
    const notice = noticeOf(record(type, { severity: "critical" }), { workflow: "refund" });
    expect(notice).toMatchObject({ id: "evt_1", type, severity: "critical", data: { workflow: "refund", resource: "review/rev_1" } });
    expect(topicOf(type)).toBe(topic);
  });

  it.each([
    ["review.requested", { workflow: "ho@1" }, null],
    ["review.escalated", { workflow: "ho@1" }, null],
    ["review.reminded", { workflow: "ho@1" }, null],
    ["review.expired", { workflow: "ho@1" }, null],
    ["escalation.raised", { workflow: "ho@1" }, { workflow: "ho" }],
    ["escalation.raised", { workflow: "ho@1" }, null],
    ["credential.burst", { workflow: "ho" }, null],
    ["credential.new_destination", { workflow: "ho" }, null],
    ["credential.new_scope", { workflow: "ho" }, null],
    ["run.dead_lettered", { workflow: "ho@1" }, { workflow: "ho" }],
  ])("[NOTICE-15] %s names its workflow without the version: %j", (type, data, run) => {
    expect(noticeOf(record(type, data), run)).toMatchObject({ data: { workflow: "ho" } });
    expect(noticeOf(record(type, { workflow: "(drill)@1" }), null)).toBeNull();
  });

  it("[NOTICE-10] without the person behind it, and of nothing else", () => {
    const told = noticeOf(record("review.requested", { severity: "medium", user: "ann@example.com", reason: "free text" }), null);
    expect(told).toEqual({
      id: "evt_1",
      type: "review.requested",
      severity: "info",
      data: { resource: "review/rev_1", severity: "medium" },
    });
    const review = noticeOf(record("review.requested", { review: "rev_9", severity: "high" }), null);
    expect(review).toMatchObject({ data: { review: "rev_9" } });
    for (const type of ["run.completed", "constructor", "review.decided"]) expect(noticeOf(record(type, {}), null)).toBeNull();
  });

  it("[NOTICE-11] a dead letter is told of whatever the run's end is called, with its id, and an end without one is not", () => {
    const letter = { workflow: "refund", dead_letter: { id: "dl_1" } };
    for (const type of ["run.failed", "run.dead_lettered", "run.cancelled"]) {
      expect(noticeOf(record(type, { code: "tool_error", undone: ["pay"] }), letter), type).toMatchObject({
        type,
        severity: "warning",
        data: { workflow: "refund", dead_letter: "dl_1", undone: ["pay"] },
      });
      expect(topicOf(type)).toBe("dead_letter");
    }
    for (const type of ["run.failed", "run.cancelled", "run.completed"])
      expect(noticeOf(record(type, {}), { workflow: "refund" }), type).toBeNull();
  });

  it("[NOTICE-12] nobody is called for what passed without a person, nor for a drill", () => {
    expect(noticeOf(record("review.requested", { severity: "high", auto: true }), { workflow: "refund" })).toBeNull();
    expect(noticeOf(record("run.failed", {}), { workflow: "(drill)", dead_letter: { id: "dl_1" } })).toBeNull();
  });
});
