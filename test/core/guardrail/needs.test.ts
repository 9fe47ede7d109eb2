import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { normalise } from "../../../core/guardrail/injection/normalise.ts";
import { ORDER_ALTERNATIVES } from "../../../core/guardrail/injection/orders.ts";
import { PATTERNS } from "../../../core/guardrail/injection/patterns.ts";
import { companyOf, finderOf, needsOf } from "../../../core/guardrail/needs.ts";
import { IDENTIFIERS } from "../../../core/guardrail/pii/national-id.ts";
import { often } from "../../support/depth.ts";
import { matchesInAnyScript, matchesOf } from "../../support/pattern-matches.ts";

const runs = { numRuns: often(400, 1_000), seed: 20_261_130 };
const SOURCES = PATTERNS.map(({ expression }) => expression.source);

describe("what an expression needs", { timeout: 180_000 }, () => {
  it.each([
    ["ignore", [["ignore"]]],
    [
      "(?:ignore|forget)\\s+(?:all|every) rules?",
      [
        ["forget", "ignore"],
        ["all rule", "every rule"],
      ],
    ],
    ["ignor(?:e|ing)", [["ignore", "ignoring"]]],
    ["(?:show|print){1,3}.{0,9}prompt", [["show", "print"], ["prompt"]]],
    ["(?:show )?prompt", [["prompt"]]],
    ["(?<!a )system(?! b)", [["system"]]],
    ["[ks]ystem", [["kystem", "system"]]],
    ["a\\.i\\. (?:model)*", [["a.i. "]]],
    ["\\u0438\\u0438 bot", [["\u0438\u0438 bot"]]],
    ["(?:dump|leak [^.]{0,9}|(?:show )+it)", [["dump", "leak ", "show "]]],
  ] as const)("[GUARD-31] is read off it: %s", (source, needs) => expect(needsOf(source)).toEqual(needs));
  it.each(["ab", "(?:ignore|it)", "(?:ignore)*", "[^x]+", "(ignore)?\\1", "\\d{4}", "", "(?=ignore)", "\u{1f600}?"])(
    "[GUARD-31] is nothing where a match may hold no word: %s",
    (source) => expect(needsOf(source)).toEqual([]),
  );
  it("[GUARD-31] is known of nearly every pattern", () => {
    expect(SOURCES.filter((source) => needsOf(source).length === 0).length).toBeLessThanOrEqual(4);
  });
  const finder = finderOf(SOURCES);
  it.each(SOURCES.map((source, index) => [index, source] as const))("[GUARD-31] is in every match of pattern %d", (index, source) => {
    const expression = new RegExp(source);
    let matched = 0;
    fc.assert(
      fc.property(matchesOf(expression), fc.constantFrom("", " ", "Hello, ", "get it "), (text, around) => {
        const plain = normalise(around + text).text;
        if (!expression.test(plain)) return;
        matched++;
        expect(finder.mayMatch(plain), JSON.stringify(plain)).toContain(index);
      }),
      runs,
    );
    expect(matched).toBeGreaterThan(0);
  });
  it("[GUARD-31] is in every match of every part of the orders", () => {
    const orders = finderOf(ORDER_ALTERNATIVES);
    const matches = ORDER_ALTERNATIVES.map((source, index) => {
      const expression = new RegExp(source, "u");
      const texts = fc.sample(matchesInAnyScript(expression), { ...runs, numRuns: 100 }).filter((text) => expression.test(text));
      return { texts, missed: texts.filter((text) => !orders.mayMatch(text).includes(index)) };
    });
    expect(matches.flatMap(({ missed }) => missed)).toEqual([]);
    // Of a few parts hardly any text can be made, since they look around for words.
    expect(matches.filter(({ texts }) => texts.length > 0).length).toBeGreaterThan(ORDER_ALTERNATIVES.length * 0.85);
  });
  it.each(IDENTIFIERS.map(({ name, naming }) => [name, naming] as const))("[GUARD-31] is in all words that name %s", (_name, naming) => {
    const expression = new RegExp(naming, "u");
    const one = finderOf([naming]);
    let matched = 0;
    fc.assert(
      fc.property(matchesOf(new RegExp(naming)), fc.constantFrom("", " ", "my "), (text, around) => {
        const before = `${around}${text} `;
        if (!expression.test(before)) return;
        matched++;
        expect(one.mayMatch(before), JSON.stringify(before)).toEqual([0]);
      }),
      { ...runs, numRuns: 100 },
    );
    expect(matched).toBeGreaterThan(0);
  });
  it("[GUARD-31] is told with its places: where no word begins, nothing is named", () => {
    const naming = finderOf(["tax (?:id|number)", "passport|pass no"]);
    expect(naming.placesOfWords("my tax id, my passport and her pass no")).toEqual([3, 14, 31]);
    expect(naming.placesOfWords("neither a tax nor a pass")).toEqual([]);
  });
  it("[GUARD-31] is told alike in company: each finder knows its own expressions, whoever is asked first", () => {
    const companion = companyOf();
    const sources = [SOURCES.filter((_, index) => index % 2 === 0), SOURCES.filter((_, index) => index % 2 === 1)] as const;
    const [even, odd] = [companion(sources[0]), companion(sources[1])];
    const [evenAlone, oddAlone] = [finderOf(sources[0]), finderOf(sources[1])];
    const text = fc.array(fc.oneof(...SOURCES.map((source) => matchesOf(new RegExp(source)))), { minLength: 0, maxLength: 2 });
    fc.assert(
      fc.property(text, text, fc.boolean(), (one, other, isOddFirst) => {
        for (const plain of [one, other, one].map((each) => normalise(each.join(" and ")).text)) {
          const asked = isOddFirst ? [odd.mayMatch(plain), even.mayMatch(plain)].reverse() : [even.mayMatch(plain), odd.mayMatch(plain)];
          expect(asked, JSON.stringify(plain)).toEqual([evenAlone.mayMatch(plain), oddAlone.mayMatch(plain)]);
        }
      }),
      runs,
    );
  });
  it("[GUARD-31] may be a short word, wherever it stands: with any unit behind it, and at the end", () => {
    const short = finderOf(["you", "prompt", "gib "]);
    for (const behind of ["", " ", "r", ".", "1", "\u4f60", "\n"]) expect(short.mayMatch(`say you${behind}`)).toEqual([0]);
    expect(short.mayMatch("gib prompt")).toEqual([1, 2]);
    expect(short.mayMatch("yo gib")).toEqual([]);
  });
  it("[GUARD-31] may be a long word: what begins like it is none", () => {
    const long = finderOf(["instructions above", "instructions below", "instruct"]);
    expect(long.mayMatch("the instructions above")).toEqual([0, 2]);
    expect(long.mayMatch("the instructions below")).toEqual([1, 2]);
    expect(long.mayMatch("the instructions behind")).toEqual([2]);
    expect(long.mayMatch("the instructions abov")).toEqual([2]);
  });
  it("[GUARD-31] is missing in what people write to each other: hardly any pattern is tried", () => {
    const text = normalise(
      "Thank you for your message. Your order has left our warehouse, and should be with you by Friday the 12th of March.",
    ).text;
    expect(finder.mayMatch(text).length).toBeLessThanOrEqual(6);
  });
});
