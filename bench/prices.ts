/**
 * What Cloudflare charges beyond what the paid plan includes, and what a use costs by it. Pure.
 * Read 2026-11 in the pages that each line names (their texts in the repository cloudflare/cloudflare-docs).
 */
import { type Counts, rowsRead, rowsWritten } from "./counted/counts.ts";

export type Price = { readonly usdPerMillion: number; readonly unit: string; readonly source: string };

const DOCS = "https://developers.cloudflare.com";

export const PRICES = {
  workerRequest: { usdPerMillion: 0.3, unit: "requests", source: `${DOCS}/workers/platform/pricing/` },
  workerCpu: { usdPerMillion: 0.02, unit: "CPU ms", source: `${DOCS}/workers/platform/pricing/` },
  /** RPC calls and alarms count like requests. */
  objectRequest: { usdPerMillion: 0.15, unit: "requests", source: `${DOCS}/durable-objects/platform/pricing/` },
  /** 128 MB an object, whatever it uses. */
  objectDuration: { usdPerMillion: 12.5, unit: "GB-s", source: `${DOCS}/durable-objects/platform/pricing/` },
  /** Objects and D1 alike; index entries, deletes and `setAlarm` count. */
  rowWritten: { usdPerMillion: 1, unit: "rows", source: `${DOCS}/durable-objects/platform/pricing/, ${DOCS}/d1/platform/pricing/` },
  rowRead: { usdPerMillion: 0.001, unit: "rows", source: `${DOCS}/durable-objects/platform/pricing/, ${DOCS}/d1/platform/pricing/` },
  /** A message is written, read and deleted: three operations for each 64 KB. */
  queueOperation: { usdPerMillion: 0.4, unit: "operations", source: `${DOCS}/queues/platform/pricing/` },
  kvRead: { usdPerMillion: 0.5, unit: "reads", source: `${DOCS}/kv/platform/pricing/` },
  kvWrite: { usdPerMillion: 5, unit: "writes", source: `${DOCS}/kv/platform/pricing/` },
  r2ClassA: { usdPerMillion: 4.5, unit: "operations", source: `${DOCS}/r2/pricing/` },
  r2ClassB: { usdPerMillion: 0.36, unit: "operations", source: `${DOCS}/r2/pricing/` },
} as const satisfies { readonly [name: string]: Price };

export type PricedUse = { readonly what: keyof typeof PRICES; readonly amount: number; readonly usd: number };

/** Gigabytes that an object is billed for (128 MB over 1 GB, as in the pricing page's examples). */
const OBJECT_GB = 0.128;
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
  const amounts: { readonly [name in keyof typeof PRICES]: number } = {
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
    const what = name as keyof typeof PRICES;
    return { what, amount, usd: (amount * PRICES[what].usdPerMillion) / 1_000_000 };
  });
}

export const totalUsd = (uses: readonly PricedUse[]): number => uses.reduce((sum, { usd }) => sum + usd, 0);
