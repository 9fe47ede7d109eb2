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
  const errors = error.issues.flatMap((issue) =>
    issue.code === "unrecognized_keys"
      ? issue.keys.map((key) => ({ path: at([...issue.path, key]), message: "is not a field of this request" }))
      : [{ path: at(issue.path), message: describe(issue, sent) }],
  );
  return errors.slice(0, MOST_ERRORS);
}

function describe(issue: z.core.$ZodIssue, sent: unknown): string {
  if (issue.code === "invalid_type") return valueAt(sent, issue.path) === undefined ? "is required" : `has to be of type ${issue.expected}`;
  if (issue.code === "invalid_value") {
    return valueAt(sent, issue.path) === undefined
      ? "is required"
      : `has to be one of ${issue.values.map((value) => `\`${String(value)}\``).join(", ")}`;
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
