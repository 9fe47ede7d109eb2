/**
 * Part of `npm run eval:guardrails`: how well the guard that ships judges the labelled texts of BULKHEAD_DATA, by channel and subset with intervals, which
 * detector found what, and what a kilobyte costs. The shipped weights were trained on most of these texts: the honest figures are those of
 * `npm run train:injection`, which holds whole sources out. Without the folder it says that it skipped the first part.
 */
import { inspectText } from "../../core/guardrail/inspect-text.ts";
import { CASES, wholeTime } from "./costs.ts";
import { type Row, readRows } from "./dataset.ts";
import { CHANNELS } from "./fit.ts";
import { drawRates, ratesOf, type Scored } from "./rates.ts";

const SECONDS = 0.5;

const rows = readRows();
if (rows === null) console.log("skipped: BULKHEAD_DATA names no folder with the labelled texts");
else for (const channel of CHANNELS) report(rows.filter((row) => row.channel === channel));

console.log("\nwhat a kilobyte costs, all detectors together");
for (const one of CASES) {
  const { best, median, tail } = wholeTime(one, SECONDS);
  console.log(
    `  ${one.name.padEnd(36)} best ${best.toFixed(0).padStart(5)}  median ${median.toFixed(0).padStart(5)} µs/kB  p99 ${tail.toFixed(2)} × allowed`,
  );
}

function report(of: readonly Row[]): void {
  const found = new Map<string, { attacks: number; harmless: number }>();
  const scored = of.map((row): Scored => {
    const { verdict, injection } = inspectText(row.text, row.channel);
    for (const { detector } of injection) {
      const count = found.get(detector) ?? { attacks: 0, harmless: 0 };
      count[row.attack ? "attacks" : "harmless"] += 1;
      found.set(detector, count);
    }
    return { row, verdict: verdict === "block" || verdict === "flag" ? verdict : "pass" };
  });
  console.log(`\n${of[0]?.channel}: the guard that ships, on texts most of which it was trained on`);
  for (const line of drawRates(ratesOf(scored))) console.log(line);
  console.log(`  ${"detector of the strongest evidence".padEnd(40)} ${"attacks".padStart(8)} ${"harmless".padStart(9)}`);
  for (const [detector, { attacks, harmless }] of [...found].sort((a, b) => b[1].attacks - a[1].attacks)) {
    console.log(`  ${detector.padEnd(40)} ${String(attacks).padStart(8)} ${String(harmless).padStart(9)}`);
  }
}
