import { expect, it } from "vitest";
import { changedIncident, incidentOf, incidentView, opensIncident, timelineEntry } from "../../../core/incident/incident.ts";
import type { Notice } from "../../../core/notice/notice.ts";

const AT = Date.UTC(2030, 0, 1);
const notice = (over: Partial<Notice>): Notice => ({
  id: "evt_1",
  type: "kill_switch.thrown",
  data: { scope: "all" },
  dedup: "kill-switch/kill_1",
  ...over,
});

it.each<[string, Partial<Notice>, boolean]>([
  ["a kill", {}, true],
  ["a recovery", { type: "kill_switch.recovered", resolves: true }, false],
  ["a forked log", { type: "audit.forked" }, true],
  ["a broken chain", { type: "audit.broken" }, true],
  ["a key that nothing introduces", { type: "audit.key_not_introduced" }, true],
  ["a critical alert", { type: "alert.firing", severity: "critical", data: { rule: "error-rate" } }, true],
  ["a warning", { type: "alert.firing", severity: "warning", data: { rule: "dead-letters" } }, false],
  ["the alert of a kill that has its own", { type: "alert.firing", severity: "critical", data: { rule: "kill-switch" } }, false],
  ["an incident itself", { type: "incident.opened", severity: "critical" }, false],
])("[INC-1] is opened or not by %s", (_, over, opens) => {
  expect(opensIncident(notice(over))).toBe(opens);
});

it("[INC-2] keeps when it was resolved, and begins anew when it is opened again", () => {
  const incident = incidentOf(notice({}), "acme", "inc_1", AT);
  expect(incidentView(incident)).toMatchObject({
    status: "open",
    severity: "critical",
    source: "kill-switch/kill_1",
    owner: null,
    resolved_at: null,
  });
  const resolved = { ...changedIncident(incident, { status: "resolved", owner: "ann" }, AT + 1), timeline: [] };
  expect(changedIncident(resolved, { postmortem: "x" }, AT + 2)).toMatchObject({
    resolvedAt: AT + 1,
    timeline: [],
    owner: "ann",
    postmortem: "x",
  });
  expect(changedIncident(resolved, { status: "open", owner: null }, AT + 3)).toMatchObject({
    resolvedAt: null,
    timeline: null,
    owner: null,
  });
  expect(
    timelineEntry({
      timestamp: "t",
      event_type: "org.changed",
      actor: { type: "user", id: "ann" },
      resource: "org/a",
      decision: "allow",
      seq: 3,
    }),
  ).toEqual({
    ...{ at: "t", type: "org.changed", actor: "ann", resource: "org/a", decision: "allow", seq: 3 },
  });
  const thrown = { timestamp: "t", event_type: "kill_switch.thrown", actor: { id: "ann" }, resource: "kill-switch/kill_1", seq: 4 };
  expect(timelineEntry({ ...thrown, data: { reason: "paid twice" } })).toMatchObject({ type: "kill_switch.thrown", reason: "paid twice" });
  expect(timelineEntry({ ...thrown, event_type: "org.changed", data: { reason: "free text" } })).not.toHaveProperty("reason");
  expect(timelineEntry("x")).toBeNull();
});
