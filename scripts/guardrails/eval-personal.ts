/**
 * How well the guardrails find personal data of fixed form, a part of `npm run eval:guardrails`. Recall and precision of each kind over made-up vectors
 * (test/support/personal), with the identifiers that fall short by name.
 */
import { byType, type Figures, measured, precisionOf, recallOf } from "../../test/support/personal/measure.ts";

const SEED = 20_261_129;
const EACH = 200;
const NEIGHBOURS = 5_000;
const RECALL = 0.99;
const PRECISION = 0.95;

const share = (value: number): string => value.toFixed(3).padStart(6);
const line = (one: Figures): string =>
  `${one.type.padEnd(15)} ${one.name.padEnd(18)} recall ${share(recallOf(one))} (${one.found}/${one.of})  precision ${share(precisionOf(one))} (${one.wrong} wrong)`;

const figures = measured(SEED, EACH, NEIGHBOURS);
for (const one of byType(figures)) console.log(line(one));
const short = figures.filter((one) => recallOf(one) < RECALL || (one.of > 0 && precisionOf(one) < PRECISION));
if (short.length > 0) console.log("\nBelow the aim:");
for (const one of short) {
  console.log(line(one));
  if (process.argv.includes("--texts")) for (const text of [...one.missed, ...one.false]) console.log(`    ${JSON.stringify(text)}`);
}
