/** Inputs of tools that cannot fit the tool's schema whatever the expressions in them give: a constant of the wrong type, a field too many or too few. */
import { escapeToken, isObject, type Json } from "../../json.ts";
import type { Definition, JsonSchema } from "../definition.ts";
import { expressionOf } from "../expression.ts";
import { validate } from "../schema.ts";
import { stepsOf } from "./places.ts";
import type { Surroundings, Warning } from "./warning.ts";

export function constantWarnings(definition: Definition, { tools }: Surroundings): Warning[] {
  return stepsOf(definition).flatMap(({ step, path }): Warning[] => {
    if (step.kind !== "tool") return [];
    const own = flawsOf(tools.get(step.tool)?.input ?? true, step.input, `${path}/input`);
    const { compensate } = step;
    if (compensate === null) return own;
    return [...own, ...flawsOf(tools.get(compensate.tool)?.input ?? true, compensate.input, `${path}/compensate/input`)];
  });
}

function flawsOf(schema: JsonSchema, template: Json, path: string): Warning[] {
  if (!isObject(schema) || expressionOf(template) !== null) return [];
  if (!holdsExpression(template)) return validate(schema, template).map((flaw) => ({ path: path + flaw.path, message: flaw.message }));
  if (!isObject(template)) return [];
  const { properties, required, additionalProperties } = schema;
  const known = isObject(properties) ? properties : {};
  const lacking = (Array.isArray(required) ? required : []).filter(
    (name): name is string => typeof name === "string" && !Object.hasOwn(template, name),
  );
  const closed =
    additionalProperties === false && !["$ref", "allOf", "anyOf", "oneOf", "patternProperties"].some((word) => Object.hasOwn(schema, word));
  return [
    ...lacking.map((name) => ({ path, message: `the tool's input needs the field \`${name}\`` })),
    ...Object.entries(template).flatMap(([name, value]): Warning[] => {
      const at = `${path}/${escapeToken(name)}`;
      if (Object.hasOwn(known, name)) return flawsOf(known[name] as JsonSchema, value, at);
      return closed ? [{ path: at, message: `the tool's input has no field \`${name}\`` }] : [];
    }),
  ];
}

const holdsExpression = (value: Json): boolean =>
  expressionOf(value) !== null || (typeof value === "object" && value !== null && Object.values(value).some(holdsExpression));
