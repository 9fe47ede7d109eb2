/** What is told of a value that fits none of the forms of an `anyOf` or `oneOf`, or several: the forms, and what is wrong with the nearest. */
import { isObject, type Json, own } from "../../json.ts";
import { shortName } from "../form.ts";
import { knownPath } from "../known-path.ts";
import type { WeighedError } from "./check.ts";
import { listed, nameOf, typeWords } from "./messages.ts";

/** Forms that a message lists; further ones are counted. */
const MOST_FORMS = 6;
/** Weight of an error about the place itself, such as another type: no field of it was even looked at. */
const OF_THE_PLACE = 4;

/** The message for a value that fits none. `flaws`: of each form; none at all: they were not looked for. `root`: the whole schema. */
export const fitsNone =
  (schemas: readonly Json[], flaws: readonly (readonly WeighedError[])[], root: Json) =>
  (path: string): string => {
    const forms = schemas.slice(0, MOST_FORMS).map(formOf);
    const more = schemas.length > MOST_FORMS ? ` and ${schemas.length - MOST_FORMS} more` : "";
    const fits = `${nameOf(path)} fits none of the ${schemas.length} forms that its schema allows (${forms.join("; ")}${more})`;
    const nearest = nearestOf(flaws, path);
    const flaw = nearest === null ? undefined : flaws[nearest]?.[0];
    // A value of another type is near to none: the list says all.
    if (nearest === null || flaw === undefined || flaw.path === path) return fits;
    return `${fits}; the nearest is ${formOf(schemas[nearest] ?? true, nearest)}: ${told(flaw, root)}`;
  };

/** The message for a value that fits several where it has to fit one. `fitting`: the first two. */
export const fitsSeveral =
  (schemas: readonly Json[], fitting: readonly number[]) =>
  (path: string): string =>
    `${nameOf(path)} has to fit exactly one of the ${schemas.length} forms that its schema allows, and fits both ${fitting.map((index) => formOf(schemas[index] ?? true, index)).join(" and ")}`;

/** The form with the least that speaks against it; null: there is none. */
function nearestOf(flaws: readonly (readonly WeighedError[])[], path: string): number | null {
  let nearest: number | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const [index, list] of flaws.entries()) {
    const weight = list.reduce((sum, flaw) => sum + flaw.weight + (flaw.path === path ? OF_THE_PLACE : 0), 0);
    if (list.length === 0 || weight >= least) continue;
    nearest = index;
    least = weight;
  }
  return nearest;
}

/** A key that the value made up is not repeated. */
function told({ path, message }: WeighedError, root: Json): string {
  const known = knownPath(isObject(root) ? root : true, path);
  if (known === path) return message;
  return `${known === "" ? "it" : nameOf(known)} has a field that no form of the schema names, or that does not fit`;
}

/** How the author would call a form: its title, what a reference calls it, its constant fields, or its type. */
function formOf(schema: Json, index: number): string {
  if (!isObject(schema)) return `form ${index + 1}`;
  const [title, reference, type] = [own(schema, "title"), own(schema, "$ref"), own(schema, "type")];
  if (typeof title === "string") return `\`${shortName(title)}\``;
  const name = typeof reference === "string" ? reference.slice(reference.lastIndexOf("/") + 1) : "";
  if (name !== "" && name !== "#") return `\`${shortName(name)}\``;
  if (Object.hasOwn(schema, "const")) return listed([schema["const"] ?? null]);
  const properties = own(schema, "properties");
  const constants = Object.entries(isObject(properties) ? properties : {}).flatMap(([field, inner]) => {
    const only =
      isObject(inner) && Object.hasOwn(inner, "const") ? [inner["const"] ?? null] : isObject(inner) ? own(inner, "enum") : undefined;
    return Array.isArray(only) && only.length === 1 ? [`\`${shortName(field)}\` ${listed(only)}`] : [];
  });
  if (constants.length > 0) return `with ${constants.slice(0, 2).join(" and ")}`;
  const types = type === undefined ? [] : [type].flat().filter((one) => typeof one === "string");
  const required = own(schema, "required");
  const needs = Array.isArray(required) && required.length > 0 ? ` with ${listed(required.slice(0, 3))}` : "";
  return types.length === 0 ? `form ${index + 1}` : `${typeWords(types)}${needs}`;
}
