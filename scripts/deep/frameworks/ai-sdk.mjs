/** The AI SDK, with its provider for whatever speaks OpenAI's format. */
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { generateObject, generateText, stepCountIs, streamText, tool } from "ai";
import { BASE_URL, FORM, KEY, makeTools, QUESTION, Report, Sum, TALK, Weather } from "./kit.mjs";

const modelOf = (id, apiKey = KEY) =>
  createOpenAICompatible({ name: "bulkhead", baseURL: BASE_URL, apiKey, supportsStructuredOutputs: true })(id);

export const packages = ["ai", "@ai-sdk/openai-compatible"];

export async function loop() {
  const tools = makeTools();
  const { text } = await generateText({
    model: modelOf(TALK),
    prompt: QUESTION,
    stopWhen: stepCountIs(5),
    tools: {
      get_weather: tool({ description: "the weather of a city", inputSchema: Weather, execute: tools.weather }),
      add: tool({ description: "adds", inputSchema: Sum, execute: tools.add }),
    },
  });
  return { text, asked: tools.asked };
}

export async function secondTurn() {
  const hello = { role: "user", content: "Hello" };
  const first = await generateText({ model: modelOf(TALK), messages: [hello] });
  const messages = [hello, ...first.response.messages, { role: "user", content: "And again?" }];
  return streamText({ model: modelOf(TALK), messages }).text;
}

export const form = async () => (await generateObject({ model: modelOf(FORM), schema: Report, prompt: "Report." })).object;

export const ask = ({ key, model = TALK, words = "Hello", signal }) =>
  generateText({ model: modelOf(model, key), prompt: words, abortSignal: signal, maxRetries: 1 });
