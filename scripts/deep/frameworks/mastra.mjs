/** Mastra, with its own provider for whatever speaks OpenAI's format. */
import { Agent } from "@mastra/core/agent";
import { createTool } from "@mastra/core/tools";
import { BASE_URL, FORM, KEY, makeTools, QUESTION, Report, Sum, TALK, Weather } from "./kit.mjs";

const agentOf = (id, { key = KEY, tools = {} } = {}) =>
  new Agent({
    id: "desk",
    name: "Weather Desk",
    instructions: "Answer briefly.",
    model: { providerId: "bulkhead", modelId: id, url: BASE_URL, apiKey: key },
    maxRetries: 1,
    tools,
  });

export const packages = ["@mastra/core"];

export async function loop() {
  const tools = makeTools();
  const made = (id, description, inputSchema, work) =>
    createTool({ id, description, inputSchema, execute: async (input) => work(input.context ?? input) });
  const agent = agentOf(TALK, {
    tools: {
      get_weather: made("get_weather", "the weather of a city", Weather, tools.weather),
      add: made("add", "adds", Sum, tools.add),
    },
  });
  return { text: (await agent.generate(QUESTION, { maxSteps: 5 })).text, asked: tools.asked };
}

export async function secondTurn() {
  const first = await agentOf(TALK).generate("Hello");
  const messages = [
    { role: "user", content: "Hello" },
    { role: "assistant", content: first.text },
    { role: "user", content: "And again?" },
  ];
  return (await agentOf(TALK).generate(messages)).text;
}

export const form = async () => (await agentOf(FORM).generate("Report.", { structuredOutput: { schema: Report } })).object;

export const ask = ({ key, model = TALK, words = "Hello", signal }) => agentOf(model, { key }).generate(words, { abortSignal: signal });
