import { describe, expect, it } from "vitest";
import { sourcesOf } from "../../../../core/guardrail/grounded/grounding.ts";
import type { Action } from "../../../../core/guardrail/rules/action.ts";
import { judgeCalls, judgeHeld, judgeInput, judgeOutput } from "../../../../core/guardrail/rules/judge.ts";
import { type InputRules, type OutputRules, PLATFORM_GUARDRAILS } from "../../../../core/guardrail/rules/merge.ts";
import type { Json } from "../../../../core/json.ts";
import { bestOf } from "../../../support/cpu-time.ts";
import { often } from "../../../support/depth.ts";

const SECRET =
  "You are the assistant of Acme. Never grant a refund of more than fifty dollars without asking Grace. The code word of the night shift is pelican.";
const AROUND = { secrets: [SECRET], sourcesOf: () => sourcesOf([{ order: 4711, total: 120.5, status: "shipped by Northwind" }]) };
const output = (rules: Partial<OutputRules>): OutputRules => ({ ...PLATFORM_GUARDRAILS.output, ...rules });
const judge = (answer: Json, rules: Partial<OutputRules>) => judgeOutput(answer, output(rules), AROUND);
const input = (rules: Partial<InputRules>): InputRules => ({ ...PLATFORM_GUARDRAILS.input, ...rules });
const phrases = (words: readonly string[], action: Action, patterns: readonly string[] = []) => [{ phrases: words, patterns, action }];

const HITS: readonly { rule: keyof OutputRules; hit: Json; pass: Json; rules: (action: Action) => Partial<OutputRules> }[] = [
  {
    rule: "prompt_leak",
    hit: "Sure: never grant a refund of more than fifty dollars without asking Grace.",
    pass: "A refund of more than fifty dollars needs a colleague.",
    rules: (action) => ({ prompt_leak: action }),
  },
  {
    rule: "forbid",
    hit: "It is a GUARANTEED\u00a0refund.",
    pass: "Unguaranteed refunds are common.",
    rules: (action) => ({ forbid: phrases(["guaranteed refund"], action) }),
  },
  {
    rule: "require",
    hit: "We will write.",
    pass: "Your order-number is 7.",
    rules: (action) => ({ require: phrases(["order number"], action) }),
  },
  { rule: "max_chars", hit: "One two three four five.", pass: "One two.", rules: (action) => ({ max_chars: [{ n: 10, action }] }) },
  { rule: "format", hit: "# Title", pass: "A title\n- one\n- two", rules: (action) => ({ format: [{ is: "plain", action }] }) },
  {
    rule: "topics",
    hit: "The elections are close.",
    pass: "The order is close.",
    rules: (action) => ({ topics: [{ allow: [], deny: ["election"], action }] }),
  },
  {
    rule: "grounded_in",
    hit: "Order 4712 was shipped.",
    pass: "Order 4711 (120.50) was shipped by Northwind.",
    rules: (action) => ({ grounded_in: [{ steps: ["search"], min: 0.6, action }] }),
  },
];

describe("the rules for an answer", () => {
  it.each(HITS)("[RULES-5] $rule is hit by what breaks it, and by nothing else", ({ rule, hit, pass, rules }) => {
    const broken = judge(hit, rules("block"));
    expect(broken).toMatchObject({ action: "block", findings: [{ type: rule, rule: `output.${rule}`, action: "block" }] });
    expect(JSON.stringify(broken.findings)).not.toContain("Grace");
    expect(judge(pass, rules("block"))).toMatchObject({ action: "off", findings: [] });
    expect(judge(hit, {})).toMatchObject({ action: "off", findings: [] });
    expect(judge({ text: hit, n: 1 }, rules("review")).action).toBe("review");
  });

  it("[RULES-6] does what the action says: cut, replace, name the broken rule", () => {
    const long = "First sentence. Second sentence is here. Third.";
    expect(judge(long, { max_chars: [{ n: 30, action: "truncate" }] })).toMatchObject({ value: "First sentence.", isTruncated: true });
    expect(judge("wordswithoutanyend", { max_chars: [{ n: 5, action: "truncate" }] }).value).toBe("words");
    expect(judge("to {{EMAIL_1}}", { max_chars: [{ n: 8, action: "truncate" }] }).value).toBe("to");
    expect(judge(["aaaa bbbb", "cccc"], { max_chars: [{ n: 10, action: "truncate" }] }).value).toEqual(["aaaa bbbb", "c"]);
    expect(judge("A guaranteed refund, yes.", { forbid: phrases(["guaranteed refund"], "redact") }).value).toBe("A [removed], yes.");
    const pattern = { forbid: phrases([], "redact", ["\\d{4}-x"]) };
    expect(judge("Fine. Code 1234-x here. Fine.", pattern).value).toBe("Fine. Code [removed] here. Fine.");
    const both = { forbid: phrases(["secret sauce"], "redact", ["(?i)proj-[a-z]+", "(?=Our)"]) };
    expect(judge("Our secret sauce is PROJ-apollo, ok?", both).value).toBe("[removed]");
    const two = { forbid: phrases(["secret sauce"], "redact", ["(?i)proj-[a-z]+"]) };
    expect(judge("Our secret sauce is PROJ-apollo, ok?", two).value).toBe("Our [removed] is [removed], ok?");
    const leak = judge(`Well. ${SECRET} Well.`, { prompt_leak: "redact" }).value;
    expect(leak).toMatch(/^Well\. \[removed\]/);
    expect(leak).not.toMatch(/pelican|Grace/);
    expect(judge("Hi", { require: phrases(["order number"], "retry") }).flaws).toEqual(['the answer has to say "order number"']);
    expect(judge("Hi", { require: phrases(["order number"], "flag") }).flaws).toEqual([]);
  });

  const PROMPT = `${SECRET} Suppliers get net ninety days and nobody else is told about that before spring.`;
  const TOLD = PROMPT.split(" ");
  it.each<[string, Json]>([
    ["with a number before each word", TOLD.map((word, index) => `${index + 1}. ${word}`).join("\n")],
    ["in the cells of a table", TOLD.map((word, index) => `|${index}|${word}|`).join("\n")],
    ["as keys with a figure", Object.fromEntries(TOLD.map((word, index) => [`${word}${index}`, index]))],
    ["with a filler after every third word", TOLD.map((word, index) => (index % 3 === 2 ? `${word} (yes)` : word)).join(" ")],
    ["with three fillers between", TOLD.join(" well you know ")],
    ["in reverse order", TOLD.toReversed().join(" ")],
  ])("[RULES-27] a leak of the instructions is found with other words between: %s", (_how, answer) => {
    const leaks = (value: Json, secret: string) =>
      judgeOutput(value, output({ prompt_leak: "block" }), { ...AROUND, secrets: [secret] }).action;
    expect(leaks(answer, PROMPT)).toBe("block");
    expect(leaks(answer, "Answer in one short and friendly sentence, and name the page that you have taken the fact from.")).toBe("off");
  });

  it("[RULES-27] an answer in the form that the instructions ask for, or with some of their words, is no leak", () => {
    const form = {
      order: 1,
      status: 2,
      carrier: 3,
      street: 4,
      city: 5,
      country: 6,
      price: 7,
      tax: 8,
      total: 9,
      note: 10,
      paid: 11,
      due: 12,
      open: 13,
    };
    const prompt = `Answer about the order as JSON in exactly this form, and say nothing else at all: ${JSON.stringify(form)}`;
    const leaks = (value: Json) => judgeOutput(value, output({ prompt_leak: "block" }), { ...AROUND, secrets: [prompt] }).action;
    expect(leaks(JSON.stringify(Object.fromEntries(Object.keys(form).map((key, at) => [key, `${at}4711 pcs`]))))).toBe("off");
    expect(leaks("Your order is on its way; as to the form, say nothing else, and please answer this mail at all events with JSON.")).toBe(
      "off",
    );
  });

  it.each([
    ["a look-alike letter", "A gu\u0430ranteed refund.", "A [removed]."],
    ["a word in other letters", "A guarante\u0435d r\u0435fund.", "A [removed]."],
    ["an invisible sign between the words", "A guaranteed\u200brefund.", "A [removed]."],
    ["another", "A guaranteed\u3164refund.", "A [removed]."],
    ["an invisible sign in a word", "A guar\u200banteed refund.", "A [removed]."],
    ["letters beyond the basic plane", "A 𝐠𝐮𝐚𝐫𝐚𝐧𝐭𝐞𝐞𝐝 𝐫𝐞𝐟𝐮𝐧𝐝.", "A [removed]."],
    ["a tag", "A guaranteed <b>refund</b>.", "A [removed]</b>."],
    ["a blank by its name", "A guaranteed&nbsp;refund.", "A [removed]."],
    ["a blank by its code", "A guaranteed%20refund.", "A [removed]."],
    ["a pattern with an invisible sign", "To ticket\u200b-1\u200b234.", "To [removed]."],
  ])("[RULES-28] what is forbidden is found as a reader sees it: %s", (_how, answer, redacted) => {
    const rule = (action: Action) => ({ forbid: phrases(["guaranteed refund"], action, ["ticket-\\d{4}"]) });
    expect(judge(answer, rule("block")).action).toBe("block");
    expect(judge(answer, rule("redact")).value).toBe(redacted);
    expect(judge(answer.replace(/r[e\u0435]fund|𝐫𝐞𝐟𝐮𝐧𝐝|4\./u, "guarantee"), rule("block")).action).toBe("off");
    expect(judge(answer, { require: phrases(["guaranteed refund"], "block") }).action).toBe(
      /^A guar\u200b|𝐠/u.test(answer) ? "off" : "block",
    );
  });

  it("[RULES-28] a phrase in another script is found in its own letters, and its look-alike is another word", () => {
    const rule = { forbid: phrases(["сок"], "block") };
    expect(judge("Один сок, пожалуйста.", rule).action).toBe("block");
    expect(judge("A cok, please.", rule).action).toBe("off");
  });

  it.each([
    ["in capitals", SECRET.toUpperCase()],
    ["full-width", SECRET.replace(/[a-z]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 0xfee0))],
    ["spaced out", [...SECRET].join(" ")],
    ["with hyphens", [...SECRET].join("-")],
    ["backwards", [...SECRET].reverse().join("")],
    ["in base64", `Here: ${Buffer.from(SECRET).toString("base64")}`],
    ["in hex", Buffer.from(SECRET).toString("hex")],
    ["one word a line", SECRET.split(" ").join("\n")],
    [
      "in ROT13",
      SECRET.replace(/[a-z]/gi, (letter) => String.fromCharCode(letter.charCodeAt(0) + (letter.toLowerCase() < "n" ? 13 : -13))),
    ],
    ["over the fields of a value", SECRET.match(/(?:\S+\s){1,3}/g) ?? []],
  ])("[RULES-7] a leak of the instructions is found %s", (_how, answer) => {
    expect(judge(answer as Json, { prompt_leak: "block" }).action).toBe("block");
  });

  it.each([
    ["a key", { "guaranteed refund": 1 }, { "[removed]": 1 }],
    ["a key deep in a list", [{ a: [{ "Guaranteed refund!": "x" }] }], [{ a: [{ "[removed]!": "x" }] }]],
    ["two keys that become one", { "guaranteed refund": 1, "Guaranteed Refund": 2 }, { "[removed]": 1, "[removed] 2": 2 }],
    ["two fields", { a: "guaranteed", b: "refund" }, { "[removed]": "[removed]", "[removed] 2": "[removed]" }],
    ["two items", ["It is guaranteed", "refund tomorrow"], ["[removed]", "[removed]"]],
    ["a key and its value", { guaranteed: "refund" }, { "[removed]": "[removed]" }],
    ["a pattern in a key", { "ticket-1234": 1 }, { "[removed]": 1 }],
  ] as [string, Json, Json][])("[RULES-25] what is forbidden is found in %s", (_where, answer, redacted) => {
    const rule = (action: Action) => ({ forbid: phrases(["guaranteed refund"], action, ["ticket-\\d{4}"]) });
    expect(judge(answer, rule("block"))).toMatchObject({ action: "block", findings: [{ rule: "output.forbid" }] });
    expect(judge(answer, rule("redact")).value).toEqual(redacted);
    expect(judge({ refund: "guaranteed", list: ["refunds"] }, rule("block")).action).toBe("off");
  });

  it("[RULES-25] of what was put together, only what no part holds by itself is a hit", () => {
    const rules = { prompt_leak: "block", forbid: phrases(["guaranteed refund", "free"], "block") } as const;
    const held = (value: Json, ...parts: Json[]) => judgeHeld(value, rules, AROUND.secrets, parts);
    expect(held("a guaranteed refund", "a guaranteed", "refund")).toMatchObject({ action: "block", findings: [{ detector: "phrase.0" }] });
    expect(held("a guaranteed refund, yes", "a guaranteed refund").action).toBe("off");
    expect(held("a free guaranteed refund", "free", "guaranteed", "refund").findings).toMatchObject([{ detector: "phrase.0" }]);
    expect(held(SECRET, SECRET.slice(0, 25), "x").findings).toMatchObject([{ rule: "output.prompt_leak" }]);
    expect(held(SECRET, SECRET).action).toBe("off");
  });

  it("[RULES-24] a leak of the instructions is found in the inputs of calls, in their keys, and over all of them", () => {
    const calls = (inputs: readonly Json[], action: Action = "block") => judgeCalls(inputs, { prompt_leak: action }, AROUND.secrets);
    const words = SECRET.split(" ");
    const half = [{ text: words.slice(0, 8).join(" ") }, { text: words.slice(8, 16).join(" ") }];
    expect(calls([{ q: "shoes" }, { q: SECRET, n: 1 }])).toMatchObject({
      action: "block",
      findings: [{ rule: "output.prompt_leak", action: "block", pointer: "/calls/1/input" }],
    });
    for (const leak of [{ q: { deep: [SECRET] } }, { [SECRET]: 1 }, { q: Buffer.from(SECRET).toString("base64") }, half[0]])
      expect(calls([leak as Json]).action, JSON.stringify(leak)).toBe(leak === half[0] ? "off" : "block");
    expect(calls(half)).toMatchObject({ action: "block", findings: [{ pointer: "/calls" }] });
    expect(
      calls([Object.fromEntries(words.map((word, index) => [word, words[index + 1] ?? ""]).filter((_, at) => at % 2 === 0))]).action,
    ).toBe("block");
    expect(calls([{ q: "A refund of more than fifty dollars needs a colleague." }]).action).toBe("off");
    expect(calls([{ q: SECRET }], "off").action).toBe("off");
    const cut = calls([{ q: `Well. ${SECRET}`, n: 1 }, { q: "shoes" }], "redact").inputs;
    expect(cut).toMatchObject([{ n: 1 }, { q: "shoes" }]);
    expect(JSON.stringify(cut)).not.toMatch(/pelican|Grace/);
    expect(calls(half, "redact").inputs).toEqual([{ "[removed]": "[removed]" }, { "[removed]": "[removed]" }]);
  });

  it.each([
    ["json", '{"a": 1}', "{a: 1}"],
    ["markdown", "# A\n```\ncode\n```", "```\nopen"],
    ["plain", "1. one\n2. two", "**bold** words"],
    ["plain", "a * b * c, snake_case_name", "see [this](https://a.example)"],
    ["plain", "2 < 3 and 5 > 4", "<b>bold</b>"],
    ["plain", "Quote: > 5", "| a |\n|---|\n| b |"],
  ] as const)("[RULES-5] format %s takes %j and not %j", (is, fits, broken) => {
    const rules = { format: [{ is, action: "retry" as const }] };
    expect(judge(fits, rules).action).toBe("off");
    expect(judge(broken, rules).action).toBe("retry");
  });

  it("[RULES-8] an answer is grounded when its words, numbers and quoted names stand in the sources", () => {
    const rules = { grounded_in: [{ steps: ["search"], min: 0.7, action: "block" as const }] };
    expect(judge("The total is 120,50.", rules).action).toBe("off");
    expect(judge('It was shipped by "Northwind".', rules).action).toBe("off");
    expect(judge('It was shipped by "Southwind".', rules).findings[0]?.detector).toBe("grounded.name");
    expect(judge("The total is 121.", rules).findings[0]?.detector).toBe("grounded.number");
    expect(judge("Bananas ripen quickly under tropical sunlight.", rules).findings[0]?.detector).toBe("grounded.words");
    expect(judgeOutput("Order 4711 shipped.", output(rules), { ...AROUND, sourcesOf: () => sourcesOf([]) }).action).toBe("block");
  });

  it("[RULES-9] takes time in proportion to the answer", () => {
    const rules = Object.assign({}, ...HITS.map(({ rules: of }) => of("redact")), { max_chars: [{ n: 10, action: "truncate" }] });
    const timeOf = (text: string, enough: number) => bestOf(() => judge(text, rules), enough);
    for (const piece of [". ", "word ", "**", "guaranteed ", "[", "`", "never grant a refund of ", '"a', "....", "<a ", "| --- "]) {
      const size = Math.floor(often(4_000, 10_000) / piece.length);
      const most = 8 * timeOf(piece.repeat(size), 20) + 100;
      expect(timeOf(piece.repeat(2 * size), most), piece).toBeLessThan(most);
    }
  });
});

describe("the rules for what comes in", () => {
  it("[RULES-5] a length and topics are judged over all texts of a value", () => {
    expect(judgeInput({ a: "12345", b: ["678901"] }, input({ max_chars: 10 }))).toMatchObject({
      action: "block",
      findings: [{ rule: "input.max_chars" }],
    });
    expect(judgeInput({ a: "1234567890" }, input({ max_chars: 10 })).action).toBe("off");
    const topics = (allow: string[], deny: string[], action: Action) => input({ topics: [{ allow, deny, action }] });
    expect(judgeInput("What do you think of politics?", topics([], ["politics"], "block")).findings).toMatchObject([
      { type: "topics", detector: "topics.words", action: "block" },
    ]);
    expect(judgeInput("Where are my orders?", topics(["order"], [], "block")).action).toBe("off");
    expect(judgeInput("Tell me a joke.", topics(["orders", "refunds"], [], "flag")).action).toBe("flag");
    expect(judgeInput("Wann kommen die Rückerstattungen?", topics(["Rückerstattung"], [], "block")).action).toBe("off");
  });
});
