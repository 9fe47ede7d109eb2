/** R2 as runs use it: what was put stays, under a key that says what it is. It is reached like everything outside, which may fail. */
import type { Json } from "../../core/json.ts";
import { valuePrefix } from "../../durable-objects/run-engine/kept-values.ts";
import type { Dice } from "./dice.ts";

/** As deployed (workers/archive/run-values.ts): no simulated value is so large. */
const DEPLOYED = 256 * 1024;

export class Bucket {
  readonly objects = new Map<string, string>();
  /** In some worlds even small values lie here, so that every part of a run meets it. */
  readonly largerThan: number;

  constructor(dice: Dice) {
    this.largerThan = dice.happens("bucket/small", 0.3) ? dice.between("bucket/larger-than", 200, 3_000) : DEPLOYED;
  }

  put(key: string, text: string): void {
    if (!this.objects.has(key)) this.objects.set(key, text);
  }

  get(key: string): string | null {
    return this.objects.get(key) ?? null;
  }

  /** For those who look from outside. */
  valueOf(object: string, sha256: string): Json | undefined {
    const text = this.objects.get(`${valuePrefix(object)}${sha256}`);
    return text === undefined ? undefined : (JSON.parse(text) as Json);
  }
}
