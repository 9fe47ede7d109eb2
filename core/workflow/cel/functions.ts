/**
 * The functions an expression may call. All take and give plain JSON; numbers are doubles, positions in text count code points.
 * A method's receiver is its first argument.
 */
import { isObject, type Json } from "../../json.ts";
import { boundPattern } from "../pattern.ts";
import { chunks } from "./chunks.ts";
import { glueAll, keepApart } from "./glue.ts";
import { fail, type Meter } from "./meter.ts";

/** A function that expressions can call. */
export type CelFunction = {
  /** Numbers of arguments as a function `size(x)`; none: not callable so. */
  readonly asFunction: readonly number[];
  /** Numbers of arguments as a method `x.size()`, the receiver not counted. */
  readonly asMethod: readonly number[];
  readonly run: (args: readonly Json[], meter: Meter) => Json;
};

/** A value's type as messages name it. */
export const typeName = (value: Json): string =>
  value === null ? "null" : Array.isArray(value) ? "list" : typeof value === "object" ? "map" : typeof value;

const text = (value: Json | undefined, what: string): string => (typeof value === "string" ? value : fail(`${what} is not a string`));

const whole = (value: Json | undefined, what: string): number =>
  typeof value === "number" && Number.isSafeInteger(value) ? value : fail(`${what} is not a whole number`);

/** Text as a list of code points, so that no position falls into the middle of a character. */
function codePoints(value: string, meter: Meter): string[] {
  meter.spend(value.length / 8);
  return Array.from(value);
}

const method = (asMethod: readonly number[], run: CelFunction["run"]): CelFunction => ({ asFunction: [], asMethod, run });
const plain = (run: CelFunction["run"]): CelFunction => ({ asFunction: [1], asMethod: [], run });

const onTexts = (run: (receiver: string, argument: string) => Json): CelFunction =>
  method([1], ([receiver, argument], meter) => {
    const whole = text(receiver, "the receiver");
    meter.spend(whole.length / 64);
    return run(whole, text(argument, "the argument"));
  });

const onText = (run: (receiver: string) => string): CelFunction =>
  method([0], ([receiver], meter) => {
    const whole = text(receiver, "the receiver");
    meter.spend(whole.length / 64);
    return run(whole);
  });

function size([value]: readonly Json[], meter: Meter): Json {
  if (typeof value === "string") return codePoints(value, meter).length;
  if (Array.isArray(value)) return value.length;
  if (isObject(value)) return Object.keys(value).length;
  return fail(`size() does not take ${typeName(value ?? null)}`);
}

/** -1 when it is not there, as CEL's strings extension has it. */
const indexOf = (last: boolean): CelFunction =>
  method([1], ([receiver, search], meter) => {
    const whole = text(receiver, "the receiver");
    const part = text(search, "the argument");
    const at = last ? whole.lastIndexOf(part) : whole.indexOf(part);
    return at < 0 ? -1 : codePoints(whole.slice(0, at), meter).length;
  });

function substring([receiver, from, to]: readonly Json[], meter: Meter): Json {
  const points = codePoints(text(receiver, "the receiver"), meter);
  const start = whole(from, "the start");
  const end = to === undefined ? points.length : whole(to, "the end");
  if (start < 0 || end < start || end > points.length) return fail("substring() is out of range");
  return points.slice(start, end).join("");
}

function split([receiver, separator]: readonly Json[], meter: Meter): Json {
  const whole = text(receiver, "the receiver");
  meter.spend(whole.length);
  const by = text(separator, "the separator");
  return by === "" ? codePoints(whole, meter) : whole.split(by);
}

function join([list, separator]: readonly Json[], meter: Meter): Json {
  if (!Array.isArray(list)) return fail("join() takes a list");
  meter.spend(list.length);
  const parts = list.map((part) => text(part, "an item"));
  const by = separator === undefined ? "" : text(separator, "the separator");
  meter.text(parts.reduce((sum, part) => sum + part.length, by.length * parts.length));
  return glueAll(parts, by);
}

function replace([receiver, search, replacement]: readonly Json[], meter: Meter): Json {
  const whole = text(receiver, "the receiver");
  const parts = whole.split(text(search, "the first argument"));
  const by = text(replacement, "the second argument");
  meter.text(whole.length + by.length * parts.length);
  return glueAll(parts, by);
}

/** The pattern is a literal that the parser has found safe; its cost bounds the length of the text it may run over. */
function matches([receiver, pattern]: readonly Json[], meter: Meter): Json {
  const whole = text(receiver, "the receiver");
  const bound = boundPattern(text(pattern, "the pattern"));
  if (!bound.ok) return fail(bound.error);
  if (whole.length > bound.value.maxLength) return fail("the text is too long for its pattern");
  meter.spend(100 + whole.length);
  return bound.value.expression.test(whole);
}

function toNumber(value: Json | undefined, name: string): number {
  if (typeof value === "number") return value;
  if (typeof value === "string" && /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(value) && value.length <= 400) {
    const number = Number(value);
    if (Number.isFinite(number)) return number;
  }
  return fail(`${name}() cannot make a number of this ${typeName(value ?? null)}`);
}

function toText(value: Json | undefined): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return fail(`string() does not take ${typeName(value ?? null)}`);
}

function toBoolean(value: Json | undefined): boolean {
  if (typeof value === "boolean") return value;
  if (value === "true") return true;
  if (value === "false") return false;
  return fail("bool() takes true or false");
}

const TABLE: { readonly [name: string]: CelFunction } = {
  size: { asFunction: [1], asMethod: [0], run: size },
  string: plain(([value]) => toText(value)),
  double: plain(([value]) => toNumber(value, "double")),
  int: plain(([value]) => Math.trunc(toNumber(value, "int"))),
  bool: plain(([value]) => toBoolean(value)),
  dyn: plain(([value]) => value ?? null),
  startsWith: onTexts((receiver, part) => receiver.startsWith(part)),
  endsWith: onTexts((receiver, part) => receiver.endsWith(part)),
  contains: onTexts((receiver, part) => receiver.includes(part)),
  matches: method([1], matches),
  lowerAscii: onText((receiver) => receiver.replace(/[A-Z]/g, (letter) => letter.toLowerCase())),
  upperAscii: onText((receiver) =>
    keepApart(
      receiver,
      receiver.replace(/[a-z]/g, (letter) => letter.toUpperCase()),
    ),
  ),
  trim: onText((receiver) => receiver.trim()),
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
