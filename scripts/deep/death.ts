/**
 * Death for real: the whole platform is killed with SIGKILL while runs are between, or in the middle of, writes to the outside; it is
 * started again over the same state, and nobody asks for anything. Every run moves again within 15 seconds of the start and
 * finishes; the shop saw each write's key with exactly one effect; the audit chain holds and has an entry for every call.
 */
import { rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { ShopWrite } from "../platform/shop.ts";
import type { Check, CheckTools } from "./check.ts";
import { firstSigns, fulfilments, judge, judgeAudit, refunds, repeated, type Start, seconds, waitFor, waitForEnds } from "./verdict.ts";
import { openWorld } from "./world.ts";

/** From the platform's start to a run's first sign of life. */
const MOVES_WITHIN_MS = 15_000;
/** Where the machine is so busy that the start itself takes most of that: from the platform's first answer. */
const MOVES_AFTER_READY_MS = 5_000;
const FINISHES_WITHIN_MS = 90_000;

type Round = {
  readonly name: string;
  readonly faults: readonly { readonly path: string; readonly mode: string; readonly times?: number; readonly delay_ms?: number }[];
  readonly starts: readonly Start[];
  /** The faults keep every run from its end: none can be through when the platform is killed. */
  readonly holdsAll: boolean;
  /** Killed again this long after each new start was ready, before it is left alone. */
  readonly againAfterMs?: readonly number[];
  /** When to kill, as the shop's ledger shows it. */
  readonly killWhen: (writes: readonly ShopWrite[]) => boolean;
};

const done = (writes: readonly ShopWrite[], path: string): number =>
  writes.filter((write) => write.path === path && write.effects > 0).length;

const ROUNDS: readonly Round[] = [
  {
    name: "the refund arrived, its answer did not",
    faults: [
      { path: "/payments/refund", mode: "slow", delay_ms: 4_000 },
      { path: "/payments/charge", mode: "slow", delay_ms: 4_000 },
    ],
    starts: [...refunds("A-1001", "A-1003", "A-1004", "A-1006", "A-1008"), ...fulfilments(3)],
    holdsAll: true,
    killWhen: (writes) => done(writes, "/payments/refund") === 5 && done(writes, "/payments/charge") === 3,
  },
  {
    name: "the refund is done, the mail is not",
    faults: [],
    starts: [...refunds("A-1001", "A-1003", "A-1004", "A-1006", "A-1008"), ...fulfilments(3)],
    holdsAll: false,
    killWhen: (writes) =>
      done(writes, "/payments/refund") > done(writes, "/mail/send") || done(writes, "/payments/charge") > done(writes, "/shipping/ship"),
  },
  {
    name: "the mail hangs, the parcel hangs",
    faults: [
      { path: "/mail/send", mode: "hang", times: 3 },
      { path: "/shipping/ship", mode: "hang", times: 3 },
    ],
    starts: [...refunds("A-1001", "A-1003", "A-1006"), ...fulfilments(3)],
    holdsAll: true,
    killWhen: (writes) => done(writes, "/mail/send") === 3 && done(writes, "/shipping/ship") === 3,
  },
  {
    name: "killed four times in a row",
    faults: [
      { path: "/payments/refund", mode: "slow", delay_ms: 15_000, times: 8 },
      { path: "/stock/reserve", mode: "slow", delay_ms: 15_000, times: 8 },
    ],
    starts: [...refunds("A-1001", "A-1003"), ...fulfilments(2)],
    holdsAll: true,
    againAfterMs: [200, 4_000, 9_000],
    killWhen: (writes) => done(writes, "/payments/refund") === 2 && done(writes, "/stock/reserve") === 2,
  },
  {
    name: "in the middle of compensating",
    faults: [
      { path: "/shipping/ship", mode: "fail_for_good" },
      { path: "/payments/void", mode: "slow", delay_ms: 4_000 },
    ],
    starts: fulfilments(4, ["/stock/reserve", "/payments/charge", "/payments/void", "/stock/release"], "failed"),
    holdsAll: true,
    killWhen: (writes) => done(writes, "/payments/void") === 4 && done(writes, "/stock/release") === 0,
  },
];

export const death: Check = {
  name: "death",
  title: "SIGKILL to the whole platform between two writes",
  async run(tools) {
    const rows: string[][] = [["killed when", "runs", "ready", "moved after", "finished after", "calls repeated", "audit"]];
    for (const round of ROUNDS) rows.push(await play(round, tools));
    return rows;
  },
};

async function play(round: Round, { tell, violation }: CheckTools): Promise<string[]> {
  let sound = true;
  const broken = (what: string): void => {
    sound = false;
    violation(`${round.name}: ${what}`);
  };
  tell(`${round.name}: starting`);
  const world = await openWorld("death");
  let played = false;
  try {
    for (const fault of round.faults) await world.shop.misbehave(fault);
    tell(`${round.name}: ${round.starts.length} runs`);
    const runs = await Promise.all(
      round.starts.map(({ workflow, input }, index) =>
        world.people.app.runs.start({ workflow, input, subject: `customer-${index}` }, { idempotencyKey: `death-${index}` }),
      ),
    );
    await waitFor(async () => round.killWhen(await world.shop.writes()), 30_000, 5).catch(() => broken("the moment to kill never came"));
    await world.killPlatform();
    for (const aliveMs of round.againAfterMs ?? []) {
      tell(`${round.name}: killed, up again for ${aliveMs / 1000} s`);
      await world.startPlatformAgain();
      await sleep(aliveMs);
      await world.killPlatform();
    }
    const before = await world.shop.writes();
    const interrupted = runs.filter((run, index) => round.holdsAll || !isThrough(before, run.id, round.starts[index]?.paths ?? []));
    if (interrupted.length === 0) broken("no run was interrupted: the kill came too late to show anything");
    tell(`${round.name}: killed, starting again`);
    const { startedAt, readyMs } = await world.startPlatformAgain();
    const patienceMs = Math.max(MOVES_WITHIN_MS, readyMs + MOVES_AFTER_READY_MS);
    const moved = await firstSigns(world, interrupted, before, startedAt, patienceMs);
    for (const run of interrupted)
      if (!moved.has(run.id)) broken(`${run.id} (${run.workflow}) did not move within ${seconds(patienceMs)} of the start`);
    tell(`${round.name}: moving, waiting for the ends`);
    const ended = await waitForEnds(world, runs, FINISHES_WITHIN_MS);
    const finishedMs = Date.now() - startedAt;
    const writes = await world.shop.writes();
    await judge(round.starts, world, ended, writes, broken);
    const audit = await judgeAudit(world, ended, writes, broken);
    played = true;
    return [
      round.name,
      String(runs.length),
      seconds(readyMs),
      seconds(Math.max(0, ...moved.values())),
      seconds(finishedMs),
      String(repeated(writes)),
      audit,
    ];
  } finally {
    await world.stop();
    if (played && sound) rmSync(world.folder, { recursive: true, force: true });
    else tell(`${round.name}: its folder is kept: ${world.folder}`);
  }
}

const isThrough = (writes: readonly ShopWrite[], run: string, paths: readonly string[]): boolean =>
  paths.every((path) => writes.some((write) => write.path === path && write.key.startsWith(`${run}/`) && write.effects > 0));
