/** `openai`: its own package, with `runTools`. */
import OpenAI from "openai";
import { zodResponseFormat } from "openai/helpers/zod";
import { z } from "zod";
import { BASE_URL, FORM, KEY, makeTools, QUESTION, Report, Sum, TALK, Weather } from "./kit.mjs";

const clientOf = (apiKey = KEY) => new OpenAI({ baseURL: BASE_URL, apiKey });
const user = (content) => ({ role: "user", content });

export const packages = ["openai"];

export async function loop() {
  const tools = makeTools();
  const tool = (name, description, schema, work) => ({
    type: "function",
    function: { name, description, parameters: z.toJSONSchema(schema), parse: JSON.parse, function: work },
  });
  const runner = clientOf().chat.completions.runTools({
    model: TALK,
    messages: [user(QUESTION)],
    tools: [tool("get_weather", "the weather of a city", Weather, tools.weather), tool("add", "adds", Sum, tools.add)],
  });
  return { text: await runner.finalContent(), asked: tools.asked };
}

export async function secondTurn() {
  const first = await clientOf().chat.completions.create({ model: TALK, messages: [user("Hello")] });
  const messages = [user("Hello"), first.choices[0].message, user("And again?")];
  return (await clientOf().chat.completions.create({ model: TALK, messages })).choices[0].message.content;
}

export async function form() {
  const answer = await clientOf().chat.completions.parse({
    model: FORM,
    messages: [user("Report.")],
    response_format: zodResponseFormat(Report, "report"),
  });
  return answer.choices[0].message.parsed;
}

export const ask = ({ key, model = TALK, words = "Hello", signal }) =>
  clientOf(key).chat.completions.create({ model, messages: [user(words)] }, { signal });
