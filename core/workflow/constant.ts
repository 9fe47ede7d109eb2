/**
 * What is known of a template before any run: its value where no expression in it reads anything, and the parts of an expression that fail
 * whatever the run gives them. Pure and total.
 */
import { isObject, type Json } from "../json.ts";
import { ok, type Result } from "../result.ts";
import { run } from "./cel/evaluate.ts";
import { Meter, Stopped } from "./cel/meter.ts";
import type { Node } from "./cel/node.ts";
import { parse } from "./cel/parse.ts";
import { partsOf, readsIn } from "./cel/reads.ts";
import type { Template } from "./definition.ts";
import { evaluate, expressionOf, type Scope } from "./expression.ts";

const NOTHING: Scope = { input: null, steps: {}, run: { id: "", org: "", user: "", subject: "" } };

/** The value of a template in which nothing depends on a run, or why it has none; null: something in it depends on one. */
export function constantOf(template: Template): Result<Json, string> | null {
  if (!isConstant(template)) return null;
  const value = evaluate(template, NOTHING);
  return value.ok ? ok(value.value) : { ok: false, error: value.error.message };
}

function isConstant(template: Template): boolean {
  const cel = expressionOf(template);
  if (cel !== null) {
    const parsed = parse(cel);
    return parsed.ok && parsed.value.variables.size === 0;
  }
  if (Array.isArray(template)) return template.every(isConstant);
  return !isObject(template) || Object.values(template).every(isConstant);
}

/**
 * Why a part of the expression that reads nothing fails, as `duration('5 days')` does; null: no part does. A part that the expression may
 * never reach counts: it fails when it is reached.
 */
export function certainFailure(cel: string): string | null {
  const parsed = parse(cel);
  return parsed.ok ? failureIn(parsed.value.root) : null;
}

function failureIn(node: Node): string | null {
  if (readsIn(node).length === 0) return failureOf(node);
  for (const part of partsOf(node)) {
    const failure = failureIn(part);
    if (failure !== null) return failure;
  }
  return null;
}

function failureOf(node: Node): string | null {
  try {
    run(node, {}, new Meter());
    return null;
  } catch (thrown) {
    return thrown instanceof Stopped ? thrown.reason : "it cannot be evaluated"; // a stack that ran out, say
  }
}
