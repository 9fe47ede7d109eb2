/** Calls that cannot be made, as their model gets them back, and calls that it writes as text. */
import { expect, it } from "vitest";
import type { Json } from "../../../core/json.ts";
import { answersToRefused, isWrittenCalls, mayBeWrittenCalls, refusedCalls, shownName } from "../../../core/model-call/refused-turn.ts";

const SINGLE = "{'q': 'A-17'}";
const call = (said: Json, name = "look") => ({ id: "c", name, said });

it.each<[string, Json, object]>([
  ["an object as it was written", '{"q": 9007199254740993}', { arguments: '{"q": 9007199254740993}' }],
  ["an object that came as one", { q: 1 }, { arguments: '{"q":1}' }],
  ["no arguments", null, { arguments: "{}" }],
  ["what is no JSON", SINGLE, { arguments: "{}", unread: SINGLE }],
  ["a list", "[]", { arguments: "{}", unread: "[]" }],
  ["a number that is none", '{"n":1e400}', { arguments: "{}", unread: '{"n":1e400}' }],
])("[MODEL-15] a call goes back with %s, in arguments that every upstream can read", (_, said, expected) =>
  expect(refusedCalls([call(said)])).toEqual([{ id: "c", name: "look", ...expected }]),
);

it("[MODEL-15] all arguments of a turn together are bounded", () => {
  const long = JSON.stringify({ a: "x".repeat(300_000) });
  const shown = refusedCalls([call(long), call('{"q":1}'), call(long)]);
  expect(JSON.stringify(shown).length).toBeLessThan(9_000);
  expect(shown.map((one) => one.arguments)).toEqual(["{}", "{}", "{}"]);
});

it.each<[Json, string]>([
  ["Look", "Look"],
  ["functions.look up!", "functions_look_up_"],
  ["x".repeat(80), "x".repeat(64)],
  [null, "unknown"],
  [" ", "unknown"],
  ["查找", "__"],
])("[MODEL-15] the name %j goes back as %s", (said, shown) => expect(shownName(said)).toBe(shown));

it("[MODEL-15] each call is told what is wrong with it, and the last one what to do", () => {
  const calls = refusedCalls([call(SINGLE), call("{}"), call("{}", "Look")]).map((one, index) => ({ ...one, id: `c${index}` }));
  const answers = answersToRefused({ text: null, calls }, ["call 1 of `look` is wrong", "call 3 names no tool"]);
  expect(answers.map(({ id }) => id)).toEqual(["c0", "c1", "c2"]);
  expect(answers[0]?.content).toBe(`This call was not made:\n- call 1 of \`look\` is wrong\nIts arguments were: ${SINGLE}`);
  expect(answers[1]?.content).toBe("This call was not made:\n- another call beside it is wrong");
  expect(answers[2]?.content).toBe("This call was not made:\n- call 3 names no tool\nPut this right, and go on as you were asked to.");
  const many = answersToRefused({ text: null, calls }, ["at most 16 tools can be called at a time"]);
  expect(many.map(({ content }) => content.includes("at most 16"))).toEqual([true, true, true]);
});

const WRITTEN = '{"calls":[{"name":"look","input":{"q":"A-17"}}]}';
const IN_A_RUN = '{"text":null,"calls":[{"name":"look","arguments":"{\\"q\\":\\"A-17\\"}"}]}';
it.each([WRITTEN, IN_A_RUN, ` ${WRITTEN}\n`, `\`\`\`json\n${WRITTEN}\n\`\`\``, `<think>hm</think>${WRITTEN}`, WRITTEN.replace("look", "")])(
  "[MODEL-15] %s is a call in words",
  (text) => {
    expect(isWrittenCalls(text)).toBe(true);
    expect(isWrittenCalls(text, { type: "object", properties: { answer: { type: "string" } } })).toBe(true);
  },
);

it.each([
  '{"calls":[]}',
  '{"calls":[{"name":"Ada"}]}',
  '{"calls":[{"name":"Ada","input":"x","duration":3}]}',
  '{"calls":[{"name":"Ada","input":"x"}],"total":1}',
  `It looks like ${WRITTEN}, I think.`,
  '{"calls":"none"}',
])("[MODEL-15] %s is none", (text) => expect(isWrittenCalls(text)).toBe(false));

it("[MODEL-15] a schema that names calls may have them", () =>
  expect(isWrittenCalls(WRITTEN, { type: "object", properties: { calls: { type: "array" } } })).toBe(false));

it("[MODEL-15] the beginning of a call in words is known, and of other texts not for long", () => {
  for (const text of [WRITTEN, `\`\`\`json\n${WRITTEN}`, '{"text": null, "calls": [{'])
    for (let end = 1; end <= text.length; end++) expect(mayBeWrittenCalls(text.slice(0, end))).toBe(true);
  for (const text of ["H", "``x", '{"cat', '{"text":"', "```js\nx", "```json\n[", '{"calls":{'])
    expect(mayBeWrittenCalls(text)).toBe(false);
});
