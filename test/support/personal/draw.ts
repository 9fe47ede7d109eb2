/** Drawing by a seed: the same seed draws the same. */
import { passesLuhn } from "../../../core/guardrail/pii/checksums.ts";

/** From 0 to less than 1. */
export type Random = () => number;

/** Mulberry32. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One of a list. */
export const pick = <T>(random: Random, list: readonly [T, ...T[]] | readonly T[]): T => list[Math.floor(random() * list.length)] as T;

/** Digits for digits and letters for letters. */
export const redrawn = (random: Random, text: string): string =>
  text.replace(/[0-9A-Za-z]/g, (unit) => {
    if (/\d/.test(unit)) return String(Math.floor(random() * 10));
    const letter = String.fromCharCode(65 + Math.floor(random() * 26));
    return unit === unit.toUpperCase() ? letter : letter.toLowerCase();
  });

/** A card number of these beginnings and this length. */
export function card(random: Random, beginning: string, length: number): string {
  const body = beginning + Array.from({ length: length - beginning.length - 1 }, () => Math.floor(random() * 10)).join("");
  return body + Array.from("0123456789").find((digit) => passesLuhn(body + digit));
}
