/** What must hold of runs that lived through the platform's ends, asked of the shop, of the platform's lists and of the audit chain. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Json } from "../../core/json.ts";
import { FINAL_STATUSES } from "../../core/run/outside/view.ts";
import type { RunView } from "../../sdk/client.ts";
import type { ShopWrite } from "../platform/shop.ts";
import { readChainWithEnd } from "../start/evidence.ts";
import type { World } from "./world.ts";

/** A run to start and what is to come of it. */
export type Start = {
  readonly workflow: string;
  readonly input: Json;
  /** The shop's paths on which it has exactly one effect each, and no others. */
  readonly paths: readonly string[];
  readonly status: string;
};

export const REFUND_PATHS = ["/payments/refund", "/mail/send"];
export const FULFILMENT_PATHS = ["/stock/reserve", "/payments/charge", "/shipping/ship"];

/** The shop refunds an order once, so each refund against one shop has an order of its own, of at most 100 dollars: no review. */
export const refunds = (...orders: readonly string[]): Start[] =>
  orders.map((order) => ({
    workflow: "support-refund",
    input: { ticket: `My order ${order} arrived broken, please refund it and write to buyer-${order.toLowerCase()}@example.org.` },
    paths: REFUND_PATHS,
    status: "completed",
  }));

export const fulfilments = (count: number, paths: readonly string[] = FULFILMENT_PATHS, status = "completed"): Start[] =>
  Array.from({ length: count }, () => ({ workflow: "order-fulfilment", input: { order_id: "A-1001" }, paths, status }));

/** Asks the shop alone: a question to the platform about a run would wake that run. Milliseconds since `startedAt`, by run. */
export async function firstSigns(
  world: World,
  runs: readonly RunView[],
  before: readonly ShopWrite[],
  startedAt: number,
  patienceMs: number,
): Promise<Map<string, number>> {
  const known = new Map(before.map(({ key, calls }) => [key, calls]));
  const awaited = new Set(runs.map(({ id }) => id));
  const moved = new Map<string, number>();
  while (moved.size < runs.length && Date.now() - startedAt < patienceMs) {
    for (const { key, calls } of await world.shop.writes()) {
      const run = runOf(key);
      if (awaited.has(run) && calls > (known.get(key) ?? 0) && !moved.has(run)) moved.set(run, Date.now() - startedAt);
    }
    await sleep(20);
  }
  return moved;
}

/** Those of `runs` that the list, which comes from the index and wakes no run, does not show as ended. */
export async function unfinished<Run extends { readonly id: string }>(world: World, runs: readonly Run[]): Promise<Run[]> {
  const open = new Map(runs.map((run) => [run.id, run]));
  let cursor: string | null = null;
  do {
    const page = await world.people.auditor.runs.list({ limit: 200, ...(cursor === null ? {} : { cursor }) });
    for (const { id, status } of page.data) if (FINAL_STATUSES.includes(status)) open.delete(id);
    cursor = page.next_cursor;
  } while (cursor !== null && open.size > 0);
  return [...open.values()];
}

/** Who is not at its end in time is in the answer as it is. */
export async function waitForEnds(world: World, runs: readonly RunView[], patienceMs: number): Promise<RunView[]> {
  await waitFor(async () => (await unfinished(world, runs)).length === 0, patienceMs, 500).catch(() => {});
  return inWaves(runs, 20, ({ id }) => world.people.auditor.runs.get(id));
}

export async function judge(
  starts: readonly Start[],
  world: World,
  ended: readonly RunView[],
  writes: readonly ShopWrite[],
  broken: (what: string) => void,
): Promise<void> {
  const { data: open } = await world.people.reviewer.reviews.list({ status: "pending" });
  for (const { id, run } of open) broken(`${run} waits for a person (${id}), which nobody asked for`);
  const known = new Set(ended.map(({ id }) => id));
  for (const { key } of writes) if (!known.has(runOf(key))) broken(`${key} is a write of a run that nobody started`);
  const byRun = Map.groupBy(writes, ({ key }) => runOf(key));
  await inWaves(ended, 20, async (run, index) => {
    const { paths = [], status = "" } = starts[index] ?? {};
    if (run.status !== status)
      broken(`${run.id} (${run.workflow}) is ${run.status} instead of ${status}: ${run.error?.code ?? "no error"}`);
    const mine = byRun.get(run.id) ?? [];
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
  });
}

/** A call is on record before it leaves, so the chain has at least as many entries of a key as the shop saw calls. */
export async function judgeAudit(
  world: World,
  ended: readonly RunView[],
  writes: readonly ShopWrite[],
  broken: (what: string) => void,
  patienceMs = 15_000,
): Promise<string> {
  let chain = await readChainWithEnd(world.people.auditor, ended.at(-1)?.id ?? "");
  const missing = () => {
    const recorded = Map.groupBy(
      chain.entries.filter(({ event_type }) => event_type === "tool.called"),
      ({ data }) => (data as { key?: string }).key,
    );
    return writes.filter(({ key, calls }) => (recorded.get(key)?.length ?? 0) < calls);
  };
  for (const until = Date.now() + patienceMs; missing().length > 0 && Date.now() < until; await sleep(500)) {
    chain = await readChainWithEnd(world.people.auditor, ended.at(-1)?.id ?? "");
  }
  for (const { key, calls } of missing()) broken(`the audit chain has fewer entries of ${key} than the shop saw calls (${calls})`);
  for (const { message, seq } of chain.problems) broken(`the audit chain: ${message} (seq ${seq})`);
  return chain.problems.length === 0 ? `${chain.entries.length} entries hold` : "broken";
}

/** "effects: 512 of 512 writes one": the sum that the table shows. */
export const onceEach = (writes: readonly ShopWrite[]): string =>
  `${writes.filter(({ effects }) => effects === 1).length} of ${writes.filter(({ effects }) => effects > 0).length}`;

export const repeated = (writes: readonly ShopWrite[]): number => writes.filter(({ calls }) => calls > 1).length;

/** Keys begin with their run (docs/contract.md, "Tools"). */
export const runOf = (key: string): string => key.split("/")[0] ?? "";

export const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

export async function waitFor(holds: () => Promise<boolean>, patienceMs: number, everyMs = 200): Promise<void> {
  for (const until = Date.now() + patienceMs; Date.now() < until; await sleep(everyMs)) if (await holds()) return;
  throw new Error(`it did not come about within ${patienceMs / 1000} s`);
}

/** Some at a time: all at once would measure the queue before two cores. In the order of `items`. */
export async function inWaves<In, Out>(
  items: readonly In[],
  size: number,
  work: (item: In, index: number) => Promise<Out>,
): Promise<Out[]> {
  const done: Out[] = [];
  for (let at = 0; at < items.length; at += size) {
    done.push(...(await Promise.all(items.slice(at, at + size).map((item, index) => work(item, at + index)))));
  }
  return done;
}
