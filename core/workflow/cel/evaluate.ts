/** From tree and values to a value. Every node costs a step; the errors say what was asked, never what the data held. */
import { unreachable } from "../../result.ts";
import { celFunction } from "./functions.ts";
import { glue } from "./glue.ts";
import { fail, type Meter, Stopped } from "./meter.ts";
import type { BinaryOperator, Node } from "./node.ts";
import { Duration, Timestamp } from "./time.ts";
import { isList, isMap, typeName, type Value } from "./value.ts";

/** What an expression can name, by name. */
export type Variables = { readonly [name: string]: Value };

/** Throws `Stopped`, and nothing else for a tree that the parser made. */
export function run(node: Node, variables: Variables, meter: Meter): Value {
  meter.spend(1);
  switch (node.kind) {
    case "literal":
      return node.value;
    case "variable":
      return own(variables, node.name) ?? missing(variables, node.name);
    case "field":
      return field(run(node.of, variables, meter), node.name);
    case "index":
      return index(run(node.of, variables, meter), run(node.at, variables, meter));
    case "has": {
      const of = run(node.of, variables, meter);
      if (of === null) return false; // the output of a skipped step has no fields
      return isMap(of) ? own(of, node.name) !== undefined : fail(`a ${typeName(of)} has no fields`);
    }
    case "call": {
      const args = node.args.map((argument) => run(argument, variables, meter));
      return celFunction(node.name)?.run(args, meter) ?? null;
    }
    case "macro":
      return macro(node, variables, meter);
    case "list":
      return node.items.map((item) => run(item, variables, meter));
    case "map":
      return mapOf(node.entries, variables, meter);
    case "choice": {
      const branch = asBoolean(run(node.condition, variables, meter), "the condition of `?:`") ? node.whenTrue : node.whenFalse;
      return run(branch, variables, meter);
    }
    case "logic":
      return logic(node, variables, meter);
    case "not":
      return !asBoolean(run(node.of, variables, meter), "the operand of `!`");
    case "minus": {
      const value = run(node.of, variables, meter);
      if (value instanceof Duration) return new Duration(-value.nanos);
      return typeof value === "number" ? finite(-value) : fail(`\`-\` does not take a ${typeName(value)}`);
    }
    case "binary":
      return binary(node.operator, run(node.left, variables, meter), run(node.right, variables, meter), meter);
    default:
      return unreachable(node);
  }
}

/** Own fields only: `__proto__` and `constructor` are names like any other. */
const own = (object: { readonly [name: string]: Value }, name: string): Value | undefined =>
  Object.hasOwn(object, name) ? object[name] : undefined;

const missing = (variables: Variables, name: string): Value =>
  own(variables, name) === undefined ? fail(`there is no \`${name}\` here`) : null;

function field(of: Value, name: string): Value {
  if (!isMap(of)) return fail(`a ${typeName(of)} has no field \`${name}\``);
  const value = own(of, name);
  return value === undefined ? fail(`there is no field \`${name}\``) : value;
}

/** The key may come from data, so that no message names it. */
function index(of: Value, at: Value): Value {
  if (isList(of)) {
    if (typeof at !== "number" || !Number.isInteger(at)) return fail("the index of a list is not a whole number");
    return of[at] ?? (at >= 0 && at < of.length ? null : fail("the index of a list is out of range"));
  }
  if (!isMap(of)) return fail(`a ${typeName(of)} has no index`);
  const value = own(of, keyOf(at));
  return value === undefined ? fail("there is no such key") : value;
}

/** Keys of JSON are text: a number or a truth value stands for its text. */
function keyOf(value: Value): string {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : fail("the key of a map is not a string or a number");
}

function mapOf(entries: Extract<Node, { kind: "map" }>["entries"], variables: Variables, meter: Meter): Value {
  const made = new Map<string, Value>();
  for (const [key, value] of entries) {
    const name = keyOf(run(key, variables, meter));
    if (made.has(name)) return fail("a key of the map stands there twice");
    made.set(name, run(value, variables, meter));
  }
  return Object.fromEntries(made);
}

const asBoolean = (value: Value, what: string): boolean => (typeof value === "boolean" ? value : fail(`${what} is a ${typeName(value)}`));

/** Adding zero turns the negative zero, which JSON cannot say, into zero. */
const finite = (value: number): number => (Number.isFinite(value) ? value + 0 : fail("the number is not finite"));

type Attempt = { readonly value: boolean } | { readonly failed: Stopped };

function attempt(node: Node, variables: Variables, meter: Meter, what: string): Attempt {
  try {
    return { value: asBoolean(run(node, variables, meter), what) };
  } catch (thrown) {
    if (thrown instanceof Stopped && !thrown.final) return { failed: thrown };
    throw thrown;
  }
}

/** CEL: an operand that decides absorbs an error of the other one, on either side. */
function logic(node: Extract<Node, { kind: "logic" }>, variables: Variables, meter: Meter): boolean {
  const what = node.decisive ? "an operand of `||`" : "an operand of `&&`";
  const left = attempt(node.left, variables, meter, what);
  if ("value" in left && left.value === node.decisive) return node.decisive;
  const right = attempt(node.right, variables, meter, what);
  if ("value" in right && right.value === node.decisive) return node.decisive;
  if ("failed" in left) throw left.failed;
  if ("failed" in right) throw right.failed;
  return !node.decisive;
}

function macro(node: Extract<Node, { kind: "macro" }>, variables: Variables, meter: Meter): Value {
  const over = run(node.over, variables, meter);
  const items: readonly Value[] = isList(over)
    ? over
    : isMap(over)
      ? Object.keys(over)
      : fail(`${node.name}() does not go over a ${typeName(over)}`);
  const inner: { [name: string]: Value } = { ...variables };
  meter.spend(Object.keys(inner).length + items.length);
  const holds = (item: Value): boolean => {
    inner[node.variable] = item;
    if (node.condition === null) return true;
    return asBoolean(run(node.condition, inner, meter), `the condition of ${node.name}()`);
  };
  switch (node.name) {
    case "all":
    case "exists":
      return quantify(node, items, inner, meter);
    case "exists_one":
      return items.filter(holds).length === 1;
    case "filter":
      return items.filter(holds);
    case "map":
      return items.filter(holds).map((item) => {
        inner[node.variable] = item;
        return node.transform === null ? item : run(node.transform, inner, meter);
      });
    default:
      return unreachable(node.name);
  }
}

/** As `&&` and `||` over all items: one that decides wins over items that failed. */
function quantify(
  node: Extract<Node, { kind: "macro" }>,
  items: readonly Value[],
  inner: { [name: string]: Value },
  meter: Meter,
): boolean {
  const decisive = node.name === "exists";
  let failed: Stopped | null = null;
  for (const item of items) {
    inner[node.variable] = item;
    if (node.condition === null) continue;
    const outcome = attempt(node.condition, inner, meter, `the condition of ${node.name}()`);
    if ("failed" in outcome) failed ??= outcome.failed;
    else if (outcome.value === decisive) return decisive;
  }
  if (failed !== null) throw failed;
  return !decisive;
}

function binary(operator: BinaryOperator, left: Value, right: Value, meter: Meter): Value {
  switch (operator) {
    case "==":
      return equal(left, right, meter);
    case "!=":
      return !equal(left, right, meter);
    case "in":
      if (isList(right)) return right.some((item) => equal(left, item, meter));
      if (isMap(right)) return own(right, keyOf(left)) !== undefined;
      return fail(`\`in\` does not look into a ${typeName(right)}`);
    case "+":
      if (typeof left === "string" && typeof right === "string") {
        meter.text(left.length + right.length);
        return glue(left, right);
      }
      if (isList(left) && isList(right)) {
        meter.spend(left.length + right.length);
        return [...left, ...right];
      }
      return timeSum(left, right) ?? arithmetic(operator, left, right);
    case "-":
      return timeDifference(left, right) ?? arithmetic(operator, left, right);
    case "*":
    case "/":
    case "%":
      return arithmetic(operator, left, right);
    case "<":
      return compare(operator, left, right, meter) < 0;
    case "<=":
      return compare(operator, left, right, meter) <= 0;
    case ">":
      return compare(operator, left, right, meter) > 0;
    case ">=":
      return compare(operator, left, right, meter) >= 0;
    default:
      return unreachable(operator);
  }
}

function arithmetic(operator: "+" | "-" | "*" | "/" | "%", left: Value, right: Value): number {
  if (typeof left !== "number" || typeof right !== "number")
    return fail(`\`${operator}\` does not take a ${typeName(left)} and a ${typeName(right)}`);
  if ((operator === "/" || operator === "%") && right === 0) return fail(`\`${operator}\` by zero`);
  switch (operator) {
    case "+":
      return finite(left + right);
    case "-":
      return finite(left - right);
    case "*":
      return finite(left * right);
    case "/":
      return finite(left / right);
    case "%":
      return finite(left % right);
    default:
      return unreachable(operator);
  }
}

/** CEL's sums of times, or null where neither operand is one. */
function timeSum(left: Value, right: Value): Value {
  if (left instanceof Duration && right instanceof Duration) return new Duration(left.nanos + right.nanos);
  if (left instanceof Timestamp && right instanceof Duration) return new Timestamp(left.nanos + right.nanos);
  if (left instanceof Duration && right instanceof Timestamp) return new Timestamp(left.nanos + right.nanos);
  return null;
}

function timeDifference(left: Value, right: Value): Value {
  if (left instanceof Timestamp && right instanceof Timestamp) return new Duration(left.nanos - right.nanos);
  if (left instanceof Timestamp && right instanceof Duration) return new Timestamp(left.nanos - right.nanos);
  if (left instanceof Duration && right instanceof Duration) return new Duration(left.nanos - right.nanos);
  return null;
}

function compare(operator: string, left: Value, right: Value, meter: Meter): number {
  if ((left instanceof Timestamp && right instanceof Timestamp) || (left instanceof Duration && right instanceof Duration))
    return left.nanos === right.nanos ? 0 : left.nanos < right.nanos ? -1 : 1;
  const comparable =
    (typeof left === "number" && typeof right === "number") ||
    (typeof left === "string" && typeof right === "string") ||
    (typeof left === "boolean" && typeof right === "boolean");
  if (!comparable || left === null || right === null)
    return fail(`\`${operator}\` does not compare a ${typeName(left)} with a ${typeName(right)}`);
  if (typeof left === "string" && typeof right === "string") meter.spend(Math.min(left.length, right.length) / 32);
  if (left === right) return 0;
  if (typeof left === "string" && typeof right === "string") return byCodePoints(left, right);
  return left < right ? -1 : 1;
}

/** The language orders texts by code points; the runtime compares UTF-16 units, where a surrogate comes before U+E000 to U+FFFF. */
function byCodePoints(left: string, right: string): number {
  let at = 0;
  while (at < left.length && left.charCodeAt(at) === right.charCodeAt(at)) at++;
  const [one, other] = [left.charCodeAt(at), right.charCodeAt(at)];
  // The end of a text is NaN, and comes first.
  if (Number.isNaN(one) || Number.isNaN(other)) return Number.isNaN(one) ? -1 : 1;
  const isSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdfff;
  // A surrogate stands for a code point above U+FFFF, which comes after every unit that is none.
  if (isSurrogate(one) !== isSurrogate(other)) return isSurrogate(one) ? 1 : -1;
  return one < other ? -1 : 1;
}

/** Values of different types are different, never an error. */
function equal(left: Value, right: Value, meter: Meter): boolean {
  meter.spend(1);
  if (typeof left === "string" && typeof right === "string" && left.length === right.length) meter.spend(left.length / 64);
  if (left === right) return true;
  if (left instanceof Timestamp || right instanceof Timestamp)
    return left instanceof Timestamp && right instanceof Timestamp && left.nanos === right.nanos;
  if (left instanceof Duration || right instanceof Duration)
    return left instanceof Duration && right instanceof Duration && left.nanos === right.nanos;
  if (isList(left)) {
    return isList(right) && left.length === right.length && left.every((item, at) => equal(item, right[at] ?? null, meter));
  }
  if (!isMap(left) || !isMap(right)) return false;
  const keys = Object.keys(left);
  const others = Object.keys(right).length;
  meter.spend(keys.length + others);
  if (keys.length !== others) return false;
  return keys.every((key) => {
    const other = own(right, key);
    return other !== undefined && equal(left[key] ?? null, other, meter);
  });
}
