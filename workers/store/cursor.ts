/**
 * Where a list goes on. A cursor is opaque to clients: base64url (RFC 4648 section 5) of the last id or name they saw, so that
 * rows inserted meanwhile neither repeat nor hide a line.
 */
import type { Page } from "../../core/page.ts";

/** The cursor is not a cursor returned by this list. The edge recognises it by `code` and answers 400. */
class InvalidCursor extends Error {
  readonly code = "invalid_cursor";

  constructor() {
    super("the cursor was not returned by this list");
    this.name = "InvalidCursor";
  }
}

/** What a list sorts by: the form of an id of this kind, or of a name. */
export const CURSOR_FORMS = {
  run: /^run_[0-9A-HJKMNP-TV-Z]{26}$/,
  key: /^key_[0-9A-HJKMNP-TV-Z]{26}$/,
  deadLetter: /^dl_[0-9A-HJKMNP-TV-Z]{26}$/,
  incident: /^inc_[0-9A-HJKMNP-TV-Z]{26}$/,
  complianceExport: /^exp_[0-9A-HJKMNP-TV-Z]{26}$/,
  policyJob: /^job_[0-9A-HJKMNP-TV-Z]{26}$/,
  override: /^ovr_[0-9A-HJKMNP-TV-Z]{26}$/,
  activation: /^act_[0-9A-HJKMNP-TV-Z]{26}$/,
  policy: /^[1-9]\d{0,15}\.[0-9a-f]{32}$/,
  version: /^[1-9]\d{0,8}$/,
  operation: /^[a-z][A-Za-z0-9._:/-]{0,200}$/,
  name: /^[a-z0-9][a-z0-9._-]{0,62}$/,
} as const;

/** The id or name in the cursor; null at the start of the list. Throws `InvalidCursor`. */
export function readCursor(cursor: string | null, form: RegExp): string | null {
  if (cursor === null) return null;
  if (!/^[A-Za-z0-9_-]{1,200}$/.test(cursor)) throw new InvalidCursor();
  let text: string;
  try {
    text = atob(cursor.replaceAll("-", "+").replaceAll("_", "/"));
  } catch {
    throw new InvalidCursor();
  }
  if (!form.test(text) || writeCursor(text) !== cursor) throw new InvalidCursor();
  return text;
}

/** An opaque cursor that continues after `last`. */
export const writeCursor = (last: string): string => btoa(last).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

/** `rows`: one more than `limit` was asked of the database; whether it came says whether there is a next page. */
export function toPage<Row, Line>(
  rows: readonly Row[],
  limit: number,
  keyOf: (row: Row) => string,
  lineOf: (row: Row) => Line,
): Page<Line> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { data: shown.map(lineOf), next_cursor: rows.length > limit && last !== undefined ? writeCursor(keyOf(last)) : null };
}

/** Newest first, each id once: where both have it, that of `first`. */
export function mergedById<Row extends { readonly id: string }>(first: readonly Row[], second: readonly Row[]): readonly Row[] {
  if (second.length === 0) return first;
  const known = new Set(first.map(({ id }) => id));
  return [...first, ...second.filter(({ id }) => !known.has(id))].sort((a, b) => (a.id < b.id ? 1 : -1));
}
