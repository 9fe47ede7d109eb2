import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nearestName, unknownName } from "../../../core/errors/unknown-name.ts";
import { cpuMs } from "../../support/cpu-time.ts";

const NAMES = ["invoice-triage", "support-refund", "order-fulfilment"];

describe("an unknown name", () => {
  it("is named, with the one that was probably meant", () => {
    expect(unknownName("workflow", "invoice-triag", NAMES)).toEqual({
      code: "not_found",
      detail: "there is no workflow `invoice-triag`; did you mean `invoice-triage`?",
    });
    expect(unknownName("workflow", "payroll", NAMES).detail).toBe("there is no workflow `payroll`");
  });
  it.each([
    ["suport-refund", "support-refund"],
    ["support-refunds", "support-refund"],
    ["suppotr-refund", "support-refund"],
    ["support_refund", "support-refund"],
    ["order-fullfillment", "order-fulfilment"],
    ["order", null],
    ["refund", null],
    ["x".repeat(65), null],
  ])("%s is near to %s", (name, near) => expect(nearestName(name, NAMES)).toBe(near));
  it("of a short name only one letter may differ", () => {
    expect(nearestName("char", ["chat"])).toBe("chat");
    expect(nearestName("cart", ["chat"])).toBeNull();
  });
  it("finds a name again from any single slip, and looks at 200 names at most", () => {
    const slip = fc.tuple(fc.constantFrom(...NAMES), fc.nat(), fc.constantFrom("drop", "double", "swap", "change"));
    fc.assert(
      fc.property(slip, ([name, where, how]) => {
        const at = where % (name.length - 1);
        const [before, letter, next, after] = [name.slice(0, at), name[at] ?? "", name[at + 1] ?? "", name.slice(at + 2)];
        const slipped = {
          drop: before + next + after,
          double: before + letter + letter + next + after,
          swap: before + next + letter + after,
        };
        const typed = how === "change" ? `${before}~${next}${after}` : slipped[how as keyof typeof slipped];
        if (typed !== name) expect(nearestName(typed, NAMES)).toBe(name);
      }),
    );
    expect(nearestName("support-refun", [...Array.from({ length: 200 }, (_, index) => `w${index}`), "support-refund"])).toBeNull();
  });
  it("takes no more time than its bounds allow, whatever is asked", () => {
    const start = cpuMs();
    const names = Array.from({ length: 5_000 }, (_, index) => "a".repeat(60) + index);
    for (let time = 0; time < 20; time++) nearestName("a".repeat(64), names);
    expect(cpuMs() - start).toBeLessThan(3_000);
  });
});
