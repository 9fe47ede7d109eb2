/** The names in one piece of a text. Pure, total, linear in its length. */
import type { Finding } from "../finding.ts";
import { fold } from "../fold.ts";
import { finding } from "../pii/detector.ts";
import type { Name } from "./bounds.ts";
import { namesOf } from "./decode.ts";
import { fillsField, kindOfField, wordsOfKey } from "./fields.ts";
import { modelOfNames } from "./model.ts";
import { type KnownPeople, namedAgain } from "./named-again.ts";
import { CAUTION } from "./thresholds.ts";
import { BLANKED, type Token, tokensOf } from "./tokens.ts";

/** The `detector` of the findings: the model, a key that says what its value is, a person who was named before. */
const NAME_DETECTORS = { model: "names", field: "names_field", again: "names_again" } as const;
const FIELD_SCORE = 0.9;

/** Where personal data of other kinds stands, in order. */
type Stretch = { readonly start: number; readonly end: number };

/**
 * `field`: the key of the JSON field that holds the piece, where the piece is its beginning. `isWhole`: the piece is the whole text.
 * Offsets are those of `text`.
 */
export function findNames(text: string, taken: readonly Stretch[], field: string, isWhole: boolean, people: KnownPeople): Finding[] {
  const folded = fold(blanked(text, taken));
  const key = wordsOfKey(field);
  const place = (start: number, end: number): Stretch => ({ start: folded.startOf(start), end: folded.endOf(end - 1) });
  const kind = isWhole ? kindOfField(key) : null;
  const value = folded.text.trim();
  if (kind !== null && fillsField(value, kind)) {
    const start = folded.text.indexOf(value);
    const { start: from, end: to } = place(start, start + value.length);
    return [finding(kind, from, to, FIELD_SCORE, NAME_DETECTORS.field)];
  }
  const own = tokensOf(folded.text);
  if (!own.some(({ text: word }) => /\p{L}{2}/u.test(word))) return [];
  // A key is read as what a form prints before its blank.
  const before = key === "" ? [] : [...tokensOf(key), { text: ":", start: 0, end: 0 }];
  const tokens = [...before, ...own];
  const isTaken = ({ text: word }: Token): boolean => word.startsWith(BLANKED);
  const names = namesOf(modelOfNames(), tokens, CAUTION, isTaken).flatMap((name): Name[] => {
    const from = Math.max(name.from, before.length);
    return from < name.to ? [{ ...name, from }] : [];
  });
  const again = namedAgain(tokens, before.length, names, people);
  return [
    ...names.map((name) => ({ name, detector: NAME_DETECTORS.model })),
    ...again.map((name) => ({ name, detector: NAME_DETECTORS.again })),
  ]
    .sort((a, b) => a.name.from - b.name.from)
    .map(({ name, detector }) => {
      const { start, end } = place(tokens[name.from]?.start ?? 0, tokens[name.to - 1]?.end ?? 1);
      return finding(name.type, start, end, name.score, detector);
    });
}

function blanked(text: string, stretches: readonly Stretch[]): string {
  if (stretches.length === 0) return text;
  const parts: string[] = [];
  let from = 0;
  for (const { start, end } of stretches) {
    parts.push(text.slice(from, start), BLANKED.repeat(end - start));
    from = end;
  }
  parts.push(text.slice(from));
  return parts.join("");
}
