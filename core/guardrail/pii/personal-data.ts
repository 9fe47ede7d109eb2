/**
 * Personal data of a whole text: read by the same scan as a stream (scan.ts), in one piece. Findings never overlap, are in order, and
 * have offsets of the original text.
 */
import type { Finding } from "../finding.ts";
import { fold } from "../fold.ts";
import { finding } from "./detector.ts";
import { openScan } from "./scan.ts";
import { isSecretField } from "./secret.ts";
import { blankPlaceholders } from "./segment.ts";

/** Folding makes a unit of up to four; a secret that fills its field has 200 units at most. */
const LONGEST_FIELD_UNITS = 4096;

/** `context`: the key of the JSON field that holds the text, or nothing. */
export function findPersonalData(text: string, context = ""): Finding[] {
  if (context !== "" && text.length <= LONGEST_FIELD_UNITS) {
    const folded = fold(text);
    if (isSecretField(blankPlaceholders(folded.text), fold(context).text))
      return [finding("SECRET", folded.startOf(0), folded.endOf(folded.text.length - 1), 0.9, "secret_named")];
  }
  const found: Finding[] = [];
  const scan = openScan(context);
  const take = ({ findings }: { readonly findings: readonly Finding[] }): void => {
    for (const one of findings) found.push(one);
  };
  scan.push(text, take);
  scan.end(take);
  return found;
}
