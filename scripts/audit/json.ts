/** JSON as a verifier reads it, and its canonical form (RFC 8785). Stands alone: nothing of the platform is in here. */

/** A JSON value. */
export type Value = null | boolean | number | string | readonly Value[] | Fields;
/** A JSON object. */
export type Fields = { readonly [name: string]: Value };

/** True for an object, and for no list. */
export const isFields = (value: Value | undefined): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);

/** The value, or undefined when the text is no JSON. */
export function parsed(text: string): Value | undefined {
  try {
    return JSON.parse(text) as Value;
  } catch {
    return undefined;
  }
}

/** RFC 8785: members sorted by UTF-16 units, numbers and strings as ECMAScript writes them. Throws for a lone surrogate, which has no form. */
export function canonical(value: Value): string {
  if (typeof value === "string") return text(value);
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  const fields = value as Fields;
  let inside = "";
  for (const name of Object.keys(fields).sort()) inside += `${inside === "" ? "" : ","}${text(name)}:${canonical(fields[name] as Value)}`;
  return `{${inside}}`;
}

function text(value: string): string {
  if (!value.isWellFormed()) throw new TypeError("a lone surrogate has no canonical form");
  return JSON.stringify(value);
}
