/** What an export says of human oversight, and that the controls name entries that the platform writes. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { controlsText, reportOf } from "../../../core/compliance/controls.ts";
import { type CountedEntry, withEntries } from "../../../core/compliance/entry-kind.ts";
import { countedAnew, FRAMEWORKS, type Framework, NOTHING_YET, withPart } from "../../../core/compliance/export.ts";
import { oversightFigures, oversightOf } from "../../../core/compliance/oversight.ts";
import type { JsonObject } from "../../../core/json.ts";
import { figuresOf, type NotedJudgement } from "../../../core/review/oversight.ts";

const ROOT = join(import.meta.dirname, "..", "..", "..");
const judged = (by: string, over: Partial<NotedJudgement> = {}): NotedJudgement => ({
  ...{ by, kind: "review", action: "approve", tookMs: 4_000, agreed: null, at: 0 },
  ...over,
});

describe("figures of human oversight", () => {
  it("[OVERSIGHT-4] are of each reviewer and of all: judgements, agreement, decoys, and how often a model's suggestion was followed", () => {
    const reviewers = figuresOf([
      judged("rita", { suggested: { action: "approve", seen: false } }),
      judged("rita", { action: "reject", suggested: { action: "approve", seen: true }, agreed: false }),
      judged("rita", { kind: "decoy", action: "reject", agreed: true }),
      judged("fin", { agreed: true }),
    ]);
    const figures = oversightFigures({
      reviewers,
      tallies: { "tool:b": { passed: 40, sampled: 4, judged: 4, wrong: 1 }, "tool:a": { passed: 1, sampled: 0, judged: 0, wrong: 0 } },
    });
    expect(figures.reviewers).toMatchObject([
      { reviewer: "rita", judged: 2, suggestions: { of: 2, followed: 1, seen: 1 }, decoys: { of: 1, caught: 1 } },
      { reviewer: "fin", judged: 1, suggestions: { of: 0, followed: 0, seen: 0 } },
    ]);
    expect(figures.all_reviewers).toEqual({
      judged: 3,
      agreement: { of: 2, agreed: 1 },
      decoys: { of: 1, caught: 1 },
      suggestions: { of: 2, followed: 1, seen: 1 },
    });
    expect(figures.passed_without_a_person).toMatchObject([
      { operation: "tool:a", error_rate: null },
      { operation: "tool:b", passed: 40, error_rate: { value: 0.25 } },
    ]);
  });

  it("[OVERSIGHT-4] are of nobody where nobody judged", () => {
    expect(oversightFigures({ reviewers: [], tallies: {} })).toMatchObject({
      reviewers: [],
      all_reviewers: { judged: 0 },
      passed_without_a_person: [],
    });
  });

  it("[OVERSIGHT-5] count what a person did apart from what a switch, a parent, a drill and the platform did", () => {
    const kinds = withEntries(
      {},
      [
        entry("run.created", null, { workflow: "refund@1" }),
        ...Array.from({ length: 10 }, () => entry("run.created", null, { workflow: "(drill)@1" })),
        entry("run.paused", null, { workflow: "refund@1", seq: 4 }),
        entry("run.paused", null, { workflow: "refund@1", seq: 4, parent: "run_1" }),
        entry("run.paused", "deny", { workflow: "refund@1", scope: "org:acme", epoch: 2, layer: "switch" }),
        ...Array.from({ length: 10 }, () => entry("run.paused", "deny", { workflow: "(drill)@1", scope: "drill of org:acme" })),
        entry("kill_switch.thrown", "deny", { scope: "org:acme" }),
        entry("kill_switch.thrown", "deny", { scope: "org:acme", again: true }),
        entry("kill_switch.drilled", null, {}),
        ...Array.from({ length: 5 }, () => entry("review.requested", "ask", { severity: "high" })),
        entry("review.requested", "ask", { decoy: true }),
        entry("review.requested", "ask", { sample_of: "rev_1" }),
        entry("review.decided", "allow", { action: "approve", approvals: [], auto: true }),
        entry("review.decided", "allow", { action: "approve", approvals: ["rita"] }),
        entry("review.decided", "deny", { action: "reject", approvals: [] }),
      ].map((one, index) => ({ ...one, seq: index + 1 })),
    );
    expect(oversightOf(kinds)).toMatchObject({
      ...{ runs_started: 1, runs_of_drills: 10, runs_paused: 1, runs_paused_with_their_parent: 1, runs_held_by_kill_switches: 1 },
      ...{ kills: 1, recoveries: 0, drills: 1, reviews_opened: 4, reviews_decided: 2, reviews_passed_without_a_person: 1 },
    });
  });
});

const entry = (event_type: string, decision: string | null, data: JsonObject): CountedEntry => ({ seq: 1, event_type, decision, data });

/** Types of audit entries, as the sources write them. */
function typesWritten(): ReadonlySet<string> {
  const types = new Set<string>();
  for (const folder of ["core", "workers", "durable-objects"])
    for (const path of readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })) {
      if (!path.endsWith(".ts") || path.startsWith("compliance/")) continue;
      const text = readFileSync(join(ROOT, folder, path), "utf8");
      const isJournal = path === "run/machine/event.ts";
      for (const pattern of [
        /\btype: "([a-z_]+\.[a-z_]+)"/g,
        /\brecord(?:Of)?\([^"\n]*"([a-z_]+\.[a-z_]+)"/g,
        ...(isJournal ? [/^ {2}"([a-z_]+\.[a-z_]+)":/gm] : []),
      ])
        for (const [, type = ""] of text.matchAll(pattern)) types.add(type);
    }
  return types;
}

it("[COMPLY-5] each control names entries that the platform writes", () => {
  const written = [...typesWritten()];
  expect(written.length).toBeGreaterThan(60);
  const patterns = [...new Set(FRAMEWORKS.flatMap((framework) => reportOf(framework, {}).flatMap(({ events }) => events)))];
  const isWritten = (pattern: string): boolean => {
    const [type = ""] = pattern.split(" ");
    return written.some((one) => type === "*" || type === one || (type.endsWith(".*") && one.startsWith(type.slice(0, -1))));
  };
  expect(patterns.filter((pattern) => !isWritten(pattern))).toEqual([]);
  expect(patterns.length).toBeGreaterThan(20);
});

const counted = (framework: Framework, ...entries: CountedEntry[]) => {
  const report = reportOf(
    framework,
    withEntries(
      {},
      entries.map((one, index) => ({ ...one, seq: index + 1 })),
    ),
  );
  return new Map(report.map(({ control, entries: count, proven }) => [control, [count, proven]]));
};

it("[COMPLY-5] a stop and an override belong to human oversight", () => {
  const counts = counted(
    "eu-ai-act",
    entry("approvers.set", null, {}),
    entry("override.approved", null, {}),
    entry("kill_switch.thrown", "deny", {}),
  );
  expect(counts.get("Art. 14")).toEqual([3, 3]);
});

it("[COMPLY-6] a decision by a policy is no policy that was put in force, and what was allowed is no refusal", () => {
  const allowed = entry("policy.decided", "allow", { workflow: "refund@1" });
  const denied = entry("policy.decided", "deny", { workflow: "refund@1", layer: "policy" });
  const asked = entry("policy.decided", "ask", { workflow: "refund@1", layer: "policy" });
  const soc2 = counted("soc2", allowed, denied, asked, allowed);
  expect([soc2.get("CC6.1"), soc2.get("CC6.3"), soc2.get("CC8.1")]).toEqual([
    [1, 2],
    [0, null],
    [0, null],
  ]);
  const nist = counted("nist-ai-rmf", denied, allowed, entry("model.called", null, {}), entry("tool.called", null, {}));
  expect([nist.get("GOVERN 1.4"), nist.get("MEASURE 2.7"), nist.get("GOVERN 6.1")]).toEqual([
    [0, null],
    [1, 1],
    [0, null],
  ]);
  const activated = entry("policy.activated", "allow", {});
  expect(counted("nist-ai-rmf", denied, activated, allowed).get("GOVERN 1.4")).toEqual([1, 2]);
  const act = counted("eu-ai-act", denied, entry("policy.decided", "deny", { layer: "label" }), allowed);
  expect([act.get("Art. 10"), act.get("Art. 15")]).toEqual([
    [1, 2],
    [2, 2],
  ]);
});

it("[COMPLY-6] what the runs of a drill left belongs to the log as a whole and to no control of work", () => {
  const counts = counted(
    "soc2",
    entry("run.created", null, { workflow: "(drill)@1" }),
    entry("run.failed", null, { workflow: "(drill)@1" }),
    entry("model.called", null, { workflow: "(drill)@1" }),
    entry("kill_switch.drilled", null, {}),
  );
  expect([...counts].filter(([, [count]]) => count !== 0)).toEqual([]);
  const whole = counted("iso42001", entry("run.failed", null, { workflow: "(drill)@1" }));
  expect([whole.get("A.6.2.6"), whole.get("A.6.2.8")]).toEqual([
    [0, null],
    [1, 1],
  ]);
});

it("[COMPLY-8] the README says so when the log is on record as not what was written", () => {
  const facts = { from: "2026-01-01", to: "2026-02-01", isCut: false };
  const alarm = { seq: 47, type: "audit.broken", at: "2026-03-01T00:00:00Z" };
  const told = controlsText("soc2", { ...facts, alarms: [alarm] }, []);
  expect(told).toContain("Verify the entries before you rely on one");
  expect(told).toContain("entry 47: `audit.broken`, 2026-03-01");
  expect(controlsText("soc2", { ...facts, alarms: [] }, [])).not.toContain("Verify the entries before");
});

it("[COMPLY-4] an export that an older version began is counted from the start", () => {
  const older = { parts: 3, after: 90, entries: 90, isCut: false };
  expect(countedAnew(older)).toEqual(NOTHING_YET);
  const newer = withPart(NOTHING_YET, { entries: [entry("run.created", null, {})], after: 1 }, false);
  expect(countedAnew(newer)).toBe(newer);
});
