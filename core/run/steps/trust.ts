/** Which inputs of a step come from a model or a tool: read off the definition, so that no value can make itself trusted. */
import { escapeToken, isObject, type Json, own } from "../../json.ts";
import type { Definition, Step, Template } from "../../workflow/definition.ts";
import { expressionOf, namesIn } from "../../workflow/expression.ts";
import { rulesOf } from "./kinds.ts";
import { indexOfNode, nodeDefinition, stepOfNode } from "./node.ts";

/**
 * JSON Pointers of the fields of a step's input whose value comes from a model or a tool, also through transforms. What a person
 * approved is trusted, and so is what the caller sent: it is the caller's own word.
 */
export function untrustedPointers(definition: Definition, node: string): string[] {
  const input = inputOf(nodeDefinition(definition, node));
  // The `item` of a map is trusted as much as the list that is mapped over.
  const isItem = indexOfNode(node) !== null;
  const list = isItem ? expressions(inputOf(own(definition.steps, stepOfNode(node)))).flatMap((cel) => sources(cel, definition)) : [];
  const pointers: string[] = [];
  const walk = (value: Json, pointer: string): void => {
    const cel = expressionOf(value);
    if (cel !== null) {
      if ([...sources(cel, definition), ...list].some((source) => isUntrusted(definition, source, new Set()))) pointers.push(pointer);
    } else if (Array.isArray(value)) for (const [index, item] of value.entries()) walk(item, `${pointer}/${index}`);
    else if (isObject(value)) for (const [key, item] of Object.entries(value)) walk(item, `${pointer}/${escapeToken(key)}`);
  };
  walk(input, "");
  return pointers;
}

function isUntrusted(definition: Definition, stepId: string, seen: Set<string>): boolean {
  const step = own(definition.steps, stepId);
  if (step === undefined || seen.has(stepId)) return false;
  seen.add(stepId);
  const { outputFrom } = rulesOf(step);
  if (outputFrom !== "inputs") return outputFrom === "outside";
  return expressions(inputOf(step)).some((cel) => sources(cel, definition).some((source) => isUntrusted(definition, source, seen)));
}

/** The template that a step starts with; null: it starts without one. */
const inputOf = (step: Step | undefined): Template => (step === undefined ? null : (rulesOf(step).input(step)?.template ?? null));

/** The steps that an expression reads; all steps when that is unknown. */
const sources = (cel: string, definition: Definition): readonly string[] => {
  const names = namesIn(cel);
  return names === null ? Object.keys(definition.steps) : [...names.steps];
};

function expressions(value: Json): string[] {
  const cel = expressionOf(value);
  if (cel !== null) return [cel];
  if (Array.isArray(value)) return value.flatMap(expressions);
  return isObject(value) ? Object.values(value).flatMap(expressions) : [];
}

/** True when a placeholder of personal data stands anywhere in the value (docs/contract.md, "Models and chat": `{{TYPE_n}}`). */
export const holdsPlaceholder = (value: Json): boolean => /\{\{[A-Z_]+_\d+\}\}/.test(JSON.stringify(value));
