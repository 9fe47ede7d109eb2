/** Warnings about hand-overs that never come about, or always do: a confidence that no model states, and a threshold outside its scale. */
import { isObject, type Json, own, parsePointer } from "../../json.ts";
import type { Definition } from "../definition.ts";
import { mentionsOf } from "../step-kinds.ts";
import { stepsOf } from "./places.ts";
import type { Warning } from "./warning.ts";

/** A `pointer` that no answer can have: no model or agent step's output schema names it. Or an `at` that no stated confidence, or each, is below. */
export function vainConfidence(definition: Definition): Warning[] {
  const rule = definition.guardrails?.hand_over?.confidence_below;
  if (rule === undefined) return [];
  const tokens = parsePointer(rule.pointer) ?? [];
  const prompted = stepsOf(definition).flatMap(({ step }) => {
    const mentioned = mentionsOf(step).prompted;
    return mentioned === null ? [] : [mentioned];
  });
  if (prompted.some(({ output }) => output !== null && isNamed(output as Json, tokens))) {
    const scales = prompted.flatMap(({ output }) => (output === null ? [] : scalesAt(output as Json, tokens)));
    const beyond = scales.length === 0 ? null : outside(rule.at, scales);
    return beyond === null ? [] : [{ path: "/guardrails/hand_over/confidence_below/at", message: beyond }];
  }
  const path = "/guardrails/hand_over/confidence_below/pointer";
  const why =
    prompted.length === 0
      ? "no step asks a model, so nothing states a confidence"
      : `no step's \`output\` schema names \`${rule.pointer}\`: add it as a number there, or no answer is ever unsure`;
  return [{ path, message: why }];
}

type Scale = { readonly least: number | null; readonly most: number | null };

/** null: some confidence is below `at`, and some is not. */
function outside(at: number, scales: readonly Scale[]): string | null {
  // Who declares no scale means shares of one.
  if (scales.every(({ most }) => at > (most ?? 1)))
    return scales.every(({ most }) => most === null)
      ? `${at} is above every confidence from 0 to 1, so every answer goes to a person; if it has another scale, say so with \`maximum\` in the schema`
      : `${at} is above the \`maximum\` of the schema, so every answer goes to a person`;
  return scales.every(({ least }) => at <= (least ?? 0)) ? `nothing is below ${at}, so no answer is ever unsure` : null;
}

/** The bounds of the number at this place. None: the place, or what stands there, is not declared plainly. */
function scalesAt(schema: Json, tokens: readonly string[]): readonly Scale[] {
  const [token, ...rest] = tokens;
  if (!isObject(schema)) return [];
  if (token !== undefined) {
    const properties = own(schema, "properties");
    const below = isObject(properties) ? own(properties, token) : undefined;
    return below === undefined ? [] : scalesAt(below, rest);
  }
  const type = own(schema, "type");
  if (type !== "number" && type !== "integer") return [];
  const bound = (...names: readonly string[]): number | null => {
    const found = names.map((name) => own(schema, name)).find((value) => typeof value === "number");
    return typeof found === "number" ? found : null;
  };
  return [{ least: bound("minimum", "exclusiveMinimum"), most: bound("maximum", "exclusiveMaximum") }];
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
