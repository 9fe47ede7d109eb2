/**
 * Personal data of a whole text: read by the same scan as a stream (scan.ts), in one piece. Findings never overlap, are in order, and
 * have offsets of the original text.
 */
import type { Finding } from "../finding.ts";
import { fold } from "../fold.ts";
import { withNames } from "../names/scan-names.ts";
import { finding } from "./detector.ts";
import { openScan, type Scan, type TakeSegment } from "./scan.ts";
import { isSecretField } from "./secret.ts";
import { blankPlaceholders } from "./segment.ts";

/** Folding makes a unit of up to four; a secret that fills its field has 200 units at most. */
const LONGEST_FIELD_UNITS = 4096;

/** `context`: the key of the JSON field that holds the text, or nothing. `names`: whether people, places, organisations and addresses are found, too. */
export function findPersonalData(text: string, context = "", names = false): Finding[] {
  const whole = secretField(text, context);
  if (whole !== null) return whole;
  const { found, take } = gather();
  const scan = openPersonalScan(context, names);
  scan.push(text, take);
  scan.end(take);
  return found;
}

/** UTF-16 units that are read in one turn: some ten milliseconds of the dearest text. */
export const TURN_UNITS = 16_384;

/** The same, found in turns: `pause` is awaited between two, for others to be served meanwhile. */
export async function findPersonalDataInTurns(
  text: string,
  context: string,
  pause: () => Promise<void>,
  names = false,
): Promise<Finding[]> {
  const whole = secretField(text, context);
  if (whole !== null) return whole;
  const { found, take } = gather();
  const scan = openPersonalScan(context, names);
  for (let at = 0; at < text.length; at += TURN_UNITS) {
    if (at > 0) await pause();
    scan.push(text.slice(at, at + TURN_UNITS), take);
  }
  scan.end(take);
  return found;
}

/** Reads a text for personal data, with names or without; streams read by the same. */
export function openPersonalScan(context: string, names: boolean): Scan {
  const scan = openScan(context);
  return names ? withNames(scan, context) : scan;
}

/** A whole text that is the secret of its field; null: it is none. */
function secretField(text: string, context: string): Finding[] | null {
  if (context !== "" && text.length <= LONGEST_FIELD_UNITS) {
    const folded = fold(text);
    if (isSecretField(blankPlaceholders(folded.text), fold(context).text))
      return [finding("SECRET", folded.startOf(0), folded.endOf(folded.text.length - 1), 0.9, "secret_named")];
  }
  return null;
}

function gather(): { readonly found: Finding[]; readonly take: TakeSegment } {
  const found: Finding[] = [];
  return {
    found,
    take: ({ findings }) => {
      for (const one of findings) found.push(one);
    },
  };
}
