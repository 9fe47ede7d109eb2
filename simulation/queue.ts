/**
 * A queue: at least once, in no order, and, since locally it lives in memory, sometimes not at all. Its consumer may be
 * ended in the middle of a batch; what it had not acknowledged comes again.
 */
import { type Clock, type Owner, WORLD } from "./clock.ts";
import type { Dice } from "./dice.ts";
import { SECRET } from "./shop.ts";
import type { Trouble } from "./trouble.ts";

type Waiting<T> = { readonly id: string; readonly body: T; readonly attempts: number };
/** One life of the consumer. */
export type Batch = Owner & { dead: boolean };

const BATCH = 10;
/** A queued call is given up 60 s after its timeout: 10 s for a simulated tool, 120 s for a model. */
const LATE_MS: readonly (readonly [number, number])[] = [
  [5_000, 600_000],
  [60_000, 71_000],
  [172_000, 181_000],
];

export class Queue<T> {
  readonly #name: string;
  readonly #clock: Clock;
  readonly #dice: Dice;
  readonly #trouble: Trouble;
  readonly #rough: number;
  readonly #consume: (batch: MessageBatch<T>, owner: Batch) => Promise<void>;
  readonly #waiting: Waiting<T>[] = [];
  #scheduled = false;
  #sent = 0;
  /** Messages on their way or being handled. */
  pending = 0;
  /** Messages in which something restricted could be read. */
  clear = 0;

  constructor(
    name: string,
    clock: Clock,
    dice: Dice,
    trouble: Trouble,
    rough: number,
    consume: (batch: MessageBatch<T>, owner: Batch) => Promise<void>,
  ) {
    this.#name = name;
    this.#clock = clock;
    this.#dice = dice;
    this.#trouble = trouble;
    this.#rough = rough;
    this.#consume = consume;
  }

  async send(body: T): Promise<void> {
    if (JSON.stringify(body).includes(SECRET)) this.clear++;
    const struck = this.#trouble.strike(`queue/${this.#name}/send`, this.#rough, [
      "send failed",
      "message lost",
      "message twice",
      "message late",
    ] as const);
    if (struck === "send failed") throw new Error("Queue send failed");
    if (struck === "message lost") return;
    const copies = struck === "message twice" ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      const delay = struck === "message late" ? this.#lateness() : this.#dice.skewed("queue/latency", 5, 1_500);
      this.#enqueue({ id: `m${this.#sent++}`, body: structuredClone(body), attempts: 1 }, delay);
    }
  }

  /** Any time; and, where it is most awkward, when the sender is about to give the message up (core/run/calls/dispatch.ts). */
  #lateness(): number {
    const [from, to] = this.#dice.one("queue/late", LATE_MS);
    return this.#dice.between("queue/late", from, to);
  }

  #enqueue(message: Waiting<T>, delayMs: number): void {
    this.pending++;
    this.#clock.after(delayMs, WORLD, () => {
      this.#waiting.push(message);
      if (this.#scheduled) return;
      this.#scheduled = true;
      this.#clock.after(this.#dice.skewed("queue/batch", 1, 1_000), WORLD, () => {
        this.#scheduled = false;
        this.#deliver();
      });
    });
  }

  #deliver(): void {
    const messages: Waiting<T>[] = [];
    while (this.#waiting.length > 0 && messages.length < BATCH) {
      messages.push(...this.#waiting.splice(this.#dice.between("queue/order", 0, this.#waiting.length - 1), 1));
    }
    if (this.#waiting.length > 0) {
      this.#scheduled = true;
      this.#clock.after(1, WORLD, () => {
        this.#scheduled = false;
        this.#deliver();
      });
    }
    const again = new Map<string, number>(messages.map(({ id }) => [id, 2_000]));
    const batch: Batch = { name: `consumer of ${this.#name}`, dead: false };
    const finish = (): void => {
      if (batch.dead) return;
      batch.dead = true;
      this.pending -= messages.length;
      for (const message of messages) {
        const delay = again.get(message.id);
        if (delay !== undefined) this.#enqueue({ ...message, attempts: message.attempts + 1 }, delay);
      }
    };
    if (this.#trouble.strike(`queue/${this.#name}/consumer`, this.#rough, ["consumer ended"] as const) !== null) {
      this.#clock.after(this.#dice.between("queue/ended", 0, 300), WORLD, finish);
    }
    const given = messages.map((message) => ({
      ...message,
      timestamp: new Date(this.#clock.now),
      ack: () => void again.delete(message.id),
      retry: (options?: QueueRetryOptions) => void again.set(message.id, (options?.delaySeconds ?? 1) * 1_000),
    }));
    const said = this.#consume({ queue: this.#name, messages: given } as unknown as MessageBatch<T>, batch);
    said.then(
      () => {
        // What was neither acknowledged nor given back counts as acknowledged: consumeRecords says one of the two of each.
        this.#clock.after(1, WORLD, finish);
      },
      () => this.#clock.after(1, WORLD, finish),
    );
  }
}
