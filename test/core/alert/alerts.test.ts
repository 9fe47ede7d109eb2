import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ALERT_RULES, quantile, runbookOf } from "../../../core/alert/rules.ts";
import { type AlertSums, QUIET, type WorkflowSums } from "../../../core/alert/sums.ts";
import { type Alert, alertViews, CALM_LOOKS, lookAt } from "../../../core/alert/watch.ts";
import { alertsYaml } from "../../../core/alert/yaml.ts";
import { burnsOf } from "../../../core/health/burn.ts";

const ROOT = join(import.meta.dirname, "../../..");
const AT = Date.UTC(2030, 0, 1);
const MINUTE = 60_000;
const of = (over: Partial<WorkflowSums>): Partial<AlertSums> => ({
  workflows: [{ workflow: "refund", ended5m: 0, failed5m: 0, seconds10m: [], seconds1h: [], ofBudget1h: [], ...over }],
});
const many = (value: number, count = 100) => Array.from({ length: count }, () => value);

const burns = (fast = { fast: 0, slow: 0 }): Partial<AlertSums> => ({ slos: [{ workflow: "refund", burns: fast, p95Ms: 2_000 }] });

/** By rule: just at the threshold, just over it, and what is too little to say anything. */
const ROWS: readonly (readonly [rule: string, calm: Partial<AlertSums>, fires: Partial<AlertSums>, value: number])[] = [
  ["error-rate", of({ ended5m: 100, failed5m: 5 }), of({ ended5m: 100, failed5m: 6 }), 6],
  ["latency-p95", of({ seconds10m: many(10) }), of({ seconds10m: many(10.5) }), 10.5],
  ["latency-p99", of({ seconds10m: many(300) }), of({ seconds10m: many(301) }), 301],
  ["cost-per-hour", { usd1h: 100 }, { usd1h: 100.01 }, 100.01],
  ["cost-p95", of({ ofBudget1h: many(1.5) }), of({ ofBudget1h: many(1.6) }), 1.6],
  ["guardrail-violations", { violations5m: 10 }, { violations5m: 11 }, 11],
  ["personal-data-rate", { answers1h: 1_000, leaks1h: 1 }, { answers1h: 1_000, leaks1h: 2 }, 0.2],
  ["queue-depth", { moving: 100 }, { moving: 101 }, 101],
  ["kill-switch", { switches: 0 }, { switches: 1 }, 1],
  ["audit-lag", { auditLagSeconds: 60 }, { auditLagSeconds: 61 }, 61],
  ["dead-letters", { deadLetters: 0 }, { deadLetters: 1 }, 1],
  ["stuck-runs", { stuck: 0 }, { stuck: 2 }, 2],
  ["review-overdue", { overdueReviews: 0 }, { overdueReviews: 3 }, 3],
  ["slo-burn-fast", burns({ fast: 14.4, slow: 0 }), burns({ fast: 15, slow: 0 }), 15],
  ["slo-burn-slow", burns({ fast: 0, slow: 6 }), burns({ fast: 0, slow: 6.5 }), 6.5],
  ["slo-latency", { ...burns(), ...of({ seconds1h: many(2) }) }, { ...burns(), ...of({ seconds1h: many(3) }) }, 1.5],
  ["edge-availability-fast", { edge: { fast: 14.4, slow: 0 } }, { edge: { fast: 20, slow: 0 } }, 20],
  ["edge-availability-slow", { edge: { fast: 0, slow: 6 } }, { edge: { fast: 0, slow: 7 } }, 7],
];
const only = (rule: string) => ALERT_RULES.filter(({ id }) => id === rule);
/** Looks a minute apart; the last answer. */
const looks = (rule: string, sums: Partial<AlertSums>, count: number) => {
  let known: readonly Alert[] = [];
  const told: string[] = [];
  for (let minute = 0; minute < count; minute++) {
    const { alerts, notices } = lookAt(known, { ...QUIET, ...sums }, AT + minute * MINUTE, only(rule));
    known = alerts;
    told.push(...notices.map(({ type }) => type));
  }
  return { known, told };
};

describe("the built-in alerts", () => {
  it("has a row in this test, a runbook and a place in ops/alerts.yaml for every rule", () => {
    expect(ROWS.map(([rule]) => rule)).toEqual(ALERT_RULES.map(({ id }) => id));
    expect(ALERT_RULES.filter(({ id }) => !existsSync(join(ROOT, runbookOf(id)))).map(({ id }) => id)).toEqual([]);
    expect(readFileSync(join(ROOT, "ops/alerts.yaml"), "utf8")).toBe(alertsYaml());
  });

  it.each(ROWS)("[ALERT-1] %s fires over its threshold and not at it, within five minutes", (rule, calm, fires, value) => {
    expect(looks(rule, calm, 6)).toEqual({ known: [], told: [] });
    const { known, told } = looks(rule, fires, 5);
    expect(told).toEqual(["alert.firing"]);
    const [view] = alertViews(known);
    expect(view).toMatchObject({ rule, value, since: new Date(AT).toISOString(), runbook: runbookOf(rule) });
  });

  it("[ALERT-2] a few runs, or a single failure, say nothing", () => {
    expect(looks("error-rate", of({ ended5m: 4, failed5m: 4 }), 5).told).toEqual([]);
    expect(looks("error-rate", of({ ended5m: 5, failed5m: 1 }), 5).told).toEqual([]);
    expect(looks("latency-p95", of({ seconds10m: many(60, 4) }), 5).told).toEqual([]);
    expect(looks("personal-data-rate", { answers1h: 99, leaks1h: 50 }, 5).told).toEqual([]);
    expect([quantile([1, 2, 3, 4, 5], 0.95), quantile([5, 1, 4, 2, 3], 0.2), quantile([1], 0.5)]).toEqual([5, 1, null]);
  });

  it("[SLO-2] a budget burns fast only where an hour and five minutes agree, slowly where six hours and half an hour do", () => {
    const of = (failed: { readonly [minutes: number]: number }) => (minutes: number) => ({ runs: 1_000, failed: failed[minutes] ?? 0 });
    expect(burnsOf(0.99, of({ 60: 150, 5: 200, 360: 70, 30: 300 }))).toEqual({ fast: expect.closeTo(15), slow: expect.closeTo(7) });
    expect(burnsOf(0.99, of({ 60: 500, 360: 500 }))).toEqual({ fast: 0, slow: 0 }); // it is over
    expect(burnsOf(0.99, of({ 5: 500, 30: 500 }))).toEqual({ fast: 0, slow: 0 }); // it has only begun
    expect(burnsOf(1, of({ 60: 2, 5: 2 })).fast).toBe(1_000);
    expect(burnsOf(0.99, () => ({ runs: 1, failed: 1 }))).toEqual({ fast: 0, slow: 0 });
    expect(burnsOf(0.99, () => ({ runs: 0, failed: 0 }))).toEqual({ fast: 0, slow: 0 });
  });

  it("[SLO-3] a few slow runs are no 95th percentile of an hour, and no objective of time is none missed", () => {
    expect(looks("slo-latency", { ...burns(), ...of({ seconds1h: many(9, 19) }) }, 5).told).toEqual([]);
    const none: Partial<AlertSums> = {
      slos: [{ workflow: "refund", burns: { fast: 0, slow: 0 }, p95Ms: null }],
      ...of({ seconds1h: many(9) }),
    };
    expect(looks("slo-latency", none, 5).told).toEqual([]);
  });

  it("[ALERT-3] tells once while it fires, and once when it has been calm for two looks", () => {
    const firing = { ...QUIET, deadLetters: 2 };
    const first = lookAt([], firing, AT, only("dead-letters"));
    expect(first.notices[0]).toMatchObject({
      ...{ type: "alert.firing", severity: "warning" },
      data: { rule: "dead-letters", value: 2, threshold: 0, runbook: "docs/runbooks/dead-letters.md" },
    });
    const again = lookAt(first.alerts, { ...firing, deadLetters: 5 }, AT + MINUTE, only("dead-letters"));
    expect(again.notices).toEqual([]);
    expect(again.alerts[0]).toMatchObject({ since: AT, value: 5 });
    const calm = lookAt(again.alerts, QUIET, AT + 2 * MINUTE, only("dead-letters"));
    expect([calm.notices, calm.alerts.length, CALM_LOOKS]).toEqual([[], 1, 2]);
    const over = lookAt(calm.alerts, QUIET, AT + 3 * MINUTE, only("dead-letters"));
    expect(over.alerts).toEqual([]);
    expect(over.notices[0]).toMatchObject({ type: "alert.cleared", resolves: true, dedup: first.notices[0]?.dedup });
  });

  it("[ALERT-3] what is over before anybody was told is told to nobody", () => {
    const { alerts } = lookAt([], { ...QUIET, moving: 500 }, AT, only("queue-depth"));
    expect(alertViews(alerts)).toEqual([]);
    expect(lookAt(alerts, QUIET, AT + MINUTE, only("queue-depth"))).toEqual({ alerts: [], notices: [] });
  });
});
