/** The rehearsal model's answer as a stream of chunks in OpenAI's format: the words of the whole answer, one by one. */
import { isObject, type Json, type JsonObject } from "../../core/json.ts";

/** Frames of server-sent events; the usage at the end where it was asked for. */
export function streamOf(completion: JsonObject, includeUsage: boolean): string {
  const { choices, usage, ...rest } = completion;
  const [choice] = Array.isArray(choices) ? choices : [];
  const message = isObject(choice) && isObject(choice["message"]) ? choice["message"] : {};
  const finish = isObject(choice) ? (choice["finish_reason"] ?? null) : null;
  const common = { ...rest, object: "chat.completion.chunk" };
  const chunk = (delta: JsonObject, reason: Json = null): JsonObject => ({
    ...common,
    choices: [{ index: 0, delta, logprobs: null, finish_reason: reason }],
    ...(includeUsage ? { usage: null } : {}),
  });
  const text = typeof message["content"] === "string" ? message["content"] : "";
  const chunks = [
    chunk({ role: "assistant", content: text === "" ? null : "" }),
    ...wordsOf(text).map((word) => chunk({ content: word })),
    ...callsOf(message["tool_calls"]).map((call) => chunk({ tool_calls: [call] })),
    chunk({}, finish),
    ...(includeUsage ? [{ ...common, choices: [], usage: usage ?? null }] : []),
  ];
  return [...chunks.map((body) => `data: ${JSON.stringify(body)}\n\n`), "data: [DONE]\n\n"].join("");
}

/** Each word with the space before it. */
const wordsOf = (text: string): readonly string[] => text.match(/\s*\S+|\s+$/g) ?? [];

/** The name first, then the arguments in two pieces, as models write them. */
function callsOf(calls: Json | undefined): readonly JsonObject[] {
  return (Array.isArray(calls) ? calls : []).flatMap((call, index): JsonObject[] => {
    const inner = isObject(call) && isObject(call["function"]) ? call["function"] : {};
    const given = typeof inner["arguments"] === "string" ? inner["arguments"] : "";
    const middle = Math.floor(given.length / 2);
    const id = isObject(call) ? (call["id"] ?? null) : null;
    return [
      { index, id, type: "function", function: { name: inner["name"] ?? null, arguments: "" } },
      { index, function: { arguments: given.slice(0, middle) } },
      { index, function: { arguments: given.slice(middle) } },
    ];
  });
}
