/**
 * Fields of OpenAI's format that change nothing about who may ask for what: a client that sends them is answered. Some go on to a
 * model that takes them, the others go nowhere, and the answer's header `bulkhead-ignored` names them. Pure.
 */
import { isObject, type Json, type JsonObject } from "../json.ts";
import type { Form } from "../workflow/form.ts";

/** What goes on to a model whose registration lists it. Its values are words and numbers of the format, or texts that the guard looks at. */
export const PASSABLE = [
  "cache_control",
  "logit_bias",
  "prompt_cache_key",
  "prompt_cache_retention",
  "safety_identifier",
  "verbosity",
] as const;
/** A field that may be passed on to a model whose entry lists it. */
export type Passable = (typeof PASSABLE)[number];

/** What a request said in such fields. */
export type OfficialFields = {
  /** For the models that take them, by name. */
  readonly passable: JsonObject;
  /** Go to no model. */
  readonly ignored: readonly string[];
};

const MOST_BIASES = 1_024;
const MOST_METADATA = 16;
const LONGEST_KEY = 512;

/** Reads the official fields of the request itself. `ignored` gathers what goes nowhere; messages and tools add theirs. */
export function readOfficialFields(form: Form, ignored: Set<string>): JsonObject {
  const passable: JsonObject = {};
  const take = (name: Passable, fits: (value: Json) => boolean, why: string, isVoid: (value: Json) => boolean = () => false): void => {
    const value = form.json(name);
    if (value === undefined) return;
    if (!fits(value)) form.refuse(name, `\`${name}\` ${why}`);
    else if (!isVoid(value)) passable[name] = value;
  };
  const text = (value: Json): boolean => typeof value === "string" && value.length <= LONGEST_KEY && value.isWellFormed();
  const isText = `must be a text of at most ${LONGEST_KEY} characters`;
  take(
    "logit_bias",
    isBias,
    `maps at most ${MOST_BIASES} token ids to numbers from -100 to 100`,
    (value) => Object.keys(value as object).length === 0,
  );
  take("prompt_cache_key", text, isText);
  take("safety_identifier", text, isText);
  take(
    "prompt_cache_retention",
    (value) => value === "in-memory" || value === "in_memory" || value === "24h",
    "must be `in-memory` or `24h`",
  );
  take("verbosity", (value) => value === "low" || value === "medium" || value === "high", "must be `low`, `medium` or `high`");
  const mark = readCacheMark(form);
  if (mark !== undefined) passable["cache_control"] = mark;

  const drop = (name: string, fits: (value: Json) => boolean, why: string, isVoid: (value: Json) => boolean = () => false): void => {
    const value = form.json(name);
    if (value === undefined) return;
    if (!fits(value)) form.refuse(name, `\`${name}\` ${why}`);
    else if (!isVoid(value)) ignored.add(name);
  };
  drop("user", text, isText);
  drop("metadata", isMetadata, `must be an object of at most ${MOST_METADATA} texts`, (value) => Object.keys(value as object).length === 0);
  // Nothing of a chat is kept, whatever is asked for.
  drop(
    "store",
    (value) => typeof value === "boolean",
    "must be true or false",
    (value) => value === false,
  );
  // Another tier has another price, which no registration knows.
  drop("service_tier", text, isText, (value) => value === "auto" || value === "default");
  // What the model does not take of it is paid as output, beyond every limit.
  drop("prediction", isObject, "must be an object");
  return passable;
}

/** A mark for an upstream's prompt cache, `{"type": "ephemeral", "ttl"?: "5m"|"1h"}`; undefined where there is none. */
export function readCacheMark(form: Form): JsonObject | undefined {
  const mark = form.json("cache_control");
  if (mark === undefined || mark === null) return undefined;
  const ttl = isObject(mark) ? (mark["ttl"] ?? null) : null;
  const isKnown = isObject(mark) && mark["type"] === "ephemeral" && (ttl === null || ttl === "5m" || ttl === "1h");
  if (!isKnown) form.refuse("cache_control", '`cache_control` must be `{"type": "ephemeral"}`, with `ttl` `5m` or `1h`');
  return isKnown ? { type: "ephemeral", ...(ttl === null ? {} : { ttl }) } : undefined;
}

const isBias = (value: Json): boolean =>
  isObject(value) &&
  Object.keys(value).length <= MOST_BIASES &&
  Object.entries(value).every(([token, bias]) => /^\d{1,9}$/.test(token) && typeof bias === "number" && Math.abs(bias) <= 100);

const isMetadata = (value: Json): boolean =>
  isObject(value) &&
  Object.keys(value).length <= MOST_METADATA &&
  Object.entries(value).every(([key, text]) => key.length <= 64 && typeof text === "string" && text.length <= 512);
