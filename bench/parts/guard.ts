/**
 * What the guardrails take for each kB of text, whole and streamed in pieces of four tokens. In this process: they are pure. A Worker's clock stands
 * still while it judges; so in workerd whole requests are timed from outside, each of which judges some 16 kB: of a hundred, ninety-nine take at most so
 * much longer than the median one that judges nothing. The way varies by a tenth of a millisecond, which a single short text would drown in.
 */

import {
  allowedUs,
  BUDGET_US,
  CASES,
  PIECE_UNITS,
  STREAM_BUDGET_US,
  STREAMED_CASES,
  streamProcessorTime,
  wholeProcessorTime,
  wholeTime,
} from "../../scripts/guardrails/costs.ts";
import type { Bundle } from "../engines/bundle.ts";
import { startRuntime } from "../engines/runtime.ts";
import { closedLoop } from "../load/closed-loop.ts";
import { emptyContender } from "../load/contenders.ts";
import type { Figure, Target } from "../report/figure.ts";
import { median, percentile, summarise } from "../report/statistics.ts";
import type { Part } from "./part.ts";
import { FLOORS_CONFIG } from "./transform.ts";

/** Latency of a text, and CPU. */
const LATENCY: Target = { at: "most", value: BUDGET_US / 1000 };
const WITHIN: Target = { at: "most", value: 1 };
const CPU: Target = { at: "most", value: STREAM_BUDGET_US / 1000 };

export const guard: Part = async ({ quick, tell, floors }) => {
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
  tell("whole texts in workerd");
  const inWorkerd = await workerdTails(await floors(), rounds, quick ? 100 : 400);
  return [
    figure("guard.latency", "guarding a text: p50 for each kB, of the slowest text", latencies, LATENCY),
    figure("guard.tail", "guarding a text: p99 as a share of 0.5 ms and 1 ms for each kB, of the slowest text", tails, WITHIN, "×"),
    figure("guard.workerd", "the same in workerd, requests timed from outside", inWorkerd, WITHIN, "×"),
    figure("guard.cpu", "guarding a text: CPU for each kB, of the dearest text", cpu, CPU),
    figure("guard.stream", "guarding a stream in pieces of 16 units: CPU for each kB, of the dearest text", streams, CPU),
  ];
};

/** UTF-16 units that a request judges: short texts several times. */
const REQUEST_UNITS = 16_000;

/** For each text: the share of what is allowed that 99 of a hundred requests take at most, less the median empty request. */
async function workerdTails(bundle: Bundle, rounds: number, requests: number): Promise<readonly Measured[]> {
  const runtime = await startRuntime({ name: "floors", config: FLOORS_CONFIG, bundle });
  const sides = CASES.map(({ name, text }, place) => {
    const times = Math.ceil(REQUEST_UNITS / text.length);
    return {
      name,
      allowedMs: (allowedUs(text) / 1000) * times,
      judged: emptyContender(name, `${runtime.url}/guard/${place}/${times}`),
      empty: emptyContender("nothing judged", `${runtime.url}/guard/${place}/0`),
      values: [] as number[],
    };
  });
  try {
    for (const { judged } of sides) await closedLoop(judged.run, 1, requests);
    for (let round = 0; round < rounds; round++) {
      for (const { judged, empty, allowedMs, values } of sides) {
        const way = median((await closedLoop(empty.run, 1, requests)).latencies);
        const { latencies } = await closedLoop(judged.run, 1, requests);
        values.push((percentile(latencies, 0.99) - way) / allowedMs);
      }
    }
    return sides;
  } finally {
    for (const { judged, empty } of sides) for (const { close } of [judged, empty]) close();
    await runtime.stop();
  }
}

type Measured = { readonly name: string; readonly values: readonly number[] };

/** The worst of all texts is judged; all of them are told. */
function figure(id: string, what: string, measured: readonly Measured[], target: Target, unit: "ms/kB" | "×" = "ms/kB"): Figure {
  const sides = measured.map(({ name, values }) => ({ name, unit, value: summarise(values) }));
  const worst = sides.reduce((worst, side) => (side.value.median > worst.value.median ? side : worst));
  return { part: "guard", id, what: `${what} (${worst.name})`, unit, target, value: worst.value, sides };
}
