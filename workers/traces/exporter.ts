/**
 * The consumer of the queue of traces: asks runs for the spans that have not left, sends those of many in one request to the collector, and
 * tells each run what became of them. A message is acknowledged only when its run knows. Spans have the same ids however often they leave.
 * While the collector is left alone (delivery.ts) nobody's object is woken for it.
 */
import type { TracePage } from "../../core/run/outside/trace-export.ts";
import { errorName, type Log, logLine } from "../../core/telemetry/log-line.ts";
import { isTraceMessage, type TraceMessage } from "../../core/trace/message.ts";
import { sideBySide } from "../../kit/bounded.ts";
import type { Delivery, Parcel } from "./delivery.ts";

/** What the exporter needs from outside. */
export type ExporterPorts = {
  /** null: nobody takes traces, and messages of a time when somebody did are let go. */
  readonly delivery: Delivery | null;
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

/** Runs that are asked at a time. */
const WIDTH = 6;
/** Milliseconds after which a message comes again whose run cannot be asked or told (times its attempts), and one that this version does not know. */
const AGAIN_MS = { run: 5_000, unknown: 120_000 };
/** Seconds after which a message comes again whose run is busy. */
const BUSY_SECONDS = 20;

/** One exporter for each isolate. */
export function defineExporter(ports: ExporterPorts): Exporter {
  const { delivery, chance } = ports;
  return {
    async consume({ messages }) {
      if (delivery === null) {
        for (const message of messages) message.ack();
        return;
      }
      // Of a collector that failed one run is asked first: the others need not be woken for nothing.
      const first = delivery.isFailing() ? 1 : messages.length;
      for (const some of [messages.slice(0, first), messages.slice(first)]) {
        const waitMs = delivery.restMs();
        if (waitMs > 0) for (const message of some) again(message, waitMs, chance());
        else await delivery.send(await parcelsOf(ports, some));
      }
    },
  };
}

/** What the messages are about. One whose run has nothing, or is gone, is done. */
async function parcelsOf(ports: ExporterPorts, messages: readonly Message<unknown>[]): Promise<Parcel[]> {
  const parcels: Parcel[] = [];
  const seen = new Set<string>();
  await sideBySide(messages, WIDTH, async (message) => {
    const { body } = message;
    if (!isTraceMessage(body)) {
      ports.log(logLine("trace.unknown_message", { message_id: message.id }));
      return again(message, AGAIN_MS.unknown, ports.chance()); // another version of this code may know it; in the end the dead letter queue keeps it
    }
    if (body.kind !== "run") {
      const spans = body.kind === "texts" ? body.texts : body.spans.map((span) => JSON.stringify(span));
      parcels.push({
        org: body.org,
        spans,
        left: () => message.ack(),
        later: (waitMs) => again(message, waitMs, ports.chance()),
      });
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
    const parcel: Parcel = {
      org,
      spans: page.spans,
      left: () => tell(ports, message, org, () => ports.traced(run, page.upTo)),
      later: async (waitMs) => {
        await ports.traced(run, null).catch(() => undefined); // it is free again by itself after a while
        again(message, waitMs, ports.chance());
      },
    };
    if (page.spans.length > 0) parcels.push(parcel);
    else await parcel.left();
  } catch (error) {
    ports.log(logLine("trace.not_read", { org, run, error: errorName(error) }));
    again(message, AGAIN_MS.run * message.attempts, ports.chance());
  }
}

/** A run that cannot be told keeps its message: it asks for the same spans again, which have the same ids. */
async function tell({ log, chance }: ExporterPorts, message: Message<unknown>, org: string, traced: () => Promise<void>): Promise<void> {
  try {
    await traced();
    message.ack();
  } catch (error) {
    log(logLine("trace.not_confirmed", { org, error: errorName(error) }));
    again(message, AGAIN_MS.run * message.attempts, chance());
  }
}

/** Up to a quarter later than asked: those that wait for the same do not all come at once. A queue delays by twelve hours at most. */
function again(message: Message<unknown>, waitMs: number, chance: number): void {
  message.retry({ delaySeconds: Math.min(43_200, Math.max(1, Math.ceil((waitMs * (1 + chance / 4)) / 1_000))) });
}
