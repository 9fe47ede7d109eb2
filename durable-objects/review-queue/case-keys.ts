/**
 * The keys of the sealed runs whose cases the queue keeps: what such a run asks people lies sealed under the run's key. Keys are fetched before rows are
 * read, so that reading and writing stay within one turn; they are kept in memory for a minute.
 */
import type { EpochMs } from "../../core/time.ts";
import { sideBySide } from "../../kit/bounded.ts";
import { openText, type RunKey, runKey, SealBroken, type SealedBy, sealedBy, sealText } from "../../kit/sealed-text.ts";
import type { SealedRun, SealingPort } from "../kit/sealing-port.ts";

const KEPT_MS = 60_000;
const WIDTH = 6;

/** A row was read whose key is not here. */
class KeyAbsent extends Error {
  override readonly name = "KeyAbsent";
  readonly by: readonly SealedBy[];
  constructor(by: readonly SealedBy[]) {
    super("the key of a case was not fetched");
    this.by = by;
  }
}

/** The keys of one queue. */
export class CaseKeys {
  readonly #port: SealingPort;
  readonly #now: () => EpochMs;
  /** By run and key id; null: destroyed. */
  readonly #keys = new Map<string, { readonly key: RunKey | null; readonly until: EpochMs }>();

  constructor(port: SealingPort, now: () => EpochMs) {
    this.#port = port;
    this.#now = now;
  }

  /** Something of this run may be sealed. */
  async prepare(of: SealedRun): Promise<void> {
    if (this.#newest(of.run) !== null) return;
    const { bytes, person, keyId } = await this.#port.sealingKey(of);
    this.#keep({ org: of.org, run: of.run, person, keyId }, bytes);
  }

  /** Resolves when `read` can read its rows. MUST be followed by that reading before anything else is awaited. */
  async fetchFor(read: () => unknown): Promise<void> {
    const now = this.#now();
    for (const [name, { until }] of this.#keys) if (until <= now) this.#keys.delete(name);
    for (;;) {
      try {
        read();
        return;
      } catch (error) {
        if (!(error instanceof KeyAbsent)) throw error;
        await sideBySide(error.by, WIDTH, async (by) => this.#keep(by, await this.#port.openingKey(by)));
      }
    }
  }

  /** MUST be called only after `prepare` or once a text of the run was opened. */
  seal(run: string, place: string, text: string): string {
    const key = this.#newest(run);
    if (key === null) throw new SealBroken("a case was to be sealed and its run has no key");
    return sealText(key, place, text);
  }

  /** The texts, in order; null: its key is destroyed. Throws when keys have to be fetched first. */
  openAll(texts: readonly { readonly place: string; readonly text: string }[]): (string | null)[] {
    const named = texts.map(({ text }) => sealedBy(text));
    const absent = named.filter((by) => by !== null && !this.#keys.has(nameOf(by))) as SealedBy[];
    if (absent.length > 0) throw new KeyAbsent([...new Map(absent.map((by) => [nameOf(by), by])).values()]);
    return texts.map(({ place, text }, index) => {
      const by = named[index] ?? null;
      const key = by === null ? null : (this.#keys.get(nameOf(by))?.key ?? null);
      return by === null ? text : key === null ? null : openText(key, place, text);
    });
  }

  #keep(by: SealedBy, bytes: Uint8Array | null): void {
    this.#keys.set(nameOf(by), { key: bytes === null ? null : runKey(by, bytes), until: this.#now() + KEPT_MS });
  }

  #newest(run: string): RunKey | null {
    return [...this.#keys.values()].findLast(({ key }) => key?.run === run)?.key ?? null;
  }
}

const nameOf = ({ run, keyId }: SealedBy): string => `${run} ${keyId}`;
