/**
 * The rehearsal model: a stand-in that is no model. It answers from the conversation alone, always the same, in OpenAI's chat
 * completions format: a value for the schema it is given, a call of a tool, or a text. It says in every answer what it is.
 */
import { isObject, type Json, type JsonObject } from "../../core/json.ts";
import { expectTokens } from "../../core/model/estimate.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { PLATFORM_RULES } from "../../core/workflow/prompt.ts";
import { composeAnswer, composeChat } from "./compose.ts";
import { type ChatMessage, type Facts, readFacts } from "./facts.ts";
import { instanceOf } from "./instance.ts";
import { type OfferedTool, type PastCall, planCall } from "./plan.ts";

/** Id of the rehearsal model. */
export const REHEARSAL_MODEL = "bulkhead/rehearsal-1.0.0";
/** Stands in each answer's metadata, so that nobody takes it for a model's. */
export const REHEARSAL_NOTE = "made by the rehearsal model from the conversation alone: no language model was asked";

/** Tokens around each message, as chat templates have them. */
const TOKENS_PER_MESSAGE = 4;

/** `param`: the field of the request that is wrong. */
export type RequestFault = { readonly message: string; readonly param: string };

/** Answers a chat request in OpenAI's format. */
export function complete(request: Json): Result<JsonObject, RequestFault> {
  if (!isObject(request)) return err({ message: "the request is not a JSON object", param: "" });
  const { messages } = request;
  if (!Array.isArray(messages) || messages.length === 0 || !messages.every(isObject)) {
    return err({ message: "`messages` is a list of messages, not empty", param: "messages" });
  }
  const limit = request["max_tokens"] ?? request["max_completion_tokens"] ?? null;
  if (limit !== null && !(typeof limit === "number" && Number.isInteger(limit) && limit > 0)) {
    return err({ message: "`max_tokens` is a whole number above 0", param: "max_tokens" });
  }
  const facts = readFacts(messages.map(readMessage));
  const call = chooseCall(request, messages, facts);
  const schema = schemaOf(request["response_format"]);
  const told = Array.isArray(request["tools"]) ? expectTokens(JSON.stringify(request["tools"])) : 0;
  const input = messages.reduce((sum, message) => sum + TOKENS_PER_MESSAGE + tokensIn(message), told);
  const name = `chatcmpl-rehearsal-${digest(JSON.stringify([messages, request["tools"] ?? null, schema ?? null]))}`;
  if (call !== null) return ok(completion(name, input, toolMessage(name, call), "tool_calls", expectTokens(call.arguments)));
  const read = messages.map(readMessage);
  const words = isRun(read) ? composeAnswer(facts, limit ?? undefined) : composeChat(read);
  const text = schema === null ? words : JSON.stringify(instanceOf(schema, facts));
  const shown = limit === null ? text : cut(text, limit);
  return ok(
    completion(name, input, { role: "assistant", content: shown, refusal: null }, shown === text ? "stop" : "length", expectTokens(shown)),
  );
}

/** What a message says, and what it asks for. */
const tokensIn = ({ content, tool_calls: calls }: JsonObject): number =>
  expectTokens(JSON.stringify(content ?? "")) + (calls === undefined ? 0 : expectTokens(JSON.stringify(calls)));

function completion(id: string, input: number, message: JsonObject, finish: string, output: number): JsonObject {
  return {
    id,
    object: "chat.completion",
    created: 0, // the same conversation gives the same answer, byte for byte
    model: REHEARSAL_MODEL,
    system_fingerprint: "rehearsal",
    choices: [{ index: 0, message, logprobs: null, finish_reason: finish }],
    usage: { prompt_tokens: input, completion_tokens: output, total_tokens: input + output },
    bulkhead: { rehearsal: true, note: REHEARSAL_NOTE },
  };
}

/** A workflow's step begins with the platform's rules; anything else is somebody's own chat. */
const isRun = ([first]: readonly ChatMessage[]): boolean => first?.content === PLATFORM_RULES;

function readMessage(message: JsonObject): ChatMessage {
  const { content, role } = message;
  const parts = Array.isArray(content)
    ? content.flatMap((part) => (isObject(part) && typeof part["text"] === "string" ? [part["text"]] : []))
    : [];
  return { role: String(role), content: typeof content === "string" ? content : parts.join("\n") };
}

/** The schema that an answer has to fit; `json_object` asks for any object. Null: text. */
function schemaOf(format: Json | undefined): JsonObject | null {
  if (!isObject(format)) return null;
  if (format["type"] === "json_object") return { type: "object", properties: { answer: { type: "string" } }, required: ["answer"] };
  const inner = format["json_schema"];
  return format["type"] === "json_schema" && isObject(inner) && isObject(inner["schema"]) ? inner["schema"] : null;
}

/** The next call of an agent's conversation; null: answer. */
function chooseCall(request: JsonObject, messages: readonly JsonObject[], facts: Facts): { name: string; arguments: string } | null {
  const { tools, tool_choice: choice } = request;
  const offered = (Array.isArray(tools) ? tools : []).flatMap(readTool);
  const forced = isObject(choice) && isObject(choice["function"]) ? choice["function"]["name"] : null;
  const past = messages.flatMap((message) => (Array.isArray(message["tool_calls"]) ? message["tool_calls"] : [])).flatMap(readCall);
  const mode = choice === "none" || choice === "required" ? choice : "auto";
  const next = planCall(offered, past, facts, { mode, only: typeof forced === "string" ? forced : null });
  return next === null ? null : { name: next.name, arguments: JSON.stringify(next.input) };
}

function readTool(tool: Json): OfferedTool[] {
  const inner = isObject(tool) ? tool["function"] : undefined;
  if (!isObject(inner) || typeof inner["name"] !== "string") return [];
  const { name, description, parameters } = inner;
  return [
    {
      name,
      description: typeof description === "string" ? description : "",
      parameters: isObject(parameters) ? parameters : { type: "object" },
    },
  ];
}

function readCall(call: Json): PastCall[] {
  const inner = isObject(call) ? call["function"] : undefined;
  if (!isObject(inner) || typeof inner["name"] !== "string") return [];
  try {
    return [{ name: inner["name"], input: JSON.parse(String(inner["arguments"])) as Json }];
  } catch {
    return [{ name: inner["name"], input: null }];
  }
}

const toolMessage = (id: string, call: { name: string; arguments: string }): JsonObject => ({
  role: "assistant",
  content: null,
  refusal: null,
  tool_calls: [{ id: `call_${id.slice(-8)}`, type: "function", function: call }],
});

/** As much of a text as `limit` tokens hold, by the same count that is reported. */
function cut(text: string, limit: number): string {
  if (expectTokens(text) <= limit) return text;
  const characters = [...text];
  let [low, high] = [0, characters.length];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (expectTokens(characters.slice(0, middle).join("")) <= limit) low = middle;
    else high = middle - 1;
  }
  return characters.slice(0, low).join("");
}

/** FNV-1a, 32 bit: a name, not a proof. */
function digest(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}
