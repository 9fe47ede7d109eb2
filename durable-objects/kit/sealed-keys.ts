/**
 * Keys of an object that keeps texts of several owners (cases of runs, sessions, memories), each sealed under its owner's key. Keys are fetched before rows
 * are read, so that reading and writing stay within one turn; they are kept in memory for a minute.
 */
import type { EpochMs } from "../../core/time.ts";
import { openText, type RunKey, runKey, SealBroken, type SealedBy, sealedBy, sealText } from "../../kit/sealed-text.ts";
import type { SealedRun, SealingPort } from "./sealing-port.ts";

const KEPT_MS = 60_000;
/** A key with less than this left is fetched again before something is sealed: it would be gone by the time it is needed. */
const LEFT_MS = 10_000;

/** A row was read whose key is not here. */
class KeyAbsent extends Error {
  override readonly name = "KeyAbsent";
  readonly by: readonly SealedBy[];
  constructor(by: readonly SealedBy[]) {
    super("the key of a sealed text was not fetched");
    this.by = by;
  }
}

/** The keys of one object. */
export class SealedKeys {
  readonly #port: SealingPort;
  readonly #now: () => EpochMs;
  /** By owner and key id; null: destroyed. */
  readonly #keys = new Map<string, { readonly key: RunKey | null; readonly until: EpochMs }>();

  constructor(port: SealingPort, now: () => EpochMs) {
    this.#port = port;
    this.#now = now;
  }

  /** Resolves when something of this owner may be sealed. */
  async prepare(of: SealedRun): Promise<void> {
    const now = this.#now();
    for (const { key, until } of this.#keys.values()) if (key?.run === of.run && until > now + LEFT_MS) return;
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
        const keys = await this.#port.openingKeys(error.by);
        for (const [index, by] of error.by.entries()) this.#keep(by, keys[index] ?? null);
      }
    }
  }

  /** MUST be called only after `prepare` or once a text of the run was opened. */
  seal(run: string, place: string, text: string): string {
    const key = this.#newest(run);
    if (key === null) throw new SealBroken("something was to be sealed and its owner has no key");
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
