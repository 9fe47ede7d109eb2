/** Milliseconds since 1970-01-01T00:00:00Z. Core never reads a clock: the time of a decision comes in with its input. */
export type EpochMs = number;

/** RFC 3339 in UTC with milliseconds, as every time on the wire is written. */
export const toRfc3339 = (at: EpochMs): string => new Date(at).toISOString();

/** RFC 3339 section 5.6, in capitals: no other form of a time, and no 30th of February. null: it is none. */
export function fromRfc3339(text: string): EpochMs | null {
  const [, year, month, day, hours, minutes, seconds, fraction = "", zone = "Z"] = DATE_TIME.exec(text) ?? [];
  if (day === undefined || Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 60) return null;
  const midnight = new Date(0).setUTCFullYear(Number(year), Number(month) - 1, Number(day)); // `Date.UTC` takes years below 100 as 19xx
  const read = new Date(midnight);
  if (read.getUTCMonth() !== Number(month) - 1 || read.getUTCDate() !== Number(day) || read.getUTCFullYear() !== Number(year)) return null;
  const [sign, offsetHours, offsetMinutes] =
    zone === "Z" ? [1, 0, 0] : [zone.startsWith("-") ? -1 : 1, Number(zone.slice(1, 3)), Number(zone.slice(4))];
  if (offsetHours > 23 || offsetMinutes > 59) return null;
  const time = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000 + Math.floor(Number(`0${fraction}`) * 1000);
  return midnight + time - sign * (offsetHours * 60 + offsetMinutes) * 60_000;
}

const DATE_TIME = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;

/** The instant as RFC 3339 in UTC, or null when there is none. */
export const orNullRfc3339 = (at: EpochMs | null): string | null => (at === null ? null : toRfc3339(at));
