/**
 * What an answer may rest on: the passages that a run found, each a row of sentences. A chunk of a collection is a passage that can be cited by its
 * name; any other value is one without a name, whose objects read as rows of keys and values. What was asked is no source, wherever it comes back: a
 * question answers nothing. Pure, linear.
 */
import { isObject, type Json } from "../../json.ts";
import { sentencesOf } from "../rules/sentences.ts";
import { languageOf } from "./lexicon.ts";
import { keysOf, type Row, rowsOf, SOMETHING } from "./tokens.ts";

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

/** What passages are told from. */
export type Heard = {
  /** The chunks that searches of this run found, by name: a value that merely calls itself a chunk cannot be cited. */
  readonly known: ReadonlyMap<string, Citation>;
  /** The texts of these chunks, by name: a value that takes a chunk's name and says something else cannot be cited. Absent: they are not compared. */
  readonly texts?: ReadonlyMap<string, string>;
  /** What the run and its steps were asked: a sentence of it that comes back in an answer of a tool is no source. */
  readonly asked?: readonly string[];
};

/** The passages in what steps gave. A passage is read once, however often it was found. */
export function passagesIn(sources: readonly Json[], { known, texts: chunkTexts, asked = [] }: Heard): Passage[] {
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
  const unasked = withoutAsked(asked, [...(chunkTexts?.values() ?? [])]);
  const visit = (value: Json): void => {
    if (typeof value === "string") return add({ cite: null, texts: [unasked(value)], context: "" });
    if (typeof value === "number") return add({ cite: null, texts: [String(value)], context: "" });
    if (Array.isArray(value)) {
      const scalars = value.filter((item) => typeof item !== "object").map((item) => (typeof item === "string" ? unasked(item) : item));
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
      const text = String(value["text"]);
      const isFound = known.has(cite.chunk) && chunkTexts?.get(cite.chunk)?.includes(text) !== false;
      return add(
        isFound
          ? { cite: known.get(cite.chunk) ?? null, texts: [text], context }
          : { cite: null, texts: [unasked(text)], context: unasked(context) },
      );
    }
    visitObject(value);
  };
  const visitObject = (value: { readonly [key: string]: Json }): void => {
    const pairs = Object.entries(value)
      .filter(([, item]) => item !== null && typeof item !== "object")
      .map(([key, item]) => [key, typeof item === "string" ? unasked(item) : item] as const)
      .filter(([, item]) => item !== "");
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
        add({
          cite: null,
          texts: [`${spoken(key)} ${item.map((one) => (typeof one === "string" ? unasked(one) : one)).join(", ")}`],
          context: "",
        });
      else visit(item);
    }
  };
  for (const source of sources) visit(source);
  return passages;
}

/** Sentences of what was asked that are looked for, and UTF-16 units of it that are read. */
const MOST_ASKED = 100;
const ASKED_UNITS = 20_000;
/** Words of a sentence from which on it is looked for within others; a shorter one may be a name or an id, which every answer repeats. */
const SENTENCE_WORDS = 3;

/**
 * A text without the sentences that only repeat what was asked. A shorter piece counts where it says how much of something there is: `300 days`. What
 * stands in a chunk that was found was not only asked.
 */
function withoutAsked(asked: readonly string[], found: readonly string[]): (text: string) => string {
  const [sentences, pieces] = [new Set<string>(), new Set<string>()];
  const known = asked.length === 0 ? "" : wordsOf(rowsOf(found.join("\n").slice(0, MOST_UNITS)));
  let left = ASKED_UNITS;
  for (const whole of asked) {
    const text = whole.slice(0, left);
    left -= text.length;
    for (const { start, end } of sentencesOf(text)) {
      const rows = rowsOf(text.slice(start, end));
      const words = wordsOf(rows);
      if (sentences.size + pieces.size >= MOST_ASKED || words === " " || known.includes(words)) continue;
      if (rows.flatMap((row) => row.words).length >= SENTENCE_WORDS) sentences.add(words);
      else if (rows.some((row) => row.quantities.some(({ unit }) => unit !== null && unit !== SOMETHING))) pieces.add(words);
    }
  }
  if (sentences.size + pieces.size === 0) return (text) => text;
  const repeats = (text: string): boolean => {
    const words = wordsOf(rowsOf(text));
    return pieces.has(words) || [...sentences].some((one) => words.includes(one));
  };
  return (text) => {
    const stretches = sentencesOf(text);
    const kept = stretches.filter(({ start, end }) => !repeats(text.slice(start, end)));
    if (kept.length === stretches.length) return text;
    const left = kept.map(({ start, end }) => text.slice(start, end));
    return left.join("").trim();
  };
}

/** The words of a text between blanks, so that whole words alone are found in it. */
const wordsOf = (rows: readonly Row[]): string => ` ${rows.flatMap(({ words }) => words).join(" ")} `.replace(/^ +$/, " ");

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
