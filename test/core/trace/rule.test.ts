/** Which traces are kept. */
import { expect, it } from "vitest";
import { DEFAULT_TRACE_SETTINGS, isKeptByEnd, isSampled, traceRuleOf } from "../../../core/trace/rule.ts";
import { traceparentOf } from "../../../core/trace/span.ts";

const traceId = (random: bigint): string => `0af7651916cd43dd84${random.toString(16).padStart(14, "0")}`;

it("[OTLP-4] keeps the share that was asked for by the trace's own id, so that all runs of a trace are kept or none", () => {
  const step = 2n ** 56n / 1_000n;
  const ids = Array.from({ length: 1_000 }, (_, index) => traceId(BigInt(index) * step));
  for (const percent of [0, 0.5, 10, 33, 99, 100]) expect(ids.filter((id) => isSampled(id, percent)).length / 10).toBeCloseTo(percent, 0);
  // Consistent: what a smaller share keeps, a larger one keeps too.
  for (const id of ids) if (isSampled(id, 10)) expect(isSampled(id, 20)).toBe(true);
  expect(ids.filter((id) => isSampled(id, Number.NaN))).toEqual([]);
});

it("[OTLP-4] an end that failed, was flagged, was slow or was dear keeps its trace whatever the share", () => {
  const rule = traceRuleOf({ ...DEFAULT_TRACE_SETTINGS, percent: 0, slow_ms: 5_000, dear_usd: 0.5 }, traceId(1n));
  const usual = { failed: false, flagged: false, ranMs: 4_999, microUsd: 499_999 };
  expect([rule.sampled, isKeptByEnd(rule, usual)]).toEqual([false, false]);
  for (const more of [{ failed: true }, { flagged: true }, { ranMs: 5_000 }, { microUsd: 500_000 }])
    expect(isKeptByEnd(rule, { ...usual, ...more }), JSON.stringify(more)).toBe(true);
});

it("[TRACE-2] who is called learns whether the trace is recorded", () => {
  const context = { traceId: traceId(1n), spanId: "00f067aa0ba902b7" };
  expect(traceparentOf(context)).toBe(`00-${context.traceId}-00f067aa0ba902b7-01`);
  expect(traceparentOf({ ...context, isUnsampled: true })).toBe(`00-${context.traceId}-00f067aa0ba902b7-00`);
});
