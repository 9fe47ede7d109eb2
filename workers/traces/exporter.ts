/**
 * The consumer of the queue of traces: asks runs for the spans that have not left, sends those of many in one request to the collector, and
 * tells each run what became of them. A message is acknowledged only when its run knows. Spans have the same ids however often they leave.
 *
 * A collector that is down is left alone for a while, longer each time, and nobody's object is woken for it; one that refuses a request for
 * good gets the spans of each run by themselves, so that those that it does not take hold up no others.
 */
import type { JsonObject } from "../../core/json.ts";
import type { TracePage } from "../../core/run/outside/trace-export.ts";
import { errorName, type Log, logLine } from "../../core/telemetry/log-line.ts";
import type { EpochMs } from "../../core/time.ts";
import { type Answer, type Collector, readAnswer } from "../../core/trace/collector.ts";
import { isTraceMessage, type TraceMessage } from "../../core/trace/message.ts";
import { inResource, type TraceResource } from "../../core/trace/otlp.ts";
import { sideBySide } from "../../kit/bounded.ts";
import { readBody } from "../kit/body.ts";
import { startDeadline } from "../kit/deadline.ts";

/** What the exporter needs from outside. */
export type ExporterPorts = {
  /** null: nobody takes traces, and messages of a time when somebody did are let go. */
  readonly collector: Collector | null;
  readonly resource: TraceResource;
  /** Not the traced one: an export that made spans of its own would never end. */
  readonly fetch: typeof fetch;
  readonly now: () => EpochMs;
  /** 0 to below 1. */
  readonly chance: () => number;
  /** The spans of a run that leave next; `busy`: another consumer is at them; null: none wait. */
  readonly take: (run: string) => Promise<TracePage | "busy" | null>;
  /** They have left up to this event; null: they could not, and the queue comes again. */
  readonly traced: (run: string, upTo: number | null) => Promise<void>;
  readonly log: Log;
};

/** Takes batches of the queue. Never throws. */
export type Exporter = { readonly consume: (batch: Pick<MessageBatch<unknown>, "messages">) => Promise<void> };

/** Spans of one message, on their way. `settle`: tells where they came from that they have left. */
type Parcel = {
  readonly org: string;
  readonly message: Message<unknown>;
  readonly spans: readonly JsonObject[];
  readonly settle: (delivered: boolean) => Promise<void>;
};

/** Until when the collector is left alone, and how often in a row it failed. */
type Rest = { until: EpochMs; failures: number };

/** Spans of one request, unless one run alone has more. Collectors take some megabytes, and a span has about a kilobyte. */
const SPANS_PER_REQUEST = 1_000;
/** Runs that are asked at a time. */
const WIDTH = 6;
/** Milliseconds for which a collector that failed is left alone: doubled with each failure in a row. */
const REST_MS = { first: 5_000, cap: 120_000 };
/** Bytes of an answer that are read: what was refused, in a few words. */
const ANSWER_BYTES = 64 * 1024;
/** Seconds after which a message comes again whose run is busy. */
const BUSY_SECONDS = 20;
const NOBODY = new AbortController().signal;

/** One exporter for each isolate: it remembers how long the collector is to be left alone. */
export function defineExporter(ports: ExporterPorts): Exporter {
  const rest: Rest = { until: 0, failures: 0 };
  return {
    async consume({ messages }) {
      if (ports.collector === null) {
        for (const message of messages) message.ack();
        return;
      }
      // Of a collector that failed one run is asked first: the others need not be woken for nothing.
      const first = rest.failures > 0 ? 1 : messages.length;
      for (const some of [messages.slice(0, first), messages.slice(first)]) {
        const waitMs = rest.until - ports.now();
        if (waitMs > 0) for (const message of some) again(message, waitMs, ports.chance());
        else await exportAll(ports, ports.collector, some, rest);
      }
    },
  };
}

async function exportAll(ports: ExporterPorts, collector: Collector, messages: readonly Message<unknown>[], rest: Rest): Promise<void> {
  for (const request of inRequests(await parcelsOf(ports, messages))) {
    if (rest.until > ports.now()) await giveBack(ports, request, rest.until - ports.now());
    else await deliver(ports, collector, request, rest);
  }
}

/** What the messages are about. One whose run has nothing, or is gone, is done. */
async function parcelsOf(ports: ExporterPorts, messages: readonly Message<unknown>[]): Promise<Parcel[]> {
  const parcels: Parcel[] = [];
  const seen = new Set<string>();
  await sideBySide(messages, WIDTH, async (message) => {
    const { body } = message;
    if (!isTraceMessage(body)) {
      ports.log(logLine("trace.unknown_message", { message_id: message.id }));
      return again(message, REST_MS.cap, ports.chance()); // another version of this code may know it; in the end the dead letter queue keeps it
    }
    if (body.kind === "spans") {
      parcels.push({ org: body.org, message, spans: body.spans, settle: async () => {} });
      return;
    }
    if (seen.has(body.run)) return message.ack();
    seen.add(body.run);
    await takeRun(ports, message, body, parcels);
  });
  return parcels;
}

async function takeRun(
  ports: ExporterPorts,
  message: Message<unknown>,
  { org, run }: Extract<TraceMessage, { kind: "run" }>,
  parcels: Parcel[],
): Promise<void> {
  try {
    const page = await ports.take(run);
    if (page === null) return message.ack();
    if (page === "busy") return message.retry({ delaySeconds: BUSY_SECONDS });
    const settle = (delivered: boolean): Promise<void> => ports.traced(run, delivered ? page.upTo : null);
    if (page.spans.length > 0) parcels.push({ org, message, spans: page.spans, settle });
    else {
      await settle(true);
      message.ack();
    }
  } catch (error) {
    ports.log(logLine("trace.not_read", { org, run, error: errorName(error) }));
    again(message, REST_MS.first * message.attempts, ports.chance());
  }
}

function inRequests(parcels: readonly Parcel[]): Parcel[][] {
  const requests: Parcel[][] = [];
  let spans = Number.POSITIVE_INFINITY;
  for (const parcel of parcels) {
    spans += parcel.spans.length;
    if (spans > SPANS_PER_REQUEST) {
      requests.push([]);
      spans = parcel.spans.length;
    }
    requests.at(-1)?.push(parcel);
  }
  return requests;
}

async function deliver(ports: ExporterPorts, collector: Collector, parcels: readonly Parcel[], rest: Rest): Promise<void> {
  const answer = await post(ports, collector, parcels);
  switch (answer.kind) {
    case "taken":
      rest.failures = 0;
      if (answer.rejected > 0) ports.log(logLine("trace.partly_refused", { runs: parcels.length, counts: { spans: answer.rejected } }));
      return settle(ports, parcels);
    case "refused": {
      rest.failures = 0;
      const [only, ...others] = parcels;
      if (only === undefined) return;
      if (others.length > 0) {
        for (const parcel of parcels) {
          if (rest.until > ports.now()) await giveBack(ports, [parcel], rest.until - ports.now());
          else await deliver(ports, collector, [parcel], rest);
        }
        return;
      }
      ports.log(logLine("trace.refused", { org: only.org, status: answer.status, counts: { spans: only.spans.length } }));
      return settle(ports, parcels);
    }
    case "later": {
      const ownMs = Math.min(REST_MS.first * 2 ** rest.failures, REST_MS.cap);
      rest.failures = Math.min(rest.failures + 1, 16);
      const restMs = answer.afterMs ?? ownMs;
      rest.until = ports.now() + restMs;
      ports.log(logLine("trace.collector_resting", { status: answer.status ?? 0, rest_ms: restMs, runs: parcels.length }));
      return giveBack(ports, parcels, restMs);
    }
  }
}

/** A redirect is not followed: the headers are for this collector alone. */
async function post(ports: ExporterPorts, { url, headers, timeoutMs }: Collector, parcels: readonly Parcel[]): Promise<Answer> {
  const body = JSON.stringify(
    inResource(
      parcels.flatMap(({ spans }) => spans),
      ports.resource,
    ),
  );
  const deadline = startDeadline(timeoutMs, NOBODY);
  try {
    const said = { ...Object.fromEntries(headers), "content-type": "application/json" };
    const init: RequestInit = { method: "POST", headers: said, body, redirect: "manual", signal: deadline.signal };
    const response = await deadline.within(ports.fetch(url, init));
    const answer = await readBody(response, ANSWER_BYTES, deadline);
    return readAnswer(response.status, response.headers.get("retry-after"), answer.ok ? answer.text : "", ports.now());
  } catch {
    return { kind: "later", status: null, afterMs: null };
  } finally {
    deadline.end();
  }
}

/** A run that cannot be told keeps its message: it asks for the same spans again, which have the same ids. */
async function settle(ports: ExporterPorts, parcels: readonly Parcel[]): Promise<void> {
  await sideBySide(parcels, WIDTH, async ({ message, org, settle }) => {
    try {
      await settle(true);
      message.ack();
    } catch (error) {
      ports.log(logLine("trace.not_confirmed", { org, error: errorName(error) }));
      again(message, REST_MS.first * message.attempts, ports.chance());
    }
  });
}

async function giveBack(ports: ExporterPorts, parcels: readonly Parcel[], waitMs: number): Promise<void> {
  await sideBySide(parcels, WIDTH, async ({ message, settle }) => {
    await settle(false).catch(() => undefined); // it is free again by itself after a while
    again(message, waitMs, ports.chance());
  });
}

/** Up to a quarter later than asked: those that wait for the same do not all come at once. A queue delays by twelve hours at most. */
function again(message: Message<unknown>, waitMs: number, chance: number): void {
  message.retry({ delaySeconds: Math.min(43_200, Math.max(1, Math.ceil((waitMs * (1 + chance / 4)) / 1_000))) });
}
