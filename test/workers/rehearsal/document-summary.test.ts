/** The shipped document-summary, played by the rehearsal model over long texts: what it says are the text's own whole sentences. */
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Json, JsonObject } from "../../../core/json.ts";
import { expectTokens } from "../../../core/model/estimate.ts";
import { evaluate } from "../../../core/workflow/expression.ts";
import { renderMessages } from "../../../core/workflow/prompt.ts";
import { validate } from "../../../core/workflow/schema.ts";
import { complete } from "../../../workers/rehearsal/answer.ts";
import { WORKFLOWS } from "../../../workflows/index.ts";

type ModelSource = {
  readonly model: { readonly max_tokens: number };
  readonly prompt: { readonly template: string; readonly slots: JsonObject };
};
type Source = {
  readonly instructions: string;
  readonly input: JsonObject;
  readonly limits: { readonly steps: number };
  readonly steps: {
    readonly pieces: { readonly value: Json };
    readonly summaries: { readonly concurrency: number; readonly step: ModelSource };
    readonly synthesis: ModelSource;
  };
};
const source = JSON.parse(JSON.stringify(WORKFLOWS.find(({ name }) => name === "document-summary"))) as Source;
const { pieces, summaries, synthesis } = source.steps;
const run = { id: "run_1", org: "acme", user: "ann", subject: "ann" };

const piecesOf = (input: JsonObject): string[] => {
  const result = evaluate(pieces.value, { input, steps: {}, run });
  if (!result.ok) throw new Error(result.error.message);
  return result.value as string[];
};
function say({ model, prompt }: ModelSource, slots: JsonObject): { text: string; finish: string } {
  const completion = complete({ messages: renderMessages(source, prompt, slots) as unknown as Json[], max_tokens: model.max_tokens });
  if (!completion.ok) throw new Error(completion.error.message);
  const [choice] = completion.value["choices"] as { message: { content: string }; finish_reason: string }[];
  return { text: choice?.message.content ?? "", finish: choice?.finish_reason ?? "" };
}
const sumUp = (text: string) => {
  const parts = piecesOf({ text });
  const said = parts.map((piece) => say(summaries.step, { piece }));
  return { parts, said, whole: say(synthesis, { summaries: said.map((summary) => summary.text) }) };
};

const flat = (text: string): string => text.replaceAll(/\s+/g, " ");
const sentencesIn = (summary: string): string[] => summary.split(/(?<=[.!?][)\]"'”’]*) /).map(flat);
const GENERATED = Array.from(
  { length: 120 },
  (_, index) =>
    `Paragraph ${index + 1} speaks of the harbour and its ships. Every ship carries goods for the town, and the town pays\nthe harbour for them. In the year ${1800 + index} the harbour was dredged again.`,
).join("\n\n");
const LICENCE = "/usr/share/common-licenses/GPL-3";
const README = "README.md"; // of the project: tests run at its root
const texts: [string, string][] = [
  ["a generated text", GENERATED],
  ...(existsSync(LICENCE) ? [["a licence of 35 kB", readFileSync(LICENCE, "utf8")] as [string, string]] : []),
  ...(existsSync(README) ? [["the README", readFileSync(README, "utf8")] as [string, string]] : []),
];

describe.each(texts)("%s", (_, text) => {
  const { parts, said, whole } = sumUp(text);

  it("is cut in pieces of a model's size", () => {
    expect(parts.length).toBeGreaterThan(text.length / 4_000 - 1);
    for (const piece of parts) expect(piece.length).toBeLessThanOrEqual(4_000);
  });

  it("is summed up in its own whole sentences, within the tokens that there are", () => {
    const plain = flat(text);
    for (const { text: summary, finish } of [...said, whole]) {
      expect(finish).toBe("stop");
      expect(sentencesIn(summary).filter((sentence) => !plain.includes(sentence))).toEqual([]);
    }
    expect(said.length).toBeGreaterThan(1);
    for (const { text: summary } of said) expect(expectTokens(summary)).toBeLessThanOrEqual(summaries.step.model.max_tokens);
    expect(expectTokens(whole.text)).toBeLessThanOrEqual(synthesis.model.max_tokens);
    expect(whole.text.length).toBeGreaterThan(100);
    expect(whole.text.length).toBeLessThan(text.length / 5);
  });

  it("the last summary is made of the others", () => {
    const others = flat(said.map((summary) => summary.text).join(" "));
    expect(sentencesIn(whole.text).filter((sentence) => !others.includes(sentence))).toEqual([]);
  });

  it("the same every time", () => expect(sumUp(text).whole).toEqual(whole));
});

describe("the definition", () => {
  it.each<[string, Json, boolean]>([
    ["a text", { text: "x" }, true],
    ["pieces", { chunks: ["x", "y"] }, true],
    ["both", { text: "x", chunks: ["y"] }, false],
    ["neither", {}, false],
    ["nothing to sum up", { text: "" }, false],
    ["no pieces", { chunks: [] }, false],
    ["something else", { text: "x", size: 3 }, false],
  ])("takes %s: %s", (_, input, fits) => expect(validate(source.input, input).length === 0).toBe(fits));

  it("takes pieces as they are", () => expect(piecesOf({ chunks: ["one", "two"] })).toEqual(["one", "two"]));

  it("has room for the longest text: every piece, and the steps around them", () => {
    expect(piecesOf({ text: `${"word ".repeat(99_999)}end.` }).length + 3).toBeLessThanOrEqual(source.limits.steps);
  });

  it("makes four summaries at a time", () => expect(summaries.concurrency).toBe(4));
});

it("a summary that does not fit even in one sentence is cut, and says so", () => {
  const { text, finish } = say(
    { ...summaries.step, model: { max_tokens: 4 } },
    { piece: "The harbour of the old town was dredged again in the year 1871." },
  );
  expect(finish).toBe("length");
  expect("The harbour of the old town was dredged again in the year 1871.".startsWith(text)).toBe(true);
});
