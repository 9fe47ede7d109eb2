import { describe, expect, it } from "vitest";
import { type FlagMemory, type FlagReading, type FlagValue, judgeFlag, STALE_MS, UNWRITTEN } from "../../../core/kill-switch/flag.ts";

const AT = Date.UTC(2030, 0, 1);
const ours = (serial: number, value: FlagValue): FlagReading => ({ value, mark: { serial, value } });
const hand = (value: string | null): FlagReading => ({ value, mark: null });
/** Edited in place: the metadata of our write 5 stayed. */
const edited = (value: string, was: FlagValue): FlagReading => ({ value, mark: { serial: 5, value: was } });

const unseen: FlagMemory = { serial: 5, wroteAt: AT, seenSerial: 4 };
const seen: FlagMemory = { ...unseen, seenSerial: 5 };
const SOON = AT + 30_000;
const LATE = AT + STALE_MS + 1;
/** A hand's `on` was answered a minute before our latest write: a cache may still show it. */
const answered: FlagMemory = { ...unseen, handAt: AT - 60_000 };
const longAgo: FlagMemory = { ...unseen, handAt: AT - STALE_MS - 1 };

const rows: readonly (readonly [string, FlagMemory, FlagValue, FlagReading, number, string])[] = [
  ["a first reading without a key", UNWRITTEN, "off", hand(null), AT, "write"],
  ["a first reading that a hand set to on", UNWRITTEN, "off", hand("on"), AT, "latch"],
  ["our latest write", unseen, "off", ours(5, "off"), SOON, "fine"],
  ["our latest write, which the truth has left", unseen, "on", ours(5, "off"), SOON, "write"],
  ["an older `on` of ours after a recovery", unseen, "off", ours(4, "on"), SOON, "wait"],
  ["an older `on` of ours, long after: the write was lost", unseen, "off", ours(4, "on"), LATE, "write"],
  ["a hand's on right after our write, none before", unseen, "off", hand("on"), AT + 1, "latch"],
  ["a hand's on right after our write, one answered long before", longAgo, "off", hand("on"), AT + 1, "latch"],
  ["a hand's on right after our write, one answered shortly before", answered, "off", hand("on"), SOON, "wait"],
  ["a hand's on, one answered shortly before, our write seen", { ...answered, seenSerial: 5 }, "off", hand("on"), SOON, "latch"],
  ["a hand's on, one answered shortly before, our write old", answered, "off", hand("on"), LATE, "latch"],
  ["a hand's on, our latest write seen", seen, "off", hand("on"), SOON, "latch"],
  ["a hand's on, our latest write old", unseen, "off", hand("on"), LATE, "latch"],
  ["a hand's on as people type it", seen, "off", hand(" On\n"), SOON, "latch"],
  ["a hand's on over our on", seen, "on", hand("on"), SOON, "latch"],
  ["a hand's on that kept our metadata", seen, "off", edited("on", "off"), SOON, "latch"],
  ["a hand's off while stopped", seen, "on", hand("off"), SOON, "write"],
  ["a hand's off that kept our metadata", seen, "on", edited("off", "on"), SOON, "write"],
  ["a deleted key while stopped", seen, "on", hand(null), SOON, "write"],
  ["a hand's off, our latest write not seen yet", unseen, "on", hand("off"), SOON, "wait"],
  ["a hand's nonsense", seen, "off", hand("maybe"), SOON, "write"],
  ["a mark from the future: our storage was set back", seen, "off", ours(9, "on"), SOON, "latch"],
];

describe("one reading of the flag", () => {
  for (const [what, memory, truth, reading, at, verdict] of rows)
    it(`[KILL-7] ${what}: ${verdict}`, () => {
      expect(judgeFlag(memory, truth, reading, at).verdict).toBe(verdict);
    });

  it("[KILL-7] what was seen is remembered, and never less", () => {
    expect(judgeFlag(unseen, "off", ours(5, "off"), SOON).memory).toEqual(seen);
    expect(judgeFlag(seen, "off", ours(3, "off"), SOON).memory).toEqual(seen);
    expect(judgeFlag(unseen, "off", ours(9, "off"), SOON).memory).toEqual(unseen);
    expect(judgeFlag(unseen, "off", hand("on"), SOON).memory).toEqual({ ...unseen, handAt: SOON });
  });

  it("[KILL-91] an `on` in doubt that is taken back meanwhile stops all the same, unless our write shows that it was old", () => {
    const { memory: doubting } = judgeFlag(answered, "off", hand("on"), SOON);
    const end = SOON + STALE_MS + 1;
    for (const after of [hand("off"), hand(null)]) {
      const waiting = judgeFlag(doubting, "off", after, SOON + 30_000);
      expect(waiting.verdict).toBe("wait");
      expect(judgeFlag(waiting.memory, "off", after, end).verdict).toBe("latch");
    }
    const old = judgeFlag(doubting, "off", ours(5, "off"), SOON + 30_000);
    expect(old.verdict).toBe("fine");
    expect(judgeFlag(old.memory, "off", ours(5, "off"), end).verdict).toBe("fine");
    const older = judgeFlag(doubting, "off", ours(4, "on"), SOON + 30_000);
    expect(judgeFlag(older.memory, "off", ours(4, "on"), end).verdict).toBe("write");
  });

  it("[KILL-91] an `on` while everything is stopped is answered by that", () => {
    const { verdict, memory } = judgeFlag(seen, "on", hand("on"), SOON, true);
    expect([verdict, memory.handAt]).toEqual(["write", SOON]);
  });
});
