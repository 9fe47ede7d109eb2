/**
 * `npm run soak -- [--minutes 15]`: a platform under a mixed load, and what grows: latency by kind, the runtime's memory and open files, bytes
 * per run by store. Ends with 1 when requests fail, when latency climbs, or when memory climbs with the number of requests.
 */
import { parseArgs } from "node:util";
import { createClient } from "../sdk/client.ts";
import { liveHeap, openInspector } from "./engines/inspector.ts";
import { platformBundle, startPlatformRuntime, VARIABLES } from "./engines/platform.ts";
import { heldBy } from "./engines/processes.ts";
import { aligned } from "./report/figure.ts";
import { median, percentile } from "./report/statistics.ts";
import { startChildServer } from "./servers/child-server.ts";
import { startToolServer } from "./servers/start-tool-server.ts";
import { CHAT_MODEL, emptyTally, KINDS, mixedLoad, type Tally } from "./soak/mix.ts";
import { bytesByStore } from "./soak/stores.ts";

const USAGE = "usage: npm run soak -- [--minutes 15]   (a number from 1 to 600)";
/** Readings of a soak. The first third is warm-up: compiled code, open objects and page caches are filled then. */
const READINGS = 15;
const WARM_UP = READINGS / 3;
/**
 * What live objects of the Worker's isolate may take more for each request after the warm-up, in bytes. A Durable Object stays in memory for
 * some ten idle seconds, so at an even load they are even; what climbs by the request is a leak of ours. The memory of the whole runtime
 * holds the services of the local platform too (D1, R2, queues) and is shown beside it.
 */
const MOST_BYTES_A_REQUEST = 2_048;
/** Objects leave memory after some ten idle seconds, and queues have delivered what they had. */
const REST_MS = 30_000;
/** Medians of the last third over those of the second. */
const MOST_SLOWER = 1.5;

const minutes = minutesAsked();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => process.exit(130));
const tools = await startToolServer();
console.error("  … starting the platform");
const model = await startChildServer("model-server.ts");
const platform = await startPlatformRuntime({ bundle: await platformBundle(), toolUrl: tools.url, inspect: true });
await createClient({ url: platform.url, key: VARIABLES.ADMIN_API_KEY }).models.register(CHAT_MODEL, {
  ...{ base_url: `${model.url}/v1`, upstream_id: "bench-1", price: { input: 0.1, output: 0.4 }, context: 128_000 },
  ...{ tasks: ["chat"], pinned: true, pii: "allowed" },
});
const inspector = await openInspector(platform);
const load = mixedLoad(platform, VARIABLES.ADMIN_API_KEY);

type Reading = { readonly tally: Tally; readonly heap: number; readonly bytes: number; readonly files: number; readonly requests: number };
const readings: Reading[] = [];
const atStart = bytesByStore(platform.state);
let tally = emptyTally();
let requests = 0;
let runs = 0;
let over = false;
const working = load.run(
  () => over,
  () => tally,
);
console.log(`${minutes} minutes of ${KINDS.join(", ")}\n`);
console.log(head().join("  "));
for (let number = 0; number < READINGS; number++) {
  await new Promise((resolve) => setTimeout(resolve, (minutes * 60_000) / READINGS));
  const done = tally;
  tally = emptyTally();
  requests += done.requests;
  runs += done.runs;
  const heap = await liveHeap(inspector);
  const reading = { tally: done, heap, ...heldBy(platform.pid), requests };
  readings.push(reading);
  console.log(rowOf(reading, number).join("  "));
}
over = true;
await working;
await new Promise((resolve) => setTimeout(resolve, REST_MS));
const heapAtRest = await liveHeap(inspector);
const atRest = heldBy(platform.pid);
const verdicts = [...failuresOf(), ...slower(), ...leaks()];
console.log(`\n${aligned(storesTable()).join("\n")}\n`);
for (const verdict of verdicts) console.log(`  ✘ ${verdict}`);
console.log(verdicts.length === 0 ? "  nothing grows but what is kept" : `  ${verdicts.length} findings`);
load.close();
inspector.close();
await platform.stop();
await tools.stop();
await model.stop();
process.exit(verdicts.length === 0 ? 0 : 1);

function head(): string[] {
  return ["minute", "requests", ...KINDS.map((kind) => `${kind} p50/p99 ms`), "memory MB", "its live heap MB", "files"];
}

function rowOf({ tally: { latencies }, heap, bytes, files, requests: total }: Reading, number: number): string[] {
  const shown = KINDS.map((kind) => {
    const values = latencies.get(kind) ?? [];
    return (values.length === 0 ? "–" : `${percentile(values, 0.5).toFixed(0)}/${percentile(values, 0.99).toFixed(0)}`).padStart(
      `${kind} p50/p99 ms`.length,
    );
  });
  const minute = (((number + 1) * minutes) / READINGS).toFixed(1).padStart("minute".length);
  return [
    minute,
    String(total).padStart("requests".length),
    ...shown,
    (bytes / 1e6).toFixed(0).padStart("memory MB".length),
    (heap / 1e6).toFixed(1).padStart("its live heap MB".length),
    String(files).padStart(5),
  ];
}

function failuresOf(): string[] {
  const all = new Map<string, number>();
  for (const { tally: done } of readings) for (const [why, count] of done.failures) all.set(why, (all.get(why) ?? 0) + count);
  return [...all].map(([why, count]) => `${count} × ${why}`);
}

/** The second third against the last one. */
function slower(): string[] {
  const of = (from: number, to: number, kind: (typeof KINDS)[number]): number[] =>
    readings.slice(from, to).flatMap(({ tally: done }) => done.latencies.get(kind) ?? []);
  return KINDS.flatMap((kind) => {
    const [before, after] = [of(WARM_UP, 2 * WARM_UP, kind), of(2 * WARM_UP, READINGS, kind)];
    if (before.length === 0 || after.length === 0) return [`no ${kind} was measured`];
    const ratio = median(after) / median(before);
    return ratio > MOST_SLOWER ? [`the median ${kind} takes ${ratio.toFixed(2)} times what it took before`] : [];
  });
}

/** What grows by the request after the warm-up. */
function leaks(): string[] {
  const warm = readings.slice(WARM_UP);
  const [memory, heap] = [slopeOf(warm, "bytes"), slopeOf(warm, "heap")];
  console.log(
    `\n  after the warm-up, bytes a request: the runtime's memory ${memory.toFixed(0)}, live objects of the Worker ${heap.toFixed(0)}`,
  );
  console.log(
    `  after ${REST_MS / 1000} s without a request: memory ${(atRest.bytes / 1e6).toFixed(0)} MB, live heap ${(heapAtRest / 1e6).toFixed(1)} MB, ${atRest.files} files`,
  );
  const files = (warm.at(-1)?.files ?? 0) - (warm[0]?.files ?? 0);
  return [
    ...(heap > MOST_BYTES_A_REQUEST ? [`the Worker's live objects grow by ${heap.toFixed(0)} bytes a request`] : []),
    ...(files > requests / 10 ? [`${files} more files are open than after the warm-up`] : []),
  ];
}

/** By least squares over the number of requests. */
function slopeOf(given: readonly Reading[], of: "bytes" | "heap"): number {
  const meanX = given.reduce((sum, { requests: x }) => sum + x, 0) / given.length;
  const meanY = given.reduce((sum, reading) => sum + reading[of], 0) / given.length;
  const over_ = given.reduce((sum, reading) => sum + (reading.requests - meanX) * (reading[of] - meanY), 0);
  return over_ / given.reduce((sum, { requests: x }) => sum + (x - meanX) ** 2, 0);
}

/** Growth by store. Journals and index rows stay until their run is archived, audit entries until their retention ends. */
function storesTable(): string[][] {
  const rows = [...bytesByStore(platform.state)].map(([store, bytes]): [string, number] => [store, bytes - (atStart.get(store) ?? 0)]);
  const shown = rows.filter(([, bytes]) => bytes > 0).sort(([, a], [, b]) => b - a);
  return [
    ["store", "MB more", "bytes a run"],
    ...shown.map(([store, bytes]) => [store, (bytes / 1e6).toFixed(1), (bytes / Math.max(1, runs)).toFixed(0)]),
  ];
}

function minutesAsked(): number {
  try {
    const { values } = parseArgs({ options: { minutes: { type: "string", default: "15" } } });
    const asked = Number(values.minutes);
    if (asked >= 1 && asked <= 600) return asked;
  } catch {
    // told below
  }
  console.error(USAGE);
  process.exit(2);
}
