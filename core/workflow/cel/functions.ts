/**
 * The functions an expression may call. All take and give JSON or times; numbers are doubles, positions in text count code points.
 * A method's receiver is its first argument.
 */
import { compilePattern } from "../../pattern/pattern.ts";
import { chunks } from "./chunks.ts";
import { glueAll, keepApart } from "./glue.ts";
import { fail, type Meter } from "./meter.ts";
import { lastPlaceOf, placesOf } from "./search.ts";
import { Duration, parseDuration, parseTimestamp, partOf, TIME_PARTS, Timestamp, timestampOfSeconds } from "./time.ts";
import { isList, isMap, typeName, type Value } from "./value.ts";

/** A function that expressions can call. */
export type CelFunction = {
  /** Numbers of arguments as a function `size(x)`; none: not callable so. */
  readonly asFunction: readonly number[];
  /** Numbers of arguments as a method `x.size()`, the receiver not counted. */
  readonly asMethod: readonly number[];
  readonly run: (args: readonly Value[], meter: Meter) => Value;
};

const text = (value: Value | undefined, what: string): string => (typeof value === "string" ? value : fail(`${what} is not a string`));

const whole = (value: Value | undefined, what: string): number =>
  typeof value === "number" && Number.isSafeInteger(value) ? value : fail(`${what} is not a whole number`);

/** Text as a list of code points, so that no position falls into the middle of a character. */
function codePoints(value: string, meter: Meter): string[] {
  meter.spend(value.length / 4);
  return Array.from(value);
}

const method = (asMethod: readonly number[], run: CelFunction["run"]): CelFunction => ({ asFunction: [], asMethod, run });
const plain = (run: CelFunction["run"]): CelFunction => ({ asFunction: [1], asMethod: [], run });

const onTexts = (run: (receiver: string, argument: string, meter: Meter) => Value): CelFunction =>
  method([1], ([receiver, argument], meter) => {
    const whole = text(receiver, "the receiver");
    const part = text(argument, "the argument");
    meter.spend((whole.length + part.length) / 64);
    return run(whole, part, meter);
  });

const onText = (run: (receiver: string) => string): CelFunction =>
  method([0], ([receiver], meter) => {
    const whole = text(receiver, "the receiver");
    meter.spend(whole.length / 4);
    return run(whole);
  });

function size([value]: readonly Value[], meter: Meter): Value {
  if (typeof value === "string") return codePoints(value, meter).length;
  if (isList(value)) return value.length;
  if (!isMap(value)) return fail(`size() does not take ${typeName(value)}`);
  const { length } = Object.keys(value);
  meter.spend(length);
  return length;
}

/** -1 when it is not there, as CEL's strings extension has it. */
const indexOf = (last: boolean): CelFunction =>
  method([1], ([receiver, search], meter) => {
    const whole = text(receiver, "the receiver");
    const part = text(search, "the argument");
    const at = last ? lastPlaceOf(whole, part, meter) : part === "" ? 0 : (placesOf(whole, part, 1, meter)[0] ?? -1);
    return at < 0 ? -1 : codePoints(whole.slice(0, at), meter).length;
  });

function substring([receiver, from, to]: readonly Value[], meter: Meter): Value {
  const points = codePoints(text(receiver, "the receiver"), meter);
  const start = whole(from, "the start");
  const end = to === undefined ? points.length : whole(to, "the end");
  if (start < 0 || end < start || end > points.length) return fail("substring() is out of range");
  return points.slice(start, end).join("");
}

function split([receiver, separator]: readonly Value[], meter: Meter): Value {
  const whole = text(receiver, "the receiver");
  const by = text(separator, "the separator");
  if (by === "") {
    meter.spend(whole.length);
    return codePoints(whole, meter);
  }
  return piecesOf(whole, placesOf(whole, by, whole.length, meter), by.length);
}

/** What is between these places, which are `width` long. */
function piecesOf(whole: string, places: readonly number[], width: number): string[] {
  const starts = [0, ...places.map((at) => at + width)];
  return starts.map((from, index) => whole.slice(from, places[index] ?? whole.length));
}

function join([list, separator]: readonly Value[], meter: Meter): Value {
  if (!isList(list)) return fail("join() takes a list");
  meter.spend(list.length);
  const parts = list.map((part) => text(part, "an item"));
  const by = separator === undefined ? "" : text(separator, "the separator");
  meter.text(parts.reduce((sum, part) => sum + part.length, by.length * parts.length));
  return glueAll(parts, by);
}

/** An empty search stands before each character and at the end, as in CEL's strings extension. */
function replace([receiver, search, replacement]: readonly Value[], meter: Meter): Value {
  const whole = text(receiver, "the receiver");
  const part = text(search, "the first argument");
  const by = text(replacement, "the second argument");
  if (part === "") meter.spend(whole.length);
  const pieces =
    part === "" ? ["", ...codePoints(whole, meter), ""] : piecesOf(whole, placesOf(whole, part, whole.length, meter), part.length);
  meter.text(whole.length + by.length * pieces.length);
  return glueAll(pieces, by);
}

/** The pattern is a literal, which the parser has tried to compile. */
function matches([receiver, pattern]: readonly Value[], meter: Meter): Value {
  const whole = text(receiver, "the receiver");
  const compiled = compilePattern(text(pattern, "the pattern"), "flags");
  if (!compiled.ok) return fail(compiled.error);
  meter.spend(CALL_STEPS);
  return compiled.value.test(whole, (steps) => meter.spend(steps / PATTERN_STEPS_PER_STEP));
}

/** What a match costs whatever its text is. */
const CALL_STEPS = 20;
/** Following an instruction of a pattern takes some 10 ns, a step of an evaluation 50. */
const PATTERN_STEPS_PER_STEP = 5;

/** Unicode's White_Space; JavaScript's own `trim` takes U+FEFF for one and U+0085 for none. */
const isBlank = (unit: number): boolean =>
  unit === 0x20 || (unit >= 0x09 && unit <= 0x0d) || unit === 0x85 || unit === 0xa0 || (unit >= 0x1680 && BLANKS.has(unit));
const BLANKS: ReadonlySet<number> = new Set([
  0x1680, 0x2000, 0x2001, 0x2002, 0x2003, 0x2004, 0x2005, 0x2006, 0x2007, 0x2008, 0x2009, 0x200a, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000,
]);

function trim(whole: string): string {
  let [from, to] = [0, whole.length];
  while (from < to && isBlank(whole.charCodeAt(from))) from += 1;
  while (to > from && isBlank(whole.charCodeAt(to - 1))) to -= 1;
  return whole.slice(from, to);
}

function toNumber(value: Value | undefined, name: string): number {
  if (typeof value === "number") return value;
  if (value instanceof Timestamp && name === "int") return Math.floor(Number(value.nanos / 1_000_000n) / 1_000);
  if (typeof value === "string" && /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(value) && value.length <= 400) {
    const number = Number(value);
    if (Number.isFinite(number)) return number;
  }
  return fail(`${name}() cannot make a number of this ${typeName(value)}`);
}

/** All numbers are doubles: a whole number that a double may not hold exactly is an error, never another number. */
function wholeNumber(value: number): number {
  const whole = Math.trunc(value);
  return Number.isSafeInteger(whole)
    ? whole
    : fail("int() gives no whole number beyond 2^53; keep such a number as a text of digits (`format: int64`)");
}

function toText(value: Value | undefined): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (value instanceof Timestamp || value instanceof Duration) return value.toString();
  return fail(`string() does not take ${typeName(value)}`);
}

/** The texts that CEL converts. */
const BOOLEANS: ReadonlyMap<Value | undefined, boolean> = new Map([
  ...["1", "t", "true", "TRUE", "True"].map((word) => [word, true] as const),
  ...["0", "f", "false", "FALSE", "False"].map((word) => [word, false] as const),
]);

function toBoolean(value: Value | undefined): boolean {
  if (typeof value === "boolean") return value;
  return BOOLEANS.get(value) ?? fail("bool() takes true or false, or a text such as `true`, `t` or `1`");
}

/** Steps that reading a time costs. */
const TIME_STEPS = 15;

function toTimestamp(value: Value | undefined, meter: Meter): Timestamp {
  meter.spend(TIME_STEPS);
  if (value instanceof Timestamp) return value;
  if (typeof value === "number") return timestampOfSeconds(value);
  return parseTimestamp(text(value, "the argument of timestamp()"));
}

function toDuration(value: Value | undefined, meter: Meter): Duration {
  meter.spend(TIME_STEPS);
  return value instanceof Duration ? value : parseDuration(text(value, "the argument of duration()"));
}

const timePart = (name: string): CelFunction =>
  method([0, 1], ([receiver, zone], meter) => {
    if (!(receiver instanceof Timestamp || receiver instanceof Duration)) return fail(`${name}() does not take a ${typeName(receiver)}`);
    meter.spend(zone === undefined ? 5 : 100);
    return partOf(name, receiver, zone === undefined ? null : text(zone, "the zone"));
  });

const TABLE: { readonly [name: string]: CelFunction } = {
  size: { asFunction: [1], asMethod: [0], run: size },
  string: plain(([value]) => toText(value)),
  double: plain(([value]) => toNumber(value, "double")),
  int: plain(([value]) => wholeNumber(toNumber(value, "int"))),
  bool: plain(([value]) => toBoolean(value)),
  timestamp: plain(([value], meter) => toTimestamp(value, meter)),
  duration: plain(([value], meter) => toDuration(value, meter)),
  ...Object.fromEntries(TIME_PARTS.map((name) => [name, timePart(name)])),
  dyn: plain(([value]) => value ?? null),
  startsWith: onTexts((receiver, part) => receiver.startsWith(part)),
  endsWith: onTexts((receiver, part) => receiver.endsWith(part)),
  contains: onTexts((receiver, part, meter) => part === "" || placesOf(receiver, part, 1, meter).length > 0),
  matches: method([1], matches),
  lowerAscii: onText((receiver) => receiver.replace(/[A-Z]/g, (letter) => letter.toLowerCase())),
  upperAscii: onText((receiver) =>
    keepApart(
      receiver,
      receiver.replace(/[a-z]/g, (letter) => letter.toUpperCase()),
    ),
  ),
  trim: onText(trim),
  indexOf: indexOf(false),
  lastIndexOf: indexOf(true),
  substring: method([1, 2], substring),
  split: method([1], split),
  join: method([0, 1], join),
  replace: method([2], replace),
  chunks: {
    asFunction: [2],
    asMethod: [1],
    run: ([receiver, size], meter) => chunks(text(receiver, "the text"), whole(size, "the size"), meter),
  },
};

/** By name; names of `Object.prototype` are no functions. */
export const celFunction = (name: string): CelFunction | null => (Object.hasOwn(TABLE, name) ? (TABLE[name] ?? null) : null);

/** Every function that expressions can call, in the order of the table. */
export const CEL_FUNCTIONS: readonly (readonly [name: string, CelFunction])[] = Object.entries(TABLE);
