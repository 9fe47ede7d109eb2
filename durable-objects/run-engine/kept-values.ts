/**
 * Values that are too large for a row, each an object of its own in R2 under the run's prefix, named by the SHA-256 of its bytes: the
 * same value is stored once, and storing it again changes nothing. What is read back is checked against its name.
 */
import type { Json } from "../../core/json.ts";
import { sideBySide, within } from "../../kit/bounded.ts";

/** Where they lie. */
export type ValueStore = {
  /** Bytes of JSON text: a value that is longer lies there, not in its row. */
  readonly largerThan: number;
  /** Resolves when it is durable. There already: changes nothing. */
  readonly put: (key: string, text: string, sha256: string) => Promise<void>;
  /** null: there is no such object. */
  readonly get: (key: string) => Promise<string | null>;
};

/** Its `code` is what the edge makes 503 of: the same request may succeed in a moment. */
export class ValuesOutOfReach extends Error {
  override readonly name = "ValuesOutOfReach";
  readonly code = "overloaded";
}

/** An object is gone, or is not what its name says: no retry helps, and nothing is made up in its place. */
class ValueDamaged extends Error {
  override readonly name = "ValueDamaged";
  readonly code = "value_damaged";
}

/** Pauses between the attempts of one call. What then still fails is left to the alarm. */
const PAUSES_MS = [100, 500];
const ATTEMPT_MS = 5_000;
/** A Worker has six connections (developers.cloudflare.com/workers/platform/limits, 2026-10). */
const WIDTH = 4;

/** The large values of one run. Reading throws when a value is absent or does not match its name. */
export class KeptValues {
  readonly #store: ValueStore;
  readonly #prefix: string;
  readonly #sha256: (text: string) => string;
  /** Read in this life. */
  readonly #known = new Map<string, Json>();
  /** Durable, as this life knows. */
  readonly #stored = new Set<string>();

  constructor(store: ValueStore, prefix: string, sha256: (text: string) => string) {
    this.#store = store;
    this.#prefix = prefix;
    this.#sha256 = sha256;
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
    await sideBySide(missing, WIDTH, async ([sha256, text]) => {
      await persistently(() => this.#store.put(this.#keyOf(sha256), text, sha256));
      this.#stored.add(sha256);
    });
  }

  /** Resolves when `valueOf` knows all of them. Throws `ValuesOutOfReach` or `ValueDamaged`. */
  async fetch(absent: readonly string[]): Promise<void> {
    await sideBySide([...new Set(absent)], WIDTH, async (sha256) => {
      const text = await persistently(() => this.#store.get(this.#keyOf(sha256)));
      if (text === null || this.#sha256(text) !== sha256) throw new ValueDamaged("a stored value of the run is missing or damaged");
      this.#known.set(sha256, JSON.parse(text) as Json);
      this.#stored.add(sha256);
    });
  }

  forget(): void {
    this.#known.clear();
    this.#stored.clear();
  }

  #keyOf(sha256: string): string {
    return `${this.#prefix}${sha256}`;
  }
}

async function persistently<T>(work: () => Promise<T>): Promise<T> {
  for (const pause of [...PAUSES_MS, null]) {
    try {
      return await within(ATTEMPT_MS, work());
    } catch {
      if (pause !== null) await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
  throw new ValuesOutOfReach("a value of the run cannot be reached");
}
