/** Orders in the text of a tool that is imported, told from ordinary advice. */
import { describe, expect, it } from "vitest";
import { reachesBeyondItsTool } from "../../../../core/tool/import/poison.ts";
import { bestOf } from "../../../support/cpu-time.ts";
import { AFTERWARDS, HARMLESS, POISONED } from "./descriptions.ts";

describe("[IMPORT-14] a description", () => {
  it.each(POISONED.map((text) => [text]))("gives orders beyond its tool: %s", (text) => expect(reachesBeyondItsTool(text)).toBe(true));
  it.each(HARMLESS.map((text) => [text]))("is ordinary: %s", (text) => expect(reachesBeyondItsTool(text)).toBe(false));

  it("that gives an order that no rule was written for is found in twelve of fifteen", () =>
    expect(AFTERWARDS.filter(reachesBeyondItsTool).length).toBeGreaterThanOrEqual(12));

  it("is judged in time that grows with its length and no faster", () => {
    for (const piece of ["before ", "send the ", "when is used ", "<system>", "pass the whole ", "call this and ", "a.b ", "`a"]) {
      const timeOf = (times: number): number => {
        const text = piece.repeat(times);
        return bestOf(() => reachesBeyondItsTool(text));
      };
      const most = 3 * 8 * Math.max(4, timeOf(4_000)); // a clock of processors may tick every four milliseconds
      expect(timeOf(32_000), piece).toBeLessThan(most);
    }
  });
});
