/** The consumer of the queue of traces, over a simulated queue, runs and collector with a clock of their own. */
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../core/json.ts";
import type { TracePage } from "../../../core/run/outside/trace-export.ts";
import type { LogLine } from "../../../core/telemetry/log-line.ts";
import { spanText } from "../../../core/trace/otlp.ts";
import { defineDelivery } from "../../../workers/traces/delivery.ts";
import { defineExporter } from "../../../workers/traces/exporter.ts";
import { readOtlp } from "../../support/otlp.ts";

const span = (run: string, n: number): string =>
  spanText({
    ...{ traceId: "0af7651916cd43dd8448eb211c80319c", parent: null, name: `${run} ${n}`, kind: 1, start: n, end: n + 1, failed: false },
    id: (1_000_000 + Number(run.slice(1)) * 1_000 + n).toString(16).padStart(16, "0"),
    ...{ attributes: { "run.id": run }, events: [], droppedEvents: 0, links: [] },
  });
const idOf = (text: string): string => String((JSON.parse(text) as JsonObject)["spanId"]);

type Collector = (spans: readonly string[], headers: Headers, at: number) => Response | Promise<Response>;

/** Runs with so many spans each, the queue with their messages, and what the collector took: ids by how often. */
function world(runs: { [run: string]: number }, collector: Collector, { most = 100, gzip = false } = {}) {
  let now = 0;
  const taken = new Map<string, number>();
  const logged: LogLine[] = [];
  const requests: { at: number; spans: number }[] = [];
  const left = new Map(Object.keys(runs).map((run) => [run, 0]));
  const asked: string[] = [];
  let unreadable: unknown = null;
  /** What a collector cannot read is no answer of it. */
  const read = (body: string) => {
    try {
      return readOtlp(JSON.parse(body));
    } catch (error) {
      unreadable = error;
      throw error;
    }
  };
  const pageOf = (run: string): TracePage | null => {
    const from = left.get(run) ?? 0;
    const until = Math.min(runs[run] ?? 0, from + most);
    if (from === until) return null;
    return { spans: Array.from({ length: until - from }, (_, index) => span(run, from + index)), upTo: until };
  };
  type Queued = { body: unknown; dueAt: number; attempts: number };
  const queue: Queued[] = Object.keys(runs).map((run) => ({ body: { v: 1, kind: "run", org: "acme", run }, dueAt: 0, attempts: 0 }));
  const delivery = defineDelivery({
    collector: { url: "https://c.example.com/v1/traces", headers: [["api-key", "k"]], timeoutMs: 1_000, gzip, olderNames: false },
    resource: { service: "bulkhead", version: "1" },
    fetch: (async (_url: string, init: RequestInit) => {
      expect(init.redirect).toBe("manual");
      const spans = read(gzip ? gunzipSync(init.body as ArrayBuffer).toString() : String(init.body));
      requests.push({ at: now, spans: spans.length });
      const answer = await collector(
        spans.map(({ name }) => name),
        new Headers(init.headers),
        now,
      );
      if (answer.ok) for (const { spanId } of spans) taken.set(spanId, (taken.get(spanId) ?? 0) + 1);
      return answer;
    }) as typeof fetch,
    now: () => now,
    log: (line) => void logged.push(line),
  });
  const exporter = defineExporter({
    delivery,
    chance: () => 0.5,
    take: async (run) => {
      asked.push(run);
      return pageOf(run);
    },
    traced: async (run, upTo) => {
      if (upTo !== null) left.set(run, upTo);
      // As a run does: what is left is told again.
      if (upTo !== null && pageOf(run) !== null) queue.push({ body: { v: 1, kind: "run", org: "acme", run }, dueAt: now, attempts: 0 });
    },
    log: (line) => void logged.push(line),
  });
  /** Lets the queue deliver what is due, in batches of 100, until nothing is or `until` has come. */
  async function work(until = Number.POSITIVE_INFINITY): Promise<void> {
    for (let batches = 0; batches < 3_000 && queue.length > 0; batches++) {
      now = Math.max(now, Math.min(...queue.map(({ dueAt }) => dueAt)));
      if (now > until) return;
      const batch = queue.filter(({ dueAt }) => dueAt <= now).slice(0, 100);
      for (const one of batch) queue.splice(queue.indexOf(one), 1);
      const messages = batch.map((one) => ({
        id: "m",
        timestamp: new Date(0),
        body: one.body,
        attempts: one.attempts + 1,
        ack: () => {},
        retry: (options?: QueueRetryOptions) =>
          void queue.push({ ...one, attempts: one.attempts + 1, dueAt: now + Math.max(1, (options?.delaySeconds ?? 0) * 1_000) }),
      }));
      await exporter.consume({ messages: messages as unknown as Message<unknown>[] });
      expect(unreadable).toBeNull();
    }
  }
  const all = Object.entries(runs).flatMap(([run, spans]) => Array.from({ length: spans }, (_, n) => idOf(span(run, n))));
  return { work, taken, logged, requests, queue, asked, all, send: (body: unknown) => queue.push({ body, dueAt: now, attempts: 0 }) };
}

const runsOf = (count: number, spans: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`r${n}`, spans]));
const ok = () => new Response("{}");
const named = (logged: readonly LogLine[], event: string) => logged.filter((line) => line["event"] === event);

describe("the exporter", () => {
  it("[OTLP-11] sends the spans of many runs in one request, with the collector's headers, and each once", async () => {
    const seen: Headers[] = [];
    const all = world(runsOf(50, 4), (_spans, headers) => {
      seen.push(headers);
      return ok();
    });
    await all.work();
    expect(all.requests).toEqual([{ at: 0, spans: 200 }]);
    expect(seen[0]?.get("api-key")).toBe("k");
    expect(seen[0]?.get("content-type")).toBe("application/json");
    expect([...all.taken.keys()].sort()).toEqual(all.all.sort());
    expect(new Set(all.taken.values())).toEqual(new Set([1]));
  });

  it("[OTLP-11] compresses a request where the collector takes that", async () => {
    const seen: Headers[] = [];
    const all = world(
      runsOf(3, 2),
      (_spans, headers) => {
        seen.push(headers);
        return ok();
      },
      { gzip: true },
    );
    await all.work();
    expect([seen.length, seen[0]?.get("content-encoding"), seen[0]?.get("content-type")]).toEqual([1, "gzip", "application/json"]);
    expect([...all.taken.keys()].sort()).toEqual(all.all.sort());
  });

  it("[OTLP-11] a run with many spans sends them page by page, and no request is too large", async () => {
    const all = world({ r1: 950, r2: 3 }, ok, { most: 400 });
    await all.work();
    expect([...all.taken.keys()].sort()).toEqual(all.all.sort());
    expect(all.requests.map(({ spans }) => spans)).toEqual([403, 400, 150]);
  });

  it("[OTLP-12] loses nothing while the collector is down for an hour, and wakes no run for each try", async () => {
    const HOUR = 3_600_000;
    const all = world(runsOf(130, 3), (_spans, _headers, at) => {
      if (at < HOUR / 2) throw new TypeError("connection refused");
      return at < HOUR ? new Response("", { status: 503 }) : ok();
    });
    await all.work();
    expect([...all.taken.keys()].sort()).toEqual(all.all.sort());
    expect(new Set(all.taken.values())).toEqual(new Set([1]));
    const tries = all.requests.filter(({ at }) => at < HOUR).length;
    expect([tries > 20, tries < 60]).toEqual([true, true]);
    const last = all.requests.at(-1)?.at ?? 0;
    expect([last >= HOUR, last < HOUR + 5 * 60_000]).toEqual([true, true]);
    // A collector that failed is tried with one run, and the messages of the others go back to the queue without a word to them.
    expect([all.asked.length > 200, all.asked.length < 300]).toEqual([true, true]);
    expect(named(all.logged, "trace.collector_resting").length).toBeGreaterThan(0);
  });

  it("[OTLP-12] comes again when the collector says so", async () => {
    let times = 0;
    const all = world(runsOf(2, 1), () => (times++ === 0 ? new Response("", { status: 429, headers: { "retry-after": "40" } }) : ok()));
    await all.work();
    expect(all.requests.map(({ at }) => at)[0]).toBe(0);
    expect(all.requests[1]?.at).toBeGreaterThanOrEqual(40_000);
    expect(all.requests[1]?.at).toBeLessThan(60_000);
    expect(all.taken.size).toBe(2);
  });

  it("[OTLP-13] spans that the collector refuses for good hold up no others, and are said to be given up", async () => {
    const all = world(runsOf(40, 2), (spans) => (spans.some((name) => name.startsWith("r7 ")) ? new Response("", { status: 400 }) : ok()));
    await all.work();
    expect(all.queue).toEqual([]);
    expect([...all.taken.keys()]).toHaveLength(78);
    expect(new Set(all.taken.values())).toEqual(new Set([1]));
    expect(named(all.logged, "trace.refused")).toMatchObject([{ org: "acme", status: 400, counts: { spans: 2 } }]);
  });

  it("[OTLP-13] what a collector took but for some spans is not sent again", async () => {
    const all = world(runsOf(3, 2), () => new Response('{"partialSuccess":{"rejectedSpans":"1","errorMessage":"x"}}'));
    await all.work();
    expect(all.requests).toHaveLength(1);
    expect(named(all.logged, "trace.partly_refused")).toMatchObject([{ counts: { spans: 1 } }]);
  });

  it("[OTLP-13] messages that nobody knows, of runs that are gone and that come twice hold up nothing", async () => {
    const all = world({ r1: 1 }, ok);
    all.send({ v: 1, kind: "run", org: "acme", run: "gone" });
    all.send({ v: 1, kind: "run", org: "acme", run: "r1" });
    for (const odd of [{ v: 2 }, null, "text", { v: 1, kind: "spans", org: "acme", spans: "x" }]) all.send(odd);
    await all.work(1_000);
    expect(all.taken.size).toBe(1);
    expect([...all.taken.values()]).toEqual([1]);
    expect(all.queue).toHaveLength(4);
    expect(named(all.logged, "trace.unknown_message")).toHaveLength(4);
  });

  it("[OTLP-11] spans that come in the message itself leave with the others", async () => {
    const all = world({ r1: 1 }, ok);
    all.send({ v: 1, kind: "texts", org: "acme", texts: [span("r9", 1)] });
    all.send({ v: 1, kind: "spans", org: "acme", spans: [JSON.parse(span("r9", 2))] }); // as earlier versions sent them
    await all.work();
    expect(all.requests).toEqual([{ at: 0, spans: 3 }]);
  });

  it("[OTLP-12] whatever the collector does for a while, in the end every span is there, under its one id", async () => {
    const moods = fc.array(fc.constantFrom(200, 200, 400, 429, 500, 502, 503, 504, 401, 0), { minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(moods, fc.integer({ min: 1, max: 120 }), async (statuses, count) => {
        let n = 0;
        const all = world(runsOf(count, 3), (spans) => {
          const status = statuses[n++] ?? 200;
          if (status === 0) throw new TypeError("reset");
          // A request is refused for good by what is in it.
          if (status === 400) return spans.some((name) => name.startsWith("r3 ")) ? new Response("", { status }) : ok();
          return new Response("{}", { status });
        });
        await all.work();
        const lost = all.all.filter((id) => !all.taken.has(id));
        const poison = Array.from({ length: 3 }, (_, index) => idOf(span("r3", index)));
        for (const id of lost) expect(poison).toContain(id);
        expect(new Set([1, ...all.taken.values()])).toEqual(new Set([1]));
        expect(all.queue).toEqual([]);
      }),
      { numRuns: 20, endOnFailure: true },
    );
  });
});
