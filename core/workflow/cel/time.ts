/**
 * Points and spans of time for expressions, as CEL defines them: to the nanosecond, from the year 1 to 9999. Reads no clock: a
 * time comes from the data.
 */
import { fail } from "./meter.ts";

const SECOND = 1_000_000_000n;
const MILLISECOND = 1_000_000n;
/** 0001-01-01T00:00:00Z and 9999-12-31T23:59:59.999999999Z, in nanoseconds since 1970. */
const FIRST = -62_135_596_800n * SECOND;
const LAST = 253_402_300_800n * SECOND - 1n;
/** Of a duration, in nanoseconds: a signed 64-bit number. */
const LONGEST = 2n ** 63n - 1n;

/** A span of time, in nanoseconds. */
export class Duration {
  readonly nanos: bigint;

  /** Beyond 2^63 nanoseconds (292 years) the evaluation fails, as the conformance suite asks. */
  constructor(nanos: bigint) {
    if (nanos > LONGEST || nanos < -LONGEST) fail("the duration is out of range");
    this.nanos = nanos;
  }

  /** Seconds with as many decimals as there are, as in `90s` and `-0.5s`. */
  toString(): string {
    const size = this.nanos < 0n ? -this.nanos : this.nanos;
    return `${this.nanos < 0n ? "-" : ""}${size / SECOND}${decimals(size % SECOND)}s`;
  }
}

/** A point in time, in nanoseconds since 1970-01-01T00:00:00Z. */
export class Timestamp {
  readonly nanos: bigint;

  /** Outside of the years 1 to 9999 the evaluation fails. */
  constructor(nanos: bigint) {
    if (nanos < FIRST || nanos > LAST) fail("the timestamp is out of range");
    this.nanos = nanos;
  }

  /** RFC 3339 in UTC, with as many decimals as there are. */
  toString(): string {
    const fraction = modulo(this.nanos, SECOND);
    return `${new Date(Number((this.nanos - fraction) / MILLISECOND)).toISOString().slice(0, 19)}${decimals(fraction)}Z`;
  }
}

const modulo = (value: bigint, by: bigint): bigint => ((value % by) + by) % by;

const decimals = (nanos: bigint): string => (nanos === 0n ? "" : `.${String(nanos).padStart(9, "0").replace(/0+$/, "")}`);

const RFC_3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;

/** RFC 3339 with a zone; a day that its month does not have is an error. */
export function parseTimestamp(text: string): Timestamp {
  const parts = text.length > 64 ? null : RFC_3339.exec(text);
  if (parts === null) return fail("timestamp() takes a text such as `2026-01-31T12:00:00Z`, or seconds since 1970");
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map(Number) as [number, number, number, number, number, number];
  const [, , , , , , , fraction, sign, hours, minutes] = parts;
  const at = new Date(0);
  at.setUTCFullYear(year, month - 1, day);
  const exists = at.getUTCFullYear() === year && at.getUTCMonth() === month - 1 && at.getUTCDate() === day;
  if (!exists || hour > 23 || minute > 59 || second > 59 || Number(hours ?? 0) > 23 || Number(minutes ?? 0) > 59)
    return fail("there is no such time");
  const offset = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * (sign === "-" ? -60 : 60);
  const seconds = at.getTime() / 1_000 + hour * 3_600 + minute * 60 + second - offset;
  return new Timestamp(BigInt(seconds) * SECOND + BigInt((fraction ?? "").padEnd(9, "0")));
}

/** Whole or broken seconds since 1970. */
export const timestampOfSeconds = (seconds: number): Timestamp => new Timestamp(BigInt(Math.round(seconds * 1_000)) * MILLISECOND);

const UNITS: ReadonlyMap<string, bigint> = new Map([
  ["h", 3_600n * SECOND],
  ["m", 60n * SECOND],
  ["s", SECOND],
  ["ms", MILLISECOND],
  ["us", 1_000n],
  ["µs", 1_000n],
  ["ns", 1n],
]);

/** Numbers with units, as in `1h30m` and `-1.5s`. */
export function parseDuration(text: string): Duration {
  const whole = text.length > 64 ? null : /^([+-]?)(0|(?:(?:\d+(?:\.\d*)?|\.\d+)(?:h|ms|m|s|us|µs|ns))+)$/.exec(text);
  if (whole === null) return fail("duration() takes a text such as `1h30m` or `90s`");
  let nanos = 0n;
  for (const [, before = "", after = "", unit = ""] of (whole[2] ?? "").matchAll(/(\d*)(?:\.(\d*))?(h|ms|m|s|us|µs|ns)/g)) {
    const size = UNITS.get(unit) ?? 0n;
    nanos += BigInt(before || "0") * size + (BigInt(after || "0") * size) / 10n ** BigInt(after.length);
  }
  return new Duration(whole[1] === "-" ? -nanos : nanos);
}

/** Parts of a point in time, by the name of the method that gives them, from its civil time in some zone. */
const PARTS: ReadonlyMap<string, (civil: Date) => number> = new Map([
  ["getFullYear", (civil: Date) => civil.getUTCFullYear()],
  ["getMonth", (civil: Date) => civil.getUTCMonth()],
  ["getDate", (civil: Date) => civil.getUTCDate()],
  ["getDayOfMonth", (civil: Date) => civil.getUTCDate() - 1],
  ["getDayOfWeek", (civil: Date) => civil.getUTCDay()],
  ["getDayOfYear", dayOfYear],
  ["getHours", (civil: Date) => civil.getUTCHours()],
  ["getMinutes", (civil: Date) => civil.getUTCMinutes()],
  ["getSeconds", (civil: Date) => civil.getUTCSeconds()],
  ["getMilliseconds", (civil: Date) => civil.getUTCMilliseconds()],
]);

/** How many of a unit a duration has, toward zero; `getMilliseconds` gives what is beyond whole seconds, as CEL has it. */
const TOTALS: ReadonlyMap<string, (nanos: bigint) => bigint> = new Map([
  ["getHours", (nanos: bigint) => nanos / (3_600n * SECOND)],
  ["getMinutes", (nanos: bigint) => nanos / (60n * SECOND)],
  ["getSeconds", (nanos: bigint) => nanos / SECOND],
  ["getMilliseconds", (nanos: bigint) => (nanos % SECOND) / MILLISECOND],
]);

/** Names of the methods that take a time apart. */
export const TIME_PARTS: readonly string[] = [...PARTS.keys()];

/** One part of a time. A zone is `UTC`, an offset such as `+02:00`, or a name such as `Europe/Berlin`; a duration takes none. */
export function partOf(name: string, of: Timestamp | Duration, zone: string | null): number {
  if (of instanceof Duration) {
    const total = zone === null ? TOTALS.get(name) : undefined;
    return total === undefined ? fail(`${name}() does not take a duration${zone === null ? "" : " and a zone"}`) : Number(total(of.nanos));
  }
  const milliseconds = Number((of.nanos - modulo(of.nanos, MILLISECOND)) / MILLISECOND);
  return PARTS.get(name)?.(new Date(milliseconds + (zone === null ? 0 : offsetOf(zone, milliseconds)))) ?? fail(`there is no ${name}()`);
}

function dayOfYear(civil: Date): number {
  return Math.round((Date.UTC(2000, civil.getUTCMonth(), civil.getUTCDate()) - Date.UTC(2000, 0, 1)) / 86_400_000) - leapGap(civil);
}

/** 2000 is a leap year: from March on a common year is a day behind it. */
function leapGap(civil: Date): number {
  const year = civil.getUTCFullYear();
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  return !leap && civil.getUTCMonth() > 1 ? 1 : 0;
}

/** Formatters by zone. A zone may come from data, so that only this many are kept. */
const KEPT_ZONES = 50;
const zones = new Map<string, Intl.DateTimeFormat>();

/** Milliseconds that a zone's clocks are ahead of UTC at a time. */
function offsetOf(zone: string, at: number): number {
  const fixed = /^([+-]?)(\d\d):(\d\d)$/.exec(zone);
  if (fixed !== null) return (Number(fixed[2]) * 60 + Number(fixed[3])) * (fixed[1] === "-" ? -60_000 : 60_000);
  if (zone === "UTC" || zone === "Z") return 0;
  if (!/^[A-Za-z][A-Za-z0-9_+-]{1,30}(\/[A-Za-z0-9_+-]{1,30}){0,2}$/.test(zone)) return fail("there is no such time zone");
  const found = zones.get(zone) ?? zoneNamed(zone);
  const part = new Map<string, number>(found.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const read = (name: string): number => part.get(name) ?? 0;
  const civil = new Date(0);
  civil.setUTCFullYear(read("year"), read("month") - 1, read("day"));
  civil.setUTCHours(read("hour"), read("minute"), read("second"));
  return civil.getTime() - Math.floor(at / 1_000) * 1_000;
}

function zoneNamed(zone: string): Intl.DateTimeFormat {
  const made = formatterOf(zone);
  if (made === null) return fail("there is no such time zone");
  const oldest = zones.size >= KEPT_ZONES ? zones.keys().next().value : undefined;
  if (oldest !== undefined) zones.delete(oldest);
  zones.set(zone, made);
  return made;
}

function formatterOf(timeZone: string): Intl.DateTimeFormat | null {
  const part = "numeric";
  try {
    const shape = { year: part, month: part, day: part, hour: part, minute: part, second: part } as const;
    return new Intl.DateTimeFormat("en-US", { timeZone, hourCycle: "h23", calendar: "iso8601", ...shape });
  } catch {
    return null;
  }
}
