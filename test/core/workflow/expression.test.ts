/** Expressions: what they mean, what they refuse, and that no text and no data makes them throw, hang or give what is not JSON. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Json } from "../../../core/json.ts";
import { checkExpression, evaluate, evaluateCondition, namesIn, type Scope } from "../../../core/workflow/expression.ts";
import { cpuMs } from "../../support/cpu-time.ts";

const scope: Scope = {
  input: {
    total: 3,
    big: 1e308,
    list: [1, 2, 3],
    name: "Ann",
    people: [
      { n: "a", age: 3 },
      { n: "b", age: 30 },
    ],
    none: null,
    emoji: "a😀b",
  },
  steps: { order: { output: { total: 120, id: "o1" } }, skipped: { output: null } },
  run: { id: "run_1", org: "acme", user: "ann", subject: "bob" },
};
const value = (cel: string, within: Scope = scope): Json => {
  const result = evaluate({ cel }, within);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
};
const reason = (cel: string, within: Scope = scope): string => {
  const result = evaluate({ cel }, within);
  return result.ok ? `gave ${JSON.stringify(result.value)}` : result.error.message.replace(/^.* failed: /s, "");
};

describe("[CEL-1] all numbers are doubles, literals too", () => {
  it.each([
    ["input.total + 1", 4],
    ["10 / 4", 2.5],
    ["2.0", 2],
    ["1 == 1.0", true],
    ["7 % 4", 3],
    ["7.5 % 2", 1.5],
    ["-input.total", -3],
    ["0 - 0.0", 0],
    ["-0.0", 0],
    ["0x10 + 1u", 17],
    ["size(input.list) * 2", 6],
    ["input.list.size() == 3", true],
    ["input.list[0] + 0.5", 1.5],
    ["input.list[1.0]", 2],
    ["input.list[size(input.list) - 1]", 3],
    ["int(3.7) + double('0.5')", 3.5],
    ["string(2.0)", "2"],
    ["input.list[0] in [1.0, 5]", true],
    ["steps.order.output.total > 100", true],
  ])("%s", (cel, expected) => expect(value(cel)).toEqual(expected));

  it("writes 2.0 as 2", () => expect(JSON.stringify(value("[2.0, 4 / 2]"))).toBe("[2,2]"));
});

describe("macros, text and maps", () => {
  it.each([
    ["input.list.map(x, x * 2)", [2, 4, 6]],
    ["input.list.map(x, x > 1, x * 10)", [20, 30]],
    ["input.list.filter(x, x != 2)", [1, 3]],
    ["input.list.exists(x, x == 2)", true],
    ["input.list.all(x, x < 3)", false],
    ["input.list.exists_one(x, x > 2)", true],
    ["input.people.filter(p, p.age > 18).map(p, p.n)", ["b"]],
    ["{'a': 1, 'b': 2}.map(k, k)", ["a", "b"]],
    ["[1, 'a', null, {'x': [true]}]", [1, "a", null, { x: [true] }]],
    ["[1] + [2]", [1, 2]],
    ["input.name + '!'", "Ann!"],
    ["input.name.startsWith('A') && !input.name.contains('z')", true],
    ["input.name.lowerAscii()", "ann"],
    ["input.name.matches('^[A-Z][a-z]+$')", true],
    ["'a,b'.split(',')", ["a", "b"]],
    ["['a', 'b'].join('-')", "a-b"],
    ["'a-b'.replace('-', '+')", "a+b"],
    ["size(input.emoji)", 3],
    ["input.emoji.substring(1, 2)", "😀"],
    ["input.emoji.indexOf('b')", 2],
    ["'x' in {'x': 1}", true],
    ["input['name']", "Ann"],
    ["input.total > 2 ? 'much' : 'little'", "much"],
    ["input.list.map(x, input.list.map(y, x * y))[2]", [3, 6, 9]],
    ["[[1], [2]].map(x, x.map(x, x + 1))", [[2], [3]]],
    ["steps['order'].output.id", "o1"],
    ["run.subject", "bob"],
  ])("%s", (cel, expected) => expect(value(cel)).toEqual(expected));
});

describe("[CEL-2] what is missing is an error, what was skipped is null", () => {
  it.each([
    ["has(input.nope)", false],
    ["has(input.none)", true],
    ["has(steps.skipped.output.total)", false],
    ["steps.skipped.output", null],
    ["steps.skipped.output == null", true],
    ["has(input.nope) && input.nope > 3", false],
    ["input.nope || true", true],
    ["false && input.nope", false],
    ["[0, 1].exists(x, 1 / x == 1)", true],
  ])("%s", (cel, expected) => expect(value(cel)).toEqual(expected));

  it.each([
    ["input.nope", "there is no field `nope`"],
    ["input.nope.more", "there is no field `nope`"],
    ["steps.skipped.output.total", "a null has no field `total`"],
    ["has(input.nope.more)", "there is no field `nope`"],
    ["input.nope && true", "there is no field `nope`"],
    ["input.list[3]", "the index of a list is out of range"],
    ["input.list[0.5]", "the index of a list is not a whole number"],
    ["input.list[-1]", "the index of a list is out of range"],
    ["input.name[0]", "a string has no index"],
    ["output.id", "there is no `output` here"],
    ["item", "there is no `item` here"],
    ["input.__proto__", "there is no field `__proto__`"],
    ["input.constructor", "there is no field `constructor`"],
    ["input['toString']", "there is no such key"],
    ["1 / 0", "`/` by zero"],
    ["1 % 0.0", "`%` by zero"],
    ["input.big * 10", "the number is not finite"],
    ["'a' + 1", "`+` does not take a string and a number"],
    ["'a' < 1", "`<` does not compare a string with a number"],
    ["!1", "the operand of `!` is a number"],
    ["1 ? 2 : 3", "the condition of `?:` is a number"],
    ["double('Infinity')", "double() cannot make a number of this string"],
    ["input.list.all(x, x)", "the condition of all() is a number"],
    ["5.map(x, x)", "map() does not go over a number"],
  ])("%s", (cel, expected) => expect(reason(cel)).toBe(expected));
});

describe("what does not parse", () => {
  it.each([
    "",
    "1 +",
    "input..x",
    "nope(1)",
    "size()",
    "size(1, 2)",
    "has(input)",
    "steps",
    "steps[input.name]",
    "size(steps)",
    "b'bytes'",
    "input.matches(input.pattern)",
    "input.name.matches('(a)\\\\1')",
    "input.map(1, 2)",
    "import",
    "`x`",
    "a\u0000b",
    "x".repeat(5_000),
    "(".repeat(3_000),
    "!".repeat(4_000),
    Array(600).fill("1").join("+"),
  ])("%j", (cel) => {
    expect(checkExpression(cel)).toEqual(expect.any(String));
    expect(evaluate({ cel }, scope).ok).toBe(false);
  });

  it.each([
    ["input.total.toFixed(2)", "there is no method `toFixed`; there are size, "],
    ["input.name.startWith('a')", "there is no method `startWith`; did you mean `startsWith`?"],
    ["tims('x')", "there is no function `tims`"],
    ["input.total.string()", "`string` is called as a function, as in `string(x)`"],
    ["contains(input.name, 'a')", "`contains` is called as a method, as in `x.contains()`"],
    ["input.id == 9007199254740993", "9007199254740993 is beyond ±2^53"],
    ["input.id == -9007199254740993", "beyond ±2^53"],
    ["input.id == 9007199254740993u", "beyond ±2^53"],
  ])("%s: says what is wrong, and what there is", (cel, words) => expect(checkExpression(cel)).toContain(words));

  it("takes the largest whole number that a double holds", () => expect(checkExpression("9007199254740991")).toBeNull());

  it("tells which names an expression uses, without those that macros bind", () => {
    const names = namesIn("steps.order.output.items.filter(i, i.n > input.n).map(steps, steps).size() + steps['x'].output");
    expect([...(names?.variables ?? [])].sort()).toEqual(["input", "steps"]);
    expect([...(names?.steps ?? [])].sort()).toEqual(["order", "x"]);
  });
});

describe("templates", () => {
  it("fills expressions at any depth and leaves everything else as it is", () => {
    const template = { a: [{ b: { cel: "input.total" } }], cel: "text", c: { cel: "1", more: 2 }, "{{x}}": null };
    expect(evaluate(template, scope)).toEqual({
      ok: true,
      value: { a: [{ b: 3 }], cel: "text", c: { cel: "1", more: 2 }, "{{x}}": null },
    });
  });

  it("does not evaluate what a value says", () => {
    const hostile = { ...scope, input: { text: { cel: "run.id" } } };
    expect(value("input.text", hostile)).toEqual({ cel: "run.id" });
  });

  it("says where and which expression failed, and nothing of the data", () => {
    const secretive: Scope = { ...scope, input: { card: "4111111111111111", key: "sesame" } };
    const result = evaluate({ a: [1, { cel: "input.card + input.cord" }] }, secretive);
    expect(result).toMatchObject({ ok: false, error: { path: "/a/1", cel: "input.card + input.cord" } });
    for (const cel of [
      "input.card + 1",
      "input[input.key]",
      "int(input.card + input.key)",
      "input.card > 4",
      "{input.card: 1}[input.key]",
    ]) {
      expect(reason(cel, secretive)).not.toMatch(/4111|sesame/);
    }
  });

  it("keeps keys such as __proto__ as keys", () => {
    const result = evaluate(JSON.parse('{"__proto__": {"cel": "1 + 1"}}') as Json, scope);
    expect(result.ok && JSON.stringify(result.value)).toBe('{"__proto__":2}');
    expect(JSON.stringify(value("{'__proto__': 1}"))).toBe('{"__proto__":1}');
    expect(Object.getPrototypeOf({})).toBe(Object.prototype);
  });
});

describe("conditions", () => {
  it.each([
    ["true", { ok: true, value: true }],
    ["input.total == 4", { ok: true, value: false }],
  ])("%s", (cel, expected) => expect(evaluateCondition(cel, scope)).toEqual(expected));

  it.each(["1", "'true'", "null", "input.list", "input.nope", "1 +"])("%s is none", (cel) => {
    expect(evaluateCondition(cel, scope).ok).toBe(false);
  });
});

describe("[CEL-3] bounded", () => {
  const wide: Scope = { ...scope, input: { l: Array.from({ length: 3_000 }, (_, index) => index), s: "x".repeat(400_000) } };
  it.each([
    ["input.l.map(a, input.l.map(b, input.l.map(c, a + b + c)))", "it takes too many steps"],
    ["input.l.all(a, input.l.all(b, input.l.all(c, input.nope)))", "it takes too many steps"],
    ["input.l.exists(a, input.l.exists(b, input.l.exists(c, a / 0 == 1))) || true", "it takes too many steps"],
    ["input.l.map(a, input.s)", "the result is too large"],
    ["input.s + input.s + input.s", "a text becomes too long"],
    ["input.l.map(a, size(input.s))", "it takes too many steps"],
    ["input.l.map(a, input.s.contains('y'))", "it takes too many steps"],
    ["input.l.map(a, input.l)", "the result is too large"],
    ["input.l.filter(a, input.l == input.l + [a])", "it takes too many steps"],
    ["input.s.replace('x', input.s)", "a text becomes too long"],
  ])("%s", (cel, expected) => {
    const start = cpuMs();
    expect(reason(cel, wide)).toBe(expected);
    expect(cpuMs() - start).toBeLessThan(2_000);
  });

  it("counts the steps of all expressions of a template together", () => {
    const cel = "input.l.map(a, a + 1)";
    expect(evaluate({ cel }, wide).ok).toBe(true);
    expect(evaluate(Array(50).fill({ cel }) as Json, wide).ok).toBe(false);
  });

  it("matches in time linear in the text, and counts it", () => {
    expect(reason("input.s.matches('^x*y*z$')", wide)).toBe("it takes too many steps");
    const long: Scope = { ...scope, input: { s: `${"a".repeat(50_000)}!` } };
    expect(evaluate({ cel: "input.s.matches('^(a+)+$')" }, long)).toEqual({ ok: true, value: false });
  });

  it("gives no text that has no canonical form", () => {
    const odd: Scope = { ...scope, input: { s: "\ud800" } };
    expect(reason("input.s", odd)).toBe("the result has a text that is not well-formed Unicode");
  });
});

describe("[CEL-4] total: whatever the text and the data are, the answer is data", () => {
  const pieces = [
    "input",
    ".",
    "list",
    "[",
    "]",
    "(",
    ")",
    "map",
    "filter",
    "all",
    "x",
    ",",
    "+",
    "-",
    "/",
    "%",
    "0",
    "1.5",
    "'a'",
    "&&",
    "||",
  ];
  const more = [
    "!",
    "?",
    ":",
    "has",
    "size",
    "steps",
    "order",
    "output",
    "null",
    "true",
    "{",
    "}",
    "==",
    "<",
    "in",
    "matches",
    "1e400",
    "😀",
  ];
  const isJson = (json: unknown): boolean => JSON.stringify(JSON.parse(JSON.stringify(json))) === JSON.stringify(json);

  it("for any text", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: "binary", maxLength: 60 }),
          fc.array(fc.constantFrom(...pieces, ...more), { maxLength: 25 }).map((words) => words.join(" ")),
        ),
        (cel) => {
          const result = evaluate({ cel }, scope);
          if (result.ok) expect(isJson(result.value)).toBe(true);
          else expect(typeof result.error.message).toBe("string");
          expect(evaluateCondition(cel, scope)).toHaveProperty("ok");
        },
      ),
      { numRuns: 3_000, seed: 7 },
    );
  });

  it("for any data", () => {
    const cels = [
      "input",
      "input.a + input.b",
      "input.map(x, x)",
      "size(input)",
      "input[0]",
      "input == input",
      "string(input)",
      "input.a in input",
      "has(input.a)",
      "input.a.b.c < input.d",
    ];
    fc.assert(
      fc.property(fc.constantFrom(...cels), fc.jsonValue(), (cel, input) => {
        const result = evaluate({ cel }, { ...scope, input: input as Json });
        if (result.ok) expect(isJson(result.value)).toBe(true);
      }),
      { numRuns: 2_000, seed: 7 },
    );
  });

  it.each([[10n], [undefined], [() => 1], [new Date(0)], [new Map()], [Number.NaN], [Symbol("x")]])("for what is not JSON: %s", (odd) => {
    const result = evaluate([{ cel: "input" }, { cel: "[input]" }] as Json, { ...scope, input: odd as unknown as Json });
    expect(result.ok).toBe(false);
  });
});
