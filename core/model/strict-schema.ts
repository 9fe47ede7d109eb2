/** Whether OpenAI's strict mode takes a schema (platform.openai.com/docs/guides/structured-outputs, "Supported schemas"). Pure. */
import { isObject, type Json, type JsonObject } from "../json.ts";

const UNSUPPORTED = [
  "allOf",
  "oneOf",
  "not",
  "if",
  "then",
  "else",
  "dependentRequired",
  "dependentSchemas",
  "patternProperties",
  "prefixItems",
  "propertyNames",
  "contains",
  "unevaluatedProperties",
  "unevaluatedItems",
  "minProperties",
  "maxProperties",
  "uniqueItems",
  "nullable",
];
/** Formats that the mode knows; it refuses every other one. */
const FORMATS = new Set(["date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"]);
const MOST_PROPERTIES = 5_000;
const MOST_LEVELS = 10;

/** Every object names all of its fields as required and takes no others, and no keyword is beyond the mode. */
export function isStrictSchema(schema: Json): boolean {
  let properties = 0;
  const fits = (node: Json, level: number): boolean => {
    if (!isObject(node) || level > MOST_LEVELS || UNSUPPORTED.some((keyword) => Object.hasOwn(node, keyword))) return false;
    const { anyOf, items, format, pattern } = node;
    if (typeof format === "string" && !FORMATS.has(format)) return false;
    if (typeof pattern === "string" && /\(\?<?[=!]/.test(pattern)) return false; // the mode takes no look-arounds
    const choices = anyOf === undefined ? [] : Array.isArray(anyOf) && anyOf.length > 0 ? anyOf : [false];
    const definitions = [node["$defs"], node["definitions"]].flatMap((map) =>
      isObject(map ?? null) ? Object.values(map as JsonObject) : [],
    );
    const isTyped = ["type", "anyOf", "enum", "const", "$ref"].some((keyword) => Object.hasOwn(node, keyword));
    const isObjectType =
      node["type"] === "object" || (Array.isArray(node["type"]) && node["type"].includes("object")) || "properties" in node;
    return (
      isTyped &&
      (!isObjectType || isClosed(node, level)) &&
      (items === undefined || fits(items, level)) &&
      [...choices, ...definitions].every((child) => fits(child, level))
    );
  };
  const isClosed = (node: JsonObject, level: number): boolean => {
    const fields = node["properties"] ?? {};
    const required = node["required"] ?? [];
    if (node["additionalProperties"] !== false || !isObject(fields) || !Array.isArray(required)) return false;
    const names = Object.keys(fields);
    properties += names.length;
    const asked = new Set(required);
    return (
      properties <= MOST_PROPERTIES &&
      names.every((name) => asked.has(name)) &&
      Object.values(fields).every((child) => fits(child, level + 1))
    );
  };
  return isObject(schema) && schema["type"] === "object" && !Object.hasOwn(schema, "anyOf") && fits(schema, 0);
}
