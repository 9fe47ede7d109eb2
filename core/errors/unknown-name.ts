/**
 * The message about an unknown name: the name, and a similar one that exists, in case of a typing error.
 * `names` MUST be names that the caller may know: those of the same org.
 */
import { type Refusal, refuse } from "./problem.ts";

/** Letters that may be missing, too many, wrong, or two of them exchanged. Of a name of six letters at most one. */
const MOST_EDITS = 2;
const LONGEST_NAME = 64;
/** Names that are looked at; those beyond are not. */
export const MOST_NAMES = 200;

/** "there is no workflow `invoice-triag`; did you mean `invoice-triage`?" */
export const unknownName = (kind: string, name: string, names: readonly string[]): Refusal =>
  refuse("not_found", `there is no ${kind} \`${shown(name)}\`${didYouMean(name, names)}`);

/** As `unknownName`, of an id: nobody types those, so none is near. */
export const unknownId = (kind: string, id: string): Refusal => unknownName(kind, id, []);

/** "; did you mean `invoice-triage`?", or nothing. */
export function didYouMean(name: string, names: readonly string[]): string {
  const near = nearestName(name, names);
  return near === null ? "" : `; did you mean \`${near}\`?`;
}

const shown = (name: string): string => (name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}…` : name);

/** The nearest of these names, the first of several; null: none is near. */
export function nearestName(name: string, names: readonly string[]): string | null {
  if (name.length > LONGEST_NAME) return null;
  let nearest: string | null = null;
  let fewest = (name.length <= 6 ? 1 : MOST_EDITS) + 1;
  for (const other of names.slice(0, MOST_NAMES)) {
    if (other === name || other.length > LONGEST_NAME || Math.abs(other.length - name.length) >= fewest) continue;
    const edits = editsBetween(name, other, fewest);
    if (edits < fewest) {
      fewest = edits;
      nearest = other;
    }
  }
  return nearest;
}

/** Edits that make one text of the other (optimal string alignment), or `enough` where there are as many or more. */
function editsBetween(a: string, b: string, enough: number): number {
  let older: number[] = [];
  let old = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let edits = Math.min((old[j] ?? enough) + 1, (row[j - 1] ?? enough) + 1, (old[j - 1] ?? enough) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) edits = Math.min(edits, (older[j - 2] ?? enough) + 1);
      row.push(edits);
    }
    if (row.every((edits) => edits >= enough)) return enough;
    older = old;
    old = row;
  }
  return Math.min(enough, old[b.length] ?? enough);
}
