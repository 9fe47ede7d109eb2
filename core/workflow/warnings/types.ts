/** Expressions whose value has the wrong type wherever it goes, by the schemas; and conditions that always come out alike. */
import { escapeToken, isObject, type Json } from "../../json.ts";
import type { Node } from "../cel/node.ts";
import { parse } from "../cel/parse.ts";
import type { Definition, JsonSchema, Template } from "../definition.ts";
import { expressionOf } from "../expression.ts";
import { type JsonType, readOf, schemaOfRead, soleRead, typeOf, typesOf, valuesOf } from "./known-types.ts";
import { stepsOf } from "./places.ts";
import type { Surroundings, Warning } from "./warning.ts";

/** The warnings about types. */
export function typeWarnings(definition: Definition, around: Surroundings): Warning[] {
  const typesIn = (cel: string): ReadonlySet<JsonType> | null => {
    const read = soleRead(cel);
    return read === null ? null : typesOf(schemaOfRead(read, definition, around) ?? undefined);
  };
  return stepsOf(definition).flatMap(({ step, path }): Warning[] => [
    ...(step.when === null ? [] : conditionWarnings(step.when.cel, `${path}/when`, definition, around)),
    ...(step.kind === "map" ? unlisted(step.over, `${path}/over`, typesIn) : []),
    ...(step.kind === "tool" ? misplaced(around.tools.get(step.tool)?.input ?? true, step.input, `${path}/input`, typesIn) : []),
  ]);
}

const NAMES: { readonly [T in JsonType]: string } = {
  null: "null",
  boolean: "a boolean",
  number: "a number",
  string: "a string",
  array: "a list",
  object: "an object",
};
const said = (types: ReadonlySet<JsonType>): string => [...types].map((type) => NAMES[type]).join(" or ");

type TypesIn = (cel: string) => ReadonlySet<JsonType> | null;

function unlisted(over: Template, path: string, typesIn: TypesIn): Warning[] {
  const cel = expressionOf(over);
  const types = cel === null ? null : typesIn(cel);
  return cel === null || types === null || types.has("array")
    ? []
    : [{ path, message: `\`${cel}\` is ${said(types)} by its schema, and \`over\` needs a list: this step fails` }];
}

/** Fields of an input whose value cannot have the type that the tool's schema asks for. */
function misplaced(schema: JsonSchema, template: Json, path: string, typesIn: TypesIn): Warning[] {
  const cel = expressionOf(template);
  if (cel !== null) {
    const [have, want] = [typesIn(cel), typesOf(schema)];
    return have === null || want === null || [...have].some((type) => want.has(type))
      ? []
      : [{ path, message: `\`${cel}\` is ${said(have)} by its schema, and the tool's input takes ${said(want)} here: this step fails` }];
  }
  if (!isObject(template) || !isObject(schema)) return [];
  const properties = isObject(schema["properties"] ?? null) ? (schema["properties"] as { readonly [name: string]: JsonSchema }) : {};
  return Object.entries(template).flatMap(([name, value]) =>
    Object.hasOwn(properties, name) ? misplaced(properties[name] ?? true, value, `${path}/${escapeToken(name)}`, typesIn) : [],
  );
}

function conditionWarnings(cel: string, path: string, definition: Definition, around: Surroundings): Warning[] {
  const parsed = parse(cel);
  if (!parsed.ok) return [];
  const { root } = parsed.value;
  if (root.kind === "literal" && root.value === false) return [{ path, message: "it is always false: this step never runs" }];
  const read = readOf(root);
  const types = read === null ? null : typesOf(schemaOfRead(read, definition, around) ?? undefined);
  if (types !== null && !types.has("boolean"))
    return [{ path, message: `\`${cel}\` is ${said(types)} by its schema and neither true nor false: this step fails` }];
  const why = neverEqual(root, definition, around);
  return why === null ? [] : [{ path, message: `it is always false: ${why}; this step never runs` }];
}

/** Why a comparison for equality, or a conjunction of some, never holds; null: it may. */
function neverEqual(node: Node, definition: Definition, around: Surroundings): string | null {
  if (node.kind === "logic" && !node.decisive)
    return neverEqual(node.left, definition, around) ?? neverEqual(node.right, definition, around);
  if (node.kind !== "binary" || node.operator !== "==") return null;
  const [read, literal] = node.right.kind === "literal" ? [readOf(node.left), node.right] : [readOf(node.right), node.left];
  if (read === null || literal.kind !== "literal") return null;
  const schema = schemaOfRead(read, definition, around);
  const types = schema === null ? null : typesOf(schema);
  if (schema === null || types === null) return null;
  const name = [read.root, ...read.fields].join(".");
  if (!types.has(typeOf(literal.value)))
    return `\`${name}\` is ${said(types)} by its schema and never equals ${NAMES[typeOf(literal.value)]}`;
  const values = valuesOf(schema);
  return values === null || typeof literal.value === "object" || values.includes(literal.value)
    ? null
    : `\`${name}\` has one of the values that its schema lists, and this is none of them`;
}
