/**
 * `npm run spec`: every rule id in a test's title has one sentence in docs/SPEC.md, and every sentence has a test. Exits with 1 and
 * names what is missing.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "..");
/** `[RUN-6]` in a test. Placeholders and dates have another form. */
const QUOTED = /\[([A-Z]+-\d+)\]/g;
/** `- **RUN-6** Sentence.` in docs/SPEC.md. */
const DEFINED = /^- \*\*([A-Z]+-\d+)\*\*(.*)$/gm;

export type SpecReport = {
  readonly unexplained: readonly string[];
  readonly untested: readonly string[];
  readonly twice: readonly string[];
};

/** Compares the ids that `tests` (file contents) quote with the sentences of `spec`. A definition without a sentence counts as missing. */
export function compareSpec(spec: string, tests: readonly string[]): SpecReport {
  const quoted = new Set(tests.flatMap((text) => [...text.matchAll(QUOTED)].map(([, id]) => id ?? "")));
  const defined = [...spec.matchAll(DEFINED)].map(([, id, sentence]) => ({ id: id ?? "", isSaid: (sentence ?? "").trim().endsWith(".") }));
  const said = new Set(defined.filter(({ isSaid }) => isSaid).map(({ id }) => id));
  const ids = defined.map(({ id }) => id);
  return {
    unexplained: [...quoted].filter((id) => !said.has(id)).sort(),
    untested: [...new Set(ids)].filter((id) => !quoted.has(id)).sort(),
    twice: [...new Set(ids.filter((id, index) => ids.indexOf(id) !== index))].sort(),
  };
}

/** The report of this repository. `test/scripts/spec.test.ts` quotes ids of its own and is left out. */
export function readSpec(): SpecReport {
  const tests = readdirSync(join(ROOT, "test"), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts") && !path.endsWith("scripts/spec.test.ts"))
    .map((path) => readFileSync(join(ROOT, "test", path), "utf8"));
  return compareSpec(readFileSync(join(ROOT, "docs", "SPEC.md"), "utf8"), tests);
}

if (process.argv[1] === import.meta.filename) {
  const { unexplained, untested, twice } = readSpec();
  for (const id of unexplained) console.error(`${id}: a test quotes this rule, and docs/SPEC.md has no sentence for it`);
  for (const id of untested) console.error(`${id}: docs/SPEC.md has this rule, and no test quotes it`);
  for (const id of twice) console.error(`${id}: docs/SPEC.md defines this rule twice`);
  process.exitCode = unexplained.length + untested.length + twice.length > 0 ? 1 : 0;
}
