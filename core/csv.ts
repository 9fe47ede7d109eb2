/**
 * Comma-separated values as RFC 4180 has them, with quoted fields, either line end, a mark of byte order, and `;` or a tab in place of the comma.
 * One pass over the text; rows, columns and fields are bounded, and what does not fit is refused with its row. Pure.
 */
import { err, ok, type Result } from "./result.ts";

/** What is refused beyond. `field`: UTF-16 units. */
export type CsvBounds = { readonly rows: number; readonly columns: number; readonly field: number };

/** Rows count from 1, the header among them; empty lines are skipped and count. */
export type CsvRow = { readonly row: number; readonly fields: readonly string[] };

/** The rows of a text, or why it is none: words for a person, with the row. */
export function readCsv(text: string, bounds: CsvBounds): Result<readonly CsvRow[], { readonly row: number; readonly message: string }> {
  const start = text.startsWith("\uFEFF") ? 1 : 0;
  const separator = separatorOf(text, start);
  const rows: CsvRow[] = [];
  let row = 1;
  let fields: string[] = [];
  let at = start;
  const refuse = (message: string) => err({ row, message });
  while (at < text.length) {
    const isQuoted = text[at] === '"';
    const end = isQuoted ? endOfQuoted(text, at) : endOfPlain(text, at, separator);
    if (end === null) return refuse("has a quoted field without an end");
    if (isQuoted && end < text.length && text[end] !== separator && !isLineEnd(text, end))
      return refuse("has text after the end of a quoted field");
    if (end - at > bounds.field) return refuse(`has a field of more than ${bounds.field} characters`);
    const field = isQuoted ? text.slice(at + 1, end - 1).replaceAll('""', '"') : text.slice(at, end);
    fields.push(field);
    if (fields.length > bounds.columns) return refuse(`has more than ${bounds.columns} columns`);
    at = end;
    if (at < text.length && text[at] === separator) {
      at += 1;
      // A separator at the very end: one more field, empty.
      if (at === text.length) fields.push("");
      else continue;
    }
    if (fields.length > 1 || fields[0] !== "") {
      if (rows.length >= bounds.rows) return refuse(`is beyond the ${bounds.rows} rows that are read`);
      rows.push({ row, fields });
    }
    fields = [];
    row += 1;
    at += text.startsWith("\r\n", at) ? 2 : 1;
  }
  return ok(rows);
}

/** The place after the closing quote; null: there is none. */
function endOfQuoted(text: string, start: number): number | null {
  let at = start + 1;
  for (;;) {
    const quote = text.indexOf('"', at);
    if (quote === -1) return null;
    if (text[quote + 1] !== '"') return quote + 1;
    at = quote + 2;
  }
}

function endOfPlain(text: string, start: number, separator: string): number {
  let at = start;
  while (at < text.length && text[at] !== separator && !isLineEnd(text, at)) at += 1;
  return at;
}

const isLineEnd = (text: string, at: number): boolean => text[at] === "\n" || text[at] === "\r";

/** Of the three, the one that the header has most of; a comma where it has none. */
function separatorOf(text: string, start: number): string {
  const counts = new Map<string, number>();
  for (let at = start; at < text.length && !isLineEnd(text, at); at++) {
    const character = text[at] ?? "";
    if (character === "," || character === ";" || character === "\t") counts.set(character, (counts.get(character) ?? 0) + 1);
  }
  return [...counts].toSorted(([, a], [, b]) => b - a)[0]?.[0] ?? ",";
}
