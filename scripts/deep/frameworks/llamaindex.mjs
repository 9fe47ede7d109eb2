/** LlamaIndex, with its OpenAI adapter. */
import { OpenAI } from "@llamaindex/openai";
import { agent } from "@llamaindex/workflow";
import { tool } from "llamaindex";
import { BASE_URL, FORM, KEY, makeTools, QUESTION, Report, Sum, TALK, Weather } from "./kit.mjs";

const modelOf = (model, apiKey = KEY, more = {}) =>
  new OpenAI({ model, apiKey, baseURL: BASE_URL, maxRetries: 1, supportToolCall: true, ...more });

export const packages = ["llamaindex", "@llamaindex/openai"];

export async function loop() {
  const tools = makeTools();
  const desk = agent({
    llm: modelOf(TALK),
    tools: [
      tool({ name: "get_weather", description: "the weather of a city", parameters: Weather, execute: tools.weather }),
      tool({ name: "add", description: "adds", parameters: Sum, execute: tools.add }),
    ],
  });
  return { text: (await desk.run(QUESTION)).data.result, asked: tools.asked };
}

export async function secondTurn() {
  const hello = { role: "user", content: "Hello" };
  const first = await modelOf(TALK).chat({ messages: [hello] });
  const messages = [hello, first.message, { role: "user", content: "And again?" }];
  return (await modelOf(TALK).chat({ messages })).message.content;
}

export async function form() {
  const { message } = await modelOf(FORM).chat({ messages: [{ role: "user", content: "Report." }], responseFormat: Report });
  return JSON.parse(message.content);
}

/** Its models take no signal: whoever wants to cancel hands one to their `fetch`. */
export const ask = ({ key, model = TALK, words = "Hello", signal = new AbortController().signal }) =>
  modelOf(model, key, {
    additionalSessionOptions: { fetch: (url, init) => fetch(url, { ...init, signal: AbortSignal.any([signal, init.signal]) }) },
  }).chat({ messages: [{ role: "user", content: words }] });
