/**
 * What one reading of the KV flag means. KV shows a write elsewhere after up to a minute or more, keeps no order between places and caches what
 * it showed (developers.cloudflare.com/kv/concepts/how-kv-works, 2026-10), so a reading may be older than what we wrote. Every
 * write of ours carries a mark in the metadata; a value without its mark was set by hand.
 *
 * The danger is on both sides: a hand's `on` that is missed does not stop; a hand's `on` that was answered long ago and is shown
 * again, after two people lifted the switch, stops for nothing. Only a hand's `on` that was read shortly before our latest write can be
 * shown again, so a hand's `on` counts at once unless there was such a one; then it counts when our latest write was seen (the hand
 * came after it), or when that write is so old that no cache can still hide it. An `on` that is doubted and taken back meanwhile is kept
 * in mind, and counts if nothing showed until then that it was an old one.
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
  /** When a hand's `on` was last read and counted. Absent: never. */
  readonly handAt?: EpochMs;
  /** A hand's `on` that may be an old one: when it was read first, and our latest write at that time. Absent: none is in doubt. */
  readonly doubted?: { readonly at: EpochMs; readonly serial: number };
};

/** Memory of a flag that was never written. */
export const UNWRITTEN: FlagMemory = { serial: 0, wroteAt: 0, seenSerial: 0 };

/** Twice the minute that KV names: after that a reading is not older than our latest write. */
export const STALE_MS = 120_000;

/** `latch`: somebody set it to `on`. `write`: it does not show the truth. `wait`: it may be an old value; look again. */
export type FlagVerdict = "latch" | "write" | "wait" | "fine";

/** Whether a reading was set by a hand, or is only old. `isAllStopped`: a hand's `on` has nothing to add, and is answered by that. */
export function judgeFlag(
  memory: FlagMemory,
  truth: FlagValue,
  reading: FlagReading,
  at: EpochMs,
  isAllStopped = false,
): { readonly verdict: FlagVerdict; readonly memory: FlagMemory } {
  const { value, mark } = reading;
  const ours = mark !== null && mark.value === value && mark.serial <= memory.serial ? mark.serial : null;
  const seen = ours === null ? memory : withSeen(memory, ours);
  const known = isAllStopped ? withoutDoubt(seen) : seen;
  const latch = { verdict: "latch", memory: { ...withoutDoubt(known), handAt: at } } as const;
  const { doubted } = known;
  if (doubted !== undefined && at - doubted.at > STALE_MS) return latch; // no cache shows old values for so long
  if (ours !== null) {
    if (ours === memory.serial) return { verdict: value === truth ? "fine" : "write", memory: known };
    return { verdict: at - memory.wroteAt > STALE_MS ? "write" : "wait", memory: known };
  }
  const isSettled = at - memory.wroteAt > STALE_MS || known.seenSerial === memory.serial;
  // A person types; ` On` means on.
  const isOn = value?.trim().toLowerCase() === "on";
  if (isOn && isAllStopped) return { verdict: isSettled ? "write" : "wait", memory: { ...known, handAt: at } };
  if (!isOn) return { verdict: isSettled && doubted === undefined ? "write" : "wait", memory: known };
  if (isSettled || !mayBeShownAgain(known)) return latch;
  return { verdict: "wait", memory: { ...known, doubted: doubted ?? { at, serial: known.serial } } };
}

/** A hand's `on` was there so shortly before our latest write that a cache may still have it. */
const mayBeShownAgain = ({ handAt, wroteAt }: FlagMemory): boolean => handAt !== undefined && wroteAt - handAt <= STALE_MS;

/** A write of ours from before the doubt is shown after what is doubted: that was older still, and was answered. */
function withSeen(memory: FlagMemory, serial: number): FlagMemory {
  const seen = { ...memory, seenSerial: Math.max(memory.seenSerial, serial) };
  return memory.doubted !== undefined && serial <= memory.doubted.serial ? withoutDoubt(seen) : seen;
}

function withoutDoubt({ doubted: _, ...memory }: FlagMemory): FlagMemory {
  return memory;
}
