/**
 * Death for real: the whole platform is killed with SIGKILL while runs are between, or in the middle of, writes to the outside; it is
 * started again over the same state, and nobody asks for anything. Every run moves again within 15 seconds of the start and
 * finishes; the shop saw each write's key with exactly one effect; the audit chain holds and has an entry for every call.
 */
import { rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Json } from "../../core/json.ts";
import { FINAL_STATUSES, type RunView } from "../../core/run/view.ts";
import type { ShopWrite } from "../platform/shop.ts";
import { readChainWithEnd } from "../start/evidence.ts";
import type { Check, CheckTools } from "./check.ts";
import { openWorld, type World } from "./world.ts";

/** From the platform's start to a run's first sign of life. */
const MOVES_WITHIN_MS = 15_000;
/** Where the machine is so busy that the start itself takes most of that: from the platform's first answer. */
const MOVES_AFTER_READY_MS = 5_000;
const FINISHES_WITHIN_MS = 90_000;

type Round = {
  readonly name: string;
  readonly faults: readonly { readonly path: string; readonly mode: string; readonly times?: number; readonly delay_ms?: number }[];
  readonly starts: readonly {
    readonly workflow: string;
    readonly input: Json;
    readonly paths: readonly string[];
    readonly status: string;
  }[];
  /** The faults keep every run from its end: none can be through when the platform is killed. */
  readonly holdsAll: boolean;
  /** Killed again this long after each new start was ready, before it is left alone. */
  readonly againAfterMs?: readonly number[];
  /** When to kill, as the shop's ledger shows it. */
  readonly killWhen: (writes: readonly ShopWrite[]) => boolean;
};

const REFUND = ["/payments/refund", "/mail/send"];
const FULFILMENT = ["/stock/reserve", "/payments/charge", "/shipping/ship"];

/** The shop refunds an order once, so each refund of a round has an order of its own, of at most 100 dollars: no review. */
const refunds = (...orders: readonly string[]) =>
  orders.map((order) => ({
    workflow: "support-refund",
    input: { ticket: `My order ${order} arrived broken, please refund it and write to buyer-${order.toLowerCase()}@example.org.` },
    paths: REFUND,
    status: "completed",
  }));
const fulfilments = (count: number, paths = FULFILMENT, status = "completed") =>
  Array.from({ length: count }, () => ({ workflow: "order-fulfilment", input: { order_id: "A-1001" }, paths, status }));

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
    const ended = await waitForEnds(world, runs);
    const finishedMs = Date.now() - startedAt;
    const writes = await world.shop.writes();
    await judge(round, world, ended, writes, broken);
    const audit = await judgeAudit(world, ended, writes, broken);
    played = true;
    return [
      round.name,
      String(runs.length),
      seconds(readyMs),
      seconds(Math.max(0, ...moved.values())),
      seconds(finishedMs),
      String(writes.filter(({ calls }) => calls > 1).length),
      audit,
    ];
  } finally {
    await world.stop();
    if (played && sound) rmSync(world.folder, { recursive: true, force: true });
    else tell(`${round.name}: its folder is kept: ${world.folder}`);
  }
}

/** Asks the shop alone: a question to the platform about a run would wake that run. */
async function firstSigns(
  world: World,
  runs: readonly RunView[],
  before: readonly ShopWrite[],
  startedAt: number,
  patienceMs: number,
): Promise<Map<string, number>> {
  const known = new Map(before.map(({ key, calls }) => [key, calls]));
  const moved = new Map<string, number>();
  while (moved.size < runs.length && Date.now() - startedAt < patienceMs) {
    for (const { key, calls } of await world.shop.writes()) {
      const run = key.split("/")[0] ?? "";
      if (calls > (known.get(key) ?? 0) && !moved.has(run)) moved.set(run, Date.now() - startedAt);
    }
    await sleep(20);
  }
  return moved;
}

/** Reads the list, which comes from the index: that wakes no run either. Whoever is not there in time is asked directly. */
async function waitForEnds(world: World, runs: readonly RunView[]): Promise<RunView[]> {
  const wanted = new Set(runs.map(({ id }) => id));
  await waitFor(async () => {
    const { data } = await world.people.auditor.runs.list({ limit: 200 });
    return data.filter(({ id, status }) => wanted.has(id) && FINAL_STATUSES.includes(status)).length === wanted.size;
  }, FINISHES_WITHIN_MS).catch(() => {});
  return Promise.all(runs.map(({ id }) => world.people.auditor.runs.get(id)));
}

async function judge(
  round: Round,
  world: World,
  ended: readonly RunView[],
  writes: readonly ShopWrite[],
  broken: (what: string) => void,
): Promise<void> {
  const { data: open } = await world.people.reviewer.reviews.list({ status: "pending" });
  for (const { id, run } of open) broken(`${run} waits for a person (${id}), which nobody asked for`);
  for (const [index, run] of ended.entries()) {
    const { paths = [], status = "" } = round.starts[index] ?? {};
    if (run.status !== status)
      broken(`${run.id} (${run.workflow}) is ${run.status} instead of ${status}: ${run.error?.code ?? "no error"}`);
    const mine = writes.filter(({ key }) => key.startsWith(`${run.id}/`));
    for (const path of paths) {
      const there = mine.filter((write) => write.path === path && write.effects > 0);
      if (there.length !== 1) broken(`${run.id} has ${there.length} effects on ${path} instead of one`);
    }
    for (const { path, key, effects } of mine) {
      if (effects > 0 && !paths.includes(path)) broken(`${key} had an effect on ${path}, which nobody asked for`);
      if (effects > 1) broken(`${key} had ${effects} effects`);
    }
    const { data } = await world.people.auditor.runs.journal(run.id);
    if (data.some(({ seq }, at) => seq !== at + 1)) broken(`${run.id}: its events are not numbered without gaps`);
  }
}

/** A call is on record before it leaves, so the chain has at least as many entries of a key as the shop saw calls. */
async function judgeAudit(
  world: World,
  ended: readonly RunView[],
  writes: readonly ShopWrite[],
  broken: (what: string) => void,
): Promise<string> {
  let chain = await readChainWithEnd(world.people.auditor, ended.at(-1)?.id ?? "");
  const missing = () => {
    const recorded = Map.groupBy(
      chain.entries.filter(({ event_type }) => event_type === "tool.called"),
      ({ data }) => (data as { key?: string }).key,
    );
    return writes.filter(({ key, calls }) => (recorded.get(key)?.length ?? 0) < calls);
  };
  for (const until = Date.now() + 15_000; missing().length > 0 && Date.now() < until; await sleep(500)) {
    chain = await readChainWithEnd(world.people.auditor, ended.at(-1)?.id ?? "");
  }
  for (const { key, calls } of missing()) broken(`the audit chain has fewer entries of ${key} than the shop saw calls (${calls})`);
  for (const { message, seq } of chain.problems) broken(`the audit chain: ${message} (seq ${seq})`);
  return chain.problems.length === 0 ? `${chain.entries.length} entries hold` : "broken";
}

const isThrough = (writes: readonly ShopWrite[], run: string, paths: readonly string[]): boolean =>
  paths.every((path) => writes.some((write) => write.path === path && write.key.startsWith(`${run}/`) && write.effects > 0));

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

async function waitFor(holds: () => Promise<boolean>, patienceMs: number, everyMs = 200): Promise<void> {
  for (const until = Date.now() + patienceMs; Date.now() < until; await sleep(everyMs)) if (await holds()) return;
  throw new Error(`it did not come about within ${patienceMs / 1000} s`);
}
