/**
 * What an upstream's refusal of a request names: places in the request, and words. Upstreams tell it in many shapes: OpenAI's `param`,
 * lists of `loc` (FastAPI, Mistral, vLLM), or a sentence. Read with distrust and bounded; pure.
 */
import { isObject, type Json } from "../json.ts";
import { paramOf } from "./told-error.ts";

/** A place in a request, as its names and numbers: `["messages", "0", "name"]`. */
export type Place = readonly string[];

/** What is read of a refusal, in UTF-16 units of its texts and in levels. */
const MOST_UNITS = 4_096;
const DEEPEST = 8;

/** Words of a refusal that mean the parameter itself, and not the size of its value. */
const PARAMETER =
  /unsupported|(?:not|n't) (?:\w+ )?(?:support|accept|enabl|implement|compatib|recogni[sz])|instead|unrecogni[sz]ed|unknown|please (?:remove|omit|drop)|unexpected|unavailable|not available|not permitted|not allowed|extra[_ ](?:inputs|forbidden|field)|additional propert|deprecated|is required to be supplied|(?:cannot|can't|can not|may not|must not) (?:\w+ ){0,3}(?:specif|set|used?\b|chang|combin|provid)|only (?:the default|supports|accepts|allows)|only \S{1,20} (?:is|are) (?:allowed|supported|accepted|permitted)|(?:may|can|must) only be/i;
/** Words about the size or the form of a value: another one would be taken. */
const VALUE = /between|greater|less than|range|at (?:most|least)|maximum|minimum|too (?:large|small|high|low|long|short)|strictly|[<>≤≥]/i;
/** Words of a condition: the parameter is refused beside what else was sent. */
const BESIDE =
  /\bboth\b|together|mutually|exclusive|\bcombin|\b(?:when|while|if|unless|with|without) (?:\w+ ){0,3}(?:thinking|reasoning|streaming|tools?|enabled|set|specified|provided|used)\b/i;

/** The parameter itself is refused. */
export const isOfParameter = (text: string): boolean => PARAMETER.test(text) && (!VALUE.test(text) || /\bonly\b/i.test(text));

/** Words about the value that was sent: another one may be taken. */
const THIS_VALUE =
  /unsupported value|supported values|invalid value|valid values|value (?:is|of) |\bthis tool_choice|tool_choice\b.{0,60}\b(?:auto|none|any|required|function|object|specified)\b/i;

/** The refusal holds for this request alone: for what was sent beside the field, or for the value that its caller chose. */
export const isOfThisRequest = (text: string): boolean => BESIDE.test(text) || (THIS_VALUE.test(text) && !/\bonly\b/i.test(text));

/** The most tokens of an answer that a refusal of `sent` names; null: it names none, or tells of the window that input and answer share. */
export function boundIn(text: string, sent: number): number | null {
  if (/context[ _](?:length|size)|maximum context|input tokens|prompt/i.test(text)) return null;
  const numbers = [...text.matchAll(/\b\d{1,9}\b/g)].map(([digits]) => Number(digits)).filter((number) => number >= LEAST && number < sent);
  return numbers.length === 0 ? null : Math.max(...numbers);
}

/** Fewer tokens than this are no bound of an answer but another number of the text. */
const LEAST = 16;

/** The texts of a refusal, without what they quote of the request. */
export function textOf(told: Json): string {
  const texts: string[] = [];
  let units = 0;
  const gather = (value: Json, depth: number): void => {
    if (depth > DEEPEST || units > MOST_UNITS) return;
    if (typeof value === "string") {
      texts.push(value.slice(0, MOST_UNITS));
      units += value.length;
    } else if (Array.isArray(value)) for (const item of value) gather(item, depth + 1);
    else if (isObject(value)) for (const [key, item] of Object.entries(value)) if (!QUOTING.has(key)) gather(item, depth + 1);
  };
  gather(told, 0);
  return texts.join(" ").slice(0, MOST_UNITS);
}

const QUOTING = new Set(["input", "ctx", "url", "loc"]);

/** The places that it names: all of the most exact shape that it has. `isAny`: also those of a list whose value alone is wrong. */
export function placesIn(told: Json, isAny = false): readonly Place[] {
  const text = textOf(told);
  const listed = [...locsIn(told, 0, isAny), ...[...text.matchAll(WRITTEN_LOC)].map(([, loc = ""]) => partsOf(loc))];
  const param = paramOf(told);
  const own = param === null ? [] : [partsOf(param)];
  const found = [listed, own, [...text.matchAll(PATH)].map(([path]) => partsOf(path))].find(({ length }) => length > 0) ?? [];
  return found.map((place) => (place[0] === "body" ? place.slice(1) : place)).filter(({ length }) => length > 0);
}

const partsOf = (path: string): Place => path.match(/\w+/g) ?? [];

/** `'loc': ('body', 'seed')`, a list inside a sentence. */
const WRITTEN_LOC = /\bloc\\*['"]?: ?[[(]([^\])]{1,200})[\])]/g;
/** `messages.0.user.name`, `messages[0]['name']`, `stream_options.include_usage`. */
const PATH = /\b(?:body\.)?(?:messages|tools|response_format|stream_options)(?:\.\w+|\[['"]?\w+['"]?\])+/g;

function locsIn(value: Json, depth: number, isAny: boolean): Place[] {
  if (depth > DEEPEST) return [];
  if (Array.isArray(value)) return value.slice(0, 100).flatMap((item) => locsIn(item, depth + 1, isAny));
  if (!isObject(value)) return [];
  const { loc } = value;
  if (!Array.isArray(loc)) return Object.values(value).flatMap((item) => locsIn(item, depth + 1, isAny));
  // A list may also tell of fields whose value is wrong, or that are missing.
  const isRefused = isAny || isOfParameter(textOf(value)) || loc.at(-1) === "role";
  return isRefused ? [loc.slice(0, 20).map(String)] : [];
}

const ENGLISH = new Set(["stop", "seed", "name", "reasoning", "thinking", "signature", "verbosity", "phase", "model", "messages", "tools"]);

/** Other names that servers have for a field. */
const ALIASES: ReadonlyMap<string, readonly string[]> = new Map([
  ["stop", ["stop_sequences"]],
  ["max_tokens", ["max_output_tokens", "max_new_tokens"]],
  ["max_completion_tokens", ["max_output_tokens", "max_new_tokens"]],
  ["response_format", ["response_schema", "response_mime_type"]],
]);

/** Where in a text a field is named as a field; -1: nowhere. Words that are also English count only beside a sign that they are names. */
export function placeInText(text: string, name: string): number {
  const places = [name, ...(ALIASES.get(name) ?? [])].map((word) => text.search(patternOf(word))).filter((at) => at >= 0);
  return places.length === 0 ? -1 : Math.min(...places);
}

/** `presence_penalty`, `presencePenalty`, `presence-penalty`, `Presence Penalty`. */
function patternOf(name: string): RegExp {
  const word = name
    .split("_")
    .map((part) => part.replace(/\W/g, "\\$&"))
    .join("[_\\s-]?");
  const quoted = `['"\`]${word}['"\`]`;
  const plain = `(?:parameters?|arguments?|fields?|propert(?:y|ies)|inputs?|supplied|keys?):? ${word}\\b|\\b${word} (?:is|are|parameter|field|argument)\\b|\\b${word}: |: ${word}\\.?$`;
  return new RegExp(ENGLISH.has(name) ? `${quoted}|${plain}` : `(?<![A-Za-z0-9_])${word}(?![A-Za-z0-9_])`, "i");
}

/** Whether two names are one in different spellings. */
export const isSameName = (said: string, name: string): boolean =>
  [name, ...(ALIASES.get(name) ?? [])].some((known) => plainName(known) === plainName(said));

const plainName = (name: string): string => name.replace(/[_\s-]/g, "").toLowerCase();
