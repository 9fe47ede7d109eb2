/** Part of `npm run eval:guardrails`: how the scorer of groundedness judges our own sentences, and what an answer costs. `-- --texts` shows the wrong ones. */
import { groundOf, judgeClaims, sourcesOf } from "../../core/guardrail/grounded/grounding.ts";
import { figuresOf } from "./grounded/figures.ts";
import { GROUNDED_PAIRS } from "./grounded/pairs.ts";

const MIN = 0.7;
for (const [title, isFresh] of [
  ["grounded: our own sentences that the scorer was tuned on", false],
  ["grounded: sentences that were written when it was finished", true],
] as const) {
  const pairs = GROUNDED_PAIRS.filter((pair) => pair.isFresh === isFresh);
  console.log(`\n${title} (min ${MIN})`);
  for (const language of [null, "en", "de", "fr", "es"]) {
    const of = pairs.filter((pair) => language === null || pair.language === language);
    const { byKind, precision, recall, wrong } = figuresOf(of, MIN);
    const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
    console.log(
      `  ${language ?? "all"}: unsupported sentences found ${percent(recall)}, of those flagged rightly ${percent(precision)} (${of.length} sentences)`,
    );
    if (language === null)
      for (const [kind, { right, all }] of byKind) console.log(`    ${kind.padEnd(12)} ${String(right).padStart(3)} of ${all}`);
    if (language === null && process.argv.includes("--texts"))
      for (const { kind, sentence } of wrong) console.log(`    wrong: ${kind}: ${sentence}`);
  }
}

const passages = GROUNDED_PAIRS.filter(({ kind }) => kind === "verbatim").map(({ passage }) => passage);
const answer = GROUNDED_PAIRS.slice(0, 40)
  .map(({ sentence }) => sentence)
  .join(" ");
const times = Array.from({ length: 20 }, () => {
  const start = performance.now();
  judgeClaims(answer, groundOf(sourcesOf(passages)), MIN);
  return performance.now() - start;
}).sort((a, b) => a - b);
console.log(
  `\njudging ${answer.length} characters beside ${passages.length} passages: median ${times[10]?.toFixed(1)} ms, best ${times[0]?.toFixed(1)} ms, worst ${times.at(-1)?.toFixed(1)} ms`,
);
