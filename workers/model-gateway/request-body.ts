/** A call as a request body of OpenAI's chat completions. Pure; knows no transport. */
import { callOnTheWire } from "../../core/chat/opaque.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import type { ModelEntry } from "../../core/model/entry.ts";
import type { Message } from "../../core/model/message.ts";
import { isStrictSchema } from "../../core/model/strict-schema.ts";
import type { ModelCall } from "../../core/run/calls/call.ts";
import { writeJson } from "../../core/write-json.ts";
import type { ToolNames } from "./tool-names.ts";

/** The body for a call of a run. `names`: of its tools, as the upstream knows them. */
export function requestBody(
  entry: Pick<ModelEntry, "upstream_id">,
  call: Pick<ModelCall, "messages" | "schema" | "tools" | "maxTokens" | "temperature">,
  names: Pick<ToolNames, "toWire">,
): JsonObject {
  return {
    model: entry.upstream_id,
    messages: call.messages.map((message) => onTheWire(message, names)),
    max_tokens: call.maxTokens,
    temperature: call.temperature,
    stream: false,
    ...(call.schema === null
      ? {}
      : {
          response_format: {
            type: "json_schema",
            json_schema: { name: call.schema.name, schema: call.schema.schema, ...strictly(call.schema.schema) },
          },
        }),
    ...(call.tools.length === 0
      ? {}
      : {
          tools: call.tools.map(({ name, description, input }) => ({
            type: "function",
            function: { name: names.toWire(name), description, parameters: asParameters(input) },
          })),
        }),
  };
}

/** docs/contract.md, "Workflows": what is sent where a definition says nothing. */
const DEFAULTS: JsonObject = { max_tokens: 2_048, temperature: 0 };

/** Fields of a body that hold a default: whoever wrote the same value asked for nothing else. */
export const ownFields = (body: JsonObject): readonly string[] => Object.keys(DEFAULTS).filter((name) => body[name] === DEFAULTS[name]);

const strictly = (schema: Json): JsonObject => (isStrictSchema(schema) ? { strict: true } : {});

function onTheWire(message: Message, names: Pick<ToolNames, "toWire">): JsonObject {
  const { role, content } = message;
  if (role === "tool") return { role, tool_call_id: message.toolCallId, content };
  const calls = role === "assistant" ? (message.toolCalls ?? []) : [];
  const beside = role === "assistant" ? message.opaque : undefined;
  if (calls.length === 0) return { role, content, ...beside };
  return {
    role,
    content,
    ...beside,
    tool_calls: calls.map(({ id, name, input, said, opaque }) => callOnTheWire(id, names.toWire(name), said ?? writeJson(input), opaque)),
  };
}

/** `parameters` is the schema of an object; a tool whose schema is `true` takes any. */
const asParameters = (input: Json): Json => (typeof input === "boolean" ? { type: "object" } : input);
