/** Warnings about the schemas of a definition: keywords and formats that have no effect, another draft, and what no value fits. */
import type { Definition, JsonSchema } from "../definition.ts";
import { schemaWarnings } from "../schema.ts";
import { mentionsOf } from "../step-kinds.ts";
import { impossibleIn } from "./impossible.ts";
import { stepsOf } from "./places.ts";
import type { Warning } from "./warning.ts";

/** Warnings about parts of the definition's schemas that have no effect. */
export function vainSchemas(definition: Definition): Warning[] {
  const outputs = stepsOf(definition).map(({ step, path }) => ({
    path: `${path}/output`,
    schema: mentionsOf(step).prompted?.output ?? true,
  }));
  return [{ path: "/input", schema: definition.input }, ...outputs].flatMap(({ path, schema }) => warningsAt(path, schema));
}

/** The schema's own warnings, with the place where the schema stands before their paths. */
export const warningsAt = (place: string, schema: JsonSchema): Warning[] => [
  ...schemaWarnings(schema).map(({ path, message }) => ({ path: `${place}${path}`, message })),
  ...impossibleIn(schema, place),
];
