/**
 * Carries a slice's notes to the ledger: one at a time, and what comes meanwhile goes with the next. Many requests of an isolate
 * share a note; the runtime ends what a request sent when its client goes away, so that each of them may send it again: a
 * note told twice counts once.
 */
import { within } from "../../kit/bounded.ts";
import type { DeskPorts } from "./ports.ts";
import type { Slice } from "./slice.ts";

/** An answer of the ledger takes some milliseconds, across the world less than half a second. */
const ANSWER_MS = 2_000;
/** How long a request waits for another request's note, in milliseconds; then it sends the note again. */
const SHARE_MS = 400;
const BACKOFF_MS = [50, 250] as const;

type End = "answered" | "failed";
/** `outcome`: for the other requests, which look at it; the promise is only its own request's. */
type Sending = { readonly end: Promise<End>; outcome: End | null };
/** How often a request looks whether another one's note is answered, in milliseconds. */
const LOOK_MS = 2;

/** Notes between a desk and its org's ledger, one at a time. */
export class Exchange {
  readonly slice: Slice;
  readonly #ports: DeskPorts;
  readonly #org: string;
  #sending: Sending | null = null;

  constructor(ports: DeskPorts, org: string, slice: Slice) {
    this.#ports = ports;
    this.#org = org;
    this.slice = slice;
  }

  /** Sends and waits until `isDone`. Throws when the ledger is out of reach, three times over. */
  async until(isDone: () => boolean): Promise<void> {
    let failures = 0;
    while (!isDone()) {
      const others = this.#sending;
      const sending = others ?? this.#send();
      const end = others === null ? await sending.end : await this.#look(others);
      if (isDone()) return;
      if (this.slice.isStale) throw new Error("the ledger has heard more of this desk than it told");
      if (end === "late" && this.#sending === sending) this.#sending = null;
      if (end !== "failed") continue;
      const backoff = BACKOFF_MS[failures++];
      if (backoff === undefined) throw new Error("the ledger is out of reach");
      await this.#ports.wait(backoff);
    }
  }

  /** Waits for another request's note by looking: a request that awaits what another one's I/O ends would go on as that one. */
  async #look(sending: Sending): Promise<End | "late"> {
    const until = this.#ports.now() + SHARE_MS;
    while (sending.outcome === null && this.#ports.now() < until) await this.#ports.wait(LOOK_MS);
    return sending.outcome ?? "late";
  }

  #send(): Sending {
    const note = this.slice.next(this.#ports.now());
    const sending: Sending = { end: this.#tell(note), outcome: null };
    this.#sending = sending;
    void sending.end.then((end) => {
      sending.outcome = end;
      if (this.#sending === sending) this.#sending = null;
    });
    return sending;
  }

  async #tell(note: ReturnType<Slice["next"]>): Promise<"answered" | "failed"> {
    try {
      this.slice.take(note, await within(ANSWER_MS, this.#ports.note(this.#org, note)), this.#ports.now());
      return "answered";
    } catch {
      this.slice.failed();
      return "failed";
    }
  }
}
