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
export const REFUSES =
  /unsupported|not (?:\w+ )?support|n't (?:\w+ )?support|not accept|instead|unrecogni[sz]ed|unknown|unexpected|unavailable|not available|only the default|not permitted|not allowed|extra[_ ](?:inputs|forbidden|field)|additional propert|deprecated|is required to be supplied/i;

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

/** The places that it names: all of the most exact shape that it has. */
export function placesIn(told: Json): readonly Place[] {
  const text = textOf(told);
  const listed = [...locsIn(told, 0), ...[...text.matchAll(WRITTEN_LOC)].map(([, loc = ""]) => partsOf(loc))];
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

function locsIn(value: Json, depth: number): Place[] {
  if (depth > DEEPEST) return [];
  if (Array.isArray(value)) return value.slice(0, 100).flatMap((item) => locsIn(item, depth + 1));
  if (!isObject(value)) return [];
  const { loc } = value;
  if (!Array.isArray(loc)) return Object.values(value).flatMap((item) => locsIn(item, depth + 1));
  // A list may also tell of fields whose value is wrong, or that are missing.
  const isRefused = REFUSES.test(textOf(value)) || loc.at(-1) === "role";
  return isRefused ? [loc.slice(0, 20).map(String)] : [];
}

const ENGLISH = new Set(["stop", "seed", "name", "reasoning", "thinking", "signature", "verbosity"]);

/** Where in a text a field is named as a field; -1: nowhere. Words that are also English count only beside a sign that they are names. */
export function placeInText(text: string, name: string): number {
  const quoted = `['"\`]${name}['"\`]`;
  const plain = `(?:parameters?|arguments?|fields?|propert(?:y|ies)|inputs?|supplied|keys?):? ${name}\\b|\\b${name} (?:is|are|parameter|field|argument)\\b|\\b${name}: `;
  return text.search(new RegExp(ENGLISH.has(name) ? `${quoted}|${plain}` : `\\b${name}\\b`));
}
