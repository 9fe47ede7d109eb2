/**
 * The sealing of what a run keeps once it has read something of class `restricted`: every row and every value outside from then on. Keys come from the
 * vault of the org and stay in the memory of this life, as what they opened does.
 */
import { err, ok, type Result } from "../../core/result.ts";
import {
  openText,
  type RunKey,
  runKey,
  SealBroken,
  type SealedBy,
  SealGone,
  sealedBy,
  sealedName,
  sealText,
} from "../../kit/sealed-text.ts";
import type { SealedRun, SealingPort } from "../kit/sealing-port.ts";
import { persistently } from "./out-of-reach.ts";

/** The keys of one run. */
export class Sealing {
  readonly #port: SealingPort;
  /** By id: a run that outlives the erasure of its person has two. */
  readonly #keys = new Map<string, RunKey>();
  #current: RunKey | null = null;

  constructor(port: SealingPort) {
    this.#port = port;
  }

  /** Something may be sealed. */
  get isReady(): boolean {
    return this.#current !== null;
  }

  /** Resolves when something may be sealed. Throws `ValuesOutOfReach`. */
  async prepare(of: SealedRun): Promise<void> {
    if (this.#current !== null) return;
    const { bytes, person, keyId } = await persistently(() => this.#port.sealingKey(of));
    this.#current = this.#keep(runKey({ org: of.org, run: of.run, person, keyId }, bytes));
  }

  /** Resolves when texts that name these keys can be opened. Throws `ValuesOutOfReach`, or `SealGone` when one is destroyed. */
  async fetch(keys: readonly SealedBy[]): Promise<void> {
    for (const by of keys) {
      if (this.#keys.has(by.keyId)) continue;
      const [bytes] = await persistently(() => this.#port.openingKeys([by]));
      if (bytes === null || bytes === undefined) throw new SealGone();
      const key = this.#keep(runKey(by, bytes));
      this.#current ??= key;
    }
  }

  /** MUST be called only when `isReady`. */
  seal(place: string, text: string): string {
    return sealText(this.#ready(), place, text);
  }

  /** The text as it was before it was sealed, or the key that MUST be fetched first. A text that is not sealed is as it is. */
  open(place: string, text: string): Result<string, SealedBy> {
    const by = sealedBy(text);
    if (by === null) return ok(text);
    const key = this.#keys.get(by.keyId);
    if (key === undefined) return err(by);
    if (key.run !== by.run) throw new SealBroken("a sealed text of a run is another run's");
    return ok(openText(key, place, text));
  }

  /** The name of a value outside, for each key that it may be sealed under. */
  namesOf(digest: string): string[] {
    return [...this.#keys.values()].map((key) => sealedName(key, digest));
  }

  /** The name of a value that is put outside now. */
  nameOf(digest: string): string {
    return sealedName(this.#ready(), digest);
  }

  forget(): void {
    this.#keys.clear();
    this.#current = null;
  }

  #keep(key: RunKey): RunKey {
    this.#keys.set(key.keyId, key);
    return key;
  }

  #ready(): RunKey {
    if (this.#current === null) throw new SealBroken("a run was to seal something and has no key");
    return this.#current;
  }
}
