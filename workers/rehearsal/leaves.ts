/** Texts and numbers for a place of a schema: what the conversation offers, shortened or rounded to fit, then the plainest that fits. */
import type { JsonObject } from "../../core/json.ts";
import type { Facts } from "./facts.ts";
import { sampleOf } from "./pattern.ts";
import { type Place, suggestNumbers, suggestTexts } from "./suggest.ts";

type Candidate<T> = { readonly value: T; readonly grounded: boolean };

/** Most offers that are tried at one place. */
const OFFERS = 40;

/** Texts for a place of a schema, best first. `variant`: skips that many offers, so that places of one kind differ. */
export function* textCandidates(schema: JsonObject, facts: Facts, place: Place, variant: number): Generator<Candidate<string>> {
  const { minLength, maxLength, pattern, format } = schema;
  const [least, most] = [Number(minLength ?? 0), Number(maxLength ?? Number.POSITIVE_INFINITY)];
  const offers =
    typeof pattern === "string" ? [...suggestTexts(facts, place), ...facts.ids, ...wordsOf(facts)] : suggestTexts(facts, place);
  for (const offer of offers.slice(variant, variant + OFFERS)) {
    const value = typeof pattern === "string" || typeof format === "string" ? offer : shorten(offer, most);
    yield { value, grounded: true };
  }
  if (typeof format === "string") yield* formatted(format, variant);
  if (typeof pattern === "string") {
    for (let index = variant; index < variant + 16; index++) {
      const value = sampleOf(pattern, least, index);
      if (value !== null) yield { value, grounded: false };
    }
  }
  const words = variant === 0 ? "not stated" : `not stated ${variant}`;
  yield { value: pad(shorten(words, most), least, variant), grounded: false };
  yield { value: pad(shorten(`${variant}`, most), least, variant), grounded: false };
  yield { value: pad(shorten(String.fromCodePoint(97 + (variant % 26)), most), least, variant), grounded: false };
}

/** Single words of the material: the one that a pattern describes may stand among them. */
const wordsOf = ({ material }: Facts): string[] =>
  [...new Set(material.match(/[^\s,;()"'<>]{2,64}/g) ?? [])].map((word) => word.replace(/[.:!?]+$/, "")).slice(0, OFFERS);

/** Valid by RFC 3339, 5321, 3986, 9562 and so on, and plainly made up. */
function* formatted(format: string, variant: number): Generator<Candidate<string>> {
  const two = String(variant % 60).padStart(2, "0");
  const examples: { readonly [format: string]: string } = {
    "date-time": `2000-01-01T00:00:${two}Z`,
    date: `20${two}-01-01`,
    time: `00:00:${two}Z`,
    duration: `P${variant + 1}D`,
    email: `nobody${variant === 0 ? "" : variant}@example.com`,
    hostname: `host${variant}.example`,
    ipv4: `192.0.2.${variant % 256}`,
    ipv6: `2001:db8::${variant + 1}`,
    uri: `https://example.com/${variant}`,
    "uri-reference": `/${variant}`,
    uuid: `00000000-0000-4000-8000-${String(variant).padStart(12, "0")}`,
    "json-pointer": `/${variant}`,
    "relative-json-pointer": `${variant}`,
    regex: "^$",
  };
  const value = examples[format];
  if (value !== undefined) yield { value, grounded: false };
}

/** At most `most` characters (code points), cut after a word where there is one. */
function shorten(text: string, most: number): string {
  const characters = [...text];
  if (characters.length <= most) return text;
  const cut = characters.slice(0, most).join("");
  // A placeholder is whole or absent.
  const whole = cut.replace(/\{\{[A-Z_0-9]*\}?$/, "");
  const atWord = whole.replace(/\s+\S*$/, "");
  return atWord.length > whole.length / 2 ? atWord : whole;
}

const pad = (text: string, least: number, variant: number): string => {
  const missing = least - [...text].length;
  return missing <= 0 ? text : `${text}${String.fromCodePoint(97 + (variant % 26)).repeat(missing)}`;
};

/** Numbers for a place of a schema, best first. `variant`: as in `textCandidates`. */
export function* numberCandidates(schema: JsonObject, facts: Facts, place: Place, variant: number): Generator<Candidate<number>> {
  const whole = schema["type"] === "integer";
  const offers = suggestNumbers(facts, place).slice(variant, variant + OFFERS);
  for (const offer of offers) yield { value: offer, grounded: true };
  if (whole) for (const offer of offers) yield { value: Math.round(offer), grounded: true };
  const step = Number(schema["multipleOf"] ?? (whole ? 1 : 0));
  const { low, high } = boundsOf(schema);
  const grain = whole ? wholeMultiple(step) : step;
  for (const start of [0, low, high]) {
    if (!Number.isFinite(start)) continue;
    if (grain > 0) {
      const first = start === high ? Math.floor(start / grain) : Math.ceil(start / grain);
      for (const offset of [variant, -variant, variant + 1, -variant - 1])
        yield { value: clean((first + offset) * grain), grounded: false };
    } else {
      for (const value of [start + variant, start - variant, start + 0.5 + variant, start - 0.5 - variant])
        yield { value, grounded: false };
    }
  }
  if (Number.isFinite(low) && Number.isFinite(high)) yield { value: low + ((high - low) * (variant + 1)) / (variant + 2), grounded: false };
}

function boundsOf(schema: JsonObject): { low: number; high: number } {
  const number = (keyword: string, otherwise: number): number =>
    typeof schema[keyword] === "number" ? (schema[keyword] as number) : otherwise;
  const low = Math.max(number("minimum", Number.NEGATIVE_INFINITY), number("exclusiveMinimum", Number.NEGATIVE_INFINITY));
  const high = Math.min(number("maximum", Number.POSITIVE_INFINITY), number("exclusiveMaximum", Number.POSITIVE_INFINITY));
  return { low, high };
}

/** 0.1 + 0.2 and its like, written as people write them. */
const clean = (value: number): number => Number(value.toPrecision(12));

/** The least whole multiple of a step: whole numbers that are multiples of 0.5 are multiples of 1. */
function wholeMultiple(step: number): number {
  for (let times = 1; times <= 1000; times++) if (Number.isInteger(clean(step * times))) return clean(step * times);
  return step;
}
