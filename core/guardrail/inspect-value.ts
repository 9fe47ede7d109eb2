/** A whole JSON value, inspected: every text of it (strings, keys, long numbers) with what was found, before anything is replaced. */
import type { Json } from "../json.ts";
import { ok, type Result } from "../result.ts";
import type { Speaker, Verdict } from "./finding.ts";
import { type InspectedText, type InspectText, inspectInTurns } from "./inspect-text.ts";
import { areCodes, type BoundExceeded, type JsonText, textsOf } from "./json-texts.ts";
import { TURN_UNITS } from "./pii/personal-data.ts";
import { isCodeField } from "./pii/secret.ts";
import { findSpread } from "./spread.ts";
import { judgeCodes, judgeTogether, type Shared } from "./together.ts";
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

/** What texts say only together is put down to each of them; one that is blocked alone is left out, so that it drags no neighbour along. */
async function withNeighbours(
  parts: readonly InspectedPart[],
  speaker: Speaker,
  pause: () => Promise<void>,
): Promise<readonly InspectedPart[]> {
  const strings = parts.flatMap(({ kind, text, inspected }, index) =>
    kind === "string" && inspected.verdict === "pass" && text !== "" ? [index] : [],
  );
  const changed = [...parts];
  const put = (indexes: readonly number[], shared: readonly Shared[]): void => {
    for (const { index, finding, verdict } of shared) {
      const at = indexes[index] ?? 0;
      const part = changed[at];
      if (part === undefined) continue;
      const { inspected } = part;
      changed[at] = {
        ...part,
        inspected: { ...inspected, injection: [...inspected.injection, finding], verdict: mostSevere([inspected.verdict, verdict]) },
      };
    }
  };
  const textAt = (index: number): string => parts[index]?.text ?? "";
  put(strings, await judgeTogether(strings.map(textAt), speaker, pause));
  const paused = pausing(pause);
  await paused(parts.length);
  for (const keys of keysTogether(parts)) {
    await paused(keys.reduce((units, index) => units + textAt(index).length, UNITS_OF_A_TEXT));
    put(keys, await judgeTogether(keys.map(textAt), speaker, async () => {}));
  }
  await paused(parts.length);
  for (const codes of codesTogether(parts)) {
    await paused(codes.length);
    put(
      codes,
      await judgeCodes(
        codes.map((index) => parts[index]?.number ?? 0),
        speaker,
        pause,
      ),
    );
  }
  return changed;
}

/** Awaits `pause` after so many units. */
function pausing(pause: () => Promise<void>): (units: number) => Promise<void> {
  let read = 0;
  return async (units) => {
    read += units;
    if (read <= TURN_UNITS) return;
    await pause();
    read = 0;
  };
}

/** Fewer keys say nothing together that one of them does not. */
const FEWEST_KEYS = 4;
/** A key that is a word of a sentence, perhaps with a figure behind it: no name of a field in several words, and no path. */
const WORD_KEY = /^[\p{L}\p{M}'’]{1,24}\d{0,3}[.,:;!?]?$/u;
/** Words that sentences have and names of fields do not, in the languages of the guardrails that are written in Latin letters. At least two of them make a sentence. */
const SENTENCE_WORDS = new Set(
  (
    "the a an all any and or to of your you my me i this that these those is are be it its in on with from for not no do don't every each now then " +
    "alle den die das der dein deine deinen du und oder zu nicht mir ich ist sind von mit jede " +
    "les le la tous toutes tes ton vos votre et ou de du des ne pas moi " +
    "todas todos las los el tus tu su y o del no me " +
    "tutte tutti le i il gli tue tuo e di non mi " +
    "as os seu sua seus suas e do da não me " +
    "wszystkie i swoje mi nie z do twoje tüm ve bana tümünü"
  ).split(" "),
);
const FEWEST_SENTENCE_WORDS = 2;

const areSentence = (keys: readonly string[]): boolean =>
  keys.length >= FEWEST_KEYS &&
  new Set(keys.map((key) => key.toLowerCase().replace(/[\d.,:;!?]+$/, "")).filter((key) => SENTENCE_WORDS.has(key))).size >=
    FEWEST_SENTENCE_WORDS;

/** The keys of each object that read as words of a sentence. */
function keysTogether(parts: readonly InspectedPart[]): readonly (readonly number[])[] {
  const byGroup = new Map<number, number[]>();
  for (const [index, { kind, text, group, inspected }] of parts.entries()) {
    if (kind !== "key" || inspected.verdict !== "pass" || !WORD_KEY.test(text)) continue;
    const keys = byGroup.get(group);
    if (keys === undefined) byGroup.set(group, [index]);
    else keys.push(index);
  }
  return [...byGroup.values()].filter((keys) => areSentence(keys.map((index) => parts[index]?.text ?? "")));
}

/** Short numbers of each list that are codes of characters. */
function codesTogether(parts: readonly InspectedPart[]): readonly (readonly number[])[] {
  const byGroup = new Map<number, number[]>();
  for (const [index, { isShort, group }] of parts.entries()) {
    if (isShort !== true) continue;
    const codes = byGroup.get(group);
    if (codes === undefined) byGroup.set(group, [index]);
    else codes.push(index);
  }
  return [...byGroup.values()].filter((codes) => areCodes(codes.map((index) => parts[index]?.number ?? 0)));
}

const NOTHING: InspectedText = { personal: [], injection: [], placeholders: [], verdict: "pass" };

/** What a short text costs beside its length, in units. */
const UNITS_OF_A_TEXT = 16;

/** A key of one word names its field, and a number nobody: to take `city` for a place would break the value's form. */
const mayName = ({ kind, text }: JsonText): boolean => kind === "string" || (kind === "key" && text.includes(" "));
