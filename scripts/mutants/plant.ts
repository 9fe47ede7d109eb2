/** Plants the faults of an area, and runs the area's tests against each: in one warm process, and in a process a fault where that one cannot say. */
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../platform/places.ts";
import type { Area, Suite } from "./areas.ts";
import { ARGUED } from "./argued.ts";
import { type Mutant, mutantsOf, sampleOf } from "./mutant.ts";
import { plantWarm, type Verdict } from "./warm/plant.ts";

export type Planted = {
  readonly area: string;
  readonly planted: number;
  readonly caught: number;
  /** Survivors that a reason is given for: they change nothing that anybody could notice. */
  readonly argued: readonly Mutant[];
  readonly survivors: readonly Mutant[];
};

/** A run of some test files that takes longer, in milliseconds, hangs, and has noticed the fault. */
const MOST_MS = 400_000;
/** For `timeout` of a child: none. */
const NO_BOUND = 0;

/** Which faults of an area: `count` of those in files whose path contains `file`, by `seed`. */
export type Choice = { readonly count: number; readonly file?: string | undefined; readonly seed?: string | undefined };

export async function plantAll(area: Area, { count, file = "", seed }: Choice, tell: (what: string) => void): Promise<Planted> {
  const all = sourcesOf(area.sources).flatMap((path) => mutantsOf(path, readFileSync(join(ROOT, path), "utf8")));
  const mutants = sampleOf(
    all.filter((mutant) => mutant.file.includes(file)),
    count,
    seed,
  );
  let survivors = mutants;
  for (const suite of area.suites) {
    const before = mutants.length - survivors.length;
    const told = (planted: number, open: number): void =>
      tell(`${area.name}: ${before + planted} of ${mutants.length}, ${open} not caught so far`);
    const tests = suite.tests.flatMap(sourcesOf).filter((path) => path.endsWith(".test.ts"));
    if (survivors.length === 0 || tests.length === 0) continue;
    const warm = await plantWarm(suite.project, all, survivors, tests, told);
    survivors = await plantOneByOne({ ...suite, tests }, survivors, warm, told);
  }
  const argued = survivors.filter(({ id }) => ARGUED.has(id));
  return {
    area: area.name,
    planted: mutants.length,
    caught: mutants.length - survivors.length,
    argued,
    survivors: survivors.filter(({ id }) => !ARGUED.has(id)),
  };
}

/** Each fault that `known` is unsure of in a process of its own. */
async function plantOneByOne(
  suite: Suite,
  mutants: readonly Mutant[],
  known: ReadonlyMap<string, Verdict>,
  tell: (planted: number, survivors: number) => void,
): Promise<Mutant[]> {
  const survivors: Mutant[] = [];
  const pass = new Set<string>();
  for (const [index, mutant] of mutants.entries()) {
    tell(index + 1, survivors.length);
    const verdict = known.get(mutant.id) ?? { unsure: null };
    if (verdict === "caught") continue;
    if (verdict !== "survived" && !ARGUED.has(mutant.id)) {
      const some = { ...suite, tests: verdict.unsure ?? suite.tests };
      const named = some.tests.join(", ");
      if (!pass.has(named) && !(await passes(some, null, NO_BOUND))) throw new Error(`the tests of ${named} fail without any fault`);
      pass.add(named);
      if (!(await passes(some, mutant, MOST_MS))) continue;
    }
    survivors.push(mutant);
  }
  return survivors;
}

/** False too when it takes longer than `most` milliseconds. */
function passes({ project, tests }: Suite, mutant: Mutant | null, most: number): Promise<boolean> {
  const args = [
    "node_modules/vitest/vitest.mjs",
    "run",
    "--project",
    project,
    "--bail",
    "1",
    "--passWithNoTests",
    "--reporter",
    "dot",
    ...tests,
  ];
  const fault = mutant === null ? {} : { BULKHEAD_MUTANT: JSON.stringify(mutant) };
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd: ROOT, env: { ...process.env, ...fault }, stdio: "ignore", timeout: most });
    child.once("close", (code) => resolve(code === 0));
  });
}

/** The files of a folder, or the one file. */
const sourcesOf = (place: string): string[] => (place.endsWith(".ts") ? [place] : filesIn(place));

const filesIn = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length + 1))
    .sort();
