/**
 * What the shop has done, and under which key: an append-only list of lines, folded into memory. A line is durable before the
 * answer that it stands for leaves (shop/ledger-file.ts), so a restart remembers every effect.
 */
import type { Json, JsonObject } from "../core/json.ts";

/** PERSISTED: one line of the ledger file. `call`: a write was asked for. `effect`: it was done, once, and this was the answer. */
export type LedgerLine =
  | { readonly kind: "call"; readonly path: string; readonly key: string }
  | {
      readonly kind: "effect";
      readonly path: string;
      readonly key: string;
      readonly digest: string;
      readonly answer: JsonObject;
      readonly request: Json;
    };

/** A line about something that the shop did. */
export type Effect = Extract<LedgerLine, { kind: "effect" }>;

/** Keeps lines; MUST return only when the line is safe. */
export type Append = (line: LedgerLine) => void;

/** What the shop did, so that a repeated call with the same key does nothing twice. */
export class Ledger {
  readonly #append: Append;
  readonly #calls = new Map<string, { path: string; calls: number }>();
  readonly #effects = new Map<string, Effect>();

  constructor(lines: readonly LedgerLine[], append: Append) {
    for (const line of lines) this.#fold(line);
    this.#append = append;
  }

  /** Every call counts, whatever becomes of it. */
  called(path: string, key: string): void {
    this.#put({ kind: "call", path, key });
  }

  done(effect: Omit<Effect, "kind">): void {
    this.#put({ kind: "effect", ...effect });
  }

  effectOf(key: string): Effect | null {
    return this.#effects.get(key) ?? null;
  }

  effectsOn(path: string): Effect[] {
    return [...this.#effects.values()].filter((effect) => effect.path === path);
  }

  /** One entry per key, in the order in which the keys were first seen. */
  writes(): { key: string; path: string; calls: number; effects: number; answer: JsonObject | null }[] {
    return [...this.#calls].map(([key, { path, calls }]) => {
      const effect = this.#effects.get(key);
      return { key, path, calls, effects: effect === undefined ? 0 : 1, answer: effect?.answer ?? null };
    });
  }

  #put(line: LedgerLine): void {
    this.#append(line);
    this.#fold(line);
  }

  #fold(line: LedgerLine): void {
    if (line.kind === "effect") {
      this.#effects.set(line.key, line);
      return;
    }
    const seen = this.#calls.get(line.key);
    if (seen === undefined) this.#calls.set(line.key, { path: line.path, calls: 1 });
    else seen.calls++;
  }
}
