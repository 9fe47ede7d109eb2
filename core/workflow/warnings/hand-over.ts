/** Warnings about hand-overs that will never come about: a confidence that no model is asked to state. */
import { isObject, type Json, own, parsePointer } from "../../json.ts";
import type { Definition } from "../definition.ts";
import { mentionsOf } from "../step-kinds.ts";
import { stepsOf } from "./places.ts";
import type { Warning } from "./warning.ts";

/** A `pointer` that no answer can have: no model or agent step's output schema names it. */
export function vainConfidence(definition: Definition): Warning[] {
  const rule = definition.guardrails?.hand_over?.confidence_below;
  if (rule === undefined) return [];
  const tokens = parsePointer(rule.pointer) ?? [];
  const prompted = stepsOf(definition).flatMap(({ step }) => {
    const mentioned = mentionsOf(step).prompted;
    return mentioned === null ? [] : [mentioned];
  });
  if (prompted.some(({ output }) => output !== null && isNamed(output as Json, tokens))) return [];
  const path = "/guardrails/hand_over/confidence_below/pointer";
  const why =
    prompted.length === 0
      ? "no step asks a model, so nothing states a confidence"
      : `no step's \`output\` schema names \`${rule.pointer}\`: add it as a number there, or no answer is ever unsure`;
  return [{ path, message: why }];
}

/** The schema names this place, somewhere among its alternatives. A schema without names of its own says nothing. */
function isNamed(schema: Json, tokens: readonly string[], depth = 0): boolean {
  const [token, ...rest] = tokens;
  if (token === undefined) return true;
  if (!isObject(schema) || depth > 32) return false;
  const alternatives = ["anyOf", "oneOf", "allOf"].flatMap((word) => {
    const listed = own(schema, word);
    return Array.isArray(listed) ? listed : [];
  });
  const reference = own(schema, "$ref");
  if (reference !== undefined) return true; // what it names is not followed: no false alarm
  const properties = own(schema, "properties");
  const below = isObject(properties) ? own(properties, token) : undefined;
  if (below !== undefined && isNamed(below, rest, depth + 1)) return true;
  const items = own(schema, "items");
  if (/^\d+$/.test(token) && items !== undefined && isNamed(items, rest, depth + 1)) return true;
  return alternatives.some((alternative) => isNamed(alternative, tokens, depth + 1));
}
