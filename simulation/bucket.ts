/** R2 as runs use it: what was put stays, under a key that says what it is. It may be away for a while, for everybody. */
import type { Json } from "../core/json.ts";
import { valuePrefix } from "../core/run/outside/value-key.ts";
import { nameOfSealed } from "../durable-objects/run-engine/kept-values.ts";
import { placeOfTexts } from "../kit/sealed-text.ts";
import type { Climate } from "./climate.ts";
import type { Clock } from "./clock.ts";
import type { Dice } from "./dice.ts";
import { nameInBucket, opened } from "./keys.ts";
import type { Trouble } from "./trouble.ts";

/** As deployed (workers/archive/run-values.ts): no simulated value is so large. */
const DEPLOYED = 256 * 1024;

export class Bucket {
  readonly objects = new Map<string, string>();
  /** Files of texts of a run (core/audit/content.ts). */
  readonly texts = new Map<string, readonly { readonly name: string; readonly text: string }[]>();
  /** In some worlds even small values lie here, so that every part of a run meets it. */
  readonly largerThan: number;
  readonly #clock: Clock;
  readonly #dice: Dice;
  readonly #trouble: Trouble;
  readonly #climate: Climate;
  #awayUntil = 0;

  constructor(clock: Clock, dice: Dice, trouble: Trouble, climate: Climate) {
    this.#clock = clock;
    this.#dice = dice;
    this.#trouble = trouble;
    this.#climate = climate;
    this.largerThan = dice.happens("bucket/small", 0.3) ? dice.between("bucket/larger-than", 200, 3_000) : DEPLOYED;
  }

  put(key: string, text: string): void {
    this.#reach();
    if (!this.objects.has(key)) this.objects.set(key, text);
  }

  get(key: string): string | null {
    this.#reach();
    return this.objects.get(key) ?? null;
  }

  keepTexts(run: string, name: string, lines: readonly string[]): void {
    this.#reach();
    const files = this.texts.get(run) ?? [];
    this.texts.set(run, [...files, { name, text: lines.join("\n") }]);
  }

  /** The lines of a run's texts, for those who look from outside. */
  linesOf(run: string): string[] {
    return (this.texts.get(run) ?? []).map(({ name, text }) => opened(placeOfTexts(name), text) ?? text);
  }

  /** For those who look from outside. */
  valueOf(run: string, name: string): Json | undefined {
    const isSealed = name.startsWith(nameOfSealed(""));
    const stored = isSealed ? nameInBucket(run, name) : name;
    const text = this.objects.get(`${valuePrefix(`RunEngine/${run}`)}${stored}`);
    return text === undefined ? undefined : (JSON.parse(opened(stored, text) ?? text) as Json);
  }

  #reach(): void {
    const { now } = this.#clock;
    if (this.#trouble.strike("bucket", this.#climate.unreachable, ["bucket away"] as const) !== null)
      this.#awayUntil = now + this.#dice.skewed("bucket/away", 1_000, 60_000);
    if (now < this.#awayUntil) throw new Error("Network connection lost.");
  }
}
