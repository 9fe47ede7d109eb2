/** `response_format`: what form the caller wants its answer in. */
import { isObject, type JsonObject } from "../json.ts";
import type { Form } from "../workflow/form.ts";
import { checkSchema } from "../workflow/schema.ts";

/** The form of the answer: text, any JSON object, or JSON that fits a schema. */
export type ResponseFormat =
  | { readonly kind: "text" }
  | { readonly kind: "json_object" }
  | {
      readonly kind: "json_schema";
      readonly name: string;
      readonly description: string | null;
      readonly schema: JsonObject;
      readonly strict: boolean | null;
    };

const TEXT: ResponseFormat = { kind: "text" };

/** Reads `response_format`; text when it is absent. What is wrong is noted in the form. */
export function readFormat(form: Form): ResponseFormat {
  const format = form.form("response_format");
  if (format === null) return TEXT;
  const kind = format.choice("type", ["text", "json_object", "json_schema"] as const);
  if (kind !== "json_schema") {
    format.close();
    return { kind };
  }
  const inner = format.form("json_schema");
  format.close();
  if (inner === null) {
    format.refuse("json_schema", "`json_schema` is missing");
    return TEXT;
  }
  const sent = inner.required("schema");
  if (sent !== undefined && !isObject(sent)) inner.refuse("schema", "`schema` is a JSON Schema");
  const schema = isObject(sent) ? sent : {};
  for (const { path, message } of checkSchema(schema)) inner.errors.add(`${inner.at("schema")}${path}`, message);
  const read: ResponseFormat = {
    kind,
    name: inner.text("name", { min: 1, max: 64, pattern: /^[a-zA-Z0-9_-]{1,64}$/ }),
    description: (inner.json("description") ?? null) === null ? null : inner.text("description", { max: 65_536 }),
    schema,
    strict: (inner.json("strict") ?? null) === null ? null : inner.boolean("strict", false),
  };
  inner.close();
  return read;
}
