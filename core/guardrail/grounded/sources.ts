/**
 * What an answer may rest on: the passages that a run found, each a row of sentences. A chunk of a collection is a passage that can be cited by its
 * name; any other value is one without a name, whose objects read as rows of keys and values. Pure, linear.
 */
import { isObject, type Json } from "../../json.ts";
import { sentencesOf } from "../rules/sentences.ts";
import { languageOf } from "./lexicon.ts";
import { keysOf, type Row, rowsOf } from "./tokens.ts";

/** Where a chunk stands in its document. `start`, `end`: UTF-16 units of the document's text. PERSISTED: in journals, as the citations of a step. */
export type Citation = {
  readonly document: string;
  readonly revision: number;
  readonly chunk: string;
  readonly start: number;
  readonly end: number;
  readonly title?: string;
  readonly source?: string | null;
};

/** Texts that belong together. `cite`: of a chunk; null: it cannot be cited. */
export type Passage = { readonly cite: Citation | null; readonly texts: readonly string[]; readonly context: string };

/** UTF-16 units of all passages of one answer that are read; further ones are not, so that nothing rests on them. */
const MOST_UNITS = 400_000;
/** Passages of one answer; further ones are not read. */
const MOST_PASSAGES = 400;

/** A chunk's name: `returns@2#5`. */
const NAME = /^[^\s[\](){}<>,;"'`]{1,200}@\d{1,9}#\d{1,9}$/u;

/** Whether a text has the form of a chunk's name. */
export const isChunkName = (text: string): boolean => NAME.test(text);

/** The chunk that a search result is; null: the value is none. */
export function chunkOf(value: Json): Citation | null {
  if (!isObject(value)) return null;
  const { document, revision, chunk, start, end, title, source, text } = value;
  if (typeof chunk !== "string" || !isChunkName(chunk) || typeof document !== "string" || typeof text !== "string") return null;
  if (typeof revision !== "number" || typeof start !== "number" || typeof end !== "number") return null;
  return {
    ...{ document, revision, chunk, start, end },
    ...(typeof title === "string" ? { title } : {}),
    ...(typeof source === "string" || source === null ? { source } : {}),
  };
}

/**
 * The passages in what steps gave. `known`: the chunks that searches of this run found, by name: a value that merely calls itself a chunk cannot be
 * cited. A passage is read once, however often it was found.
 */
export function passagesIn(sources: readonly Json[], known: ReadonlyMap<string, Citation>): Passage[] {
  const passages: Passage[] = [];
  const seen = new Set<string>();
  let left = MOST_UNITS;
  const add = (passage: Passage): void => {
    const name = passage.cite?.chunk;
    if (passages.length >= MOST_PASSAGES || left <= 0 || (name !== undefined && seen.has(name))) return;
    if (name !== undefined) seen.add(name);
    const texts = passage.texts.map((text) => {
      const kept = text.slice(0, Math.max(0, left));
      left -= kept.length;
      return kept;
    });
    passages.push({ ...passage, texts });
  };
  const visit = (value: Json): void => {
    if (typeof value === "string") return add({ cite: null, texts: [value], context: "" });
    if (typeof value === "number") return add({ cite: null, texts: [String(value)], context: "" });
    if (Array.isArray(value)) {
      const scalars = value.filter((item) => typeof item !== "object");
      if (scalars.length > 0 && scalars.every((item) => String(item).length < LONG))
        add({ cite: null, texts: [scalars.join(", ")], context: "" });
      else for (const item of scalars) visit(item);
      for (const item of value) if (typeof item === "object" && item !== null) visit(item);
      return;
    }
    if (!isObject(value)) return;
    const cite = chunkOf(value);
    if (cite !== null) {
      const section = Array.isArray(value["section"]) ? value["section"].filter((item) => typeof item === "string") : [];
      const context = [cite.title ?? "", ...section].join(" ");
      return add({ cite: known.get(cite.chunk) ?? null, texts: [String(value["text"])], context });
    }
    visitObject(value);
  };
  const visitObject = (value: { readonly [key: string]: Json }): void => {
    const pairs = Object.entries(value).filter(([, item]) => item !== null && typeof item !== "object");
    const short = pairs.filter(([, item]) => String(item).length < LONG);
    const row = short.map(([key, item]) => `${spoken(key)} ${String(item)}`).join(". ");
    const long = pairs.flatMap(([, item]) => (String(item).length < LONG ? [] : [String(item)]));
    if (pairs.length > 0)
      add({
        cite: null,
        texts: [...(row === "" ? [] : [row]), ...long],
        context: short.map(([key, item]) => `${spoken(key)} ${String(item)}`).join(" "),
      });
    for (const [key, item] of Object.entries(value)) {
      if (typeof item !== "object" || item === null) continue;
      if (Array.isArray(item) && item.length > 0 && item.every((one) => typeof one !== "object"))
        add({ cite: null, texts: [`${spoken(key)} ${item.join(", ")}`], context: "" });
      else visit(item);
    }
  };
  for (const source of sources) visit(source);
  return passages;
}

/** A text of this length is prose, not the value of a field. */
const LONG = 200;

/** `order_id`, `orderId` → `order id`. */
const spoken = (key: string): string => key.replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2").replaceAll(/[_-]+/g, " ");

/** A passage that was read. `keys`: everything that it says; `around`: what its title and its headings say. */
export type ReadPassage = {
  readonly cite: Citation | null;
  readonly rows: readonly Row[];
  readonly rowKeys: readonly ReadonlySet<string>[];
  readonly keys: ReadonlySet<string>;
  readonly around: ReadonlySet<string>;
  readonly text: string;
};

/** Reads a passage, sentence by sentence. */
export function readPassage({ cite, texts, context }: Passage): ReadPassage {
  const read = texts.map(unwrapped).flatMap((text) => sentencesOf(text).flatMap(({ start, end }) => rowsOf(text.slice(start, end))));
  // A sentence alone may be too short to tell.
  const language = languageOf(read.slice(0, 20).flatMap(({ words }) => words));
  const rows = read.map((row) => ({ ...row, language }));
  const around = rowsOf(context);
  const rowKeys = rows.map(saysOf);
  const all = [...rowKeys, ...around.map(saysOf)];
  return {
    cite,
    rows,
    rowKeys,
    keys: new Set(all.flatMap((keys) => [...keys])),
    around: new Set(around.flatMap((row) => [...saysOf(row)])),
    text: [...(context === "" ? [] : [context]), ...texts].join("\n"),
  };
}

const saysOf = (row: Row): ReadonlySet<string> => new Set(row.tokens.flatMap(keysOf));

/** A line that was only wrapped goes on: no full stop before the break, and no mark of a list, a table or a heading behind it. */
const unwrapped = (text: string): string => text.replaceAll(/(?<=[^\n.!?:;|])\r?\n(?=[\p{L}(])/gu, " ");
