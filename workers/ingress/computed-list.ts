/**
 * Pages of a list that is computed whole at each request: what fires now, what was out of the ordinary. It goes on behind the last line that was
 * shown, by that line's key, so that lines which come or go meanwhile neither repeat nor hide another.
 */
import { type Refusal, refuse } from "../../core/errors/problem.ts";
import type { Page, PageRequest } from "../../core/page.ts";
import { err, ok, type Result } from "../../core/result.ts";

/** How the lines are ordered. `keyOf`: ASCII text, of each line another. */
type Order<Line> = { readonly keyOf: (line: Line) => string; readonly newestFirst: boolean; readonly form: RegExp };

/** The page, or a refusal that says that the cursor is not of this list. `form`: what keys look like. */
export function computedPage<Line>(
  lines: readonly Line[],
  { keyOf, newestFirst, form }: Order<Line>,
  { limit, cursor }: PageRequest,
): Result<Page<Line>, Refusal> {
  const after = cursor === null ? null : read(cursor, form);
  if (after === undefined) {
    const errors = [{ path: "query.cursor", message: "is not a cursor returned by this list" }];
    return err(refuse("invalid_request", "the cursor was not returned by this list", errors));
  }
  const isBefore = (a: string, b: string): boolean => (newestFirst ? a > b : a < b);
  const left = lines
    .map((line) => ({ line, key: keyOf(line) }))
    .filter(({ key }) => after === null || isBefore(after, key))
    .toSorted((a, b) => (a.key === b.key ? 0 : isBefore(a.key, b.key) ? -1 : 1));
  const last = left[limit - 1];
  return ok({ data: left.slice(0, limit).map(({ line }) => line), next_cursor: left.length > limit && last ? written(last.key) : null });
}

const written = (key: string): string => btoa(key).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

/** The key in the cursor; undefined: it is none of this list. */
function read(cursor: string, form: RegExp): string | undefined {
  if (!/^[A-Za-z0-9_-]{1,300}$/.test(cursor)) return undefined;
  try {
    const key = atob(cursor.replaceAll("-", "+").replaceAll("_", "/"));
    return form.test(key) && written(key) === cursor ? key : undefined;
  } catch {
    return undefined;
  }
}
