/** Which spellings are one value, in a text, a chat and the numbering of placeholders. */
import { describe, expect, it } from "vitest";
import { newCallMemory } from "../../../core/chat/call-memory.ts";
import type { PlaceholderType } from "../../../core/guardrail/finding.ts";
import { inspect } from "../../../core/guardrail/pipeline.ts";
import { sameValueKey } from "../../../core/guardrail/same-value.ts";

/** Each row is one value. */
const SAME: readonly { readonly type: PlaceholderType; readonly values: readonly string[] }[] = [
  {
    type: "CREDIT_CARD",
    values: [
      "5555555555554444",
      "5555 5555 5555 4444",
      "5555-5555-5555-4444",
      "５５５５ ５５５５ ５５５５ ４４４４",
      "5555.5555.5555.4444",
    ],
  },
  {
    type: "CREDIT_CARD",
    values: ["5555\n5555\n5555\n4444", "5555<br>5555<br>5555<br>4444", "5555&nbsp;5555&nbsp;5555&nbsp;4444", "5555 - 5555 - 5555 - 4444"],
  },
  { type: "CREDIT_CARD", values: ["378282246310005", "3782 822463 10005", "3782-822463-10005"] },
  {
    type: "IBAN",
    values: ["DE89370400440532013000", "DE89 3704 0044 0532 0130 00", "de89 3704 0044 0532 0130 00", "DE89-3704-0044-0532-0130-00"],
  },
  { type: "IBAN", values: ["GB29NWBK60161331926819", "GB29 NWBK 6016 1331 9268 19", "gb29nwbk60161331926819"] },
  {
    type: "PHONE",
    values: ["+4915112345678", "+49 151 12345678", "0049 151 12345678", "+49 (0)151 12345678", "+49-151-12345678", "+49 (151) 123 456 78"],
  },
  { type: "PHONE", values: ["015112345678", "0151 12345678", "0151/12345678", "(0151) 123 456 78", "0151-123-45678"] },
  { type: "PHONE", values: ["2025550143", "(202) 555-0143", "202-555-0143", "202.555.0143"] },
  {
    type: "EMAIL",
    values: ["lena@firma.de", "lena%40firma.de", "lena (at) firma (dot) de", "lena[at]firma[dot]de", "lena@FIRMA.DE", "lena＠firma.de"],
  },
  {
    type: "EMAIL",
    values: ["a.b+c@mail.example.co.uk", "a.b+c (at) mail.example.co.uk", "a.b+c=40mail.example.co.uk", "a.b+c@Mail.Example.co.uk"],
  },
];
/** No two of a row are one value. */
const OTHER: readonly { readonly type: PlaceholderType; readonly values: readonly string[] }[] = [
  { type: "CREDIT_CARD", values: ["5555555555554444", "4111111111111111", "\u00005555555555554444"] },
  { type: "IBAN", values: ["DE89370400440532013000", "GB29NWBK60161331926819", "DE02120300000000202051"] },
  { type: "PHONE", values: ["+4915112345678", "015112345678", "015112345679", "0151 12345678 ext 12", "0151 12345678 ext 13"] },
  { type: "EMAIL", values: ["lena@firma.de", "Lena@firma.de", "lena@firma.com", '"lena x"@firma.de', "lena.o@firma.de"] },
  { type: "SSN", values: ["536-22-8726", "536 22 8726"] },
  { type: "SECRET", values: ["Tr0ub4dor&3x", "Tr0ub4dor&3X"] },
  { type: "PERSON", values: ["Lena Osterfeld", "lena osterfeld"] },
];

describe("one value in several spellings", () => {
  it.each(SAME)("[GUARD-46] of $type $values.0 is one", ({ type, values: spellings }) => {
    expect(new Set(spellings.map((one) => sameValueKey(type, one))).size).toBe(1);
    const memory = newCallMemory();
    expect(new Set(spellings.map((one) => memory.assign(type, one, "input"))).size).toBe(1);
  });
  it.each(OTHER)("[GUARD-46] of $type $values.0 and others are several", ({ type, values: spellings }) =>
    expect(new Set(spellings.map((one) => sameValueKey(type, one))).size).toBe(spellings.length),
  );
  it("[GUARD-46] has one placeholder in a text, and opens as it came first", () => {
    expect(inspect("cards 5555555555554444 and 5555 5555 5555 4444", "tool_output").redacted).toBe(
      "cards {{CREDIT_CARD_1}} and {{CREDIT_CARD_1}}",
    );
    const memory = newCallMemory();
    memory.assign("CREDIT_CARD", "5555555555554444", "input");
    expect(memory.assign("CREDIT_CARD", "5555 5555 5555 4444", "model")).toBe("{{CREDIT_CARD_1}}");
    expect(memory.fill("{{CREDIT_CARD_1}}")).toBe("5555555555554444");
  });
});
