/**
 * JSON Schema 2020-12 as its official test suite has it: for each keyword the cases in which implementations differ. Written after the
 * suite's required sets and its sets of formats.
 */
import { describe, expect, it } from "vitest";
import type { Json } from "../../../core/json.ts";
import { checkSchema, validate } from "../../../core/workflow/schema.ts";
import { FORMATS } from "../../support/schema/formats.ts";
import { PLACE_KEYWORDS } from "../../support/schema/place-keywords.ts";
import { VALUE_KEYWORDS } from "../../support/schema/value-keywords.ts";

describe("[SCHEMA-8] the verdicts of JSON Schema 2020-12", () => {
  describe.each(Object.entries({ ...VALUE_KEYWORDS, ...PLACE_KEYWORDS }))("%s", (_keyword, rows) => {
    it.each(rows.map((row, index) => [index, ...row] as const))("row %i", (_index, schema, good, bad) => {
      expect(checkSchema(schema as Json)).toEqual([]);
      for (const value of good) expect([value, validate(schema, value)]).toEqual([value, []]);
      for (const value of bad) expect([value, validate(schema, value).length > 0]).toEqual([value, true]);
      expect(good.length + bad.length).toBeGreaterThan(0);
    });
  });

  it.each(Object.entries(FORMATS))("the format %s", (format, [good, bad]) => {
    expect(good.length + bad.length).toBeGreaterThan(0);
    for (const value of good) expect([value, validate({ format }, value)]).toEqual([value, []]);
    for (const value of bad) expect([value, validate({ format }, value).length > 0]).toEqual([value, true]);
    for (const value of [12, 13.7, {}, [], false, null] as Json[]) expect(validate({ format }, value)).toEqual([]);
  });

  /** Labels that the contextual rules and exceptions of RFC 5892 decide. */
  it.each<[string, boolean]>([
    ["xn--07jt112bpxg", false], // a Hangul tone mark
    ["xn--fiqs8s", true], // 中国
    ["xn--ll-0ea", true], // l·l
    ["xn--la-0ea", false], // l·a
    ["xn--wva3je", true], // α͵β
    ["xn--wva3j", false], // α͵
    ["xn--4dbc5h", true], // א׳ב
    ["xn--vek", false], // a katakana middle dot alone
    ["xn--11b2ezcw70k", true], // क्‍ष
    ["xn--11b2er09f", false], // क‍ष
    ["xn--l8j4u", true], // a katakana middle dot beside hiragana
    ["xn--9hb9z", false], // two rows of Arabic digits
    ["xn--ngba5hb2804a", true], // a joiner in Persian
    ["xn--a-eoc", false], // a tatweel
    ["xn--diethylphosphorodithioate-", false],
    ["xn--mnchen-3ya", true],
    ["XN--MNCHEN-3YA", true],
    ["xn--99999999", false],
  ])("%s: %s", (label, fits) => expect(validate({ format: "hostname" }, `${label}.example`).length === 0).toBe(fits));

  it("except for remote references, which are refused at registration", () => {
    for (const $ref of [
      "http://localhost:1234/draft2020-12/integer.json",
      "https://json-schema.org/draft/2020-12/schema",
      "other.json#a",
    ]) {
      expect(checkSchema({ $ref }).map(({ path }) => path)).toEqual(["/$ref"]);
    }
  });
});
