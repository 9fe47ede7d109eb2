/**
 * What a kilobyte costs: `node scripts/guardrails/bench.ts`. Clean and dirty text, short and long; microseconds of wall time per kB.
 * Streams come in pieces of four tokens (16 units), and one unit at a time.
 */
import { BUDGET_US, CASES, PIECE_UNITS, STREAM_BUDGET_US, STREAMED_CASES, streamProcessorTime, wholeTime } from "./costs.ts";

const SECONDS = 1.5;
const padded = (micros: number): string => micros.toFixed(0).padStart(5);

for (const one of CASES) {
  const { best, median, tail } = wholeTime(one, SECONDS);
  const verdict = best > BUDGET_US || tail > 1 ? "  over budget" : "";
  console.log(
    `${one.name.padEnd(36)} best ${padded(best)}  median ${padded(median)} µs/kB  p99 ${tail.toFixed(2)} of its budget${verdict}`,
  );
}

for (const one of STREAMED_CASES) {
  for (const units of [PIECE_UNITS, 1]) {
    const micros = streamProcessorTime(one, units, SECONDS);
    const verdict = micros > STREAM_BUDGET_US ? "  over budget" : "";
    console.log(`${`stream of ${units}: ${one.name}`.padEnd(48)} ${padded(micros)} µs of CPU per kB${verdict}`);
  }
}
