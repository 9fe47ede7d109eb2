/** `@openai/agents`, in chat mode. */
import { Agent, OpenAIProvider, Runner, setTracingDisabled, tool, user } from "@openai/agents";
import { BASE_URL, FORM, KEY, makeTools, QUESTION, Report, Sum, TALK, Weather } from "./kit.mjs";

setTracingDisabled(true);
const runnerOf = (apiKey = KEY) =>
  new Runner({ modelProvider: new OpenAIProvider({ apiKey, baseURL: BASE_URL, useResponses: false }), tracingDisabled: true });

export const packages = ["@openai/agents"];

export async function loop() {
  const tools = makeTools();
  const agent = new Agent({
    name: "Weather Desk",
    model: TALK,
    tools: [
      tool({ name: "get_weather", description: "the weather of a city", parameters: Weather, execute: tools.weather }),
      tool({ name: "add", description: "adds", parameters: Sum, execute: tools.add }),
    ],
  });
  const { finalOutput } = await runnerOf().run(agent, QUESTION);
  return { text: finalOutput, asked: tools.asked };
}

export async function secondTurn() {
  const agent = new Agent({ name: "Desk", model: TALK });
  const first = await runnerOf().run(agent, "Hello");
  const second = await runnerOf().run(agent, [...first.history, user("And again?")], { stream: true });
  await second.completed;
  return second.finalOutput;
}

export async function form() {
  return (await runnerOf().run(new Agent({ name: "Desk", model: FORM, outputType: Report }), "Report.")).finalOutput;
}

export const ask = ({ key, model = TALK, words = "Hello", signal }) =>
  runnerOf(key).run(new Agent({ name: "Desk", model }), words, { signal });
