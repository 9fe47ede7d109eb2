/** From what a schema found to `errors[]`: where, as a JSON Pointer or `query.NAME`, and what, in our words. */
import type { z } from "@hono/zod-openapi";
import type { FieldError } from "../../../core/errors/problem.ts";
import { escapeToken, isObject } from "../../../core/json.ts";

/** Maximum errors in one answer; further ones are left out. */
const MOST_ERRORS = 50;

/** `place`: null for the body (JSON Pointers), else the part of the request that the names lie in. */
export function fieldErrors(error: z.ZodError, sent: unknown, place: "query" | "header" | "path" | null): FieldError[] {
  const at = (path: readonly PropertyKey[]): string =>
    place === null ? path.map((token) => `/${escapeToken(String(token))}`).join("") : `${place}.${path.map(String).join(".")}`;
  const errors = error.issues
    .flatMap(unfold)
    .flatMap((issue) =>
      issue.code === "unrecognized_keys"
        ? issue.keys.map((key) => ({ path: at([...issue.path, key]), message: "is not a field of this request" }))
        : [{ path: at(issue.path), message: describe(issue, sent) }],
    );
  return errors.slice(0, MOST_ERRORS);
}

/** What a union says when it was given no words of its own. */
const NO_WORDS = "Invalid input";

/** A union tells what is wrong with the form that was meant: the one whose flaws lie inside the value, or all forms at once. */
function unfold(issue: z.core.$ZodIssue): readonly z.core.$ZodIssue[] {
  if (issue.code !== "invalid_union" || issue.message !== NO_WORDS) return [issue];
  const forms = issue.errors.map((form) => form.flatMap((flaw) => unfold({ ...flaw, path: [...issue.path, ...flaw.path] })));
  const isMeant = (form: readonly z.core.$ZodIssue[]): boolean => form.some(({ path }) => path.length > issue.path.length);
  const meant = forms.filter(isMeant).toSorted((one, other) => one.length - other.length)[0];
  if (meant !== undefined) return meant;
  const alternatives = forms.flat().map((flaw) => describe(flaw, undefined, true));
  return alternatives.length === 0
    ? [issue]
    : [{ code: "custom", path: issue.path, input: issue.input, message: [...new Set(alternatives)].join(", or ") }];
}

function describe(issue: z.core.$ZodIssue, sent: unknown, isThere = valueAt(sent, issue.path) !== undefined): string {
  if (issue.code === "invalid_type") return isThere ? `has to be of type ${issue.expected}` : "is required";
  if (issue.code === "invalid_value") {
    return !isThere ? "is required" : `has to be one of ${issue.values.map((value) => `\`${String(value)}\``).join(", ")}`;
  }
  if (issue.code === "too_big") return `is too large: at most ${issue.maximum}`;
  if (issue.code === "too_small") return `is too small: at least ${issue.minimum}`;
  return issue.message;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let current = value;
  for (const token of path) {
    if (Array.isArray(current)) current = current[Number(token)];
    else if (isObject(current)) current = Object.hasOwn(current, token) ? current[String(token)] : undefined;
    else return undefined;
  }
  return current;
}
