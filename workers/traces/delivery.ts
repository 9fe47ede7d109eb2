/**
 * Sends spans to the collector, those of many runs in one request, and remembers for this isolate how long the collector is to be left alone.
 * One that is down is left alone for a while, longer each time. One that refuses a request for good gets the spans of each run by themselves,
 * so that those that it does not take hold up no others. Knows no queue and no run: each parcel is told what became of it.
 */
import { type Log, logLine } from "../../core/telemetry/log-line.ts";
import type { EpochMs } from "../../core/time.ts";
import { type Answer, type Collector, readAnswer } from "../../core/trace/collector.ts";
import { requestText, type TraceResource } from "../../core/trace/otlp.ts";
import { sideBySide } from "../../kit/bounded.ts";
import { readBody } from "../kit/body.ts";
import { startDeadline } from "../kit/deadline.ts";

/** What sending needs from outside. */
export type DeliveryPorts = {
  readonly collector: Collector;
  readonly resource: TraceResource;
  /** Not the traced one: an export that made spans of its own would never end. */
  readonly fetch: typeof fetch;
  readonly now: () => EpochMs;
  readonly log: Log;
};

/** Spans that leave together or not at all, as texts of OTLP/JSON. */
export type Parcel = {
  /** null: of requests that nobody was authenticated for. */
  readonly org: string | null;
  readonly spans: readonly string[];
  /** The collector has them, or never takes them. MUST NOT throw. */
  readonly left: () => Promise<void> | void;
  /** It may take them after so many ms. MUST NOT throw. */
  readonly later: (waitMs: number) => Promise<void> | void;
};

/** The way to the collector. */
export type Delivery = {
  /** Milliseconds for which the collector is to be left alone; 0: none. */
  readonly restMs: () => number;
  /** It failed when it was asked last. */
  readonly isFailing: () => boolean;
  /** Resolves when each parcel has been told. Never throws. */
  readonly send: (parcels: readonly Parcel[]) => Promise<void>;
};

/** Spans of one request, unless one run alone has more, and UTF-16 units of their texts: collectors take some megabytes. */
const PER_REQUEST = { spans: 1_000, units: 2_000_000 };
/** Parcels that are told at a time: a word to a run is a call of its object. */
const WIDTH = 6;
/** Milliseconds for which a collector that failed is left alone: doubled with each failure in a row. */
const REST_MS = { first: 5_000, cap: 120_000 };
/** Bytes of an answer that are read: what was refused, in a few words. */
const ANSWER_BYTES = 64 * 1024;
const NOBODY = new AbortController().signal;

/** Until when the collector is left alone, and how often in a row it failed. */
type Rest = { until: EpochMs; failures: number };

/** One for each isolate. */
export function defineDelivery(ports: DeliveryPorts): Delivery {
  const rest: Rest = { until: 0, failures: 0 };
  const restMs = (): number => Math.max(0, rest.until - ports.now());
  return {
    restMs,
    isFailing: () => rest.failures > 0,
    async send(parcels) {
      for (const request of inRequests(parcels)) await deliver(ports, request, rest, restMs);
    },
  };
}

function inRequests(parcels: readonly Parcel[]): Parcel[][] {
  const requests: Parcel[][] = [];
  let [spans, units] = [Number.POSITIVE_INFINITY, 0];
  for (const parcel of parcels) {
    const own = parcel.spans.reduce((sum, { length }) => sum + length, 0);
    spans += parcel.spans.length;
    units += own;
    if (spans > PER_REQUEST.spans || units > PER_REQUEST.units) {
      requests.push([]);
      [spans, units] = [parcel.spans.length, own];
    }
    requests.at(-1)?.push(parcel);
  }
  return requests;
}

async function deliver(ports: DeliveryPorts, parcels: readonly Parcel[], rest: Rest, restMs: () => number): Promise<void> {
  if (restMs() > 0) return putOff(parcels, restMs());
  const answer = await post(ports, parcels);
  switch (answer.kind) {
    case "taken":
      rest.failures = 0;
      if (answer.rejected > 0) ports.log(logLine("trace.partly_refused", { runs: parcels.length, counts: { spans: answer.rejected } }));
      return settle(parcels);
    case "refused": {
      rest.failures = 0;
      const [only, ...others] = parcels;
      if (only === undefined) return;
      if (others.length > 0) {
        for (const parcel of parcels) await deliver(ports, [parcel], rest, restMs);
        return;
      }
      ports.log(logLine("trace.refused", { org: only.org, status: answer.status, counts: { spans: only.spans.length } }));
      return settle(parcels);
    }
    case "later": {
      const ownMs = Math.min(REST_MS.first * 2 ** rest.failures, REST_MS.cap);
      rest.failures = Math.min(rest.failures + 1, 16);
      const waitMs = answer.afterMs ?? ownMs;
      rest.until = ports.now() + waitMs;
      ports.log(logLine("trace.collector_resting", { status: answer.status ?? 0, rest_ms: waitMs, runs: parcels.length }));
      return putOff(parcels, waitMs);
    }
  }
}

/** A redirect is not followed: the headers are for this collector alone. */
async function post({ collector, resource, fetch, now }: DeliveryPorts, parcels: readonly Parcel[]): Promise<Answer> {
  const { url, headers, timeoutMs, gzip } = collector;
  const text = requestText(
    parcels.flatMap(({ spans }) => spans),
    resource,
  );
  const deadline = startDeadline(timeoutMs, NOBODY);
  try {
    const encoding = gzip ? { "content-encoding": "gzip" } : {};
    const said = { ...Object.fromEntries(headers), "content-type": "application/json", ...encoding };
    const body = gzip ? await gzipped(text) : text;
    const init: RequestInit = { method: "POST", headers: said, body, redirect: "manual", signal: deadline.signal };
    const response = await deadline.within(fetch(url, init));
    const answer = await readBody(response, ANSWER_BYTES, deadline);
    return readAnswer(response.status, response.headers.get("retry-after"), answer.ok ? answer.text : "", now());
  } catch {
    return { kind: "later", status: null, afterMs: null };
  } finally {
    deadline.end();
  }
}

/** Whole before it is sent: a request with a length, which every collector and proxy takes. */
const gzipped = (text: string): Promise<ArrayBuffer> =>
  new Response(new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"))).arrayBuffer();

const settle = (parcels: readonly Parcel[]): Promise<void> => sideBySide(parcels, WIDTH, async ({ left }) => left());
const putOff = (parcels: readonly Parcel[], waitMs: number): Promise<void> =>
  sideBySide(parcels, WIDTH, async ({ later }) => later(waitMs));
