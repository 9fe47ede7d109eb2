/** Why a text is no expression, in words that its author can act on. */
import { describe, expect, it } from "vitest";
import { parse } from "../../../core/workflow/cel/parse.ts";

const why = (text: string) => {
  const parsed = parse(text);
  return parsed.ok ? null : parsed.error;
};

describe("[CEL-22] a text that is no expression: where, and what was expected", () => {
  it.each([
    ["1 +", "a value is expected, and the expression ends"],
    ["input.", "a name is expected, and the expression ends"],
    ["(input.a", "`)` is expected, and the expression ends"],
    ["a ? b", "`:` is expected, and the expression ends"],
    ["", "a value is expected, and the expression ends"],
    ["a b", "at character 3, `b`: an operator or the end is expected"],
    ["a and b", "at character 3, `and`: an operator or the end is expected; CEL writes `&&`"],
    ["input.x = 5", "at character 9, `=`: this stands for nothing in an expression; CEL writes `==`"],
    ["{'a' 1}", "at character 6, `1`: `:` is expected"],
    ["size(,)", "at character 6, `,`: a value is expected"],
    ["1 + 'abc", "at character 5, `'abc`: unterminated string"],
    ["'😀' @", "at character 5, `@`: this stands for nothing in an expression"],
    [".5 + .5 + )", "at character 11, `)`: a value is expected"], // the zeros that are read into it move nothing
  ])("%s", (text, error) => expect(why(text)).toBe(error));

  it("and is one line, however long the text", () => {
    expect(why(`'${"x".repeat(3_000)}`)).toMatch(/^at character 1, `'x{29}…`: unterminated string$/);
    expect(why("a\n\n  ?? b")).not.toContain("\n");
  });
});
