/**
 * Values that are too large for a row, each an object of its own in R2 under the run's prefix, named by the SHA-256 of its bytes: the
 * same value is stored once, and storing it again changes nothing. What is read back is checked against its name. A value of a sealed row is sealed, too,
 * and its name in R2 tells nobody without the run's key what it is the hash of.
 */
import type { Json } from "../../core/json.ts";
import { sideBySide } from "../../kit/bounded.ts";
import { persistently } from "./out-of-reach.ts";
import type { Sealing } from "./sealing.ts";

/** Where they lie. */
export type ValueStore = {
  /** Bytes of JSON text: a value that is longer lies there, not in its row. */
  readonly largerThan: number;
  /** Resolves when it is durable. There already: changes nothing. */
  readonly put: (key: string, text: string, sha256: string) => Promise<void>;
  /** null: there is no such object. */
  readonly get: (key: string) => Promise<string | null>;
};

/** An object is gone, or is not what its name says: no retry helps, and nothing is made up in its place. */
class ValueDamaged extends Error {
  override readonly name = "ValueDamaged";
  readonly code = "value_damaged";
}

/** A Worker has six connections (developers.cloudflare.com/workers/platform/limits, 2026-10). */
const WIDTH = 4;

/** PERSISTED: in sealed rows, before the SHA-256 of a value that is sealed. */
const SEALED = "sealed-1-";

/** The name of a value in a sealed row. */
export const nameOfSealed = (sha256: string): string => `${SEALED}${sha256}`;
const isSealed = (name: string): boolean => name.startsWith(SEALED);

/** The large values of one run. Reading throws when a value is absent or does not match its name. */
export class KeptValues {
  readonly #store: ValueStore;
  readonly #prefix: string;
  readonly #sha256: (text: string) => string;
  readonly #sealing: Sealing;
  /** Read in this life. */
  readonly #known = new Map<string, Json>();
  /** Durable, as this life knows. */
  readonly #stored = new Set<string>();

  constructor(store: ValueStore, prefix: string, sha256: (text: string) => string, sealing: Sealing) {
    this.#store = store;
    this.#prefix = prefix;
    this.#sha256 = sha256;
    this.#sealing = sealing;
  }

  get largerThan(): number {
    return this.#store.largerThan;
  }

  /** undefined: not fetched yet. The caller MUST NOT change it. */
  valueOf(sha256: string): Json | undefined {
    return this.#known.get(sha256);
  }

  areStored(parts: ReadonlyMap<string, string>): boolean {
    return [...parts.keys()].every((sha256) => this.#stored.has(sha256));
  }

  /** Resolves when all of them are durable. Throws `ValuesOutOfReach`. */
  async keep(parts: ReadonlyMap<string, string>): Promise<void> {
    const missing = [...parts].filter(([sha256]) => !this.#stored.has(sha256));
    await sideBySide(missing, WIDTH, async ([name, text]) => {
      if (isSealed(name)) await this.#putSealed(this.#sealing.nameOf(name), text);
      else await persistently(() => this.#store.put(this.#keyOf(name), text, name));
      this.#stored.add(name);
    });
  }

  /** Resolves when `valueOf` knows all of them. Throws `ValuesOutOfReach` or `ValueDamaged`. */
  async fetch(absent: readonly string[]): Promise<void> {
    await sideBySide([...new Set(absent)], WIDTH, async (name) => {
      const text = isSealed(name) ? await this.#getSealed(name) : await persistently(() => this.#store.get(this.#keyOf(name)));
      const sha256 = isSealed(name) ? name.slice(SEALED.length) : name;
      if (text === null || this.#sha256(text) !== sha256) throw new ValueDamaged("a stored value of the run is missing or damaged");
      this.#known.set(name, JSON.parse(text) as Json);
      this.#stored.add(name);
    });
  }

  forget(): void {
    this.#known.clear();
    this.#stored.clear();
  }

  #keyOf(name: string): string {
    return `${this.#prefix}${name}`;
  }

  async #putSealed(name: string, text: string): Promise<void> {
    const sealed = this.#sealing.seal(name, text);
    await persistently(() => this.#store.put(this.#keyOf(name), sealed, this.#sha256(sealed)));
  }

  /** null: there is no such object, or it is not sealed. */
  async #getSealed(name: string): Promise<string | null> {
    for (const one of this.#sealing.namesOf(name)) {
      const sealed = await persistently(() => this.#store.get(this.#keyOf(one)));
      const opened = sealed === null ? null : this.#sealing.open(one, sealed);
      if (opened?.ok === true && opened.value !== sealed) return opened.value;
    }
    return null;
  }
}
