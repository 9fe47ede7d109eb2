/** What the URL of an `http` tool asks of the input, held against the input's schema when the tool is registered. Pure and total. */
import type { FieldError } from "../errors/problem.ts";
import { didYouMean } from "../errors/unknown-name.ts";
import { escapeToken, isObject, type Json, own } from "../json.ts";
import type { JsonSchema } from "../workflow/definition.ts";
import { shortName } from "../workflow/form.ts";
import type { HttpBinding } from "./manifest.ts";
import { fieldsInPath, isFixedBy } from "./request.ts";

/** `errors`: no call can work. `warnings`: calls without the field, or with such a value, cannot. Paths are JSON Pointers into the manifest. */
export type UrlFlaws = { readonly errors: readonly FieldError[]; readonly warnings: readonly FieldError[] };

/** Fields in other places than `properties` are not judged: what they say depends on the value. */
const BRANCHES = ["$ref", "$dynamicRef", "allOf", "anyOf", "oneOf", "if", "patternProperties", "dependentSchemas", "unevaluatedProperties"];

const FIXED = "is a query parameter that the URL fixes: a call with this field is refused";

/** What is wrong with the fields of the URL, and with what goes into its query. */
export function urlFlaws({ url, method, query }: HttpBinding, input: JsonSchema): UrlFlaws {
  const errors: FieldError[] = [];
  const warnings: FieldError[] = [];
  const isFixed = isFixedBy(url);
  for (const [index, field] of (query ?? []).entries())
    if (isFixed(field)) warnings.push({ path: `/http/query/${index}`, message: `\`${shortName(field)}\` ${FIXED}` });
  if (!isObject(input) || BRANCHES.some((word) => Object.hasOwn(input, word))) return { errors, warnings };
  const properties = own(input, "properties");
  const known = isObject(properties) ? properties : {};
  const required = own(input, "required");
  const inPath = fieldsInPath(url);
  for (const field of inPath) {
    const told = (list: FieldError[], message: string): number =>
      list.push({ path: "/http/url", message: `\`{${shortName(field)}}\` ${message}` });
    const schema = own(known, field);
    if (schema === undefined) {
      const message = `names no field of the input schema${didYouMean(field, Object.keys(known))}`;
      if (own(input, "additionalProperties") === false) told(errors, message);
      else if (isObject(properties)) told(warnings, message);
    } else if (isNeverScalar(schema)) told(errors, "must be a string, a number, true or false in the input schema: it goes into the URL");
    else if (!(Array.isArray(required) && required.includes(field)))
      told(warnings, "is not `required` in the input schema: a call without it fails");
  }
  if (method !== "GET" && method !== "DELETE") return { errors, warnings };
  for (const [field, schema] of Object.entries(known)) {
    if (inPath.includes(field)) continue;
    if (isFixed(field)) {
      const isAlways = Array.isArray(required) && required.includes(field);
      (isAlways ? errors : warnings).push({ path: `/input/properties/${escapeToken(field)}`, message: FIXED });
    }
    if (!isNeverScalar(schema)) continue;
    const message = `a ${method} sends its input as query parameters, which take strings, numbers, true and false: a call with this field fails`;
    warnings.push({ path: `/input/properties/${escapeToken(field)}`, message });
  }
  return { errors, warnings };
}

function isNeverScalar(schema: Json): boolean {
  const type = isObject(schema) ? own(schema, "type") : undefined;
  return type !== undefined && [type].flat().every((one) => one === "object" || one === "array");
}
