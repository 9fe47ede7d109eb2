/** What tools have answered in a conversation: ids that they gave, articles that were read, words for people. Pure. */
import { isObject, type Json } from "../../core/json.ts";
import { readSlots } from "../../core/workflow/prompt.ts";

/** What the tools have answered so far. */
export type Learned = {
  /** Tools were asked, and gave nothing to go on. */
  readonly nothing: boolean;
  /** Ids in answers, in their order: what a further call can be about. */
  readonly found: readonly string[];
  /** Ids of answers that are a text of their own. */
  readonly read: readonly string[];
  /** What those texts say. */
  readonly prose: string;
};

/** A shorter text is a name or a code. */
const SHORTEST_PROSE = 60;
/** Parts of a text that stand for it in a list. */
const EXCERPTS = new Set(["snippet", "excerpt", "preview", "highlight"]);
const MOST = 200;

/** `answers`: the contents of messages with role `tool`, oldest first. */
export function learnFrom(answers: readonly string[]): Learned {
  const found: string[] = [];
  const read: string[] = [];
  const texts: string[] = [];
  for (const value of answers.flatMap(valuesIn)) {
    found.push(...idsIn(value, 0));
    const own = isObject(value) ? proseIn(value) : [];
    texts.push(...own);
    if (own.length > 0 && isObject(value) && typeof value["id"] === "string") read.push(value["id"]);
  }
  const nothing = answers.length > 0 && found.length === 0 && texts.length === 0;
  return { nothing, found: distinct(found), read: distinct(read), prose: distinct(texts).join("\n\n") };
}

/** An answer is JSON, bare or between the marks of data. */
function valuesIn(content: string): Json[] {
  const slots = Object.values(readSlots(content));
  return (slots.length === 0 ? [content] : slots).flatMap((text): Json[] => {
    try {
      return [JSON.parse(text) as Json];
    } catch {
      return [];
    }
  });
}

function idsIn(value: Json, depth: number): string[] {
  if (depth > 8) return [];
  if (Array.isArray(value)) return value.slice(0, MOST).flatMap((item) => idsIn(item, depth + 1));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => (key === "id" && typeof item === "string" ? [item] : idsIn(item, depth + 1)));
}

const proseIn = (value: { readonly [key: string]: Json }): string[] =>
  Object.entries(value).flatMap(([key, text]) =>
    typeof text === "string" && text.length >= SHORTEST_PROSE && /\s/.test(text) && !EXCERPTS.has(key) ? [text] : [],
  );

const distinct = (items: readonly string[]): string[] => [...new Set(items)].slice(0, MOST);
