/** What the guardrails take for each kB of text, whole and streamed in pieces of four tokens. In this process: they are pure. */
import {
  BUDGET_US,
  CASES,
  PIECE_UNITS,
  STREAM_BUDGET_US,
  STREAMED_CASES,
  streamProcessorTime,
  wholeProcessorTime,
  wholeTime,
} from "../../scripts/guardrails/costs.ts";
import type { Figure, Target } from "../report/figure.ts";
import { summarise } from "../report/statistics.ts";
import type { Part } from "./part.ts";

/** Latency of a text, and CPU. */
const LATENCY: Target = { at: "most", value: BUDGET_US / 1000 };
const WITHIN: Target = { at: "most", value: 1 };
const CPU: Target = { at: "most", value: STREAM_BUDGET_US / 1000 };

export const guard: Part = async ({ quick, tell }) => {
  const rounds = quick ? 3 : 5;
  const seconds = quick ? 0.25 : 1;
  const each = (name: string, value: () => number): Measured => ({ name, values: Array.from({ length: rounds }, value) });
  const repeated = (name: string, micros: () => number): Measured => each(name, () => micros() / 1000);
  tell("whole texts");
  const latencies = CASES.map((one) => repeated(one.name, () => wholeTime(one, seconds).median));
  const tails = CASES.map((one) => each(one.name, () => wholeTime(one, seconds).tail));
  const cpu = CASES.map((one) => repeated(one.name, () => wholeProcessorTime(one, seconds)));
  tell("streams");
  const streams = STREAMED_CASES.map((one) => repeated(one.name, () => streamProcessorTime(one, PIECE_UNITS, seconds)));
  return [
    figure("guard.latency", "guarding a text: p50 for each kB, of the slowest text", latencies, LATENCY),
    figure("guard.tail", "guarding a text: p99 as a share of 0.5 ms and 1 ms for each kB, of the slowest text", tails, WITHIN, "×"),
    figure("guard.cpu", "guarding a text: CPU for each kB, of the dearest text", cpu, CPU),
    figure("guard.stream", "guarding a stream in pieces of 16 units: CPU for each kB, of the dearest text", streams, CPU),
  ];
};

type Measured = { readonly name: string; readonly values: readonly number[] };

/** The worst of all texts is judged; all of them are told. */
function figure(id: string, what: string, measured: readonly Measured[], target: Target, unit: "ms/kB" | "×" = "ms/kB"): Figure {
  const sides = measured.map(({ name, values }) => ({ name, unit, value: summarise(values) }));
  const worst = sides.reduce((worst, side) => (side.value.median > worst.value.median ? side : worst));
  return { part: "guard", id, what: `${what} (${worst.name})`, unit, target, value: worst.value, sides };
}
