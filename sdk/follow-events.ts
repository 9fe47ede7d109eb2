/** The events of a run, from the start or after a number, to the run's end, over as many connections as that takes. */
import { EventStreamParser } from "./event-stream.ts";
import type { Event as EventView } from "./schema.ts";
import { BulkheadError, type Transport } from "./transport.ts";

/** Where to begin, and how long to go on. */
export type FollowOptions = {
  /** Events up to this number are known already. */
  readonly after?: number;
  readonly signal?: AbortSignal;
  /** How long to wait before coming back; by default what the server asks for, or a second. */
  readonly reconnectMs?: number;
  /** Gives up when the platform has been out of reach for this long. */
  readonly patienceMs?: number;
};

/** After one of these the run moves no more; the stream is still read to its end, since a dead letter may follow. */
const FINAL = new Set(["run.completed", "run.failed", "run.cancelled", "run.dead_lettered"]);

/**
 * Yields each event once, in order. Throws `BulkheadError` when the platform refuses, or the last error when it is out of reach for too
 * long.
 */
export async function* followEvents(transport: Transport, run: string, options: FollowOptions = {}): AsyncGenerator<EventView> {
  let last = options.after ?? 0;
  let final = false;
  let serverRetryMs: number | null = null;
  let reachedAt = Date.now();
  for (;;) {
    try {
      const response = await transport.raw("GET", `/v1/runs/${encodeURIComponent(run)}/events`, {
        headers: { accept: "text/event-stream", ...(last === 0 ? {} : { "last-event-id": String(last) }) },
        ...(options.signal === undefined ? {} : { signal: options.signal }),
      });
      const parser = new EventStreamParser();
      for await (const text of texts(response)) {
        reachedAt = Date.now();
        for (const { data } of parser.push(text)) {
          const event = JSON.parse(data) as EventView;
          if (event.seq <= last) continue; // sent again after a reconnection
          last = event.seq;
          final ||= FINAL.has(event.type);
          yield event;
        }
        serverRetryMs = parser.retryMs ?? serverRetryMs;
      }
      reachedAt = Date.now();
    } catch (error) {
      options.signal?.throwIfAborted();
      if (error instanceof BulkheadError && error.status < 500) throw error;
      if (Date.now() - reachedAt > (options.patienceMs ?? 60_000)) throw error;
    }
    if (final) return;
    await pause(options.reconnectMs ?? serverRetryMs ?? 1_000, options.signal);
  }
}

async function* texts(response: Response): AsyncGenerator<string> {
  if (response.body === null) return;
  const decoder = new TextDecoder();
  for await (const bytes of response.body as unknown as AsyncIterable<Uint8Array>) yield decoder.decode(bytes, { stream: true });
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(done, ms);
    function done() {
      signal?.removeEventListener("abort", aborted);
      resolve();
    }
    function aborted() {
      clearTimeout(timer);
      reject(signal?.reason);
    }
    if (signal?.aborted === true) aborted();
    else signal?.addEventListener("abort", aborted, { once: true });
  });
}
