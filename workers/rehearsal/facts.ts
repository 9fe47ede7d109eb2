/** What a conversation says, taken out word for word: named values, ids, amounts, placeholders, dates. Invents nothing. */
import { isObject, type Json } from "../../core/json.ts";
import { endOfValue } from "../../core/model/json-text.ts";
import { CITATION_RULES, readSlots } from "../../core/workflow/prompt.ts";
import { type Learned, learnFrom } from "./learned.ts";
import { nameWords, stem } from "./words.ts";

/** A message as the rehearsal reads it. */
export type ChatMessage = { readonly role: string; readonly content: string };

/** A value with the words of its path: `order.total` → `order`, `total`. */
export type NamedValue = { readonly words: readonly string[]; readonly value: string | number | boolean };

/** A passage by the name that a citation gives it. */
export type Passage = { readonly chunk: string; readonly text: string };

/** What a conversation says. */
export type Facts = {
  /** What the developer asks for, without the data. */
  readonly asked: string;
  /** What the people wrote whom it is about. */
  readonly question: string;
  /** The same and what systems wrote, for people to read: without what is data for programs. */
  readonly prose: string;
  readonly learned: Learned;
  /** Passages of collections, where the answer is asked to cite them; otherwise none. */
  readonly passages: readonly Passage[];
  /** What people and systems wrote. */
  readonly material: string;
  readonly named: readonly NamedValue[];
  readonly ids: readonly string[];
  readonly amounts: readonly number[];
  readonly currency: string | null;
  readonly dates: readonly string[];
};

/** Bounds of the reading: a conversation is at most this long, in UTF-16 units. */
const LONGEST = 400_000;
/** An object or list in the text that is longer, in UTF-16 units, is not read as JSON. */
const LONGEST_VALUE = 100_000;
const MOST = 500;
/** Letters, a hyphen or none, digits: `A-1001`, `ORD20931`; or a number after a hash sign. */
const ID = /\b[A-Z]{1,8}-?\d{2,12}\b|(?<=#)\d{3,12}\b/g;
const AMOUNT =
  /(?:[$€£]|\b(?:USD|EUR|GBP)\s?)(\d{1,9}(?:,\d{3})*(?:\.\d{1,2})?)|\b(\d{1,9}(?:,\d{3})*(?:\.\d{1,2})?)\s?(?:dollars|USD|EUR|GBP|€|euros?)/gi;
const CURRENCIES: readonly [RegExp, string][] = [
  [/\$|\bUSD\b|\bdollars?\b/i, "USD"],
  [/€|\bEUR\b|\beuros?\b/i, "EUR"],
  [/£|\bGBP\b|\bpounds?\b/i, "GBP"],
];
const DATE = /\b\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2}))?\b/g;
const LABELLED = /^[ \t]*(?:[-*][ \t]+)?([A-Za-z][A-Za-z _-]{1,40})[ \t]*[:=][ \t]*(\S[^\n]{0,300})$/gm;

/** Reads a conversation once. */
export function readFacts(messages: readonly ChatMessage[]): Facts {
  const heard = messages.filter(({ role }) => role === "user" || role === "tool");
  const parts = heard.map(({ content }) => readPart(content.slice(0, LONGEST)));
  const material = parts
    .map((part) => part.material)
    .join("\n")
    .slice(0, LONGEST);
  // What was said last counts first: a tool's answer over the question that led to it.
  const named = parts
    .reverse()
    .flatMap((part) => part.named)
    .slice(0, MOST);
  const plain = material.replaceAll(/\{\{[A-Z_]+_\d+\}\}/g, " ");
  const said = messages.filter(({ role }) => role === "user");
  const cites = isAskedToCite(messages);
  // What was found for a question is none.
  const isQuestion = (text: string): boolean => !cites || passagesOf(text).length === 0;
  return {
    asked: said.map(({ content }) => withoutSlots(content)).join("\n"),
    question: said.map(({ content }) => slotTexts(content).filter(isQuestion).join("\n")).join("\n"),
    prose: heard.flatMap(({ content }) => slotTexts(content.slice(0, LONGEST)).map(proseOf)).join("\n\n"),
    passages: cites ? heard.flatMap(({ content }) => slotTexts(content.slice(0, LONGEST)).flatMap(passagesOf)) : [],
    learned: learnFrom(messages.filter(({ role }) => role === "tool").map(({ content }) => content.slice(0, LONGEST))),
    material,
    named,
    ids: unique(plain.match(ID) ?? []),
    amounts: unique(
      Array.from(plain.matchAll(AMOUNT), (match) => Number((match[1] ?? match[2] ?? "").replaceAll(",", ""))).filter(Number.isFinite),
    ),
    currency: CURRENCIES.find(([pattern]) => pattern.test(plain))?.[1] ?? null,
    dates: unique(plain.match(DATE) ?? []),
  };
}

/** Placeholders of a kind, in order of appearance: `{{EMAIL_1}}`. */
export const placeholdersIn = ({ material }: Facts, kind: string): string[] =>
  unique(material.match(/\{\{[A-Z_]+_\d+\}\}/g) ?? []).filter((name) => name.slice(2).replace(/_\d+\}\}$/, "") === kind);

function readPart(content: string): { material: string; named: NamedValue[] } {
  const slots = Object.entries(readSlots(content));
  if (slots.length === 0) return { material: content, named: [...embedded(content), ...labelled(content)] };
  const named = slots.flatMap(([name, text]) => {
    const value = parse(text);
    const inside = value === undefined ? [...embedded(text), ...labelled(text)] : flatten(value, [name]);
    return value === undefined && text.length <= 200 ? [{ words: nameWords(name), value: text }, ...inside] : inside;
  });
  return { material: slots.map(([, text]) => text).join("\n"), named };
}

/** What stands between the marks of data, or the whole message where there are none. */
function slotTexts(content: string): string[] {
  const slots = Object.values(readSlots(content));
  return slots.length === 0 ? [content] : slots;
}

const isAskedToCite = (messages: readonly ChatMessage[]): boolean =>
  messages.some(({ role, content }) => role === "system" && content === CITATION_RULES);

/** The passages in a JSON text. */
function passagesOf(text: string): Passage[] {
  const value = parse(text);
  return value === undefined ? [] : passagesIn(value, 0);
}

function passagesIn(value: Json, depth: number): Passage[] {
  if (depth > 12) return [];
  if (Array.isArray(value)) return value.slice(0, MOST).flatMap((item) => passagesIn(item, depth + 1));
  if (!isObject(value)) return [];
  const { chunk, text } = value;
  if (typeof chunk === "string" && typeof text === "string") return [{ chunk, text }];
  return Object.values(value).flatMap((item) => passagesIn(item, depth + 1));
}

/** A text, or the texts that a JSON value holds, a paragraph each. */
function proseOf(text: string): string {
  const value = parse(text);
  return value === undefined ? text : textsIn(value, 0).join("\n\n");
}

function textsIn(value: Json, depth: number): string[] {
  if (depth > 12) return [];
  if (typeof value === "string") return /\s/.test(value) ? [value] : [];
  if (Array.isArray(value)) return value.slice(0, MOST).flatMap((item) => textsIn(item, depth + 1));
  return isObject(value) ? Object.values(value).flatMap((item) => textsIn(item, depth + 1)) : [];
}

const withoutSlots = (content: string): string =>
  Object.values(readSlots(content)).reduce((text, value) => text.replace(value, ""), content);

/** JSON objects and lists that stand in a text. */
function embedded(text: string): NamedValue[] {
  const found: NamedValue[] = [];
  for (let from = 0; from < text.length && found.length < MOST; from++) {
    const start = text.slice(from).search(/[{[]\s*["{[]/);
    if (start < 0) break;
    from += start;
    const end = endOfValue(text, from, Math.min(text.length, from + LONGEST_VALUE));
    const value = end === null ? undefined : parse(text.slice(from, end));
    if (value === undefined || end === null) continue;
    found.push(...flatten(value, []));
    from = end - 1;
  }
  return found;
}

const labelled = (text: string): NamedValue[] =>
  Array.from(text.matchAll(LABELLED), ([, label = "", value = ""]) => ({ words: nameWords(label), value: value.trim() })).slice(0, MOST);

function flatten(value: Json, path: readonly string[], depth = 0): NamedValue[] {
  if (depth > 12 || value === null) return [];
  if (Array.isArray(value)) return value.slice(0, 50).flatMap((item) => flatten(item, path, depth + 1));
  if (isObject(value))
    return Object.entries(value)
      .slice(0, 100)
      .flatMap(([key, item]) => flatten(item, [...path, key], depth + 1));
  return [{ words: path.flatMap(nameWords), value }];
}

function parse(text: string): Json | undefined {
  try {
    const value = JSON.parse(text) as Json;
    return typeof value === "object" ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Values whose name says what `words` say; the closest first. */
export function valuesNamed({ named }: Facts, words: readonly string[]): NamedValue["value"][] {
  const wanted = words.map(stem);
  const last = wanted.at(-1) ?? "";
  const scored = named.map(({ words: has, value }, index) => {
    const own = has.map(stem);
    const shared = wanted.filter((word) => own.includes(word)).length;
    // The last word says what it is (`id`, `total`), those before it of what (`order`).
    const score = own.at(-1) === last ? 2 * shared - own.length * 0.1 : shared === wanted.length ? shared - own.length * 0.1 : 0;
    return { value, score, index };
  });
  const hits = scored.filter(({ score }) => score > 0).sort((a, b) => b.score - a.score || a.index - b.index);
  return unique(hits.map(({ value }) => value));
}

const unique = <T>(items: readonly T[]): T[] => [...new Set(items)];
