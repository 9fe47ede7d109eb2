/**
 * What a run costs on the platform itself, estimated: rows, requests, messages, the time of its object, and what stays stored. Cloudflare bills
 * nobody by run, so this is arithmetic over what a run did, with figures that `npm run bench -- --only cost` counted. Pure.
 */
import type { MicroUsd } from "../money.ts";
import { OBJECT_GB, PLATFORM_PRICES, STORED_USD_PER_GB_MONTH } from "./platform-prices.ts";

/** What a run did. `calls`: of models and tools. `ranMs`: time in which something was under way. `events`: of its journal. */
export type RunUse = { readonly calls: number; readonly ranMs: number; readonly events: number };

/** One part of the estimate, in whole micro-dollars. */
export type StoragePart = { readonly what: "rows" | "requests" | "messages" | "duration" | "storage"; readonly microUsd: MicroUsd };

/** Records of a turn leave this long after it, in ms: calls that are faster share their records' messages. */
const FLUSH_MS = 200;
/** Of a run's start and end, and of each call whose records leave by themselves. A faster call is a row of the journal. */
const ROWS = { run: 20, call: 1, flush: 17 } as const;
const WORKER_REQUESTS = { run: 2, flush: 0.5 } as const;
const OBJECT_REQUESTS = { run: 8, flush: 4.4 } as const;
const MESSAGES = { run: 1, flush: 1 } as const;
/** Texts of records, in R2. */
const KEPT_TEXTS = { run: 2, flush: 0.5 } as const;
const OPERATIONS_PER_MESSAGE = 3;
/** The journal, the audit log and the index together; a run is stored so long, in months, before it is archived. */
const BYTES_PER_EVENT = 450;
const MONTHS = 1;

/** Each part is rounded up, and their sum is the run's estimate. */
export function storageParts({ calls, ranMs, events }: RunUse): readonly StoragePart[] {
  const flushes = Math.min(calls, Math.floor(ranMs / FLUSH_MS));
  const count = ({ run, call = 0, flush }: { run: number; call?: number; flush: number }): number => run + call * calls + flush * flushes;
  const { rowWritten, workerRequest, objectRequest, objectDuration, queueOperation, r2ClassA } = PLATFORM_PRICES;
  // A price for a million is a price in micro-dollars for one.
  const parts = {
    rows: count(ROWS) * rowWritten.usdPerMillion,
    requests:
      count(WORKER_REQUESTS) * workerRequest.usdPerMillion +
      count(OBJECT_REQUESTS) * objectRequest.usdPerMillion +
      count(KEPT_TEXTS) * r2ClassA.usdPerMillion,
    messages: count(MESSAGES) * OPERATIONS_PER_MESSAGE * queueOperation.usdPerMillion,
    duration: ((ranMs + FLUSH_MS) / 1_000) * OBJECT_GB * objectDuration.usdPerMillion,
    storage: ((events * BYTES_PER_EVENT) / 1_000) * STORED_USD_PER_GB_MONTH * MONTHS,
  };
  return Object.entries(parts).map(([what, microUsd]) => ({ what: what as StoragePart["what"], microUsd: Math.ceil(microUsd - 1e-9) }));
}

/** The whole estimate. */
export const storageCost = (use: RunUse): MicroUsd => storageParts(use).reduce((sum, { microUsd }) => sum + microUsd, 0);
