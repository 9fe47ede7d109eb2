/**
 * The short way to the collector: what the runs of this isolate hand over within a moment leaves in one request, without a queue. It promises
 * nothing: whoever hands spans over keeps them until it has seen that they left, and tells the queue of traces where they did not.
 */
import type { EpochMs } from "../../core/time.ts";
import type { Handed, TracesPort } from "../../durable-objects/run-engine/leaving-trace.ts";
import type { Delivery } from "./delivery.ts";

/** What the courier needs from outside. */
export type CourierPorts = {
  readonly delivery: Delivery;
  readonly wait: (ms: number) => Promise<void>;
  readonly now: () => EpochMs;
};

/** Milliseconds for which spans are gathered: less than the records of the same runs take to be confirmed. */
const GATHER_MS = 200;
/** UTF-16 units that wait at most: a collector that is slow costs no memory. */
const MOST_UNITS = 8_000_000;
/** After so many ms spans are not sent any more: soon their run takes them for lost and tells the queue. */
const FRESH_MS = 20_000;

type Waiting = {
  readonly org: string;
  readonly spans: readonly string[];
  readonly at: EpochMs;
  readonly handed: { outcome: Handed["outcome"] };
};

/** One for each isolate. */
export function defineCourier({ delivery, wait, now }: CourierPorts): TracesPort["handOver"] {
  let waiting: Waiting[] = [];
  let units = 0;
  /** The object that gathers may end before it sends: another takes over then. */
  let gatheringUntil = 0;

  const gather = async (): Promise<void> => {
    gatheringUntil = now() + 3 * GATHER_MS;
    await wait(GATHER_MS);
    gatheringUntil = 0;
    const fresh = waiting.filter(({ at }) => now() - at < FRESH_MS);
    waiting = [];
    units = 0;
    await delivery.send(
      fresh.map(({ org, spans, handed }) => {
        const ends = (outcome: Handed["outcome"]) => () => {
          handed.outcome = outcome;
        };
        return { org, spans, left: ends("left"), later: ends("later") };
      }),
    );
  };

  return (org, spans) => {
    if (delivery.restMs() > 0 || units > MOST_UNITS) return null;
    const handed: Waiting["handed"] = { outcome: "under way" };
    waiting.push({ org, spans, at: now(), handed });
    units += spans.reduce((sum, { length }) => sum + length, 0);
    if (now() >= gatheringUntil) void gather().catch(() => undefined); // its object ended: what it had is told to the queue
    return handed;
  };
}
