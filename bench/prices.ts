/** What a use costs on the price list of core/costs/platform-prices.ts. Pure. */
import { OBJECT_GB, PLATFORM_PRICES } from "../core/costs/platform-prices.ts";
import { type Counts, rowsRead, rowsWritten } from "./counted/counts.ts";

export type PricedUse = { readonly what: keyof typeof PLATFORM_PRICES; readonly amount: number; readonly usd: number };

const OPERATIONS_PER_MESSAGE = 3;

/**
 * `cpuMs`: of the whole process, which is more than is billed (objects pay for time, not for CPU).
 * `runSeconds`: how long the run's own object had something under way, calls to the outside included.
 */
export function priced(counts: Counts, cpuMs: number, runSeconds: number): readonly PricedUse[] {
  const objects = Object.entries(counts.objects);
  const others = objects.reduce((sum, [name, { activeMs }]) => sum + (name === "RunEngine" ? 0 : activeMs / 1000), 0);
  const { queue, kv, r2, http } = counts;
  const again = Math.max(0, queue.delivered - queue.sent);
  const amounts: { readonly [name in keyof typeof PLATFORM_PRICES]: number } = {
    workerRequest: http.requests + queue.batches,
    workerCpu: cpuMs,
    objectRequest: objects.reduce((sum, [, { requests }]) => sum + requests, 0),
    objectDuration: (runSeconds + others) * OBJECT_GB,
    rowWritten: rowsWritten(counts),
    rowRead: rowsRead(counts),
    queueOperation: queue.sent * OPERATIONS_PER_MESSAGE + again,
    kvRead: kv.reads,
    kvWrite: kv.writes,
    r2ClassA: r2.classA,
    r2ClassB: r2.classB,
  };
  return Object.entries(amounts).map(([name, amount]) => {
    const what = name as keyof typeof PLATFORM_PRICES;
    return { what, amount, usd: (amount * PLATFORM_PRICES[what].usdPerMillion) / 1_000_000 };
  });
}

export const totalUsd = (uses: readonly PricedUse[]): number => uses.reduce((sum, { usd }) => sum + usd, 0);
