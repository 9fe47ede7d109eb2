/** Plants the faults of an area one at a time, and runs the area's tests against each. */
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../platform/places.ts";
import type { Area } from "./areas.ts";
import { ARGUED } from "./argued.ts";
import { type Mutant, mutantsOf, sampleOf } from "./mutant.ts";

export type Planted = {
  readonly area: string;
  readonly planted: number;
  readonly caught: number;
  /** Survivors that a reason is given for: they change nothing that anybody could notice. */
  readonly argued: readonly Mutant[];
  readonly survivors: readonly Mutant[];
};

/** Maximum milliseconds of one run; a test that hangs under a fault has noticed it. */
const RUN_MS = 120_000;

export async function plantAll(area: Area, count: number, tell: (what: string) => void): Promise<Planted> {
  const mutants = sampleOf(
    sourcesOf(area.sources).flatMap((file) => mutantsOf(file, readFileSync(join(ROOT, file), "utf8"))),
    count,
  );
  if (!(await passes(area, null))) throw new Error(`the tests of ${area.name} fail without any fault`);
  const survivors: Mutant[] = [];
  for (const [index, mutant] of mutants.entries()) {
    tell(`${area.name}: ${index + 1} of ${mutants.length}, ${survivors.length} survived`);
    if (await passes(area, mutant)) survivors.push(mutant);
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

function passes({ project, tests }: Area, mutant: Mutant | null): Promise<boolean> {
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
    const child = spawn(process.execPath, args, { cwd: ROOT, env: { ...process.env, ...fault }, stdio: "ignore", timeout: RUN_MS });
    child.once("close", (code) => resolve(code === 0));
  });
}

const sourcesOf = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length + 1))
    .sort();
