import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Finding } from "../../../../core/guardrail/finding.ts";
import { inspectText } from "../../../../core/guardrail/inspect-text.ts";
import { inspectValue } from "../../../../core/guardrail/inspect-value.ts";
import { PIECE_UNITS } from "../../../../core/guardrail/names/units.ts";
import { findPersonalData } from "../../../../core/guardrail/pii/personal-data.ts";
import { inspect } from "../../../../core/guardrail/pipeline.ts";
import { openStream } from "../../../../core/guardrail/stream/open-stream.ts";
import { bestOf } from "../../../support/cpu-time.ts";
import { often } from "../../../support/depth.ts";
import { namedTexts } from "../../../support/names/sentences.ts";

const named = (text: string, context = ""): string[] =>
  findPersonalData(text, context, true).map(({ type, start, end }) => `${type} ${text.slice(start, end)}`);

/** Pieces of a text at sizes that repeat. */
function pieces(text: string, sizes: readonly number[]): string[] {
  const parts: string[] = [];
  for (let at = 0, turn = 0; at < text.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    parts.push(text.slice(at, at + size));
    at += size;
  }
  return parts;
}

function streamed(parts: readonly string[]): { readonly text: string; readonly findings: readonly Finding[] } {
  const known = new Map<string, string>();
  const counts = new Map<string, number>();
  const open = openStream({
    names: true,
    isKnown: () => true,
    number: (type, value) => {
      const key = `${type}:${value}`;
      const count = (counts.get(type) ?? 0) + (known.has(key) ? 0 : 1);
      counts.set(type, count);
      const name = known.get(key) ?? `{{${type}_${count}}}`;
      known.set(key, name);
      return name;
    },
  });
  const steps = [...parts.map((part) => open.push(part)), open.end()];
  return { text: steps.map(({ text }) => text).join(""), findings: steps.flatMap(({ findings }) => findings) };
}

describe("names", () => {
  it.each([
    ["Hi, my name is Anna Kowalski and I ordered a lamp.", ["PERSON Anna Kowalski"]],
    ["hello this is maria lopez, where is my parcel", ["PERSON maria lopez"]],
    ["Please send it to 14 Maple Avenue, Springfield, IL 62704.", ["ADDRESS 14 Maple Avenue, Springfield, IL 62704"]],
    ["Mein Name ist Jürgen Schneider und ich wohne in Hamburg.", ["PERSON Jürgen Schneider", "LOCATION Hamburg"]],
    ["Je m'appelle Camille Dubois.", ["PERSON Camille Dubois"]],
    ["Name: John Smith\nCity: Chicago", ["PERSON John Smith", "LOCATION Chicago"]],
    ["J\u200bohn Sm\u200bith called about his bill.", ["PERSON J\u200bohn Sm\u200bith"]],
  ])("finds those in %j", (text, expected) => expect(named(text)).toEqual(expected));

  it.each([
    "Where is my order 48213?",
    "Terms and Conditions",
    "Your Order Has Shipped",
    "Total Amount Due: 48.90",
    "I will mark the date and bill you later.",
    "The meeting is on Wednesday in May.",
    "https://example.org/john/smith",
    "",
    "\u{1f600}\n\n\n",
  ])("leaves %j", (text) => expect(named(text)).toEqual([]));

  it("are off where nobody asks for them", () => {
    const text = "Hi, my name is Anna Kowalski.";
    expect(findPersonalData(text)).toEqual([]);
    expect(inspectText(text, "user").personal).toEqual([]);
    expect(inspect(text, "user").redacted).toBe(text);
    expect(inspect(text, "user", true).redacted).toBe("Hi, my name is {{PERSON_1}}.");
  });

  it("leave to other detectors what they found", () => {
    const text = "Write to Anna Kowalski, anna.kowalski@example.org, card 4111 1111 1111 1111.";
    expect(named(text)).toEqual(["PERSON Anna Kowalski", "EMAIL anna.kowalski@example.org", "CREDIT_CARD 4111 1111 1111 1111"]);
  });

  it("know a person again by one word of the name", () => {
    const text = "The patient is Joseph Zwolwicz. We saw him on Monday and gave advice. Then Zwolwicz left.";
    expect(named(text)).toEqual(["PERSON Joseph Zwolwicz", "PERSON Zwolwicz"]);
  });
});

describe("names in JSON", () => {
  const pause = async (): Promise<void> => {};
  const found = async (value: Parameters<typeof inspectValue>[0]): Promise<string[]> => {
    const inspected = await inspectValue(value, "user", inspectText, pause, true);
    if (!inspected.ok) throw new Error(inspected.error);
    return inspected.value.parts.flatMap(({ text, inspected: { personal } }) =>
      personal.map(({ type, start, end }) => `${type} ${text.slice(start, end)}`),
    );
  };

  it.each([
    ["customer_name", "Xquorzt Ybblen", "PERSON"],
    ["firstName", "Anna", "PERSON"],
    ["Nachname", "Kowalski", "PERSON"],
    ["billingAddress", "14 Maple Avenue, Springfield", "ADDRESS"],
    ["address_line_1", "Unit 4 Old Mill", "ADDRESS"],
    ["city", "Quorzt", "LOCATION"],
    ["company", "Quorzt Ybblen", "ORG"],
  ])("are the value of %s", async (key, text, type) => expect(await found({ [key]: text })).toEqual([`${type} ${text}`]));

  it.each([
    { status: "shipped" },
    { currency: "EUR" },
    { email_address: "none" },
    { ip_address: "localhost" },
    { customer_name: "n/a" },
    { customer_name: "https://example.org/a" },
    { city: "" },
  ])("are not in %j", async (value) => expect(await found(value)).toEqual([]));

  it("are not looked for in a key of one word", async () => {
    expect(await found({ Anna: 1, London: 2, "Anna Kowalski": 3 })).toEqual(["PERSON Anna Kowalski"]);
  });

  it("are found in an argument of a tool beside other words", async () => {
    expect(await found({ message: "Please tell Anna Kowalski that the car is ready." })).toEqual(["PERSON Anna Kowalski"]);
  });
});

describe("names in a stream", () => {
  const texts = namedTexts(5, 40).map(({ text }) => text);
  it("are those of the whole text, wherever it is cut", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...texts), { minLength: 1, maxLength: 6 }),
        fc.constantFrom(" ", "\n", "\n\n"),
        fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 5 }),
        (some, between, sizes) => {
          const whole = some.join(between);
          const { text, findings } = streamed(pieces(whole, sizes));
          const { redacted, findings: all } = inspect(whole, "model_output", true);
          expect(text).toBe(redacted);
          expect(findings).toEqual(all);
        },
      ),
      { numRuns: often(40, 60), seed: 20_261_129 },
    );
  });

  it("wait for a sentence, and no longer than a piece", () => {
    const open = openStream({ names: true, number: (type) => `{{${type}_1}}`, isKnown: () => true });
    expect(open.push("My name is Anna ").text).toBe("");
    expect(open.push("Kowalski. And").text + open.push(" then some more text follows here, ").text).toContain("{{PERSON_1}}");
    const waiting = openStream({ names: true, number: (type) => `{{${type}_1}}`, isKnown: () => true });
    let held = 0;
    let most = 0;
    for (let count = 0; count < 600; count++) {
      held += 7 - waiting.push("words, ").text.length;
      most = Math.max(most, held);
    }
    expect(most).toBeLessThan(2 * PIECE_UNITS);
  });
});

describe("what names cost", () => {
  const of = (text: string, units: number): string => text.repeat(Math.ceil(units / text.length)).slice(0, units);

  it.each([
    ["prose", "Anna Kowalski of Northwind Ltd lives at 14 Maple Avenue, Springfield. "],
    ["one word", "Abcdefghij"],
    ["capitals", "A B C D E F "],
    ["signs", ".,;:-'"],
    ["apostrophes", "O'"],
    ["initials", "A."],
    ["marks", "a\u0301"],
    ["line ends", "\n"],
    ["links", "https://"],
    ["blanked", "a@example.org "],
  ])("doubles with the text: %s", (_name, part) => {
    const [half, whole] = [of(part, often(8_000, 16_000)), of(part, often(16_000, 32_000))];
    findPersonalData(half, "", true);
    const most = Math.max(3.5 * bestOf(() => findPersonalData(half, "", true), 28), 100);
    expect(bestOf(() => findPersonalData(whole, "", true), most)).toBeLessThan(most);
  });
});

describe("how well names are found in made-up texts of other words", () => {
  const texts = namedTexts(29, 1_200);
  const overlap = (a: { start: number; end: number }, b: { start: number; end: number }): boolean => a.start < b.end && b.start < a.end;
  const judged = texts.map((one) => ({ ...one, found: findPersonalData(one.text, "", true) }));
  const recallOf = (some: typeof judged, type: string): number => {
    const spans = some.flatMap(({ spans: all, found }) =>
      all.filter((span) => span.type === type).map((span) => found.some((other) => overlap(span, other))),
    );
    return spans.filter(Boolean).length / spans.length;
  };

  it.each([
    ["PERSON", 0.95],
    ["ADDRESS", 0.95],
    ["LOCATION", 0.9],
    ["ORG", 0.85],
  ])("%s is touched in at least %d of the cases", (type, least) => expect(recallOf(judged, type)).toBeGreaterThanOrEqual(least));

  it("leaves nine of ten texts without a name as they are", () => {
    const plain = judged.filter(({ kind }) => kind === "plain");
    expect(plain.filter(({ found }) => found.length > 0).length / plain.length).toBeLessThanOrEqual(0.1);
  });
});
