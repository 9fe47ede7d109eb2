/** What an export says of human oversight, and that the controls name entries that the platform writes. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { reportOf } from "../../../core/compliance/controls.ts";
import { FRAMEWORKS } from "../../../core/compliance/export.ts";
import { oversightFigures, oversightOf } from "../../../core/compliance/oversight.ts";
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

  it("[OVERSIGHT-4] count stops by the entries that stops leave", () => {
    const counts = { "kill_switch.thrown": 2, "kill_switch.recovered": 1, "review.requested": 3, "review.decided": 2, "run.paused": 1 };
    expect(oversightOf(counts)).toMatchObject({
      kills: 2,
      recoveries: 1,
      reviews_opened: 3,
      reviews_decided: 2,
      runs_paused: 1,
      drills: 0,
    });
  });
});

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
  const patterns = [...new Set(FRAMEWORKS.flatMap((framework) => reportOf(framework, {}, {}).flatMap(({ events }) => events)))];
  const counted = (pattern: string): number => {
    const byType = Object.fromEntries(written.map((type) => [type, 1]));
    return Object.keys(byType).filter(
      (type) => pattern === "*" || pattern === type || (pattern.endsWith(".*") && type.startsWith(pattern.slice(0, -1))),
    ).length;
  };
  expect(patterns.filter((pattern) => counted(pattern) === 0)).toEqual([]);
  expect(patterns.length).toBeGreaterThan(20);
});

it("[COMPLY-5] a stop and an override belong to human oversight", () => {
  const byType = { "kill_switch.thrown": 1, "override.approved": 1, "approvers.set": 1 };
  const report = reportOf("eu-ai-act", byType, { "kill_switch.thrown": 7, "override.approved": 5, "approvers.set": 3 });
  expect(report.find(({ control }) => control === "Art. 14")).toMatchObject({ entries: 3, proven: 7, files: ["oversight.json"] });
});
