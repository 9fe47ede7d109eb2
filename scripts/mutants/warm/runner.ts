/**
 * vitest's runner, which afterwards runs the same tests again with each fault: only those that reach the fault's place, the quick ones
 * first, until one fails. Everything is loaded once.
 */
import { appendFileSync, readFileSync } from "node:fs";
import { type RunnerTestCase, type RunnerTestFile, type RunnerTestSuite, TestRunner } from "vitest";
import { type Line, ORDERS, type Orders } from "./orders.ts";
import { board } from "./switch.ts";

/** A test may ask at places this many times as often as it does without a fault, and `SOME` more. */
const TIMES = 30;
const SOME = 200_000;
/** Tests that take longer, in milliseconds of CPU, are left for the faults that all others let pass. */
const LONG_MS = 400;

/** `ms`: of CPU. `asked`: how often it asks at places. */
type Known = { readonly test: RunnerTestCase; readonly ms: number; readonly asked: number; readonly reached: ReadonlySet<number> };

/** Kept over all files: each has a runner of its own. */
const files: RunnerTestFile[] = [];
const known: Known[] = [];
const atLoad = new Set<number>();
let startedAt = process.cpuUsage();

export default class MutantRunner extends TestRunner {
  override onBeforeTryTask(test: RunnerTestCase): void {
    super.onBeforeTryTask(test);
    for (const index of board.reached) atLoad.add(index);
    empty();
    startedAt = process.cpuUsage();
  }
  override onAfterTryTask(test: RunnerTestCase): void {
    super.onAfterTryTask(test);
    const { user, system } = process.cpuUsage(startedAt);
    known.push({ test, ms: (user + system) / 1000, asked: board.asked, reached: board.reached });
    empty();
  }
  onBeforeRunFiles(loaded: RunnerTestFile[]): void {
    files.push(...loaded);
  }
  override async onAfterRunSuite(suite: RunnerTestSuite): Promise<void> {
    await super.onAfterRunSuite(suite);
    const orders = JSON.parse(readFileSync(process.env[ORDERS] ?? "", "utf8")) as Orders;
    if ("filepath" in suite && files.length === orders.files && suite === files.at(-1)) await plantAll(orders);
  }
}

/** What is reached between two tests was reached by the loading of modules. */
function empty(): void {
  Object.assign(board, { planted: -1, reached: new Set(), asked: 0, mostAsked: Number.POSITIVE_INFINITY });
}

async function plantAll(orders: Orders): Promise<void> {
  const tell = (line: Line): void => appendFileSync(orders.out, `${JSON.stringify(line)}\n`);
  tell({ kind: "loaded", tests: known.length });
  known.sort((a, b) => a.ms - b.ms);
  const quick = known.filter(({ ms }) => ms < LONG_MS);
  const long = known.filter(({ ms }) => ms >= LONG_MS);
  let left = orders.plant;
  for (const tests of [quick, long]) {
    const survivors: number[] = [];
    for (const index of left) {
      tell({ kind: "planting", index });
      const by = await noticedBy(tests, index, tell);
      if (by === null) survivors.push(index);
      const isReached = known.some(({ reached }) => reached.has(index));
      tell({ kind: "judged", index, by, isReached, isAtLoad: atLoad.has(index) });
      await new Promise((resolve) => setImmediate(resolve)); // vitest's messages get their turn
    }
    left = survivors;
  }
  tell({ kind: "done" });
}

/** The first of the tests that fails with this fault; null: none does. */
async function noticedBy(tests: Known[], fault: number, tell: (line: Line) => void): Promise<string | null> {
  for (const { test, asked } of tests.filter(({ reached }) => reached.has(fault))) {
    if ((await failureOf(test, fault, asked * TIMES + SOME)) === null) continue;
    const name = `${test.file.name}: ${test.name}`;
    const leftBehind = await failureOf(test, -1, Number.POSITIVE_INFINITY);
    if (leftBehind === null) return name;
    tell({ kind: "unfit", test: `${name}: ${leftBehind}` });
    tests.splice(
      tests.findIndex((each) => each.test === test),
      1,
    );
  }
  return null;
}

/** What a test fails with under a fault; null: it passes. */
async function failureOf(test: RunnerTestCase, fault: number, mostAsked: number): Promise<string | null> {
  Object.assign(board, { planted: fault, reached: new Set(), asked: 0, mostAsked });
  try {
    for (const suite of suitesOf(test)) {
      for (const hook of TestRunner.getSuiteHooks(suite).beforeEach) await hook(test.context, suite);
    }
    await TestRunner.getTestFn(test)();
    return board.asked > mostAsked ? "it goes on for ever" : null;
  } catch (error) {
    return String(error).slice(0, 200);
  } finally {
    board.planted = -1;
    board.mostAsked = Number.POSITIVE_INFINITY;
  }
}

/** From the file inwards. */
function suitesOf(test: RunnerTestCase): RunnerTestSuite[] {
  const found: RunnerTestSuite[] = [];
  for (let suite = test.suite; suite !== undefined; suite = suite.suite) found.unshift(suite);
  return [test.file, ...found.filter((suite) => suite !== test.file)];
}

const testsOf = (suite: RunnerTestSuite): RunnerTestCase[] =>
  suite.tasks.flatMap((task) => (task.type === "suite" ? testsOf(task) : [task]));
