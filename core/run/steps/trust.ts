/** What may be trusted in what a step sends out: read off the definition, so that no value can talk itself into trust. */
import { escapeToken, isObject, type Json } from "../../json.ts";
import type { Definition } from "../../workflow/definition.ts";
import { expressionOf, namesIn } from "../../workflow/expression.ts";
import { nodeDefinition, stepOfNode } from "./node.ts";

/**
 * JSON Pointers of the fields of a tool step's input whose value comes from a model or a tool, also by way of transforms. What a
 * person approved is trusted; what the caller sent is the caller's own word.
 */
export function untrustedPointers(definition: Definition, node: string): string[] {
  const step = nodeDefinition(definition, node);
  if (step.kind !== "tool") return [];
  // What an item of a map sees as `item` is as good as what is mapped over.
  const over = definition.steps[stepOfNode(node)];
  const list = over?.kind === "map" ? expressions(over.over).flatMap((cel) => sources(cel, definition)) : [];
  const pointers: string[] = [];
  const walk = (value: Json, pointer: string): void => {
    const cel = expressionOf(value);
    if (cel !== null) {
      if ([...sources(cel, definition), ...list].some((source) => isUntrusted(definition, source, new Set()))) pointers.push(pointer);
    } else if (Array.isArray(value)) for (const [index, item] of value.entries()) walk(item, `${pointer}/${index}`);
    else if (isObject(value)) for (const [key, item] of Object.entries(value)) walk(item, `${pointer}/${escapeToken(key)}`);
  };
  walk(step.input, "");
  return pointers;
}

function isUntrusted(definition: Definition, stepId: string, seen: Set<string>): boolean {
  const step = definition.steps[stepId];
  if (step === undefined || seen.has(stepId)) return false;
  seen.add(stepId);
  if (step.kind === "review" || step.kind === "wait") return false;
  if (step.kind !== "transform") return true;
  return expressions(step.value).some((cel) => sources(cel, definition).some((source) => isUntrusted(definition, source, seen)));
}

/** The steps an expression reads; all of them when it cannot be told. */
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

/** True when a placeholder of personal data stands anywhere in the value (API.md: `{{TYPE_n}}`). */
export const holdsPlaceholder = (value: Json): boolean => /\{\{[A-Z_]+_\d+\}\}/.test(JSON.stringify(value));
