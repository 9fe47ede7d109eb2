/** The OpenAPI document as the fuzz reads it: its operations, and its schemas with their references followed. */
import { isObject, type Json, type JsonObject, own } from "../../../core/json.ts";

export type Operation = {
  /** In capitals. */
  readonly method: string;
  /** `/v1/runs/{id}`. */
  readonly path: string;
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly required: boolean; readonly schema: Json }[];
  /** Schema of the JSON body; null: it takes none. */
  readonly body: Json | null;
  /** By status: content types with their schema. */
  readonly answers: ReadonlyMap<string, ReadonlyMap<string, Json>>;
};

export function operationsOf(document: JsonObject): readonly Operation[] {
  return entriesOf(document["paths"]).flatMap(([path, item]) =>
    entriesOf(item).map(([method, operation]) => {
      const content = at(operation, "requestBody", "content", "application/json", "schema");
      const parameters = at(operation, "parameters");
      return {
        method: method.toUpperCase(),
        path,
        parameters: (Array.isArray(parameters) ? parameters : []).map((parameter) => ({
          name: String(at(parameter, "name")),
          in: String(at(parameter, "in")),
          required: at(parameter, "required") === true,
          schema: at(parameter, "schema") ?? true,
        })),
        body: content ?? null,
        answers: new Map(
          entriesOf(at(operation, "responses")).map(([status, answer]) => [
            status,
            new Map(entriesOf(at(answer, "content")).map(([type, media]) => [type, at(media, "schema") ?? true])),
          ]),
        ),
      };
    }),
  );
}

/** The schema with the components that it needs, so that it stands by itself. */
export function standalone(schema: Json, document: JsonObject): JsonObject {
  const schemas = at(document, "components", "schemas");
  const needed = new Map<string, Json>();
  const walk = (node: Json): void => {
    if (Array.isArray(node)) node.forEach(walk);
    if (!isObject(node)) return;
    const name = nameOf(node);
    const component = name === null || !isObject(schemas) ? undefined : own(schemas, name);
    if (name !== null && component !== undefined && !needed.has(name)) {
      needed.set(name, component);
      walk(component);
    }
    Object.values(node).forEach(walk);
  };
  walk(schema);
  return { allOf: [schema], components: { schemas: Object.fromEntries(needed) } };
}

/** What a schema with a `$ref` stands for. */
export function followed(schema: Json, document: JsonObject): Json {
  const name = isObject(schema) ? nameOf(schema) : null;
  return name === null ? schema : followed(at(document, "components", "schemas", name) ?? true, document);
}

const nameOf = (node: JsonObject): string | null => {
  const reference = own(node, "$ref");
  return typeof reference === "string" && reference.startsWith(PREFIX) ? reference.slice(PREFIX.length) : null;
};
const PREFIX = "#/components/schemas/";

const entriesOf = (value: Json | undefined): [string, Json][] => (isObject(value) ? Object.entries(value) : []);

function at(value: Json | undefined, ...path: readonly string[]): Json | undefined {
  let here = value;
  for (const name of path) here = isObject(here) ? own(here, name) : undefined;
  return here;
}
