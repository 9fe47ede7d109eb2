/**
 * `npm run build:sdk` writes `sdk/schema.ts` with this: the shapes of the OpenAPI document as types, so that the client's package has the
 * contract's types and imports nothing. Knows the JSON Schema that zod-openapi writes; what it does not know throws.
 */
import { isObject, type Json, type JsonObject } from "../core/json.ts";
import { apiEndpoints, contractOf } from "../workers/ingress/app.ts";
import type { IngressPorts } from "../workers/ingress/ports.ts";

const HEAD = `// The shapes of the HTTP API. Written by \`npm run build:sdk\` from the routes' schemas; do not edit.

/** Anything that JSON can say. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export type JsonObject = { [name: string]: Json };
`;

/** The text of `sdk/schema.ts` for today's routes. */
export function sdkTypes(): string {
  const document = contractOf(apiEndpoints({} as IngressPorts)) as unknown as { components: { schemas: JsonObject } };
  const types = Object.entries(document.components.schemas)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, schema]) => `${comment(schema, "")}export type ${name} = ${typeOf(schema)};\n`);
  return [HEAD, ...types].join("\n");
}

function typeOf(schema: Json | undefined, indent = ""): string {
  if (!isObject(schema)) return "Json";
  if (typeof schema["$ref"] === "string") return schema["$ref"].slice("#/components/schemas/".length);
  if (Array.isArray(schema["allOf"])) return schema["allOf"].map((part) => typeOf(part, indent)).join(" & ");
  const either = schema["anyOf"] ?? schema["oneOf"];
  if (Array.isArray(either)) return [...new Set(either.map((part) => typeOf(part, indent)))].join(" | ");
  if (Array.isArray(schema["enum"])) return schema["enum"].map((value) => JSON.stringify(value)).join(" | ");
  if ("const" in schema) return JSON.stringify(schema["const"]);
  const { type } = schema;
  if (Array.isArray(type)) return type.map((one) => typeOf({ ...schema, type: one }, indent)).join(" | ");
  switch (type) {
    case undefined:
      return "Json";
    case "null":
    case "boolean":
    case "string":
      return type;
    case "number":
    case "integer":
      return "number";
    case "array": {
      const item = typeOf(schema["items"], indent);
      return `readonly ${/[ |&{]/.test(item) ? `(${item})` : item}[]`;
    }
    case "object":
      return objectType(schema, indent);
    default:
      throw new TypeError(`no type for ${JSON.stringify(schema)}`);
  }
}

function objectType(schema: JsonObject, indent: string): string {
  const { properties, additionalProperties: more } = schema;
  const others = isObject(more) ? `{ readonly [name: string]: ${typeOf(more, indent)} }` : "JsonObject";
  if (!isObject(properties)) return others;
  const required = Array.isArray(schema["required"]) ? schema["required"] : [];
  const inner = `${indent}  `;
  const lines = Object.entries(properties).map(([name, value]) => {
    const optional = required.includes(name) ? "" : "?";
    const key = /^\w+$/.test(name) ? name : JSON.stringify(name);
    return `${comment(value, inner)}${inner}readonly ${key}${optional}: ${typeOf(value, inner)};`;
  });
  const body = `{\n${lines.join("\n")}\n${indent}}`;
  // Fields that the contract leaves open: the reader may look for them, and has to check what it finds.
  return isObject(more) ? `${body} & { readonly [name: string]: unknown }` : body;
}

function comment(schema: Json | undefined, indent: string): string {
  const text = isObject(schema) ? schema["description"] : undefined;
  return typeof text === "string" ? `${indent}/** ${text.replaceAll("*/", "*\\/")} */\n` : "";
}
