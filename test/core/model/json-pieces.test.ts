/** Arguments that a server writes as several JSON values in a row. */
import { expect, it } from "vitest";
import { openJsonScan, soleObject } from "../../../core/model/json-pieces.ts";
import { longIn, readArguments } from "../../../core/model-call/asked-calls.ts";

const OSLO = '{"city":"Oslo"}';
it.each([
  ["nothing before it", `{}${OSLO}`],
  ["nothing before it, twice, with spaces", `{ } \n{}${OSLO}`],
  ["null before it", `null${OSLO}`],
  ["an empty text before it", `""${OSLO}`],
  ["nothing behind it", `${OSLO}{}`],
  ["itself before it", `${OSLO}${OSLO}`],
  ["nothing before it, both as texts", `"{}"${JSON.stringify(OSLO)}`],
])("[MODEL-7] arguments with %s are the one object", (_, given) => expect(readArguments(given)).toEqual({ city: "Oslo" }));

it.each([`{}{}`, `{}`, ` {} {} `])("[MODEL-7] %j are no arguments", (given) => expect(readArguments(given)).toEqual({}));

it.each([`${OSLO}{"city":"Rome"}`, `{}{"city":`, `{}${OSLO}}`, `{}${OSLO} and`, `${OSLO}"Oslo"`])(
  "[MODEL-7] %j mean no one object",
  (given) => expect(readArguments(given)).toBeNull(),
);

it("a long number keeps its place", () => {
  const given = '{}{"id":12345678901234567890}';
  expect([soleObject(given), longIn(given)]).toEqual(['{"id":12345678901234567890}', ["/id"]]);
});

it.each([
  ["", false],
  ['{"a":', false],
  ['{"a":"}', false],
  ['{"a":"\\"}"', false],
  ["{}", true],
  ['{"a":[{}]}', true],
  ['"{}"', true],
])("knows whether %j is complete, however it is cut", (text, isComplete) => {
  const scan = openJsonScan();
  for (const unit of text) scan.push(unit);
  expect(scan.isComplete()).toBe(isComplete);
});
