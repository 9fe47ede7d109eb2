/**
 * Text that an expression puts together. A placeholder of personal data resolves where it stands whole; one that only comes into being
 * here, from parts, would open a value that nobody handed on. Its braces are pulled apart, and it is text like any other.
 */
import { findPlaceholders } from "../../guardrail/placeholder.ts";

/** Maximum UTF-16 units of a placeholder, rounded up. */
const LONGEST = 32;

/** The two texts as one. Looks at the seam only, so that a long chain stays linear. */
export function glue(left: string, right: string): string {
  const from = Math.max(0, left.length - LONGEST);
  const seam = left.slice(from) + right.slice(0, LONGEST);
  const apart = pullApart(seam, (start, end) => start < left.length - from && left.length - from < end);
  return apart === seam ? left + right : left.slice(0, from) + apart + right.slice(LONGEST);
}

/** The texts as one, with `by` between them. */
export function glueAll(parts: readonly string[], by: string): string {
  const text = parts.join(by);
  if (!text.includes("{{")) return text;
  const seams: number[] = [];
  let at = 0;
  for (const part of parts.slice(0, -1)) {
    at += part.length;
    seams.push(at);
    at += by.length;
    if (by !== "") seams.push(at);
  }
  let next = 0;
  return pullApart(text, (start, end) => {
    while (next < seams.length && (seams[next] ?? 0) <= start) next++;
    return (seams[next] ?? end) < end;
  });
}

/** `after` is `before` with other letters: what was no placeholder before is none afterwards. */
export const keepApart = (before: string, after: string): string =>
  pullApart(after, (start, end) => before.slice(start, end) !== after.slice(start, end));

/** Pulls the braces of those placeholders apart for which `isNew` holds; asked in order. */
function pullApart(text: string, isNew: (start: number, end: number) => boolean): string {
  const pieces: string[] = [];
  let from = 0;
  for (const { start, end } of findPlaceholders(text)) {
    if (!isNew(start, end)) continue;
    pieces.push(text.slice(from, start), "{ {");
    from = start + 2;
  }
  return pieces.length === 0 ? text : [...pieces, text.slice(from)].join("");
}
