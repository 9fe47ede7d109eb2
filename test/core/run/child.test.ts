/** Children side by side share what their parent has left; a cancelled parent takes a child with it that may not be born yet. */
import { describe, expect, it } from "vitest";
import type { MapStep, RunStep } from "../../../core/workflow/definition.ts";
import { define, tool } from "../../support/run/definition.ts";
import { answered, Drive } from "../../support/run/drive.ts";

const child = (more: Partial<RunStep> = {}): RunStep => ({
  needs: [],
  when: null,
  on_error: null,
  kind: "run",
  workflow: "kid",
  version: null,
  input: {},
  ...more,
});
const reservedBy = (run: Drive): number[] =>
  run.events.flatMap((event) => (event.type === "child.called" ? [event.data.reserved.micro_usd] : []));

describe("children", () => {
  it("[RUN-145] side by side each get the same share, and none is left without", () => {
    const run = new Drive(define({ x: child(), y: child(), z: child() }), { child: () => "never" }).start().run();
    expect(run.state.stopping).toBeNull();
    const shares = reservedBy(run);
    expect(shares).toHaveLength(3);
    expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(2);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeLessThanOrEqual(run.machinery.birth.budget.usd);
  });

  it("[RUN-250] tell their parent every flag of theirs", () => {
    const flags = ["partial", "budget_exceeded", "stale", "degraded", "truncated"] as const;
    for (const flag of flags) {
      const end = { ok: true, flags: [flag] }; // the script passes on what it says of the end
      const run = new Drive(define({ x: child() }), { child: () => end }).start().run();
      expect(run.state).toMatchObject({ status: "completed", flags: [flag] });
    }
  });

  it("[RUN-145] that follow each other each get all that is left", () => {
    const run = new Drive(define({ x: child(), y: child({ needs: ["x"] }) })).start().run();
    expect(run.state.status).toBe("completed");
    expect(reservedBy(run)).toEqual([1_000_000, 1_000_000]);
  });

  it("[RUN-145] one that becomes ready later finds its share", () => {
    const run = new Drive(define({ x: child(), slow: tool("orders.get"), y: child({ needs: ["slow"] }) }), {
      child: () => "never",
      tool: () => answered(1),
    });
    expect(reservedBy(run.start().run())).toEqual([500_000, 500_000]);
  });

  it.each<[number, number, readonly number[]]>([
    [1, 3, [1_000_000]],
    [2, 1, [1_000_000]],
    [2, 3, [500_000, 500_000]],
    [3, 2, [500_000, 500_000]],
    [4, 4, [250_000, 250_000, 250_000, 250_000]],
  ])("[RUN-145] %i at a time of a map of %i get the same", (concurrency, count, shares) => {
    const map: MapStep = {
      ...{ needs: [], when: null, on_error: null, kind: "map", concurrency },
      over: Array.from({ length: count }, (_, index) => index),
      step: child(),
    };
    const run = new Drive(define({ all: map }), { child: () => "never" }).start().run();
    expect(reservedBy(run)).toEqual(shares);
  });

  it("[RUN-145] are not started when nothing at all is left", () => {
    const usage = { tokensIn: 0, tokensOut: 0, microUsd: 1_000_000, modelCalls: 1, toolCalls: 0, cacheHits: 0 };
    const end = { ok: true, usage }; // the script passes on what it says of the end
    const run = new Drive(define({ x: child(), y: child({ needs: ["x"] }) }), { child: () => end }).start().run();
    expect(reservedBy(run)).toEqual([1_000_000]);
    expect(run.state.flags).toContain("budget_exceeded");
  });

  it("[RUN-145] of a map share by its concurrency", () => {
    const each: MapStep = {
      needs: [],
      when: null,
      on_error: null,
      kind: "map",
      over: [1, 2, 3, 4, 5],
      concurrency: 2,
      step: child(),
    };
    const run = new Drive(define({ each })).start().run();
    expect(run.state.status).toBe("completed");
    expect(reservedBy(run)).toHaveLength(5);
    expect(Math.min(...reservedBy(run))).toBeGreaterThanOrEqual(500_000);
  });

  it("[RUN-146] of a run that stops are cancelled, and not started any more", () => {
    const run = new Drive(define({ x: child() }), { child: () => "never" }).start();
    run.run((state) => state.activities["x"]?.phase === "calling");
    run.offer({ kind: "cancel", by: "eva", reason: "stop" });
    expect(run.wanted()).toMatchObject([{ kind: "child.cancel", activity: "x", run: run.state.activities["x"]?.child?.run }]);
  });
});
