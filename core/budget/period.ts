/** Days and months in UTC, as names that sort by time. */
import type { EpochMs } from "../time.ts";

/** `2026-11-20` */
export const dayOf = (at: EpochMs): string => new Date(at).toISOString().slice(0, 10);
/** `2026-11` */
export const monthOf = (at: EpochMs): string => new Date(at).toISOString().slice(0, 7);

/** The first instant after the period that `name` (a day or a month) stands for. */
export function endOf(name: string): EpochMs {
  const [year = 0, month = 1, day] = name.split("-").map(Number);
  return day === undefined ? Date.UTC(year, month, 1) : Date.UTC(year, month - 1, day + 1);
}
