/** Plants the faults of an area, and runs the area's tests against each: of pure code in one warm process, else in a process a fault. */
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../platform/places.ts";
import type { Area } from "./areas.ts";
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

/** A run that takes so many times as long as one without a fault hangs, and has noticed the fault; `LEAST_MS` are allowed in any case. */
const TIMES = 5;
const LEAST_MS = 120_000;
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
  const told = (planted: number, survivors: number): void =>
    tell(`${area.name}: ${planted} of ${mutants.length}, ${survivors} not caught so far`);
  const warm = area.project === "core" ? await plantWarm(all, mutants, testsOf(area), told) : new Map<string, Verdict>();
  const survivors = await plantOneByOne(area, mutants, warm, told);
  const argued = survivors.filter(({ id }) => ARGUED.has(id));
  return {
    area: area.name,
    planted: mutants.length,
    caught: mutants.length - survivors.length,
    argued,
    survivors: survivors.filter(({ id }) => !ARGUED.has(id)),
  };
}

/** Each fault in a process of its own, unless `known` says what becomes of it. */
async function plantOneByOne(
  area: Area,
  mutants: readonly Mutant[],
  known: ReadonlyMap<string, Verdict>,
  tell: (planted: number, survivors: number) => void,
): Promise<Mutant[]> {
  const isOpen = ({ id }: Mutant): boolean => !known.has(id) || known.get(id) === "unsure";
  const startedAt = Date.now();
  if (mutants.some(isOpen) && !(await passes(area, null, NO_BOUND))) throw new Error(`the tests of ${area.name} fail without any fault`);
  const most = Math.max(LEAST_MS, TIMES * (Date.now() - startedAt));
  const survivors: Mutant[] = [];
  for (const [index, mutant] of mutants.entries()) {
    tell(index + 1, survivors.length);
    if (isOpen(mutant) ? await passes(area, mutant, most) : known.get(mutant.id) === "survived") survivors.push(mutant);
  }
  return survivors;
}

/** False too when it takes longer than `most` milliseconds. */
function passes({ project, tests }: Area, mutant: Mutant | null, most: number): Promise<boolean> {
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

const testsOf = ({ tests }: Area): string[] => tests.flatMap(sourcesOf).filter((path) => path.endsWith(".test.ts"));

/** The files of a folder, or the one file. */
const sourcesOf = (place: string): string[] => (place.endsWith(".ts") ? [place] : filesIn(place));

const filesIn = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length + 1))
    .sort();
