/** JSON in what models say: read where nothing can be misread, and nowhere else. */
import { expect, it } from "vitest";
import type { Json } from "../../../core/json.ts";
import { readJsonText } from "../../../core/model/json-text.ts";
import { cpuMs } from "../../support/cpu-time.ts";

const ADA = '{"name":"Ada"}';
const VALUE = { name: "Ada" };
const FENCED = '```json\n{"name":"Ada","note":"use ```js\\nrun()\\n``` here"}\n```';

it.each<[string, string, Json]>([
  ["after thoughts", `<think>\nhm {maybe}\n</think>\n${ADA}`, VALUE],
  ["after thoughts without their beginning", `The user wants a name.\n</think>\n${ADA}`, VALUE],
  ["after thoughts under another name", `<thinking>x</thinking>${ADA}`, VALUE],
  ["after thoughts, in a fence", `<think>\`\`\`json\n{"no":1}\n\`\`\`</think>\n\`\`\`json\n${ADA}\n\`\`\``, VALUE],
  ["with the end of thoughts in a string", '{"name":"a </think> b"}', { name: "a </think> b" }],
  ["in a fence whose strings hold a fence", FENCED, { name: "Ada", note: "use ```js\nrun()\n``` here" }],
  ["in a fence of tildes", `~~~json\n${ADA}\n~~~`, VALUE],
  ["in a fence that nobody closed", `\`\`\`json\n${ADA}`, VALUE],
  ["in the one of two fences that holds JSON", `\`\`\`sh\nnpm test\n\`\`\`\n\`\`\`json\n${ADA}\n\`\`\``, VALUE],
  ["with trailing words", `${ADA}\nAnything else?`, VALUE],
  ["with words before it", `Here it is: ${ADA}`, VALUE],
  ["with words that have brackets", `[note] ${ADA} [1]`, VALUE],
  ["a list with trailing words", `[1,2] are the numbers`, [1, 2]],
  ["with a bracket in a string", '{"name":"}"} done', { name: "}" }],
])("[MODEL-1] JSON is read %s", (_, text, value) => expect(readJsonText(text)).toEqual({ ok: true, value }));

const HARMONY = "<|channel|>analysis<|message|>Maybe {1}.<|end|><|start|>assistant";
it.each<[string, string, Json]>([
  ["in the last of a turn's channels", `${HARMONY}<|channel|>final<|message|>${ADA}<|return|>`, VALUE],
  ["in a channel that is held to JSON", `${HARMONY}<|channel|>final <|constrain|>json<|message|>${ADA}`, VALUE],
  ["that is said twice", `${ADA}\n${ADA}`, VALUE],
  ["in a text", JSON.stringify(ADA), VALUE],
  ["that is said three times, with other blanks", `${ADA}\n{ "name": "Ada" }${ADA}`, VALUE],
  ["in a text in a fence", `\`\`\`json\n${JSON.stringify(ADA)}\n\`\`\``, VALUE],
  ["in a text after thoughts", `<think>x</think>${JSON.stringify(ADA)}`, VALUE],
  ["with a comma at its end", '{"name": "Ada" ,\n}', VALUE],
  ["with commas at the ends of lists, in words", 'Here: {"name":[1,[2,],{"a":1,},],} done', { name: [1, [2], { a: 1 }] }],
  ["with other blanks between its parts", '{\u00a0"name":\u202f"A\u00a0d,}",\u3000}', { name: "A\u00a0d,}" }],
  ["with signs in a text that look like slips", '{"name":"\\",}",}', { name: '",}' }],
  ["behind braces around words", `The sets {a,b} and {x | x > 1} give ${ADA}.`, VALUE],
  ["before braces around words", `${ADA} is one of {Ada, Bob}.`, VALUE],
])("[MODEL-13] JSON is read %s", (_, text, value) => expect(readJsonText(text, { type: "object" })).toEqual({ ok: true, value }));

it("[MODEL-13] a text stays one where the schema takes it, and two values are no answer", () => {
  expect(readJsonText(JSON.stringify(ADA), { type: ["object", "string"] })).toEqual({ ok: true, value: ADA });
  expect(readJsonText(JSON.stringify(ADA))).toEqual({ ok: true, value: ADA });
  expect(readJsonText(`${ADA}{"name":"Bob"}`, { type: "object" }).ok).toBe(false);
});

it.each([
  ["two values", `${ADA} or ${ADA}`],
  ["two fences of JSON", `\`\`\`\n${ADA}\n\`\`\`\n\`\`\`\n${ADA}\n\`\`\``],
  ["a list among others", "[1] and [2]"],
  ["a value that is cut", '{"name":"Ada"'],
  ["words in braces", "use {name} here"],
  ["another object that is no JSON, before", `{name: "Bob"} or ${ADA}`],
  ["another object that is no JSON, behind", `${ADA} or {name: 'Bob'}`],
  ["a list with a hole", "[1,,2]"],
  ["commas alone", '{"a":[,]}'],
  ["a comma without a value", '{"a":,}'],
  ["an object with two commas at its end", '{"name":"Ada",,}'],
  ["words", "It is about shipping."],
])("[MODEL-1] JSON is not read out of %s", (_, text) => expect(readJsonText(text).ok).toBe(false));

it("[MODEL-1] a long text is read in time proportional to its length", () => {
  const timeOf = (text: string): number => {
    const begin = cpuMs();
    readJsonText(text);
    return cpuMs() - begin;
  };
  for (const piece of ["{", "[", "```\n", "</think>", '"{', "{}", "{a}", " ,", "\u00a0", '"\\', "[1,]"]) {
    const text = piece.repeat(Math.ceil(1_000_000 / piece.length));
    timeOf(text.slice(0, 10_000));
    expect(timeOf(text)).toBeLessThan(1_000);
  }
});
