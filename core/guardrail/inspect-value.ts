/** A whole JSON value, inspected: every text of it (strings, keys, long numbers) with what was found, before anything is replaced. */
import type { Json } from "../json.ts";
import { ok, type Result } from "../result.ts";
import type { Speaker, Verdict } from "./finding.ts";
import { type InspectedText, type InspectText, inspectInTurns } from "./inspect-text.ts";
import { type BoundExceeded, type JsonText, textsOf } from "./json-texts.ts";
import { TURN_UNITS } from "./pii/personal-data.ts";
import { isCodeField } from "./pii/secret.ts";
import { findSpread } from "./spread.ts";
import { judgeTogether } from "./together.ts";
import { mostSevere } from "./verdict.ts";

/** One text of the value with what was found in it. */
export type InspectedPart = JsonText & { readonly inspected: InspectedText };
/** Everything found in a JSON value, before anything is replaced. */
export type InspectedValue = {
  /** In the order of `textsOf`: what `rewriteTexts` counts by. */
  readonly parts: readonly InspectedPart[];
  /** Of the instructions found in any part. */
  readonly verdict: Verdict;
};

/**
 * In turns: `pause` is awaited after so much text that others want to be served. `inspect`: one that remembers, where somebody has one; it
 * MUST answer as `inspectText` or `inspectAnswer` does. `names`: as of `InspectText`.
 */
export async function inspectValue(
  value: Json,
  speaker: Speaker,
  inspect: InspectText,
  pause: () => Promise<void>,
  names = false,
): Promise<Result<InspectedValue, BoundExceeded>> {
  const texts = textsOf(value);
  if (!texts.ok) return texts;
  const seen = new Map<string, InspectedText>();
  const parts: InspectedPart[] = [];
  let units = 0;
  for (const part of texts.value) {
    if (part.isShort === true && !isCodeField(part.text, part.context)) {
      units += 1;
      parts.push({ ...part, inspected: NOTHING });
      continue;
    }
    // Keys of a list's items repeat: the same text in the same place is inspected once.
    const known = `${part.kind === "key" ? "key" : ""}\u0000${part.context}\u0000${part.text}`;
    let inspected = seen.get(known);
    if (inspected === undefined) {
      units += part.text.length + UNITS_OF_A_TEXT;
      if (units > TURN_UNITS) {
        await pause();
        units = part.text.length;
      }
      inspected =
        part.text.length > TURN_UNITS
          ? await inspectInTurns(inspect, part.text, speaker, part.context, pause, names && mayName(part))
          : inspect(part.text, speaker, part.context, names && mayName(part));
      seen.set(known, inspected);
    }
    parts.push({ ...part, inspected });
  }
  for (const { index, finding } of await findSpread(parts, pause)) {
    const part = parts[index];
    if (part !== undefined) parts[index] = { ...part, inspected: { ...part.inspected, personal: [finding] } };
  }
  const told = await withNeighbours(parts, speaker, pause);
  return ok({ parts: told, verdict: mostSevere(told.map((part) => part.inspected.verdict)) });
}

/** What strings say only together is put down to each of them; a string that is blocked alone is left out, so that it drags no neighbour along. */
async function withNeighbours(
  parts: readonly InspectedPart[],
  speaker: Speaker,
  pause: () => Promise<void>,
): Promise<readonly InspectedPart[]> {
  const strings = parts.flatMap(({ kind, text, inspected }, index) =>
    kind === "string" && inspected.verdict === "pass" && text !== "" ? [index] : [],
  );
  const shared = await judgeTogether(
    strings.map((index) => parts[index]?.text ?? ""),
    speaker,
    pause,
  );
  if (shared.length === 0) return parts;
  const changed = [...parts];
  for (const { index, finding, verdict } of shared) {
    const at = strings[index] ?? 0;
    const part = changed[at];
    if (part === undefined) continue;
    const { inspected } = part;
    changed[at] = {
      ...part,
      inspected: { ...inspected, injection: [...inspected.injection, finding], verdict: mostSevere([inspected.verdict, verdict]) },
    };
  }
  return changed;
}

const NOTHING: InspectedText = { personal: [], injection: [], placeholders: [], verdict: "pass" };

/** What a short text costs beside its length, in units. */
const UNITS_OF_A_TEXT = 16;

/** A key of one word names its field, and a number nobody: to take `city` for a place would break the value's form. */
const mayName = ({ kind, text }: JsonText): boolean => kind === "string" || (kind === "key" && text.includes(" "));
