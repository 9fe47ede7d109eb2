/** How the shop misbehaves when it is told to: by path, a number of times or until told otherwise. */
import { isObject, type Json } from "../core/json.ts";

const FAULT_MODES = ["fail", "fail_for_good", "hang", "slow", "inject", "garbage", "cut"] as const;
/** A way in which the shop misbehaves when it is told to. */
export type FaultMode = (typeof FAULT_MODES)[number];

/**
 * `fail` (500) and `fail_for_good` (422): refused before anything happens. All others are worse: the effect happens, and then
 * no answer comes (`hang`), a late one (`slow`), one with a hidden instruction (`inject`), no JSON (`garbage`) or half of one (`cut`).
 */
export type Fault = {
  readonly path: string;
  readonly mode: FaultMode;
  /** How many more calls it meets; null: all. */
  readonly times: number | null;
  readonly status: number | null;
  /** The header's text: seconds, or an HTTP date. */
  readonly retryAfter: string | null;
  readonly delayMs: number;
};

/** The faults that are to happen at the next calls. */
export class Faults {
  #faults: Fault[] = [];

  add(fault: Fault): void {
    this.#faults.push(fault);
  }

  /** `path` null: all of them. */
  clear(path: string | null): void {
    this.#faults = path === null ? [] : this.#faults.filter((fault) => fault.path !== path);
  }

  list(): readonly Fault[] {
    return this.#faults;
  }

  /** The oldest fault for a path, counted down; null: the shop behaves. */
  take(path: string): Fault | null {
    const index = this.#faults.findIndex((fault) => fault.path === path);
    const fault = this.#faults[index];
    if (fault === undefined) return null;
    if (fault.times === 1) this.#faults.splice(index, 1);
    else if (fault.times !== null) this.#faults[index] = { ...fault, times: fault.times - 1 };
    return fault;
  }
}

/** null: not a fault. */
export function readFault(body: Json): Fault | null {
  if (!isObject(body)) return null;
  const { path, mode, times = null, status = null, retry_after: retryAfter = null, delay_ms: delayMs = 1000 } = body;
  const known = FAULT_MODES.find((name) => name === mode);
  if (typeof path !== "string" || !path.startsWith("/") || known === undefined) return null;
  if (times !== null && !(Number.isInteger(times) && (times as number) > 0)) return null;
  if (status !== null && !(Number.isInteger(status) && (status as number) >= 200 && (status as number) <= 599)) return null;
  if (retryAfter !== null && typeof retryAfter !== "number" && typeof retryAfter !== "string") return null;
  if (typeof delayMs !== "number" || !(delayMs >= 0)) return null;
  return {
    path,
    mode: known,
    times: times as number | null,
    status: status as number | null,
    retryAfter: retryAfter === null ? null : String(retryAfter),
    delayMs,
  };
}
