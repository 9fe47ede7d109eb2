/**
 * What Cloudflare charges beyond what the paid plan includes. Pure.
 * Read 2026-11 in the pages that each line names (their texts in the repository cloudflare/cloudflare-docs).
 */

/** A price, with its unit and the page that says so. */
export type PlatformPrice = { readonly usdPerMillion: number; readonly unit: string; readonly source: string };

const DOCS = "https://developers.cloudflare.com";

/** The price list, by what is used. */
export const PLATFORM_PRICES = {
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
} as const satisfies { readonly [name: string]: PlatformPrice };

/** Gigabytes that an object is billed for (128 MB over 1 GB, as in the pricing page's examples). */
export const OBJECT_GB = 0.128;

/** Dollars for a gigabyte that an object stores for a month. */
export const STORED_USD_PER_GB_MONTH = 0.2;
