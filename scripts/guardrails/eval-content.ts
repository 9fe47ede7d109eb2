/**
 * Part of `npm run eval:guardrails`: how well the content classifier that ships judges our own sentences that it was not trained on, the labelled texts of
 * BULKHEAD_DATA, most of which it was trained on (the honest figures are those of `npm run train:content`), and what a kilobyte costs.
 */
import { findContent, verdictOfContent } from "../../core/guardrail/content/content.ts";
import { CONTENT_CATEGORIES, type ContentCategory } from "../../core/guardrail/rules/settings.ts";
import { ownContentRows } from "./content/own.ts";
import { type ContentRow, readContentRows } from "./content/rows.ts";
import { CASES } from "./costs.ts";

report("content: our own sentences that nothing was trained on", ownContentRows("kept", 4711));
const rows = readContentRows();
if (rows === null) console.log("skipped: BULKHEAD_DATA names no folder with the labelled texts");
else report("content: what ships, on texts most of which it was trained on", rows);

console.log("\nwhat looking for content adds");
for (const { name, text } of CASES) {
  const times = Array.from({ length: 40 }, () => {
    const start = performance.now();
    findContent(text);
    return performance.now() - start;
  });
  console.log(`  ${name.padEnd(36)} best ${((Math.min(...times) * 1e6) / text.length).toFixed(0).padStart(5)} µs/kB`);
}

function report(title: string, of: readonly ContentRow[]): void {
  console.log(`\n${title}\n  ${"subset".padEnd(36)}   rows   flagged or blocked   blocked`);
  const judged = of.map((row) => {
    const asked: readonly ContentCategory[] =
      row.labels.length > 0 ? row.labels : CONTENT_CATEGORIES.filter((one) => row.labelled.includes(one));
    const found = findContent(row.text).filter(({ type }) => asked.includes(type));
    return { subset: row.subset, isFlagged: found.length > 0, isBlocked: found.some((one) => verdictOfContent(one) === "block") };
  });
  for (const [subset, part] of Map.groupBy(judged, (one) => one.subset)) {
    const share = (count: number): string => ((100 * count) / part.length).toFixed(1).padStart(6);
    const flagged = part.filter(({ isFlagged }) => isFlagged).length;
    const blocked = part.filter(({ isBlocked }) => isBlocked).length;
    console.log(`  ${subset.padEnd(36)} ${String(part.length).padStart(6)}   ${share(flagged)} %             ${share(blocked)} %`);
  }
}
