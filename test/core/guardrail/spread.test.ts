import { describe, expect, it } from "vitest";
import { inspectText } from "../../../core/guardrail/inspect-text.ts";
import { inspectValue } from "../../../core/guardrail/inspect-value.ts";
import { rewriteTexts } from "../../../core/guardrail/json-texts.ts";
import type { Json } from "../../../core/json.ts";

/** The value with the kind of what was found in the place of each text that holds some. */
async function marked(value: Json): Promise<Json> {
  const inspected = await inspectValue(value, "user", inspectText, async () => {});
  if (!inspected.ok) throw new Error(inspected.error);
  const { parts } = inspected.value;
  return rewriteTexts(value, (index) => {
    const part = parts[index];
    return part?.inspected.personal[0]?.type ?? part?.number ?? part?.text ?? null;
  }).value;
}

const CARD = [4, 5, 5, 6, 7, 3, 7, 5, 8, 6, 8, 9, 9, 8, 5, 5];
const four = (type: string): string[] => [type, type, type, type];

describe("personal data that is cut over the fields of a value", () => {
  it.each<[string, Json, Json]>([
    ["four boxes of a card", { card_number: ["4556", "7375", "8689", "9855"] }, { card_number: four("CREDIT_CARD") }],
    ["numbers under a word for a card", { card: [4556, 7375, 8689, 9855] }, { card: four("CREDIT_CARD") }],
    [
      "parts of a card",
      { card: { part1: "4556", part2: "7375", part3: "8689", part4: "9855" } },
      { card: { part1: "CREDIT_CARD", part2: "CREDIT_CARD", part3: "CREDIT_CARD", part4: "CREDIT_CARD" } },
    ],
    ["a list without a name", ["4556", "7375", "8689", "9855"], four("CREDIT_CARD")],
    ["entries with a single field", [{ n: "4556" }, { n: "7375" }, { n: "8689" }, { n: "9855" }], four("CREDIT_CARD").map((n) => ({ n }))],
    ["digit by digit", { q: CARD }, { q: CARD.map(() => "CREDIT_CARD") }],
    ["digits as texts", CARD.map(String), CARD.map(() => "CREDIT_CARD")],
    ["halves of a card", { a: "4556 7375", b: "8689 9855" }, { a: "CREDIT_CARD", b: "CREDIT_CARD" }],
    [
      "halves of a card among others",
      { name: "Box", card_number: "4556 7375", card_rest: "8689 9855", cvv: "123", note: "x" },
      { name: "Box", card_number: "CREDIT_CARD", card_rest: "CREDIT_CARD", cvv: "SECRET", note: "x" },
    ],
    ["an account", ["DE89", "3704", "0044", "0532", "0130", "00"], Array(6).fill("IBAN")],
    ["a social security number", { ssn1: "536", ssn2: "22", ssn3: "8726" }, { ssn1: "SSN", ssn2: "SSN", ssn3: "SSN" }],
    ["a phone", { country: "+49", area: "171", number: "2345678" }, { country: "PHONE", area: "PHONE", number: "PHONE" }],
    ["halves of a mail address", { local: "lena.osterfeld", domain: "firma-nord.de" }, { local: "EMAIL", domain: "EMAIL" }],
    ["a mail address with its sign", ["lena.osterfeld", "@", "firma-nord.de"], ["EMAIL", "EMAIL", "EMAIL"]],
    ["full-width digits", ["４５５６", "7375", "8689", "9855"], four("CREDIT_CARD")],
  ])("[GUARD-55] is found in each of them: %s", async (_, value, expected) => {
    expect(await marked(value)).toEqual(expected);
  });

  it.each<[string, Json]>([
    ["figures of quarters", { revenue: [4200, 3100, 2800, 1900], profit: ["4556", "7370", "8680", "9855"] }],
    ["four numbers that pass for a card", { values: [4556, 7375, 8689, 9855] }],
    ["a row of texts that goes on", ["17", "4556", "7375", "8689", "9855", "12"]],
    ["a row of a table", { id: "17", from: "4556", to: "7375", low: "8689", high: "9855", n: "3" }],
    ["a date and a time", { year: 2026, month: 11, day: 30, hour: 12, minute: 30, second: 5, ms: 123 }],
    ["an address", { street: "Hauptstr.", number: "12", zip: "10115", city: "Berlin", floor: 3 }],
    ["a size", { width: 1920, height: 1080, depth: 24, fps: 60, bitrate: 450000 }],
    ["a login", { user: "deploy", host: "db.acme.org", port: 5432 }],
    ["a name and a handle", { name: "lena", handle: "@bob.dev" }],
    ["three figures", ["536", "22", "8726"]],
    ["an order", { order: "12345", line: "678", part: "90123", count: 4 }],
    ["a version", ["1", "24", "0", "2026", "11", "30"]],
    ["pins of a plug and a postal code", { pin: 12, address: { pin: 560001 } }],
  ])("[GUARD-55] leaves what is nobody's: %s", async (_, value) => {
    expect(await marked(value)).toEqual(value);
  });

  it("[GUARD-56] is also the code of a card under its key, as a text and as a number", async () => {
    const form = { cvv: "123", cvc: 987, card_security_code: "1234", pin: 4711, expiry: "12/29", count: 123 };
    expect(await marked(form)).toEqual({ ...form, cvv: "SECRET", cvc: "SECRET", card_security_code: "SECRET", pin: "SECRET" });
  });

  it("[GUARD-55] takes time in proportion to the number of fields", async () => {
    const timed = async (count: number): Promise<number> => {
      const value = Array.from({ length: count }, (_, index) => String(1000 + ((index * 7919) % 9000)));
      const before = performance.now();
      await marked(value);
      return performance.now() - before;
    };
    await timed(2_000);
    const [small, large] = [await timed(2_000), await timed(16_000)];
    expect(large).toBeLessThan(Math.max(40, small) * 24);
  });
});
