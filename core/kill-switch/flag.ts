/**
 * What one reading of the KV flag means. KV shows a write elsewhere after up to a minute or more, keeps no order and caches what
 * it showed (developers.cloudflare.com/kv/concepts/how-kv-works, 2026-10), so a reading may be older than what we wrote. Every
 * write of ours carries a mark in the metadata; a value without its mark was set by hand.
 *
 * The danger is on both sides: a hand's `on` that is missed does not stop; a hand's `on` that was answered long ago and is shown
 * again, after two people lifted the switch, stops for nothing. A hand's value therefore counts only once our latest write was
 * seen (then the hand came after it), or when that write is so old that no cache can still hide it.
 */
import type { EpochMs } from "../time.ts";

/** What the flag in KV may say. */
export type FlagValue = "on" | "off";

/** PERSISTED: metadata of the KV key. `value` repeats what was written: an edit that keeps the metadata is recognised too. */
export type FlagMark = { readonly serial: number; readonly value: FlagValue };

/** The flag as it was read, with the mark beside it. */
export type FlagReading = { readonly value: string | null; readonly mark: FlagMark | null };

/** PERSISTED: what `KillSwitch` remembers of the flag. */
export type FlagMemory = {
  /** Serial of our latest write; 0: we never wrote. */
  readonly serial: number;
  readonly wroteAt: EpochMs;
  /** The highest serial of ours that was read back. */
  readonly seenSerial: number;
};

/** Memory of a flag that was never written. */
export const UNWRITTEN: FlagMemory = { serial: 0, wroteAt: 0, seenSerial: 0 };

/** Twice the minute that KV names: after that a reading is not older than our latest write. */
export const STALE_MS = 120_000;

/** `latch`: somebody set it to `on`. `write`: it does not show the truth. `wait`: it may be an old value; look again. */
export type FlagVerdict = "latch" | "write" | "wait" | "fine";

/** Whether a reading was set by a hand, or is only old. */
export function judgeFlag(
  memory: FlagMemory,
  truth: FlagValue,
  reading: FlagReading,
  at: EpochMs,
): { readonly verdict: FlagVerdict; readonly memory: FlagMemory } {
  const { value, mark } = reading;
  const ours = mark !== null && mark.value === value && mark.serial <= memory.serial ? mark.serial : null;
  const seen = ours === null ? memory : { ...memory, seenSerial: Math.max(memory.seenSerial, ours) };
  if (ours !== null && ours === memory.serial) return { verdict: value === truth ? "fine" : "write", memory: seen };
  const settled = at - memory.wroteAt > STALE_MS || (ours === null && seen.seenSerial === memory.serial);
  if (!settled) return { verdict: "wait", memory: seen };
  // A person types; ` On` means on.
  const byHand = ours === null && value?.trim().toLowerCase() === "on";
  return { verdict: byHand ? "latch" : "write", memory: seen };
}
