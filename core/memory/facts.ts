/**
 * What a person says of themselves in a fixed form, as facts: English and German, by words, so that no model invents any. Pure, linear.
 * A fact of a predicate that has one value closes the one before it.
 */
import { sentencesOf } from "../guardrail/rules/sentences.ts";

/** PERSISTED: in memories. `subject` is always the person of the memory. */
export type Fact = {
  readonly subject: "person";
  readonly predicate: string;
  readonly object: string;
  /** 0 to 1: how sure it is that the sentence says so. */
  readonly confidence: number;
  /** True: there is one value at a time, and a newer one closes an older one. */
  readonly single: boolean;
};

/** A fact with the sentence that says it, word for word. */
export type StatedFact = { readonly text: string; readonly fact: Fact };

type Form = { readonly form: RegExp; readonly predicate: string; readonly single: boolean; readonly confidence: number };

/** The value: up to the end of the clause. */
const VALUE = "([^.,;:!?\\n]{1,120})";
const form = (words: string): RegExp => new RegExp(`(?<![\\p{L}\\p{N}])(?:${words})\\s+${VALUE}`, "iu");

const FORMS: readonly Form[] = [
  {
    predicate: "name",
    single: true,
    confidence: 0.9,
    form: form("my name is|call me|ich hei(?:ß|ss)e|mein name ist|nenn(?:en sie)? mich"),
  },
  {
    predicate: "lives_in",
    single: true,
    confidence: 0.9,
    form: form("i (?:now )?live in|i(?:'ve| have)? moved to|ich wohne (?:jetzt )?in|ich bin nach"),
  },
  { predicate: "works_as", single: true, confidence: 0.8, form: form("i work (?:as|at|for)|ich arbeite (?:als|bei|für)") },
  { predicate: "allergic_to", single: false, confidence: 0.95, form: form("i(?:'m| am) allergic to|ich bin allergisch gegen") },
  {
    predicate: "dislikes",
    single: false,
    confidence: 0.8,
    form: form(
      "i (?:don't|do not|never) (?:like|want|eat|drink)|i (?:hate|dislike)|ich (?:hasse|mag kein(?:e[nrs]?)?|esse kein(?:e[nrs]?)?)",
    ),
  },
  { predicate: "prefers", single: false, confidence: 0.85, form: form("i(?:'d| would)? prefer|ich bevorzuge|ich möchte lieber") },
  { predicate: "likes", single: false, confidence: 0.7, form: form("i (?:really )?(?:like|love)|ich mag(?! kein)|ich liebe") },
];
/** `my shoe size is 42`, `meine Schuhgröße ist 42`. */
const ATTRIBUTE =
  /(?<![\p{L}\p{N}])(?:my|meine?)\s+((?:[\p{L}-]{2,30}\s){0,2}[\p{L}-]{2,30})\s+(?:is|ist|lautet)\s+(?:now |jetzt )?([^.,;:!?\n]{1,120})/iu;
/** Of these nothing is said that lasts. */
const PASSING = /^(?:order|ticket|question|problem|parcel|package|lamp|bestellung|frage|problem|paket|opinion|guess|meinung)$/iu;
/** Sentences that ask are no facts. */
const ASKS = /\?\s*$/;

/** Every fact of a text, each predicate and value once. */
export function factsIn(text: string): readonly StatedFact[] {
  const found = new Map<string, StatedFact>();
  for (const { start, end } of sentencesOf(text.slice(0, 16_000))) {
    const sentence = text.slice(start, end).trim();
    if (sentence.length > 400 || ASKS.test(sentence)) continue;
    for (const fact of factsOf(sentence)) found.set(`${fact.predicate} ${fact.object.toLowerCase()}`, { text: sentence, fact });
  }
  return [...found.values()];
}

function factsOf(sentence: string): readonly Fact[] {
  const stated = FORMS.flatMap(({ form: words, predicate, single, confidence }): Fact[] => {
    const object = words.exec(sentence)?.[1]?.trim() ?? "";
    return object === "" ? [] : [{ subject: "person", predicate, object, confidence, single }];
  });
  if (stated.length > 0) return stated;
  const [, name = "", value = ""] = ATTRIBUTE.exec(sentence) ?? [];
  const last = name.split(/\s/).at(-1) ?? "";
  if (name === "" || PASSING.test(last)) return [];
  return [{ subject: "person", predicate: `attribute:${name.toLowerCase()}`, object: value.trim(), confidence: 0.75, single: true }];
}

/** Two facts say the same. */
export const isSameFact = (one: Fact, other: Fact): boolean =>
  one.predicate === other.predicate && one.object.toLowerCase() === other.object.toLowerCase();
