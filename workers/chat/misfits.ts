/**
 * Requests whose answers did not fit after all corrections, for two minutes: clients that try a 502 again by themselves (some do six times)
 * hear the same again, and no model is paid for it. In memory of the isolate, bounded; holds hashes and our own words alone.
 */
import { createHash } from "node:crypto";
import type { Refusal } from "../../core/errors/problem.ts";
import type { EpochMs } from "../../core/time.ts";
import type { Asked } from "./ports.ts";

const KEPT_MS = 120_000;
/** Requests remembered; the oldest goes first. */
const MOST = 1_000;

/** The requests that are remembered. */
export type Misfits = {
  /** The refusal of the same request of the same caller; null: it is none that is known. */
  readonly known: (asked: Asked) => Refusal | null;
  /** Remembers a refusal for an answer that does not fit. Any other is not kept. */
  readonly note: (asked: Asked, refusal: Refusal) => void;
};

/** Begins with none. */
export function openMisfits(now: () => EpochMs): Misfits {
  const kept = new Map<string, { readonly refusal: Refusal; readonly until: EpochMs }>();
  const keyOf = ({ principal: { org, user }, body }: Asked): string =>
    createHash("sha256")
      .update(JSON.stringify([org, user, body]))
      .digest("base64");
  return {
    known(asked) {
      if (kept.size === 0) return null;
      const key = keyOf(asked);
      const found = kept.get(key);
      if (found !== undefined && found.until > now()) return found.refusal;
      kept.delete(key);
      return null;
    },
    note(asked, refusal) {
      if (refusal.code !== "output_invalid") return;
      const key = keyOf(asked);
      kept.delete(key);
      const oldest = kept.keys().next().value;
      if (kept.size >= MOST && oldest !== undefined) kept.delete(oldest);
      kept.set(key, { refusal, until: now() + KEPT_MS });
    },
  };
}
