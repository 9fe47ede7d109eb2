/**
 * Parameters of a request that not every model takes: what a registration says of them, what an upstream's refusal teaches, and a body
 * that fits both. Messages, tools and the model itself are never left out. Pure.
 */
import { PASSABLE } from "../chat/official-fields.ts";
import { isOpaque } from "../chat/opaque.ts";
import { isObject, type Json, type JsonObject } from "../json.ts";
import type { ModelParameters } from "./entry.ts";
import { boundIn, isOfParameter, isOfThisRequest, isSameName, type Place, placeInText, placesIn, textOf } from "./refusal.ts";

/** What a model takes of what is sent to it, as far as that is known. */
export type Taken = Omit<ModelParameters, "passes"> & {
  /** Optional fields that it refused: `seed`, and of messages `messages.name`. */
  readonly refuses?: readonly string[];
  /** False: it knows no role `developer`, and reads such messages as `system`. */
  readonly developer?: false;
  /** False: the platform's own temperature is not sent; one that somebody asked for is. */
  readonly default_temperature?: false;
  /** The most tokens that the platform asks for where nobody said how many. */
  readonly default_limit?: number;
};

/** Names of the fields of a body that nobody asked for: the platform's defaults. */
export type OwnFields = readonly string[];

/** What a refusal teaches. `isOnce`: of this request alone. */
export type Lesson = { readonly taken: Taken; readonly isOnce: boolean };

/** Fields that an answer can do without; `temperature` and `parallel_tool_calls` have their own place in `Taken`. */
const OPTIONAL: readonly string[] = [
  "stream_options",
  "seed",
  "top_p",
  "stop",
  "presence_penalty",
  "frequency_penalty",
  "reasoning_effort",
  "tool_choice",
  ...PASSABLE,
];
/** The same of a message, its parts, and a call in it. */
const isOfMessages = (name: string): boolean => name === "name" || name === "cache_control" || isOpaque(name);
/** The platform asks for the upstream's count by itself. */
const OWN = "stream_options";

/** The body as a model takes it. */
export function fitBody(body: JsonObject, taken: Taken, own: OwnFields = []): JsonObject {
  const { output_limit, temperature, json_schema, parallel_tool_calls, refuses = [], developer } = taken;
  let fitted = withoutDefaults(body, taken, own);
  if (output_limit !== undefined)
    fitted = renamed(fitted, output_limit === "max_tokens" ? "max_completion_tokens" : "max_tokens", output_limit);
  if (temperature === false) fitted = without(fitted, "temperature");
  if (parallel_tool_calls === false) fitted = without(fitted, "parallel_tool_calls");
  for (const field of refuses)
    fitted = field in fitted ? without(fitted, field) : field.includes(".") ? withoutInside(fitted, field) : fitted;
  if (developer === false) fitted = asSystem(fitted);
  if (json_schema === "plain") fitted = withoutStrict(fitted);
  return json_schema === "none" ? withSchemaInWords(withoutStrict(fitted)) : fitted;
}

function withoutDefaults(body: JsonObject, { default_temperature, default_limit }: Taken, own: OwnFields): JsonObject {
  const fitted = default_temperature === false && own.includes("temperature") ? without(body, "temperature") : body;
  const limits = LIMITS.filter((name) => own.includes(name) && typeof fitted[name] === "number");
  if (default_limit === undefined || limits.length === 0) return fitted;
  return { ...fitted, ...Object.fromEntries(limits.map((name) => [name, Math.min(Number(fitted[name]), default_limit)])) };
}

const LIMITS = ["max_tokens", "max_completion_tokens"];

/** Names of the caller's fields that a body lacks once it is fitted. */
export function leftOutOf(body: JsonObject, { temperature, parallel_tool_calls, refuses = [] }: Taken): readonly string[] {
  const all = [
    ...refuses.filter((field) => field !== OWN),
    ...(temperature === false ? ["temperature"] : []),
    ...(parallel_tool_calls === false ? ["parallel_tool_calls"] : []),
  ];
  return all.filter((field) => holds(body, field)).map((field) => field.slice(field.indexOf(".") + 1));
}

const without = (body: JsonObject, name: string): JsonObject => Object.fromEntries(Object.entries(body).filter(([key]) => key !== name));
const renamed = (body: JsonObject, from: string, to: string): JsonObject =>
  Object.fromEntries(Object.entries(body).map(([key, value]) => [key === from ? to : key, value]));

/** Without a field of all messages, their parts and their calls, or of all tools. */
function withoutInside(body: JsonObject, field: string): JsonObject {
  const [holder = "", name = ""] = field.split(".");
  const list = body[holder];
  if (!Array.isArray(list)) return body;
  const clean = (item: Json): Json => {
    if (!isObject(item)) return item;
    const rest = without(item, name);
    const inside = rest["function"] ?? null;
    return isObject(inside) ? { ...rest, function: without(inside, name) } : rest;
  };
  const cleanAll = (items: Json | undefined): Json | undefined => (Array.isArray(items) && name !== "name" ? items.map(clean) : items);
  const cleaned = list.map((item) => {
    if (!isObject(item)) return item;
    const { content, tool_calls: calls } = item;
    const inside = { content: cleanAll(content), tool_calls: cleanAll(calls) };
    const changed = Object.entries(inside).filter((entry): entry is [string, Json] => entry[1] !== undefined);
    return { ...without(item, name), ...Object.fromEntries(changed) };
  });
  return { ...body, [holder]: cleaned };
}

/** Whether a body has an optional field. */
const holds = (body: JsonObject, field: string): boolean =>
  field.includes(".") ? JSON.stringify(withoutInside(body, field)) !== JSON.stringify(body) : field in body;

const rolesIn = ({ messages }: JsonObject): readonly Json[] =>
  Array.isArray(messages) ? messages.map((message) => (isObject(message) ? (message["role"] ?? null) : null)) : [];

function asSystem(body: JsonObject): JsonObject {
  const { messages } = body;
  if (!Array.isArray(messages)) return body;
  return {
    ...body,
    messages: messages.map((item) => (isObject(item) && item["role"] === "developer" ? { ...item, role: "system" } : item)),
  };
}
function withoutStrict(body: JsonObject): JsonObject {
  const { response_format: format, tools } = body;
  const inner = isObject(format ?? null) ? (format as JsonObject)["json_schema"] : undefined;
  return {
    ...body,
    ...(isObject(inner ?? null)
      ? { response_format: { ...(format as JsonObject), json_schema: without(inner as JsonObject, "strict") } }
      : {}),
    ...(Array.isArray(tools) ? { tools: tools.map(looseTool) } : {}),
  };
}

const looseTool = (tool: Json): Json =>
  isObject(tool) && isObject(tool["function"] ?? null) ? { ...tool, function: without(tool["function"] as JsonObject, "strict") } : tool;

/** A model that takes no schema is told it in words; its answer is held to it all the same. */
function withSchemaInWords(body: JsonObject): JsonObject {
  const { response_format: format, messages } = body;
  const inner = isObject(format ?? null) ? (format as JsonObject)["json_schema"] : undefined;
  if (!isObject(inner ?? null) || !Array.isArray(messages)) return body;
  const schema = JSON.stringify((inner as JsonObject)["schema"] ?? true);
  const content = `Answer with one JSON value that fits this JSON Schema, and nothing else: ${schema}`;
  return { ...without(body, "response_format"), messages: [{ role: "system", content }, ...messages] };
}

/** A refusal of the kind of format, and not of a schema in it. */
const NO_KIND = /unavailable|not available|unknown variant|must be (?:one of|either)|not one of|expected|should be|json_object/i;
const FORMATS: readonly string[] = ["response_format", "json_schema", "strict"];
/** Fields that have a place of their own in `Taken`. */
const KNOWN: readonly string[] = ["max_completion_tokens", "max_tokens", "temperature", "parallel_tool_calls", ...FORMATS];

/**
 * What a refusal of this body teaches of the model; null: nothing. `body`: as it was sent; `own`: what of it nobody asked for; `told`: what
 * the upstream answered with a 400 or a 422. What is refused beside something else goes, the platform's own first; what nobody asked for
 * goes, too, where its value alone is wrong.
 */
export function lessonOf(told: Json, body: JsonObject, own: OwnFields = []): Lesson | null {
  const text = textOf(told);
  const isOnce = isOfThisRequest(text);
  const ours = lessonOfOwn(told, text, body, own);
  const taken = isOnce ? (ours ?? lessonOfField(told, text, body)) : (lessonOfField(told, text, body) ?? ours);
  return taken === null ? null : { taken, isOnce: isOnce && taken !== ours };
}

/** What nobody asked for is left out, or made smaller, whatever is wrong with it. */
function lessonOfOwn(told: Json, text: string, body: JsonObject, own: OwnFields): Taken | null {
  const places = placesIn(told, true).flat();
  const isNamed = (name: string): boolean => placeInText(text, name) >= 0 || places.some((place) => isSameName(place, name));
  if (own.includes("temperature") && "temperature" in body && isNamed("temperature")) return { default_temperature: false };
  const limit = LIMITS.find((name) => name in body && own.some((field) => LIMITS.includes(field)) && isNamed(name));
  const bound = limit === undefined ? null : boundIn(text, Number(body[limit]));
  return bound === null ? null : { default_limit: bound };
}

function lessonOfField(told: Json, text: string, body: JsonObject): Taken | null {
  const places = placesIn(told).map((place) => asSpelledIn(body, place));
  const isRefusal = isOfParameter(text);
  const lessons = places.flatMap((place) => lessonAt(place, body, text, isRefusal) ?? []);
  const isInside = places.every(([first = ""]) => first === "messages" || first === "tools");
  if (lessons.length === 0 && isInside && isRefusal) lessons.push(...(lessonInWords(text, body) ?? []));
  if (lessons.length > 0) {
    const refuses = [...new Set(lessons.flatMap((lesson) => lesson.refuses ?? []))];
    return { ...Object.assign({}, ...lessons), ...(refuses.length === 0 ? {} : { refuses }) };
  }
  const isRole = places.some((place) => place.at(-1) === "role") || /\bdeveloper\b|\broles?\b/i.test(text);
  return isRole && rolesIn(body).includes("developer") ? { developer: false } : null;
}

/** Names of what the messages could do without. */
function optionalIn({ messages }: JsonObject): readonly string[] {
  const objectsIn = (list: Json | undefined): readonly JsonObject[] => (Array.isArray(list) ? list.filter(isObject) : []);
  const holders = objectsIn(messages).flatMap((message) => {
    const calls = objectsIn(message["tool_calls"]);
    return [message, ...objectsIn(message["content"]), ...calls, ...objectsIn(calls.map((call) => call["function"] ?? null))];
  });
  return [...new Set(holders.flatMap(Object.keys))].filter(isOfMessages);
}

/** `presencePenalty` and `generationConfig.topP` as the body has them. */
function asSpelledIn(body: JsonObject, place: Place): Place {
  const [first = ""] = place;
  if (Object.hasOwn(body, first) || first === "strict") return place;
  const known = Object.keys(body).find((name) => place.some((part) => isSameName(part, name)));
  return known === undefined ? place : [known];
}

/**
 * The field of a body that a refusal is about, as a path whose every part the body has; null: it names none, or what nobody sent.
 */
export function refusedField(told: Json, body: JsonObject): Place | null {
  const text = textOf(told);
  for (const place of placesIn(told, true)) {
    const known = asSpelledIn(body, place).filter((part) => part !== "body");
    const held = known.slice(0, depthIn(body, known));
    if (held.length > 0) return held;
  }
  const named = Object.keys(body)
    .map((name) => ({ name, at: placeInText(text, name) }))
    .filter(({ at }) => at >= 0)
    .sort((a, b) => a.at - b.at);
  return named[0] === undefined ? null : [named[0].name];
}

/** How many parts of a path are in the body. */
function depthIn(body: Json, [first, ...rest]: Place): number {
  const inner = Array.isArray(body)
    ? body[Number(first)]
    : isObject(body) && Object.hasOwn(body, first ?? "")
      ? body[first ?? ""]
      : undefined;
  return first === undefined || inner === undefined ? 0 : 1 + depthIn(inner, rest);
}

/** The field that the text names first. */
function lessonInWords(text: string, body: JsonObject): Taken[] | null {
  const named = [...KNOWN, ...OPTIONAL, ...optionalIn(body).map((name) => `messages.${name}`)]
    .map((field) => ({ field, at: placeInText(text, field.slice(field.indexOf(".") + 1)) }))
    .filter(({ at }) => at >= 0)
    .sort((a, b) => a.at - b.at);
  for (const { field } of named) {
    const lesson = lessonAt(field.split("."), body, text, true);
    if (lesson !== null) return [lesson];
  }
  return null;
}

function lessonAt(place: Place, body: JsonObject, text: string, isRefusal: boolean): Taken | null {
  const [name = ""] = place;
  if (FORMATS.includes(name) || place.at(-1) === "strict") return lessonOfFormat(name, body, text, isRefusal);
  if (!isRefusal) return null;
  if (name === "messages" || name === "tools") {
    const last = place.at(-1) ?? "";
    const field = `${name}.${last}`;
    const isOptional = name === "messages" ? isOfMessages(last) : last === "cache_control";
    const isFunctions = last === "name" && (place.includes("function") || place.includes("tool_calls"));
    return isOptional && !isFunctions && holds(body, field) ? { refuses: [field] } : null;
  }
  if (!(name in body)) return null;
  if (name === "max_tokens") return { output_limit: "max_completion_tokens" };
  if (name === "max_completion_tokens") return { output_limit: "max_tokens" };
  if (name === "temperature" || name === "parallel_tool_calls") return { [name]: false };
  return OPTIONAL.includes(name) ? { refuses: [name] } : null;
}

function lessonOfFormat(name: string, body: JsonObject, text: string, isRefusal: boolean): Taken | null {
  const format = body["response_format"] ?? null;
  const isSchema = isObject(format) && format["type"] === "json_schema";
  if (isSchema && name !== "strict" && NO_KIND.test(text)) return { json_schema: "none" };
  if (!isRefusal) return null;
  if (/"strict":true/.test(JSON.stringify([format, body["tools"] ?? null]))) return { json_schema: "plain" };
  return isSchema && name !== "strict" ? { json_schema: "none" } : null;
}

/** What is known with one lesson more. */
export function withLesson<T extends Taken>(known: T, lesson: Taken): T & Taken {
  const refuses = [...new Set([...(known.refuses ?? []), ...(lesson.refuses ?? [])])];
  return { ...known, ...lesson, ...(refuses.length === 0 ? {} : { refuses }) };
}

/** What a lesson teaches, a word for each thing: a refused field's name, or a parameter and how it is taken, `output_limit=max_tokens`. */
export const wordsOf = ({ refuses = [], ...others }: Taken): readonly string[] => [
  ...refuses,
  ...Object.entries(others).map(([name, value]) => `${name}=${String(value)}`),
];
