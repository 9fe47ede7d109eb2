/** From tree and values to a value. Every node costs a step; the errors say what was asked, never what the data held. */
import { isObject, type Json } from "../../json.ts";
import { unreachable } from "../../result.ts";
import { celFunction, typeName } from "./functions.ts";
import { glue } from "./glue.ts";
import { fail, type Meter, Stopped } from "./meter.ts";
import type { BinaryOperator, Node } from "./node.ts";

/** What an expression can name, by name. */
export type Variables = { readonly [name: string]: Json };

/** Throws `Stopped`, and nothing else for a tree that the parser made. */
export function run(node: Node, variables: Variables, meter: Meter): Json {
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
      return isObject(of) ? own(of, node.name) !== undefined : fail(`a ${typeName(of)} has no fields`);
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
      return Object.fromEntries(node.entries.map(([key, value]) => [keyOf(run(key, variables, meter)), run(value, variables, meter)]));
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
      return typeof value === "number" ? finite(-value) : fail(`\`-\` does not take a ${typeName(value)}`);
    }
    case "binary":
      return binary(node.operator, run(node.left, variables, meter), run(node.right, variables, meter), meter);
    default:
      return unreachable(node);
  }
}

/** Own fields only: `__proto__` and `constructor` are names like any other. */
const own = (object: { readonly [name: string]: Json }, name: string): Json | undefined =>
  Object.hasOwn(object, name) ? object[name] : undefined;

const missing = (variables: Variables, name: string): Json =>
  own(variables, name) === undefined ? fail(`there is no \`${name}\` here`) : null;

function field(of: Json, name: string): Json {
  if (!isObject(of)) return fail(`a ${typeName(of)} has no field \`${name}\``);
  const value = own(of, name);
  return value === undefined ? fail(`there is no field \`${name}\``) : value;
}

/** The key may come from data, so that no message names it. */
function index(of: Json, at: Json): Json {
  if (Array.isArray(of)) {
    if (typeof at !== "number" || !Number.isInteger(at)) return fail("the index of a list is not a whole number");
    return of[at] ?? (at >= 0 && at < of.length ? null : fail("the index of a list is out of range"));
  }
  if (!isObject(of)) return fail(`a ${typeName(of)} has no index`);
  const value = own(of, keyOf(at));
  return value === undefined ? fail("there is no such key") : value;
}

const keyOf = (value: Json): string => (typeof value === "string" ? value : fail("the key of a map is not a string"));

const asBoolean = (value: Json, what: string): boolean => (typeof value === "boolean" ? value : fail(`${what} is a ${typeName(value)}`));

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

function macro(node: Extract<Node, { kind: "macro" }>, variables: Variables, meter: Meter): Json {
  const over = run(node.over, variables, meter);
  const items: readonly Json[] = Array.isArray(over)
    ? over
    : isObject(over)
      ? Object.keys(over)
      : fail(`${node.name}() does not go over a ${typeName(over)}`);
  const inner: { [name: string]: Json } = { ...variables };
  meter.spend(Object.keys(inner).length);
  const holds = (item: Json): boolean => {
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
function quantify(node: Extract<Node, { kind: "macro" }>, items: readonly Json[], inner: { [name: string]: Json }, meter: Meter): boolean {
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

function binary(operator: BinaryOperator, left: Json, right: Json, meter: Meter): Json {
  switch (operator) {
    case "==":
      return equal(left, right, meter);
    case "!=":
      return !equal(left, right, meter);
    case "in":
      if (Array.isArray(right)) return right.some((item) => equal(left, item, meter));
      if (isObject(right)) return own(right, keyOf(left)) !== undefined;
      return fail(`\`in\` does not look into a ${typeName(right)}`);
    case "+":
      if (typeof left === "string" && typeof right === "string") {
        meter.text(left.length + right.length);
        return glue(left, right);
      }
      if (Array.isArray(left) && Array.isArray(right)) {
        meter.spend(left.length + right.length);
        return [...left, ...right];
      }
      return arithmetic(operator, left, right);
    case "-":
    case "*":
    case "/":
    case "%":
      return arithmetic(operator, left, right);
    case "<":
      return compare(operator, left, right) < 0;
    case "<=":
      return compare(operator, left, right) <= 0;
    case ">":
      return compare(operator, left, right) > 0;
    case ">=":
      return compare(operator, left, right) >= 0;
    default:
      return unreachable(operator);
  }
}

function arithmetic(operator: "+" | "-" | "*" | "/" | "%", left: Json, right: Json): number {
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

function compare(operator: string, left: Json, right: Json): number {
  const comparable =
    (typeof left === "number" && typeof right === "number") ||
    (typeof left === "string" && typeof right === "string") ||
    (typeof left === "boolean" && typeof right === "boolean");
  if (!comparable) return fail(`\`${operator}\` does not compare a ${typeName(left)} with a ${typeName(right)}`);
  return left === right ? 0 : left < right ? -1 : 1;
}

/** Values of different types are different, never an error. */
function equal(left: Json, right: Json, meter: Meter): boolean {
  meter.spend(1);
  if (left === right) return true;
  if (Array.isArray(left)) {
    return Array.isArray(right) && left.length === right.length && left.every((item, at) => equal(item, right[at] ?? null, meter));
  }
  if (!isObject(left) || !isObject(right)) return false;
  const keys = Object.keys(left);
  if (keys.length !== Object.keys(right).length) return false;
  return keys.every((key) => {
    const other = own(right, key);
    return other !== undefined && equal(left[key] ?? null, other, meter);
  });
}
