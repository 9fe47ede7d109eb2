/**
 * The events of a run as server-sent events (WHATWG HTML, "Server-sent events"), pulled by the client: while it does not read, nothing
 * is asked. Waiting for news holds nothing; a page is read when there is room for it (held-pages.ts), and handed over in small pieces.
 */
import type { RunId } from "../../core/ids.ts";
import { endsRun, throughEnd } from "../../core/run/outside/bounded.ts";
import { type EventView, FINAL_STATUSES } from "../../core/run/outside/view.ts";
import { writeJson } from "../../core/write-json.ts";
import { errorLine } from "../kit/thrown.ts";
import type { HeldPages, Holder } from "./held-pages.ts";
import type { IngressPorts } from "./ports.ts";

/** docs/contract.md, "Runs": a comment every 15 s, the end after 30 s of waiting, clients come back after 5 s. */
const COMMENT_MS = 15_000;
const WAITING_MS = 30_000;
const RETRY_MS = 5_000;
/** How often the credential is asked about again: with the cache of keys, a revoked one reads for 10 s at most. */
const CHECK_MS = 5_000;
/** Maximum UTF-16 units of one piece, which is all that the runtime holds of a stream that nobody reads. */
const PIECE = 64 * 1024;

/** A page, as far as it is not taken yet. `text`: of the first event. */
type Page = { readonly events: readonly EventView[]; next: number; text: string };

/** What breaks ends the stream; the client comes back and goes on after the last event that it has. */
export function eventStream(
  ports: Pick<IngressPorts, "runs" | "now" | "log">,
  pages: HeldPages,
  org: string,
  id: RunId,
  from: number,
  traceId: string,
  isStillAllowed: () => Promise<boolean>,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  /** The last event that was handed over whole, and how much was of the next one. */
  let last = from;
  let taken = 0;
  let page: Page | null = null;
  let waitingSince: number | null = null;
  let cancelled = false;
  /** The client has the event that ended the run. */
  let ended = false;
  let checkedAt = ports.now();
  const holder: Holder = {
    drop: () => {
      page = null;
    },
  };
  const leave = (): void => {
    page = null;
    pages.leave(holder);
  };

  /** What the client gets when there is no page; null: the stream is over. */
  async function news(): Promise<"page" | "nothing" | null> {
    const waited = waitingSince === null ? 0 : ports.now() - waitingSince;
    for (let left = Math.max(1, Math.min(COMMENT_MS, WAITING_MS - waited)); left > 0; left -= CHECK_MS) {
      const run = await ports.runs(id, org).news(last, Math.min(left, CHECK_MS));
      if (run === null || !(await mayGoOn())) return null;
      waitingSince = run.status === "waiting" ? (waitingSince ?? ports.now()) : null;
      if (run.hasMore) return "page";
      if (FINAL_STATUSES.includes(run.status)) return null;
    }
    return "nothing";
  }

  async function mayGoOn(): Promise<boolean> {
    if (cancelled) return false;
    if (ports.now() - checkedAt < CHECK_MS) return true;
    checkedAt = ports.now();
    return isStillAllowed();
  }

  async function readPage(): Promise<Page | null> {
    await pages.enter(holder);
    const read = cancelled ? null : await ports.runs(id, org).events(last);
    const events = throughEnd(read?.events ?? []);
    const [first] = events;
    if (first !== undefined && !cancelled) return { events, next: 0, text: eventText(first) };
    leave();
    return null;
  }

  /** Up to a piece of the page. */
  function pieceOf(held: Page): string {
    let piece = "";
    for (let event = held.events[held.next]; event !== undefined && piece.length < PIECE; event = held.events[held.next]) {
      const part = wholeCharacters(held.text, taken, taken + PIECE - piece.length);
      piece += part;
      taken += part.length;
      if (taken < held.text.length) return piece;
      last = event.seq;
      ended = endsRun(event);
      taken = 0;
      held.next += 1;
      const following = held.events[held.next];
      held.text = following === undefined ? "" : eventText(following);
    }
    return piece;
  }

  return new ReadableStream<Uint8Array>(
    {
      start: (controller) => controller.enqueue(encoder.encode(`retry: ${RETRY_MS}\n\n`)),
      async pull(controller) {
        try {
          if (ended || !(await mayGoOn())) {
            leave();
            return controller.close();
          }
          if (page === null) {
            const found = taken > 0 ? "page" : await news();
            if (found === null) return controller.close();
            if (found === "nothing") {
              controller.enqueue(encoder.encode(": still here\n\n"));
              if (waitingSince !== null && ports.now() - waitingSince >= WAITING_MS) controller.close();
              return;
            }
            page = await readPage();
            if (page === null) return cancelled ? undefined : controller.close();
          }
          const held: Page = page;
          controller.enqueue(encoder.encode(pieceOf(held)));
          if (held.next === held.events.length) leave();
          else pages.touch(holder);
        } catch (error) {
          leave();
          ports.log(errorLine("stream.failed", error, traceId, "/v1/runs/{id}/events"));
          controller.close();
        }
      },
      cancel() {
        cancelled = true;
        leave();
      },
    },
    { highWaterMark: 0 },
  );
}

/** A part of the text that ends between two characters: UTF-8 has no half of a pair of surrogates. */
function wholeCharacters(text: string, start: number, end: number): string {
  const splits = end < text.length && /[\uD800-\uDBFF]/.test(text.charAt(end - 1));
  return text.slice(start, splits ? end - 1 : end);
}

/** `data` is one line: JSON has no line breaks outside of strings, and within them they are escaped. */
const eventText = (event: EventView): string => `id: ${event.seq}\nevent: ${event.type}\ndata: ${writeJson(event)}\n\n`;
