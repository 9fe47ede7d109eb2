/** Inputs of tools that cannot fit the tool's schema whatever the expressions in them give: a constant of the wrong type, a field too many or too few. */
import { escapeToken, isObject, type Json } from "../../json.ts";
import type { Definition, JsonSchema } from "../definition.ts";
import { expressionOf } from "../expression.ts";
import { validate } from "../schema.ts";
import { stepsOf } from "./places.ts";
import type { Surroundings, Warning } from "./warning.ts";

/** The warnings about the inputs of tools. */
export function constantWarnings(definition: Definition, { tools }: Surroundings): Warning[] {
  return stepsOf(definition).flatMap(({ step, path }): Warning[] => {
    if (step.kind !== "tool") return [];
    const own = flawsOfInput(tools.get(step.tool)?.input ?? true, step.input, `${path}/input`, TOOL);
    const { compensate } = step;
    if (compensate === null) return own;
    return [...own, ...flawsOfInput(tools.get(compensate.tool)?.input ?? true, compensate.input, `${path}/compensate/input`, TOOL)];
  });
}

const TOOL = "the tool's input";

/** What in a template cannot fit the schema, whatever its expressions give. `what`: whose input it is, for the messages. */
export function flawsOfInput(schema: JsonSchema, template: Json, path: string, what: string): Warning[] {
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
    ...lacking.map((name) => ({ path, message: `${what} needs the field \`${name}\`` })),
    ...Object.entries(template).flatMap(([name, value]): Warning[] => {
      const at = `${path}/${escapeToken(name)}`;
      if (Object.hasOwn(known, name)) return flawsOfInput(known[name] as JsonSchema, value, at, what);
      return closed ? [{ path: at, message: `${what} has no field \`${name}\`` }] : [];
    }),
  ];
}

const holdsExpression = (value: Json): boolean =>
  expressionOf(value) !== null || (typeof value === "object" && value !== null && Object.values(value).some(holdsExpression));
