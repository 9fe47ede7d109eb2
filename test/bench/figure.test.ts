import { describe, expect, it } from "vitest";
import { aligned, type Figure, isMet, tableOf, written } from "../../bench/report/figure.ts";
import { summarise } from "../../bench/report/statistics.ts";

const figure = (value: readonly number[], target: Figure["target"]): Figure => ({
  part: "part",
  id: "part.figure",
  what: "a figure",
  unit: "×",
  value: summarise(value),
  target,
  sides: [{ name: "ours", unit: "ms", value: summarise([1.2345]) }],
});

describe("a figure and its target", () => {
  it("judges the median, inclusively, in the direction of the target", () => {
    expect(isMet(figure([1, 2, 9], { at: "most", value: 2 }))).toBe(true);
    expect(isMet(figure([1, 2.01, 1], { at: "most", value: 1 }))).toBe(true);
    expect(isMet(figure([2.1, 2.01, 1], { at: "most", value: 2 }))).toBe(false);
    expect(isMet(figure([0.6], { at: "least", value: 0.6 }))).toBe(true);
    expect(isMet(figure([0.59], { at: "least", value: 0.6 }))).toBe(false);
    expect(isMet(figure([1], null))).toBeNull();
  });

  it("says so in the table, with the spread of what was repeated", () => {
    const [heading, met, missed, plain] = tableOf([
      figure([1, 2, 3], { at: "most", value: 2 }),
      figure([0.5], { at: "least", value: 0.6 }),
      figure([7], null),
    ]);
    expect(heading).toHaveLength(7);
    expect(met).toEqual(["part", "a figure", "2 ×", "1 to 3 (n=3)", "≤ 2", "met", "ours 1.23 ms"]);
    expect(missed?.slice(2, 6)).toEqual(["0.5 ×", "", "≥ 0.6", "MISSED"]);
    expect(plain?.slice(3, 6)).toEqual(["", "", ""]);
  });
});

describe("numbers in words", () => {
  it.each([
    [0, "0"],
    [1, "1"],
    [1.2345, "1.23"],
    [1234.5, "1235"],
    [0.000123456, "0.000123"],
    [100, "100"],
    [-0.5, "-0.5"],
  ])("writes %d as %s", (value, text) => {
    expect(written(value)).toBe(text);
  });

  it("lines columns up and leaves no blanks at the end", () => {
    expect(
      aligned([
        ["a", "b"],
        ["long", ""],
      ]),
    ).toEqual(["a     b", "long"]);
  });
});
