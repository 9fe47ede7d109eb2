/**
 * The flag in KV: read every 30 seconds, written when the truth changed or somebody changed it. Knows when to look and how often
 * it may write; what a reading means is core/kill-switch/flag.ts.
 */
import { type FlagMark, type FlagMemory, type FlagReading, type FlagValue, judgeFlag, UNWRITTEN } from "../../core/kill-switch/flag.ts";
import type { EpochMs } from "../../core/time.ts";
import { within } from "../../kit/bounded.ts";

/** The KV key `kill-switch`. */
export type FlagPort = {
  read(): Promise<FlagReading>;
  /** The mark goes into the key's metadata. */
  write(value: FlagValue, mark: FlagMark): Promise<void>;
};

const WATCH_MS = 30_000;
/** KV takes one write a second per key (developers.cloudflare.com/kv/platform/limits, 2026-10). */
const BETWEEN_WRITES_MS = 1_100;
const RETRY_MS = 5_000;
const ANSWER_WITHIN_MS = 10_000;

type Row = { watch_at: number; mirror_at: number | null; flag: string };

/** The flag in KV, with its last reading stored in the object. Reading and writing never decide what is stopped. */
export class FlagWatch {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** The first row of the deployment: the flag is read at once. */
  begin(at: EpochMs): void {
    this.#sql.exec("INSERT INTO deployment (id, epoch, watch_at, flag) VALUES (1, 0, ?, ?)", at, JSON.stringify(UNWRITTEN));
  }

  /** The truth changed: the flag follows. MUST be called inside the transaction of the change. */
  follow(at: EpochMs): void {
    const earliest = this.#memory().wroteAt + BETWEEN_WRITES_MS;
    this.#sql.exec("UPDATE deployment SET mirror_at = ?", Math.max(at, earliest));
  }

  nextDueAt(): EpochMs {
    const { watch_at, mirror_at } = this.#row();
    return mirror_at === null ? watch_at : Math.min(watch_at, mirror_at);
  }

  /**
   * Reads the flag when it is time, and writes it when it must. It is read before each write: a hand's `on` that nobody has seen
   * yet is latched, not overwritten. A flag that cannot be read or written changes nothing and is tried again.
   */
  async tend(flag: FlagPort, now: () => EpochMs, truth: () => FlagValue, isAllStopped: () => boolean, latch: () => void): Promise<void> {
    const at = now();
    if (this.nextDueAt() > at) return;
    const following = (this.#row().mirror_at ?? Number.POSITIVE_INFINITY) <= at;
    this.#sql.exec(
      "UPDATE deployment SET watch_at = ?1, mirror_at = CASE WHEN mirror_at <= ?2 THEN ?3 ELSE mirror_at END",
      at + WATCH_MS,
      at,
      at + RETRY_MS,
    );
    try {
      const reading = await within(ANSWER_WITHIN_MS, flag.read());
      const known = this.#memory();
      const { verdict, memory } = judgeFlag(known, truth(), reading, now(), isAllStopped());
      if (!isSame(memory, known)) this.#remember(memory); // an idle look writes no more rows than it must
      if (verdict === "latch") latch();
      if (verdict === "latch" || verdict === "write" || following) await this.#write(flag, truth, now);
    } catch {
      // KV is out of reach: the truth does not depend on it, and the next turn tries again.
    }
  }

  async #write(flag: FlagPort, truth: () => FlagValue, now: () => EpochMs): Promise<void> {
    const memory = this.#memory();
    const wait = memory.wroteAt + BETWEEN_WRITES_MS - now();
    if (wait > 0) {
      this.follow(now());
      return;
    }
    const value = truth();
    const serial = memory.serial + 1;
    // Durable before the write leaves: our own mark is never taken for a hand's, and a write that fails is made again.
    this.#remember({ ...memory, serial, wroteAt: now() });
    this.#sql.exec("UPDATE deployment SET mirror_at = ?", now() + RETRY_MS);
    await within(ANSWER_WITHIN_MS, flag.write(value, { serial, value }));
    if (truth() === value) this.#sql.exec("UPDATE deployment SET mirror_at = NULL");
    else this.follow(now());
  }

  #memory(): FlagMemory {
    return JSON.parse(this.#row().flag) as FlagMemory;
  }

  #remember(memory: FlagMemory): void {
    this.#sql.exec("UPDATE deployment SET flag = ?", JSON.stringify(memory));
  }

  #row(): Row {
    return this.#sql.exec<Row>("SELECT watch_at, mirror_at, flag FROM deployment").one();
  }
}

const isSame = (a: FlagMemory, b: FlagMemory): boolean =>
  a.seenSerial === b.seenSerial && a.handAt === b.handAt && a.doubted?.at === b.doubted?.at;
