/**
 * Parameters of a request that not every model takes: what a registration says of them, what an upstream's refusal teaches, and a body
 * that fits both. Pure.
 */
import { isObject, type Json, type JsonObject } from "../json.ts";
import type { ModelParameters } from "./entry.ts";
import { paramOf } from "./told-error.ts";

/** What a model takes of the parameters that this platform sends by itself. */
export type Taken = Omit<ModelParameters, "passes">;

/** The body as a model takes it. */
export function fitBody(body: JsonObject, taken: Taken): JsonObject {
  const { output_limit, temperature, json_schema, parallel_tool_calls } = taken;
  let fitted = body;
  if (output_limit !== undefined)
    fitted = renamed(fitted, output_limit === "max_tokens" ? "max_completion_tokens" : "max_tokens", output_limit);
  if (temperature === false) fitted = without(fitted, "temperature");
  if (parallel_tool_calls === false) fitted = without(fitted, "parallel_tool_calls");
  if (json_schema === "plain") fitted = withoutStrict(fitted);
  return json_schema === "none" ? withSchemaInWords(withoutStrict(fitted)) : fitted;
}

const without = (body: JsonObject, name: string): JsonObject => Object.fromEntries(Object.entries(body).filter(([key]) => key !== name));
const renamed = (body: JsonObject, from: string, to: string): JsonObject =>
  Object.fromEntries(Object.entries(body).map(([key, value]) => [key === from ? to : key, value]));

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

/** Words of a refusal that mean the parameter itself, and not the size of its value. */
const REFUSES =
  /unsupported|not (?:\w+ )?support|instead|unrecognized|unknown|only the default|not permitted|not allowed|extra inputs|deprecated|is required to be supplied/i;
const NAMES = [
  "max_completion_tokens",
  "max_tokens",
  "temperature",
  "parallel_tool_calls",
  "response_format",
  "json_schema",
  "strict",
] as const;

/**
 * What a refusal of this body teaches of the model; null: nothing. `body`: as it was sent; `told`: what the upstream answered with a 400 or
 * a 422.
 */
export function lessonOf(told: Json, body: JsonObject): Taken | null {
  const error = isObject(told) ? (told["error"] ?? told["detail"] ?? told) : told;
  const said = JSON.stringify(error ?? null).slice(0, 4_096);
  if (!REFUSES.test(said)) return null;
  const [named = ""] = (paramOf(told) ?? "").split(/[.[]/);
  const name =
    NAMES.find((known) => known === named) ?? (named === "" ? NAMES.find((known) => new RegExp(`\\b${known}\\b`).test(said)) : undefined);
  switch (name) {
    case "max_tokens":
      return name in body ? { output_limit: "max_completion_tokens" } : null;
    case "max_completion_tokens":
      return name in body ? { output_limit: "max_tokens" } : null;
    case "temperature":
    case "parallel_tool_calls":
      return name in body ? { [name]: false } : null;
    case "response_format":
    case "json_schema":
    case "strict":
      if (/"strict":true/.test(JSON.stringify([body["response_format"] ?? null, body["tools"] ?? null]))) return { json_schema: "plain" };
      return isObject(body["response_format"] ?? null) && name !== "strict" ? { json_schema: "none" } : null;
    default:
      return null;
  }
}
