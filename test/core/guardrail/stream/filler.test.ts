import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fillPlaceholders } from "../../../../core/guardrail/placeholder.ts";
import { openFiller } from "../../../../core/guardrail/stream/filler.ts";
import { cuts, pieces } from "./texts.ts";

const values = new Map([
  ["{{EMAIL_1}}", "ada@example.com"],
  ["{{CREDIT_CARD_999999}}", "4111 1111 1111 1111"],
  ["{{PERSON_2}}", "{{EMAIL_1}}"],
  ["{{IP_3}}", ""],
]);
const texts = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ...values.keys(),
        "{{EMAIL_2}}",
        "{{EMAIL_1",
        "{{CREDIT_CARD_",
        "{",
        "{{",
        "}}",
        "}",
        "_",
        "1",
        "{{{EMAIL_1}}}",
        "{{FOO_1}}",
        "Hi ",
        "😀",
      ),
      fc.string({ maxLength: 4 }),
    ),
    { maxLength: 20 },
  )
  .map((parts) => parts.join(""));

describe("putting values back in a stream", () => {
  it("is for any cut what filling the whole text gives", () => {
    fc.assert(
      fc.property(texts, cuts, (whole, sizes) => {
        const filler = openFiller(values);
        const filled = [...pieces(whole, sizes).map((part) => filler.push(part)), filler.end()].join("");
        expect(filled).toBe(fillPlaceholders(whole, (placeholder) => values.get(placeholder) ?? null));
      }),
      { numRuns: 2000, seed: 20_261_120 },
    );
  });
  it("holds back nothing but what may become a placeholder", () => {
    const filler = openFiller(values);
    expect(filler.push("Dear {{EMA")).toBe("Dear ");
    expect(filler.push("IL_1}}, hello")).toBe("ada@example.com, hello");
    expect(filler.push(" {")).toBe(" ");
    expect(filler.push(" x")).toBe("{ x");
    expect(filler.push("{{CREDIT_CARD_9999999")).toBe("{{CREDIT_CARD_9999999");
    expect(filler.push("{{NOT")).toBe("");
    expect(filler.end()).toBe("{{NOT");
  });
});
