/**
 * Plants many faults in one process that is loaded once: each is a switch in the sources. It serves tests that may be run again and again. What
 * it cannot judge it says: survivors that are also reached while test files load or by a test that fails when it is run again, and faults that
 * have no switch.
 */
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startGuarded } from "../../platform/guarded-child.ts";
import { ROOT } from "../../platform/places.ts";
import type { Mutant } from "../mutant.ts";
import { type Line, ORDERS, type Orders } from "./orders.ts";

/** `unsure`: only a process of its own can say, with these test files; null: with all. */
export type Verdict = "caught" | "survived" | { readonly unsure: readonly string[] | null };

/** Without news for so long, a test hangs under the fault that is planted. */
const HANGS_MS = 180_000;
/** Until the tests have run once without a fault. */
const LOADS_MS = 900_000;

/** `broken`: a test hangs, or the process ended, for want of memory for instance. */
type Round = { readonly lines: readonly Line[]; readonly broken: boolean };

/** `tests`: files of the `project`. `plant`: of `mutants`, which are all faults of the sources. */
export async function plantWarm(
  project: Orders["project"],
  mutants: readonly Mutant[],
  plant: readonly Mutant[],
  tests: readonly string[],
  tell: (planted: number, survivors: number) => void,
): Promise<Map<string, Verdict>> {
  const verdicts = new Map<string, Verdict>();
  const indexOf = new Map(mutants.map(({ id }, index) => [id, index]));
  let left = plant.map(({ id }) => indexOf.get(id) ?? -1);
  while (left.length > 0) {
    const { lines, broken } = await round({ project, mutants, plant: left, files: tests.length }, tests, (news) =>
      tell(news.size, [...news.values()].filter((verdict) => verdict !== "caught").length),
    );
    const last = lines.at(-1);
    if (broken && last?.kind !== "planting") throw new Error("the run of the tests ended or hung while no fault was planted");
    const judged = verdictsOf(lines);
    if (broken && last?.kind === "planting") judged.set(last.index, "caught");
    for (const [index, verdict] of judged) verdicts.set(mutants[index]?.id ?? "", verdict);
    left = broken ? left.filter((index) => judged.get(index) !== "caught") : [];
  }
  return verdicts;
}

async function round(
  orders: Omit<Orders, "out">,
  tests: readonly string[],
  tell: (judged: ReadonlyMap<number, Verdict>) => void,
): Promise<Round> {
  const folder = mkdtempSync(join(tmpdir(), "bulkhead-mutants-"));
  const out = join(folder, "lines");
  writeFileSync(join(folder, "orders.json"), JSON.stringify({ ...orders, out } satisfies Orders));
  const config = join("scripts", "mutants", "warm", "vitest.config.ts");
  const child = startGuarded(
    process.execPath,
    ["--no-warnings", "node_modules/vitest/vitest.mjs", "run", "--config", config, "--silent", "--reporter", "dot", ...tests],
    { cwd: ROOT, env: { ...process.env, [ORDERS]: join(folder, "orders.json") }, output: openSync(join(folder, "log"), "w") },
  );
  let over = false;
  const ended = child.exited.then(() => {
    over = true;
  });
  let known = 0;
  let newsAt = Date.now();
  while (!over) {
    await Promise.race([ended, sleep(500)]);
    const lines = linesOf(out);
    if (lines.length > known) {
      newsAt = Date.now();
      tell(verdictsOf(lines));
    }
    known = lines.length;
    if (Date.now() - newsAt < (lines.some(({ kind }) => kind === "loaded") ? HANGS_MS : LOADS_MS)) continue;
    child.kill();
    await ended;
  }
  const lines = linesOf(out);
  rmSync(folder, { recursive: true });
  return { lines, broken: lines.at(-1)?.kind !== "done" };
}

/** A later line about the same fault counts. What long tests have not yet judged counts as a survivor. */
function verdictsOf(lines: readonly Line[]): Map<number, Verdict> {
  const apart = new Set(lines.flatMap((line) => (line.kind === "apart" ? line.indexes : [])));
  const verdicts = new Map<number, Verdict>();
  for (const line of lines) {
    if (line.kind !== "judged") continue;
    if (line.by !== null) verdicts.set(line.index, "caught");
    else if (apart.has(line.index)) verdicts.set(line.index, { unsure: null });
    else verdicts.set(line.index, line.unseen.length === 0 ? "survived" : { unsure: line.unseen });
  }
  return verdicts;
}

/** The last line may be written just now. */
const linesOf = (out: string): Line[] =>
  !existsSync(out)
    ? []
    : readFileSync(out, "utf8")
        .split("\n")
        .slice(0, -1)
        .map((line) => JSON.parse(line) as Line);
