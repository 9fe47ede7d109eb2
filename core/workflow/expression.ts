/**
 * Expressions in values: `{"cel": "…"}` at any depth of a template is one, in CEL (cel.dev) over JSON, where every number is a
 * double. Total for any text and scope, and bounded: in length, depth, steps and the size of what comes out.
 */
import type { Citation } from "../guardrail/grounded/grounding.ts";
import { escapeToken, isObject, type Json } from "../json.ts";
import { err, ok, type Result } from "../result.ts";
import { run, type Variables } from "./cel/evaluate.ts";
import { Meter, Stopped } from "./cel/meter.ts";
import type { Parsed } from "./cel/node.ts";
import { parse } from "./cel/parse.ts";
import { Duration, Timestamp } from "./cel/time.ts";
import { isList, isMap, toJson, type Value } from "./cel/value.ts";
import type { Template } from "./definition.ts";

/** What an expression sees. A skipped step's output is null. */
export type Scope = {
  readonly input: Json;
  readonly steps: { readonly [id: string]: { readonly output: Json; readonly citations?: readonly Citation[] } };
  readonly run: { readonly id: string; readonly org: string; readonly user: string; readonly subject: string };
  /** What was said in the run's session before: empty where it has none. Absent: no run is there. */
  readonly session?: { readonly messages: Json; readonly summary: string };
  readonly item?: Json;
  readonly index?: number;
  readonly output?: Json;
  /** The call that a step's own `compensate` undoes; absent where its input is not known any more. */
  readonly call?: { readonly input: Json };
  /** Why a step failed, for its `on_error` and the step that answers for it. */
  readonly error?: {
    readonly code: string;
    readonly class: string;
    readonly message: string;
    readonly error?: string;
    readonly field?: string;
  };
  readonly event?: Json;
};

/** Why an expression gave no value. */
export type ExpressionError = {
  /** JSON Pointer into the template, to the object that holds the expression. */
  readonly path: string;
  readonly cel: string;
  /** Names the expression and says what went wrong; free of data. */
  readonly message: string;
  /** It passed a bound: of its steps, of a text that it builds, or of the size or depth of the value. */
  readonly isBound: boolean;
};

/** Maximum UTF-16 units of the values of one evaluated template; a larger one is an error. */
const MAX_RESULT_SIZE = 1_048_576;
const MAX_RESULT_DEPTH = 100;
const TOO_DEEP = "the result is nested too deeply";
const TOO_LARGE = "the result is too large";

/** Counts the steps that evaluations take. */
export type StepCount = (steps: number) => void;

/** The template with every expression replaced by its value. One budget of steps and size covers all of them. `count` is told the steps. */
export function evaluate(template: Template, scope: Scope, count?: StepCount): Result<Json, ExpressionError> {
  const meter = new Meter();
  const size = { left: MAX_RESULT_SIZE };
  const fill = (value: Json, path: string, depth: number): Result<Json, ExpressionError> => {
    if (depth > MAX_RESULT_DEPTH) return err({ path, cel: "", message: "the value is nested too deeply", isBound: true });
    const cel = expressionOf(value);
    if (cel !== null) return evaluateOne(cel, scope, path, meter, size);
    if (Array.isArray(value)) {
      const items: Json[] = [];
      for (const [at, item] of value.entries()) {
        const filled = fill(item, `${path}/${at}`, depth + 1);
        if (!filled.ok) return filled;
        items.push(filled.value);
      }
      return ok(items);
    }
    if (!isObject(value)) return ok(value);
    const entries: [string, Json][] = [];
    for (const [key, item] of Object.entries(value)) {
      const filled = fill(item, `${path}/${escapeToken(key)}`, depth + 1);
      if (!filled.ok) return filled;
      entries.push([key, filled.value]);
    }
    return ok(Object.fromEntries(entries));
  };
  const filled = fill(template, "", 0);
  count?.(meter.spent);
  return filled;
}

/** A condition is true or false; anything else is an error. */
export function evaluateCondition(cel: string, scope: Scope, count?: StepCount): Result<boolean, ExpressionError> {
  const meter = new Meter();
  const result = evaluateOne(cel, scope, "", meter, { left: MAX_RESULT_SIZE });
  count?.(meter.spent);
  if (!result.ok) return result;
  return typeof result.value === "boolean" ? ok(result.value) : err(failure(cel, "", "it is neither true nor false"));
}

/** Why the text is not an expression; null: it is one. */
export function checkExpression(cel: string): string | null {
  const parsed = parse(cel);
  return parsed.ok ? null : parsed.error;
}

/** The names an expression uses; null when it does not parse. */
export function namesIn(cel: string): Pick<Parsed, "variables" | "steps"> | null {
  const parsed = parse(cel);
  return parsed.ok ? parsed.value : null;
}

/** Whether an expression in the template names the variable. */
export function isNamedIn(template: Template, variable: string): boolean {
  const cel = expressionOf(template);
  if (cel !== null) return namesIn(cel)?.variables.has(variable) === true;
  return typeof template === "object" && template !== null && Object.values(template).some((part) => isNamedIn(part, variable));
}

/** The expression that a value is, or null: an object whose only field is `cel`, a text. */
export function expressionOf(value: Json): string | null {
  if (!isObject(value) || !Object.hasOwn(value, "cel") || Object.keys(value).length !== 1) return null;
  return typeof value["cel"] === "string" ? value["cel"] : null;
}

function evaluateOne(cel: string, scope: Scope, path: string, meter: Meter, size: { left: number }): Result<Json, ExpressionError> {
  const parsed = parse(cel);
  if (!parsed.ok) return err(failure(cel, path, parsed.error));
  try {
    const value = run(parsed.value.root, scope as unknown as Variables, meter);
    const flaw = flawOf(value, size, 0);
    return flaw === null ? ok(toJson(value)) : err(failure(cel, path, flaw, flaw === TOO_DEEP || flaw === TOO_LARGE));
  } catch (thrown) {
    if (thrown instanceof Stopped) return err(failure(cel, path, thrown.reason, thrown.final));
    return err(failure(cel, path, "it cannot be evaluated")); // a stack that ran out, say
  }
}

/** Why a value is not plain JSON, or null. Parts that are used twice count twice: that is how they are written. */
function flawOf(value: Value, size: { left: number }, depth: number): string | null {
  if (depth > MAX_RESULT_DEPTH) return TOO_DEEP;
  size.left -= typeof value === "string" ? value.length + 2 : 4;
  if (size.left < 0) return TOO_LARGE;
  if (value === null || typeof value === "boolean") return null;
  if (typeof value === "number") return Number.isFinite(value) ? null : "the result has a number that is not finite";
  if (typeof value === "string") return value.isWellFormed() ? null : "the result has a text that is not well-formed Unicode";
  if (isList(value)) return firstFlaw(value, size, depth);
  if (value instanceof Timestamp || value instanceof Duration) {
    size.left -= 40;
    return null;
  }
  if (!isMap(value)) return "the result is not plain JSON";
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return "the result is not plain JSON";
  for (const key of Object.keys(value)) {
    size.left -= key.length + 3;
    if (!key.isWellFormed()) return "the result has a key that is not well-formed Unicode";
  }
  return firstFlaw(Object.values(value), size, depth);
}

function firstFlaw(values: readonly Value[], size: { left: number }, depth: number): string | null {
  for (const value of values) {
    const flaw = flawOf(value, size, depth + 1);
    if (flaw !== null) return flaw;
  }
  return null;
}

const failure = (cel: string, path: string, reason: string, isBound = false): ExpressionError => {
  const shown = cel.length > 120 ? `${cel.slice(0, 120)}…` : cel;
  return { path, cel, message: `the expression \`${shown}\` failed: ${reason}`, isBound };
};
