/** Templates at registration: every expression parses, and asks only for what is certain to be there when it runs. */
import { escapeToken, isObject, type Json } from "../json.ts";
import { certainFailure, constantOf } from "./constant.ts";
import { checkExpression, expressionOf, namesIn } from "./expression.ts";
import type { Errors } from "./form.ts";

/** What expressions at one place may name. */
export type Sight = {
  /** Steps that are settled by then. */
  readonly steps: ReadonlySet<string>;
  /** What can be named; absent: `input`, `steps`, `run` and `session`. */
  readonly always?: readonly string[];
  /** Beside those. */
  readonly more: readonly string[];
  readonly known: ReadonlySet<string>;
};

const ALWAYS = ["input", "steps", "run", "session"];

/** Adds an error for every expression in the template that is invalid at this place. `path`: of the template in the definition. */
export function checkTemplate(template: Json, path: string, sight: Sight, errors: Errors): void {
  const cel = expressionOf(template);
  if (cel !== null) checkCel(cel, path, sight, errors);
  else if (isMisshapen(template)) errors.add(`${path}/cel`, "`cel` must be a string");
  else if (Array.isArray(template)) for (const [index, item] of template.entries()) checkTemplate(item, `${path}/${index}`, sight, errors);
  else if (isObject(template)) {
    for (const [key, item] of Object.entries(template)) checkTemplate(item, `${path}/${escapeToken(key)}`, sight, errors);
  }
}

/** Adds an error when one expression is invalid at this place. */
function checkCel(cel: string, path: string, sight: Sight, errors: Errors): void {
  const flaw = checkExpression(cel);
  const names = namesIn(cel);
  if (flaw !== null || names === null) return errors.add(`${path}/cel`, `the expression is invalid: ${flaw}`);
  for (const name of names.variables) {
    if (![...(sight.always ?? ALWAYS), ...sight.more].includes(name)) errors.add(`${path}/cel`, `there is no \`${name}\` here`);
  }
  for (const step of names.steps) {
    if (!sight.known.has(step)) errors.add(`${path}/cel`, `there is no step \`${step}\``);
    else if (!sight.steps.has(step)) errors.add(`${path}/cel`, `the step \`${step}\` may not have run yet: name it in \`needs\``);
  }
  const failure = certainFailure(cel);
  if (failure !== null) errors.add(`${path}/cel`, `the expression always fails: ${failure}`);
}

/** As `checkCel`, of a condition: one that depends on nothing must be true or false. */
export function checkCondition(cel: string, path: string, sight: Sight, errors: Errors): void {
  checkCel(cel, path, sight, errors);
  const value = constantOf({ cel });
  if (value?.ok && typeof value.value !== "boolean") errors.add(`${path}/cel`, "a condition must give true or false, and this never does");
}

/** `{"cel": 5}` was meant to be an expression. */
const isMisshapen = (template: Json): boolean => isObject(template) && Object.keys(template).length === 1 && Object.hasOwn(template, "cel");
