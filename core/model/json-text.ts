/**
 * JSON from a model's text, where nothing can be misread: bare, after its thoughts, in the one Markdown fence that holds JSON, or as the
 * only value between words. Linear in the text; pure.
 */
import type { Json } from "../json.ts";
import { err, type Result } from "../result.ts";
import { type JsonRefusal, parseExact } from "../untrusted-json.ts";
import type { JsonSchema } from "../workflow/definition.ts";
import { takeInt64 } from "../workflow/int64.ts";
import { validate } from "../workflow/schema.ts";
import { mendedJson } from "./mended-json.ts";

type Read = Result<Json, JsonRefusal>;
type Parse = (piece: string) => Read;
const NO_JSON: Read = err({ why: "malformed" });

/** `schema`: of the value, for its 64-bit numbers. */
export function readJsonText(text: string, schema: JsonSchema = true): Read {
  const parse: Parse = (piece) => {
    const whole = parseExact(piece, "replaced");
    const exact = !whole.ok && whole.error.why === "malformed" ? parseExact(mendedJson(piece), "replaced") : whole;
    if (!exact.ok) return exact;
    const taken = takeInt64(schema, exact.value);
    return taken.ok ? taken : err({ why: "number", path: taken.error });
  };
  const said = text
    .replace(/^\uFEFF/, "")
    .replace(END_OF_TURN, "")
    .trim();
  const bare = parse(said);
  if (isDecided(bare)) return unquoted(bare, schema, parse);
  const answer = withoutThoughts(said);
  if (answer !== said) {
    const after = parse(answer);
    if (isDecided(after)) return unquoted(after, schema, parse);
  }
  const inFence = readFences(answer, parse);
  return inFence === null ? readBetweenWords(answer, parse) : unquoted(inFence, schema, parse);
}

/** There is a value, or one that is refused whatever stands around it. */
const isDecided = (read: Read): boolean => read.ok || read.error.why === "number";

/** Fences that are looked into: an answer in JSON has one. */
const MOST_BLOCKS = 50;

/** Also where the last of a turn's channels begins (OpenAI's harmony format). */
const END_OF_THOUGHTS =
  /<\/(?:think|thinking|thought|reasoning)>|<\|channel\|>final\b[^<]{0,64}(?:<\|constrain\|>[^<]{0,64})?<\|message\|>/gi;
const END_OF_TURN = /<\|(?:return|end|im_end|eot_id)\|>\s*$/;

/** A value that stands in a text once more, where the schema takes no text. */
function unquoted(read: Read, schema: JsonSchema, parse: Parse): Read {
  if (!read.ok || typeof read.value !== "string" || !/^\s*[[{]/.test(read.value) || validate(schema, read.value).length === 0) return read;
  const inner = parse(read.value);
  return isDecided(inner) ? inner : read;
}

/** What stands after the last end of thoughts, which some servers send without their beginning. */
export function withoutThoughts(text: string): string {
  let end = 0;
  for (const found of text.matchAll(END_OF_THOUGHTS)) end = found.index + found[0].length;
  return text.slice(end).trim();
}

/** The value in the only fence that holds one (CommonMark 4.5); null: there is no fence. */
function readFences(text: string, parse: Parse): Read | null {
  const pieces = text.split("```");
  // Opened and closed within a line, as CommonMark does not have it.
  const loose = pieces.length === 3 ? [(pieces[1] ?? "").replace(/^[A-Za-z0-9_-]*[ \t]*\r?\n/, "").trim()] : [];
  const blocks = fencedBlocks(text);
  const candidates = blocks.length > 0 ? blocks : loose;
  if (candidates.length === 0) return null;
  if (candidates.length > MOST_BLOCKS) return NO_JSON;
  const reads = candidates.map(parse).filter(isDecided);
  return reads.length === 1 ? (reads[0] ?? NO_JSON) : reads.length > 1 ? NO_JSON : null;
}

function fencedBlocks(text: string): string[] {
  const blocks: string[] = [];
  let mark: string | null = null;
  let lines: string[] = [];
  for (const line of text.split(/\r?\n/)) {
    if (mark === null) {
      mark = /^ {0,3}(`{3,}|~{3,})[^`]*$/.exec(line)?.[1] ?? null;
      lines = [];
    } else if (isEndOf(mark, line)) {
      blocks.push(lines.join("\n"));
      mark = null;
    } else lines.push(line);
  }
  // A fence that nobody closes ends with the text.
  if (mark !== null) blocks.push(lines.join("\n"));
  return blocks;
}

function isEndOf(mark: string, line: string): boolean {
  const bare = line.trim();
  return bare.length >= mark.length && bare.startsWith(mark) && [...bare].every((character) => character === mark[0]);
}

/** Braces around words, as a set has them: no key and no text stands in them. */
const WORDS_IN_BRACES = /\{[^{}[\]"':]{1,200}\}/g;
/** The same at one place. */
const WORDS_HERE = new RegExp(WORDS_IN_BRACES.source, "y");
/** Braces around words that are looked past, and repetitions of an answer. */
const MOST_PAST = 20;

/** The only object or list among words. Another bracket of its kind after it could begin another answer: then none is read. */
function readBetweenWords(text: string, parse: Parse): Read {
  const starts = [startPastWords(text), text.indexOf("[")].filter((start) => start >= 0).sort((a, b) => a - b);
  for (const start of starts) {
    const end = endOfValue(text, start);
    const read = end === null ? NO_JSON : parse(text.slice(start, end));
    if (!isDecided(read)) continue;
    const rest = text.slice(end ?? 0);
    if (isSaidAgain(rest, read, parse)) return read;
    return rest.replace(WORDS_IN_BRACES, "").includes("{") || (text[start] === "[" && rest.includes("[")) ? NO_JSON : read;
  }
  return NO_JSON;
}

/** The first brace that begins more than words; -1: none does. */
function startPastWords(text: string): number {
  let start = text.indexOf("{");
  for (let past = 0; start >= 0 && past < MOST_PAST; past++) {
    WORDS_HERE.lastIndex = start;
    const words = WORDS_HERE.exec(text)?.[0];
    if (words === undefined) return start;
    start = text.indexOf("{", start + words.length);
  }
  return start;
}

/** Nothing but the same value follows, once or more. */
function isSaidAgain(text: string, first: Read, parse: Parse): boolean {
  const said = JSON.stringify(first);
  let rest = text.trim();
  for (let times = 0; rest !== "" && times < MOST_PAST; times++) {
    const end = /^[[{]/.test(rest) ? endOfValue(rest, 0) : null;
    if (end === null || JSON.stringify(parse(rest.slice(0, end))) !== said) return false;
    rest = rest.slice(end).trim();
    if (rest === "") return true;
  }
  return false;
}

/** The index after the bracket that closes the one at `start`; null when none before `limit` does. Linear in `limit - start`. */
export function endOfValue(text: string, start: number, limit = text.length): number | null {
  let depth = 0;
  let inString = false;
  for (let index = start; index < limit; index++) {
    const character = text[index];
    if (inString) {
      if (character === "\\") index++;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === "{" || character === "[") depth++;
    else if ((character === "}" || character === "]") && --depth === 0) return index + 1;
  }
  return null;
}
