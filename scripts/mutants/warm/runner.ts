/**
 * vitest's runner, which afterwards runs the same tests again with each fault: only those that reach the fault's place, the quick ones
 * first, until one fails. Everything is loaded once. It runs in Node and in workerd, which differ in what {@link RunnerHost} says.
 */
import { inject, type RunnerTestCase, type RunnerTestFile, type RunnerTestSuite, TestRunner } from "vitest";
import type { Line, RunnerOrders } from "./orders.ts";
import { board } from "./switch.ts";

export type RunnerHost = {
  /** Milliseconds that grow with what a test costs. */
  readonly clock: () => number;
  /** Appends to the lines of the run. */
  readonly tell: (orders: RunnerOrders, line: Line) => void | Promise<void>;
  /** Milliseconds after which a test is taken to hang under a fault, beside `TIMES` those that it takes without one. */
  readonly mostMs: number;
};

/** A test may ask at places this many times as often as it does without a fault, and `SOME` more. */
const TIMES = 30;
const SOME = 200_000;
/** A test without a fault that takes this many milliseconds longer than before hangs: another left something behind. */
const UNFIT_MS = 30_000;
/** Tests that take longer, in milliseconds of the host's clock, are left for the faults that all others let pass. */
const LONG_MS = 400;

/** `asked`: how often it asks at places. */
type Known = { readonly test: RunnerTestCase; readonly ms: number; readonly asked: number; readonly reached: ReadonlySet<number> };

export function mutantRunner({ clock, tell, mostMs }: RunnerHost) {
  /** Kept over all files: each has a runner of its own. */
  const files: RunnerTestFile[] = [];
  const known: Known[] = [];
  /** By fault: files that reach it where no test run again can see what it does. */
  const unseen = new Map<number, Set<string>>();
  let startedAt = clock();

  return class MutantRunner extends TestRunner {
    override onBeforeTryTask(test: RunnerTestCase): void {
      super.onBeforeTryTask(test);
      hide(board.reached, test.file);
      empty();
      startedAt = clock();
    }
    override onAfterTryTask(test: RunnerTestCase): void {
      super.onAfterTryTask(test);
      known.push({ test, ms: clock() - startedAt, asked: board.asked, reached: board.reached });
      empty();
    }
    onBeforeRunFiles(loaded: RunnerTestFile[]): void {
      files.push(...loaded);
    }
    override async onAfterRunSuite(suite: RunnerTestSuite): Promise<void> {
      await super.onAfterRunSuite(suite);
      const orders = inject("mutantOrders");
      if ("filepath" in suite && files.length === orders.files && suite === files.at(-1)) await plantAll(orders);
    }
  };

  async function plantAll(orders: RunnerOrders): Promise<void> {
    await tell(orders, { kind: "loaded", tests: known.length });
    board.isPlanting = true;
    known.sort((a, b) => a.ms - b.ms);
    const quick = known.filter(({ ms }) => ms < LONG_MS);
    const long = known.filter(({ ms }) => ms >= LONG_MS);
    const places = new Set(known.flatMap(({ reached }) => [...reached]));
    let left = orders.plant;
    for (const tests of [quick, long]) {
      const survivors: number[] = [];
      for (const index of left) {
        await tell(orders, { kind: "planting", index });
        const by = await noticedBy(orders, tests, index);
        if (by === null) survivors.push(index);
        await tell(orders, { kind: "judged", index, by, isReached: places.has(index), unseen: [...(unseen.get(index) ?? [])] });
        await new Promise((resolve) => setTimeout(resolve)); // vitest's messages get their turn
      }
      left = survivors;
    }
    await tell(orders, { kind: "done" });
  }

  function hide(reached: Iterable<number>, { name }: RunnerTestFile): void {
    for (const index of reached) unseen.set(index, (unseen.get(index) ?? new Set()).add(name));
  }

  /** The first of the tests that fails with this fault; null: none does. */
  async function noticedBy(orders: RunnerOrders, tests: Known[], fault: number): Promise<string | null> {
    for (const { test, asked, reached, ms } of tests.filter((each) => each.reached.has(fault))) {
      if ((await failureOf(test, fault, { asked: asked * TIMES + SOME, ms: ms * TIMES + mostMs })) === null) continue;
      const name = `${test.file.name}: ${test.name}`;
      const leftBehind = await failureOf(test, -1, { asked: Number.POSITIVE_INFINITY, ms: ms * TIMES + UNFIT_MS });
      if (leftBehind === null) return name;
      await tell(orders, { kind: "unfit", test: `${name}: ${leftBehind}` });
      hide(reached, test.file);
      tests.splice(
        tests.findIndex((each) => each.test === test),
        1,
      );
    }
    return null;
  }

  /** What a test fails with under a fault; null: it passes. */
  async function failureOf(
    test: RunnerTestCase,
    fault: number,
    most: { readonly asked: number; readonly ms: number },
  ): Promise<string | null> {
    Object.assign(board, { planted: fault, reached: new Set(), asked: 0, mostAsked: most.asked });
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tooLong = new Promise<string>((resolve) => {
      timer = setTimeout(() => resolve("it does not end"), most.ms);
    });
    try {
      return await Promise.race([runOnce(test), tooLong]).then(
        (failure) => failure ?? (board.asked > most.asked ? "it goes on for ever" : null),
      );
    } catch (error) {
      return String(error).slice(0, 200);
    } finally {
      clearTimeout(timer);
      board.planted = -1;
      board.mostAsked = Number.POSITIVE_INFINITY;
    }
  }
}

/** What is reached between two tests was reached by the loading of modules. */
function empty(): void {
  Object.assign(board, { planted: -1, reached: new Set(), asked: 0, mostAsked: Number.POSITIVE_INFINITY });
}

/** A test with the hooks around it. */
async function runOnce(test: RunnerTestCase): Promise<null> {
  const suites = suitesOf(test);
  try {
    for (const suite of suites) for (const hook of TestRunner.getSuiteHooks(suite).beforeEach) await hook(test.context, suite);
    await TestRunner.getTestFn(test)();
  } finally {
    for (const suite of suites.reverse())
      for (const hook of TestRunner.getSuiteHooks(suite).afterEach.toReversed()) await hook(test.context, suite);
  }
  return null;
}

/** From the file inwards. */
function suitesOf(test: RunnerTestCase): RunnerTestSuite[] {
  const found: RunnerTestSuite[] = [];
  for (let suite = test.suite; suite !== undefined; suite = suite.suite) found.unshift(suite);
  return [test.file, ...found.filter((suite) => suite !== test.file)];
}
