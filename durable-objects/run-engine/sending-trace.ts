/**
 * Sends the spans of a run to the collector: through this isolate, which is the short way, or by telling the queue, whose consumer comes for them.
 * Nothing of the run waits for a collector.
 */
import { readContent } from "../../core/audit/content.ts";
import { nextTracePage, type TracePage, tellsContent } from "../../core/run/outside/trace-export.ts";
import { errorName, logLine } from "../../core/telemetry/log-line.ts";
import type { LoadedRun } from "./journal.ts";
import { type Handed, LOOK_MS } from "./leaving-trace.ts";
import type { RunEnginePorts } from "./ports.ts";
import type { Reading } from "./reading.ts";

/** Events that ended no span. */
const NOTHING_TO_SEND: Handed = { outcome: "left" };

/** What a sender needs of the run's object. */
export type Sending = Reading & {
  /** This life still has this run in mind. */
  readonly isCurrent: (run: LoadedRun) => boolean;
  /** Sets the alarm by what is due now. */
  readonly arm: (run: LoadedRun) => Promise<void>;
};

/** The sender of one run's spans. */
export class SendingTrace {
  readonly #ports: RunEnginePorts;
  readonly #object: Sending;
  /** Looks after spans on the short way to the collector. */
  #look: ReturnType<typeof setTimeout> | null = null;

  constructor(ports: RunEnginePorts, object: Sending) {
    this.#ports = ports;
    this.#object = object;
  }

  /** The spans that leave next; `busy`: another consumer is at them; null: none wait. */
  async take(run: LoadedRun): Promise<TracePage | "busy" | null> {
    const { traces, now } = this.#ports;
    const { journal, read } = this.#object;
    const taken = run.trace.take(traces, run.state, now());
    if (taken !== "take") return taken === "busy" ? "busy" : null;
    try {
      const events = await read(() => journal.events(0));
      const content = tellsContent(run.machinery, run.state)
        ? readContent(await read(() => journal.allTexts()), run.machinery.sha256)
        : null;
      const options = {
        content: content === null ? null : (sha256: string) => content.get(sha256),
        olderNames: traces?.olderNames === true,
      };
      return nextTracePage(run.machinery, run.state, events, run.trace.left, options);
    } catch (error) {
      run.trace.release();
      throw error;
    }
  }

  /** What became of the spans that were taken: they have left up to this event; null: the queue comes again for them. */
  async taken(run: LoadedRun, upTo: number | null): Promise<void> {
    if (upTo === null) run.trace.release();
    else run.trace.confirm(upTo, run.state, this.#ports.now());
    await this.send(run); // what ended meanwhile, or did not fit
  }

  /** What became of spans on the short way. INVARIANT: where they have left that is written before anything is awaited. */
  async lookAfter(run: LoadedRun): Promise<void> {
    const { traces, now } = this.#ports;
    const landed = run.trace.landed();
    if (landed === null || traces === null) return;
    clearTimeout(this.#look ?? undefined);
    this.#look = null;
    if (landed === "later") {
      run.trace.release();
      await run.trace.tell(traces, now());
    } else {
      run.trace.confirm(landed, run.state, now());
      await this.send(run);
    }
  }

  /** Sends what is due of the trace. Nothing that fails here is an error of the caller. */
  async send(run: LoadedRun): Promise<void> {
    const { traces, now, log } = this.#ports;
    const way = run.trace.due(traces, run.state, now());
    if (traces === null || way === null) return;
    if (way === "tell") return run.trace.tell(traces, now());
    try {
      const page = await this.take(run);
      if (page === null || page === "busy") return;
      const handed = page.spans.length === 0 ? NOTHING_TO_SEND : traces.handOver(run.machinery.birth.org, page.spans);
      if (handed === null) {
        run.trace.release();
        return await run.trace.tell(traces, now());
      }
      run.trace.handedOver(handed, page.upTo, now());
      this.#lookLater(run);
    } catch (error) {
      log(logLine("trace.not_read", { org: run.machinery.birth.org, run: run.machinery.birth.id, error: errorName(error) }));
    }
  }

  /** Looks until it is known what became of them: an object that sleeps before that sends them again. */
  #lookLater(run: LoadedRun): void {
    this.#look ??= setTimeout(() => {
      this.#look = null;
      if (!this.#object.isCurrent(run) || !run.trace.isUnderWay(this.#ports.now())) return;
      void this.lookAfter(run).then(() => this.#object.arm(run));
      this.#lookLater(run);
    }, LOOK_MS);
  }
}
