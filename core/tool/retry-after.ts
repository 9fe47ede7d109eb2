/** `Retry-After` (RFC 9110 section 10.2.3): seconds, or an HTTP date in one of the three forms of section 5.6.7; servers also send fractions. */
import type { EpochMs } from "../time.ts";

/** A year. Longer waits are read as this long: the run's own limits end them much earlier, and sums stay whole numbers. */
const LONGEST_MS = 366 * 24 * 60 * 60 * 1000;

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const TIME = "(\\d{2}):(\\d{2}):(\\d{2})";
const IMF_FIXDATE = new RegExp(`^[A-Z][a-z]{2}, (\\d{2}) ([A-Z][a-z]{2}) (\\d{4}) ${TIME} GMT$`);
const RFC_850 = new RegExp(`^[A-Z][a-z]{5,8}, (\\d{2})-([A-Z][a-z]{2})-(\\d{2}) ${TIME} GMT$`);
const ASCTIME = new RegExp(`^[A-Z][a-z]{2} ([A-Z][a-z]{2}) ([ \\d]\\d) ${TIME} (\\d{4})$`);

/** Milliseconds from `now` on; null when the header is absent or says nothing that the RFC knows. */
export function retryAfterMs(header: string | null, now: EpochMs): number | null {
  const text = header?.trim() ?? "";
  if (/^\d+(\.\d+)?$/.test(text)) return Math.min(Math.ceil(Number(text) * 1000), LONGEST_MS);
  const at = readHttpDate(text, now);
  return at === null ? null : Math.min(Math.max(at - now, 0), LONGEST_MS);
}

/** The headers that say when to come back, the finest first: OpenAI's and Azure's milliseconds, then `Retry-After`. */
export function waitMs(headers: { get(name: string): string | null }, now: EpochMs): number | null {
  for (const name of ["retry-after-ms", "x-ms-retry-after-ms"]) {
    const text = headers.get(name)?.trim() ?? "";
    if (/^\d+(\.\d+)?$/.test(text)) return Math.min(Math.ceil(Number(text)), LONGEST_MS);
  }
  return retryAfterMs(headers.get("retry-after"), now);
}

function readHttpDate(text: string, now: EpochMs): EpochMs | null {
  const fixed = IMF_FIXDATE.exec(text);
  if (fixed !== null) return instant(fixed[3], fixed[2], fixed[1], fixed.slice(4));
  const asctime = ASCTIME.exec(text);
  if (asctime !== null) return instant(asctime[6], asctime[1], asctime[2], asctime.slice(3, 6));
  const old = RFC_850.exec(text);
  if (old === null) return null;
  // A two-digit year that seems more than 50 years ahead is the last one with these digits (section 5.6.7).
  const thisYear = new Date(now).getUTCFullYear();
  const year = Math.floor(thisYear / 100) * 100 + Number(old[3]);
  return instant(String(year > thisYear + 50 ? year - 100 : year), old[2], old[1], old.slice(4));
}

function instant(year: string | undefined, month: string | undefined, day: string | undefined, clock: readonly string[]): EpochMs | null {
  const monthIndex = MONTHS.indexOf(month ?? "");
  const [hours, minutes, seconds] = clock.map(Number);
  if (monthIndex < 0 || hours === undefined || minutes === undefined || seconds === undefined) return null;
  if (hours > 23 || minutes > 59 || seconds > 60) return null; // 60: a leap second
  const at = Date.UTC(Number(year), monthIndex, Number(day), hours, minutes, seconds);
  return new Date(at - (seconds === 60 ? 1000 : 0)).getUTCDate() === Number(day) ? at : null;
}
