/** `@langchain/openai` with `@langchain/langgraph`. */
import { tool } from "@langchain/core/tools";
import { createReactAgent } from "@langchain/langgraph/prebuilt";
import { ChatOpenAI } from "@langchain/openai";
import { BASE_URL, FORM, KEY, makeTools, QUESTION, Report, Sum, TALK, Weather } from "./kit.mjs";

const modelOf = (model, apiKey = KEY) => new ChatOpenAI({ model, apiKey, configuration: { baseURL: BASE_URL }, maxRetries: 1 });
const lastOf = ({ messages }) => messages.at(-1).content;

export const packages = ["@langchain/openai", "@langchain/langgraph"];

export async function loop() {
  const tools = makeTools();
  const agent = createReactAgent({
    llm: modelOf(TALK),
    tools: [
      tool(tools.weather, { name: "get_weather", description: "the weather of a city", schema: Weather }),
      tool(tools.add, { name: "add", description: "adds", schema: Sum }),
    ],
  });
  return { text: lastOf(await agent.invoke({ messages: [{ role: "user", content: QUESTION }] })), asked: tools.asked };
}

export async function secondTurn() {
  const agent = createReactAgent({ llm: modelOf(TALK), tools: [] });
  const first = await agent.invoke({ messages: [{ role: "user", content: "Hello" }] });
  return lastOf(await agent.invoke({ messages: [...first.messages, { role: "user", content: "And again?" }] }));
}

export const form = () => modelOf(FORM).withStructuredOutput(Report).invoke("Report.");

export const ask = ({ key, model = TALK, words = "Hello", signal }) => modelOf(model, key).invoke(words, { signal });
