/** Which of the kept answers may be given now: their time, their model, their form. */
import { describe, expect, it } from "vitest";
import {
  FRESH_MS,
  freshAnswer,
  KEPT_MS,
  type KeptAnswer,
  lastAnswer,
  readKeptAnswers,
  withAnswer,
} from "../../../core/cache/kept-answer.ts";

const NOW = 1_000_000_000_000;
const kept = (age: number, model = "m"): KeptAnswer => ({ model, output: age, kept_at: NOW - age, subject: "s" });

describe("[CACHE-8] the time of a kept answer", () => {
  it.each<[string, number, boolean, boolean]>([
    ["of now", 0, true, true],
    ["a moment before its day is over", FRESH_MS - 1, true, true],
    ["a day old", FRESH_MS, false, true],
    ["a moment before its week is over", KEPT_MS - 1, false, true],
    ["a week old", KEPT_MS, false, false],
    ["from the future", -1, false, false],
    ["of no time", Number.NaN, false, false],
  ])("%s", (_, age, fresh, last) => {
    expect(freshAnswer([kept(age)], "m", NOW) !== null).toBe(fresh);
    expect(lastAnswer([kept(age)], NOW) !== null).toBe(last);
    expect(withAnswer([kept(age, "other")], kept(0)).answers).toHaveLength(last ? 2 : 1);
  });

  it("gives another model's answer on the last rung alone, the newest first", () => {
    const known = [kept(9, "b"), kept(5, "a")];
    expect(freshAnswer(known, "m", NOW)).toBeNull();
    expect(lastAnswer(known, NOW)?.output).toBe(5);
  });

  it("keeps one answer of each model, the newest", () => {
    expect(withAnswer([kept(9), kept(8, "b")], kept(0)).answers.map(({ output }) => output)).toEqual([0, 8]);
  });

  it.each([undefined, null, 5, "x", [], { v: 2, answers: [kept(0)] }, { v: 1 }, { v: 1, answers: [null, 5, { model: "m" }] }])(
    "reads nothing out of %j",
    (raw) => expect(readKeptAnswers(raw as never)).toEqual([]),
  );
});
