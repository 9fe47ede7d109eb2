/** No expression puts a placeholder of personal data together; one that is handed on whole stays. */
import { describe, expect, it } from "vitest";
import { findPlaceholders } from "../../../core/guardrail/placeholder.ts";
import type { Json } from "../../../core/json.ts";
import { evaluate } from "../../../core/workflow/expression.ts";

const run = { id: "run_1", org: "acme", user: "ann", subject: "ann" };
function given(cel: string, input: Json = null): string {
  const result = evaluate({ cel }, { input, steps: {}, run });
  return result.ok ? JSON.stringify(result.value) : `failed: ${result.error.message}`;
}

const WHOLE = "{{EMAIL_1}}";

describe("[CEL-20] a placeholder", () => {
  it.each([
    `"{{EMA" + "IL_1}}"`,
    `"{" + "{EMAIL_1}}"`,
    `"{{EMAIL_1}" + "}"`,
    `"a" + "{{EM" + "AIL" + "_1}}" + "b"`,
    `["{{EMA", "IL_1}}"].join()`,
    `["{{", "EMAIL", "1}}"].join("_").replace("{{_", "{{")`,
    `["{{EMAIL", "1}}"].join("_")`,
    `"{{EMA-IL_1}}".replace("-", "")`,
    `"{{X_1}}".replace("X", "EMAIL")`,
    `"[[EMAIL_1]]".replace("[", "{").replace("]", "}")`,
    `"{{email_1}}".upperAscii()`,
    `"{ {EMAIL_1}}".replace("{ {", "{{")`,
    `"{{EMAIL_" + string(1) + "}}"`,
    `"xx{{EMAILyy".substring(2, 9) + "_1}}"`,
    `["{", "{", "E", "M", "A", "I", "L", "_", "1", "}", "}"].join("")`,
    `"{{EMAIL_1}}".split("").join("")`,
    `{"{{EMA" + "IL_1}}": 1}`,
    `input.a + input.b`,
  ])("does not come into being by %s", (cel) => {
    const value = given(cel, { a: "{{EMA", b: "IL_1}}" });
    expect(value).not.toContain("failed");
    expect(findPlaceholders(value)).toEqual([]);
  });

  it.each([
    ["input.p", WHOLE],
    [`"to " + input.p + "."`, `to ${WHOLE}.`],
    [`[input.p, input.p].join("")`, WHOLE + WHOLE],
    [`"a-b".replace("-", input.p)`, `a${WHOLE}b`],
    [`("x" + input.p).upperAscii()`, `X${WHOLE}`],
    [`input.p + "{{EMA" + "IL_1}}"`, `${WHOLE}{ {EMAIL_1}}`],
  ])("stays where %s hands it on whole", (cel, expected) => expect(given(cel, { p: WHOLE })).toBe(JSON.stringify(expected)));

  it("does not come into being from any pieces, however they are joined", () => {
    let seed = 7;
    const dice = (below: number): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return (seed >>> 8) % below;
    };
    for (let round = 0; round < 3_000; round++) {
      const text = `${"{".repeat(dice(3))}{{CREDIT_CARD_${1 + dice(120_000)}}}${"}".repeat(dice(2))}{{EMAIL_${dice(12)}}}`;
      const cuts = new Set(Array.from({ length: 1 + dice(5) }, () => 1 + dice(text.length - 1)));
      const pieces = text.split("").reduce<string[]>((sofar, unit, at) => {
        if (at === 0 || cuts.has(at)) sofar.push(unit);
        else sofar.push(`${sofar.pop() ?? ""}${unit}`);
        return sofar;
      }, []);
      const whole = new Set(pieces.flatMap((piece) => findPlaceholders(piece).map(({ text: found }) => found)));
      const chain = pieces.map((_, at) => `input[${at}]`).join(" + ");
      for (const cel of [chain, `input.join("")`]) {
        const made = findPlaceholders(given(cel, pieces)).filter(({ text: found }) => !whole.has(found));
        expect(made, JSON.stringify(pieces)).toEqual([]);
      }
    }
  });
});
