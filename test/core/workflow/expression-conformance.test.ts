/** What CEL's own conformance suite says of text, maps, numbers and times, and that the page lists the functions that exist. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Json } from "../../../core/json.ts";
import { CEL_FUNCTIONS } from "../../../core/workflow/cel/functions.ts";
import { evaluate } from "../../../core/workflow/expression.ts";

const outcome = (cel: string, input: Json = {}): Json | string => {
  const result = evaluate({ cel }, { input, steps: {}, run: { id: "r", org: "o", user: "u", subject: "s" } });
  return result.ok ? result.value : `error: ${result.error.message.replace(/^.* failed: /s, "")}`;
};

describe("[CEL-6] text, maps and numbers are CEL's", () => {
  it.each<[string, Json]>([
    ["'\\u0085 a\\u3000'.trim()", "a"],
    ["'\\ufeffa'.trim()", "\ufeffa"],
    ["' \\u200ba'.trim()", "\u200ba"],
    ["'ab'.replace('', '-')", "-a-b-"],
    ["'a😀'.replace('', '-')", "-a-😀-"],
    ["''.replace('', '-')", "-"],
    ["'aaa'.replace('aa', 'b')", "ba"],
    ["'abcabc'.split('bc')", ["a", "a", ""]],
    ["''.split(',')", [""]],
    ["'a😀b'.split('')", ["a", "😀", "b"]],
    ["'abcdefghijabcdefghij'.lastIndexOf('abcdefghi')", 10],
    ["'abcdefghijabcdefghij'.indexOf('bcdefghij')", 1],
    ["'abc'.lastIndexOf('')", 3],
    ["'abc'.indexOf('')", 0],
    ["'abc'.contains('')", true],
    ["'aaaaaaaaaaaab'.contains('aaaaaaaaab')", true],
    ["{1: 'a'}[1]", "a"],
    ["{1: 'a', 2.5: 'b'}", { "1": "a", "2.5": "b" }],
    ["1 in {1: 2}", true],
    ["{true: 1}[true]", 1],
    ["{'__proto__': 1}['__proto__']", 1],
    [".5 + 1", 1.5],
    ["[.5, 1.5].map(x, x * .5)", [0.25, 0.75]],
    ["'x .5' + \"'.5\"", "x .5'.5"],
    ["bool('1') && bool('t') && bool('TRUE') && bool('True')", true],
    ["bool('0') || bool('f') || bool('FALSE') || bool('False')", false],
    ["'HELLO world'.matches('(?i)hello WORLD')", true],
    ["'HELLO'.matches('hello')", false],
    ["'a\\nb'.matches('(?s)a.b')", true],
  ])("%s", (cel, expected) => expect(outcome(cel)).toEqual(expected));

  it.each([
    ["{'a': 1, 'a': 2}", "error: a key of the map stands there twice"],
    ["{1: 1, 1.0: 2}", "error: a key of the map stands there twice"],
    ["{1: 1, '1': 2}", "error: a key of the map stands there twice"],
    ["{[]: 1}", "error: the key of a map is not a string or a number"],
    [
      "int('1234567890123456789')",
      "error: int() gives no whole number beyond 2^53; keep such a number as a text of digits (`format: int64`)",
    ],
    ["int(1e20)", "error: int() gives no whole number beyond 2^53; keep such a number as a text of digits (`format: int64`)"],
    ["'😀' > '\uffee' && '\uffee' < '😀' && 'a' < 'ab' && 'ab' < 'b' && '' < 'a' ? 'ordered' : bool('no')", "ordered"],
    ["bool('tRuE')", "error: bool() takes true or false, or a text such as `true`, `t` or `1`"],
  ])("%s gives %s", (cel, expected) => expect(outcome(cel)).toBe(expected));
});

describe("[CEL-7] times are CEL's", () => {
  it.each<[string, Json]>([
    ["timestamp('2009-02-13T23:31:30Z')", "2009-02-13T23:31:30Z"],
    ["timestamp('2009-02-13T23:31:20.123456789Z')", "2009-02-13T23:31:20.123456789Z"],
    ["timestamp('2009-02-14T01:31:30+02:00')", "2009-02-13T23:31:30Z"],
    ["timestamp('0001-01-01T00:00:00Z')", "0001-01-01T00:00:00Z"],
    ["timestamp('9999-12-31T23:59:59.999999999Z')", "9999-12-31T23:59:59.999999999Z"],
    ["int(timestamp('2009-02-13T23:31:30Z'))", 1234567890],
    ["timestamp(1234567890)", "2009-02-13T23:31:30Z"],
    ["string(duration('1h30m'))", "5400s"],
    ["duration('-1.5s')", "-1.5s"],
    ["duration('1ms') + duration('1us') + duration('1ns')", "0.001001001s"],
    ["timestamp('2026-01-31T12:00:00Z') + duration('24h')", "2026-02-01T12:00:00Z"],
    ["duration('24h') + timestamp('2026-01-31T12:00:00Z')", "2026-02-01T12:00:00Z"],
    ["timestamp('2026-03-01T00:00:00Z') - timestamp('2026-02-01T00:00:00Z')", "2419200s"],
    ["timestamp('2026-03-01T00:00:00Z') - duration('1s')", "2026-02-28T23:59:59Z"],
    ["(timestamp('2026-03-01T00:00:00Z') - timestamp('2026-02-01T00:00:00Z')).getHours()", 672],
    ["-duration('1m')", "-60s"],
    ["timestamp('2026-01-01T00:00:00Z') < timestamp('2026-01-01T00:00:00.000000001Z')", true],
    ["timestamp('2026-01-01T00:00:00Z') == timestamp('2026-01-01T01:00:00+01:00')", true],
    ["duration('60s') == duration('1m')", true],
    ["duration('61s') > duration('1m')", true],
    ["timestamp('2026-01-01T00:00:00Z') == '2026-01-01T00:00:00Z'", false],
    ["timestamp('2009-02-13T23:31:20.123Z').getFullYear()", 2009],
    ["timestamp('2009-02-13T23:31:20.123Z').getMonth()", 1],
    ["timestamp('2009-02-13T23:31:20.123Z').getDate()", 13],
    ["timestamp('2009-02-13T23:31:20.123Z').getDayOfMonth()", 12],
    ["timestamp('2009-02-13T23:31:20.123Z').getDayOfWeek()", 5],
    ["timestamp('2009-02-13T23:31:20.123Z').getDayOfYear()", 43],
    ["timestamp('2008-12-31T00:00:00Z').getDayOfYear()", 365],
    ["timestamp('2009-12-31T00:00:00Z').getDayOfYear()", 364],
    ["timestamp('2009-02-13T23:31:20.123Z').getHours()", 23],
    ["timestamp('2009-02-13T23:31:20.123Z').getMinutes()", 31],
    ["timestamp('2009-02-13T23:31:20.123Z').getSeconds()", 20],
    ["timestamp('2009-02-13T23:31:20.123Z').getMilliseconds()", 123],
    ["timestamp('2009-02-13T23:31:20Z').getDate('+11:00')", 14],
    ["timestamp('2009-02-13T23:31:20Z').getHours('-02:30')", 21],
    ["timestamp('2026-07-01T23:00:00Z').getHours('Europe/Berlin')", 1],
    ["timestamp('2026-01-01T23:00:00Z').getFullYear('America/New_York')", 2026],
    ["duration('3730s').getMinutes()", 62],
    ["duration('123.321456789s').getMilliseconds()", 321],
    ["[timestamp('2026-01-01T00:00:00Z')].map(x, {'at': x})", [{ at: "2026-01-01T00:00:00Z" }]],
  ])("%s", (cel, expected) => expect(outcome(cel)).toEqual(expected));

  it.each([
    ["timestamp('2026-02-30T00:00:00Z')", "there is no such time"],
    ["timestamp('2026-01-01T24:00:00Z')", "there is no such time"],
    ["timestamp('2026-01-01')", "timestamp() takes a text such as"],
    ["timestamp('9999-12-31T23:59:59Z') + duration('1s')", "the timestamp is out of range"],
    ["duration('1d')", "duration() takes a text such as"],
    ["duration('')", "duration() takes a text such as"],
    ["duration('99999999999h')", "the duration is out of range"],
    ["timestamp(1) < duration('1s')", "`<` does not compare a timestamp with a duration"],
    ["timestamp(1) + timestamp(2)", "`+` does not take a timestamp and a timestamp"],
    ["timestamp(1).getHours('Nowhere/City')", "there is no such time zone"],
    ["timestamp(1e300)", "the timestamp is out of range"],
    ["duration('1h').getHours('UTC')", "getHours() does not take a duration and a zone"],
    ["'a'.getHours()", "getHours() does not take a string"],
    ["timestamp(1).nanos", "a timestamp has no field `nanos`"],
  ])("%s is an error", (cel, expected) => expect(outcome(cel)).toContain(`error: ${expected}`));
});

it("[CEL-8] the page lists every function as it can be called, and no other", () => {
  const page = readFileSync("docs/expressions.md", "utf8").split("## Functions")[1]?.split("\n## ")[0] ?? "";
  const rows = [...page.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, names]) =>
    [...(names ?? "").matchAll(/`([^`]+)`/g)].map((name) => name[1]),
  );
  const listed = rows.map((form) => {
    const [, receiver, name, args] = /^(x\.)?(\w+)\((.*)\)$/.exec(form ?? "") ?? [];
    return `${receiver === undefined ? "" : "x."}${name}/${args === "" ? 0 : (args ?? "").split(",").length}`;
  });
  const table = CEL_FUNCTIONS.flatMap(([name, { asFunction, asMethod }]) => [
    ...asFunction.map((count) => `${name}/${count}`),
    ...asMethod.map((count) => `x.${name}/${count}`),
  ]);
  expect(table.length).toBeGreaterThan(30);
  expect(listed.toSorted()).toEqual(table.toSorted());
});
