/**
 * A storm: some hundred runs of several workflows in flight, and the whole platform killed with SIGKILL at random moments, again and
 * again over the same state. After the last start nobody asks for anything: every run finishes, each write's key has exactly one
 * effect in the shop, the audit chain holds, and nothing is stuck. What is random comes from one seed, which the table names.
 */
import { rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { RunView } from "../../sdk/client.ts";
import { BulkheadError } from "../../sdk/transport.ts";
import { Dice } from "../../simulation/dice.ts";
import type { ShopWrite } from "../platform/shop.ts";
import type { Check, CheckTools } from "./check.ts";
import {
  FULFILMENT_PATHS,
  firstSigns,
  fulfilments,
  inWaves,
  judge,
  judgeAudit,
  onceEach,
  REFUND_PATHS,
  refunds,
  repeated,
  runOf,
  type Start,
  seconds,
  unfinished,
  waitForEnds,
} from "./verdict.ts";
import { openWorld, type World } from "./world.ts";

const WAVE = 25;
/** The column of the table. */
const MOVED = 4;
/** How long a life between two kills lasts at most, from the platform's first answer. */
const LONGEST_LIFE_MS = 7_000;
/** From the platform's start to a run's first sign of life, and from its first answer where the machine is busy. */
const MOVES_WITHIN_MS = 15_000;
const MOVES_AFTER_READY_MS = 10_000;
/** Each run has its share of a shop that is slow at first. */
const finishesWithinMs = (runs: number): number => 120_000 + runs * 1_000;
/** A start that the kill cut off is asked for again, with its Idempotency-Key. */
const STARTS_WITHIN_MS = 120_000;

/** The first call of each write is held for so long: all runs are to be under way when the first kill comes. */
const HOLD_MS = 9_000;
/** Later ones take anything up to that, so that kills come before, in the middle of and between writes. */
const CALLS_PER_DELAY = 10;
const SLOW_CALLS_PER_RUN = 6;
const PATHS = [...FULFILMENT_PATHS, ...REFUND_PATHS];

export const storm: Check = {
  name: "storm",
  title: "hundreds of runs, SIGKILL to the whole platform at random moments, over and over",
  async run(tools) {
    const { tell, violation, sizes } = tools;
    let sound = true;
    const broken = (what: string): void => {
      sound = false;
      violation(what);
    };
    const dice = new Dice(sizes.seed);
    const starts = mixOf(sizes.runs, dice);
    tell(`seed ${sizes.seed}, ${starts.length} runs, ${sizes.kills} kills; starting`);
    const world = await openWorld("storm");
    let played = false;
    try {
      await slowDown(world, starts.length, dice);
      const rows = await weather(world, starts, dice, tools, broken);
      played = true;
      return rows;
    } finally {
      await world.stop();
      if (played && sound) rmSync(world.folder, { recursive: true, force: true });
      else tell(`the folder is kept: ${world.folder}`);
    }
  },
};

async function slowDown(world: World, runs: number, dice: Dice): Promise<void> {
  for (const path of PATHS) {
    await world.shop.misbehave({ path, mode: "slow", delay_ms: HOLD_MS, times: runs });
    for (let calls = 0; calls < runs * SLOW_CALLS_PER_RUN; calls += CALLS_PER_DELAY) {
      await world.shop.misbehave({
        path,
        mode: "slow",
        delay_ms: Math.round(dice.roll("delay") * HOLD_MS),
        times: CALLS_PER_DELAY,
      });
    }
  }
}

async function weather(
  world: World,
  starts: readonly Start[],
  dice: Dice,
  { tell, sizes }: CheckTools,
  broken: (what: string) => void,
): Promise<string[][]> {
  const rows: string[][] = [
    ["kill", "killed after", "in flight", "ready", "moved then", "half moved after", "all moved after", "writes, one effect each"],
  ];
  let submitted = 0;
  const submission = inWaves(starts, WAVE, async (start, index) => {
    const run = await startUntilTaken(world, start, index);
    submitted += 1;
    if (submitted % WAVE === 0) tell(`${submitted} of ${starts.length} runs started`);
    return run;
  });
  submission.catch(() => {}); // awaited below
  // The last wave is still being asked for when the first kill comes.
  while (submitted < starts.length - Math.min(WAVE, starts.length / 2)) {
    await Promise.race([submission, sleep(100)]);
  }
  let runs: RunView[] = [];
  let known: readonly ShopWrite[] = [];
  let open: readonly RunView[] = [];
  for (let kill = 1; kill <= sizes.kills; kill++) {
    const lifeMs = Math.round(dice.roll("life") * LONGEST_LIFE_MS);
    await sleep(lifeMs);
    await world.killPlatform();
    const before = await world.shop.writes();
    const previous = rows.at(-1);
    if (kill > 1 && previous !== undefined) previous[MOVED] = `${callersSince(known, before, open)} of ${open.length}`;
    known = before;
    if (kill === sizes.kills) await world.shop.behave();
    tell(`kill ${kill} of ${sizes.kills}, ${seconds(lifeMs)} into its life, ${before.length} writes known; starting again`);
    const { startedAt, readyMs } = await world.startPlatformAgain();
    if (kill === 1) runs = await submission;
    open = inFlight(before, runs, starts);
    const last = kill === sizes.kills;
    if (last && open.length === 0) broken("no run was in flight at the last kill: it came too late to show anything");
    // In between the next kill comes when it comes; after the last one there is time.
    const patienceMs = last ? Math.max(MOVES_WITHIN_MS, readyMs + MOVES_AFTER_READY_MS) : 0;
    const moved = last ? await firstSigns(world, open, before, startedAt, patienceMs) : new Map<string, number>();
    for (const { id, workflow } of last ? open : [])
      if (!moved.has(id)) broken(`${id} (${workflow}) did not move within ${seconds(patienceMs)} of the start`);
    const times = [...moved.values()].sort((one, other) => one - other);
    rows.push([
      String(kill),
      seconds(lifeMs),
      String(open.length),
      seconds(readyMs),
      last ? `${moved.size} of ${open.length}` : "",
      last ? seconds(times[times.length >> 1] ?? 0) : "",
      last ? seconds(times.at(-1) ?? 0) : "",
      onceEach(await world.shop.writes()),
    ]);
    if (last) await aftermath(world, starts, runs, startedAt, { tell, sizes }, rows, broken);
  }
  return rows;
}

async function aftermath(
  world: World,
  starts: readonly Start[],
  runs: readonly RunView[],
  startedAt: number,
  { tell, sizes }: Pick<CheckTools, "tell" | "sizes">,
  rows: string[][],
  broken: (what: string) => void,
): Promise<void> {
  const watching = setInterval(() => {
    void unfinished(world, runs).then(
      (open) => tell(`waiting for the ends: ${runs.length - open.length} of ${runs.length}`),
      () => {},
    );
  }, 5_000);
  const ended = await waitForEnds(world, runs, finishesWithinMs(runs.length)).finally(() => clearInterval(watching));
  const finishedMs = Date.now() - startedAt;
  const writes = await world.shop.writes();
  tell("all looked at: the ledger, the journals, the audit chain");
  await judge(starts, world, ended, writes, broken);
  const audit = await judgeAudit(world, ended, writes, broken, 60_000);
  const completed = ended.filter(({ status }) => status === "completed").length;
  rows.push(["end", "", "0", "", `${completed} of ${runs.length} completed`, "", `finished ${seconds(finishedMs)}`, onceEach(writes)]);
  rows.push([`seed ${sizes.seed}`, "", "", "", `${repeated(writes)} calls repeated`, "", "", `audit: ${audit}`]);
}

/** Refunds of the five orders of at most 100 dollars; questions, which are answered by mail alone; fulfilments; short documents. */
function mixOf(count: number, dice: Dice): Start[] {
  const money = refunds("A-1001", "A-1003", "A-1004", "A-1006", "A-1008").slice(0, Math.ceil(count / 8));
  const others = Array.from({ length: count - money.length }, (_, index): Start[] => {
    const roll = dice.roll("mix");
    if (roll < 0.6) return fulfilments(1);
    if (roll < 0.8) return [question(index)];
    return [document(index)];
  }).flat();
  return [...others, ...money]
    .map((start) => ({ start, at: dice.roll("order") }))
    .sort((one, other) => one.at - other.at)
    .map(({ start }) => start);
}

const question = (index: number): Start => ({
  workflow: "support-refund",
  input: { ticket: `What are your opening hours? Please write to reader-${index}@example.org.` },
  paths: ["/mail/send"],
  status: "completed",
});

const document = (index: number): Start => ({
  workflow: "document-summary",
  input: {
    chunks: [0, 1, 2].map((part) => `Part ${part} of report ${index}. The warehouse was repainted. Deliveries took two days on average.`),
  },
  paths: [],
  status: "completed",
});

/** How many of `runs` the shop heard from between two looks at its ledger. */
function callersSince(before: readonly ShopWrite[], after: readonly ShopWrite[], runs: readonly RunView[]): number {
  const known = new Map(before.map(({ key, calls }) => [key, calls]));
  const callers = new Set(after.filter(({ key, calls }) => calls > (known.get(key) ?? 0)).map(({ key }) => runOf(key)));
  return runs.filter(({ id }) => callers.has(id)).length;
}

/** Who still has a write to make, as the shop knows it. */
function inFlight(writes: readonly ShopWrite[], runs: readonly RunView[], starts: readonly Start[]): RunView[] {
  const paths = Map.groupBy(
    writes.filter(({ effects }) => effects > 0),
    ({ key }) => runOf(key),
  );
  return runs.filter(({ id }, index) => (paths.get(id)?.length ?? 0) < (starts[index]?.paths.length ?? 0));
}

async function startUntilTaken(world: World, { workflow, input }: Start, index: number): Promise<RunView> {
  for (const until = Date.now() + STARTS_WITHIN_MS; ; await sleep(300)) {
    try {
      return await world.people.app.runs.start({ workflow, input, subject: `customer-${index}` }, { idempotencyKey: `storm-${index}` });
    } catch (error) {
      const refused = error instanceof BulkheadError && error.status < 500 && error.status !== 409 && error.status !== 429;
      if (refused || Date.now() > until) throw error;
    }
  }
}
