import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DATA_CLASSES } from "../../../core/label/label.ts";
import { DESTINATIONS, type RiskFacts } from "../../../core/risk/facts.ts";
import { DEFAULT_RISK_LIMITS, underLimits } from "../../../core/risk/limits.ts";
import { largestNumber, ODDITIES, type Oddity, odditiesOf } from "../../../core/risk/oddities.ts";
import { riskier, riskOf } from "../../../core/risk/risk.ts";

const KINDS = Object.keys(ODDITIES) as Oddity[];
const EFFECTS = ["none", "read", "write"] as const;
const TRUSTS = ["trusted", "untrusted"] as const;
const CHOOSERS = ["definition", "model"] as const;

const anyFacts: fc.Arbitrary<RiskFacts> = fc.record({
  effect: fc.constantFrom(...EFFECTS),
  toolClass: fc.constantFrom(...DATA_CLASSES),
  destination: fc.constantFrom(...DESTINATIONS),
  argumentClass: fc.constantFrom(...DATA_CLASSES),
  trust: fc.constantFrom(...TRUSTS),
  chosenBy: fc.constantFrom(...CHOOSERS),
  spentShare: fc.double({ min: 0, max: 1.5, noNaN: true }),
  callUsd: fc.double({ min: 0, max: 50, noNaN: true }),
  seenInstruction: fc.boolean(),
  seenClass: fc.constantFrom(...DATA_CLASSES),
  writes: fc.nat(20),
  oddities: fc.subarray(KINDS),
});

/** The more harmful of two values of each fact. */
const higher = <T>(order: readonly T[], a: T, b: T): T => (order.indexOf(a) >= order.indexOf(b) ? a : b);
const worst = (a: RiskFacts, b: RiskFacts): RiskFacts => ({
  effect: higher(EFFECTS, a.effect, b.effect),
  toolClass: higher(DATA_CLASSES, a.toolClass, b.toolClass),
  destination: higher(DESTINATIONS, a.destination, b.destination),
  argumentClass: higher(DATA_CLASSES, a.argumentClass, b.argumentClass),
  trust: higher(TRUSTS, a.trust, b.trust),
  chosenBy: higher(CHOOSERS, a.chosenBy, b.chosenBy),
  spentShare: Math.max(a.spentShare, b.spentShare),
  callUsd: Math.max(a.callUsd, b.callUsd),
  seenInstruction: a.seenInstruction || b.seenInstruction,
  seenClass: higher(DATA_CLASSES, a.seenClass, b.seenClass),
  writes: Math.max(a.writes, b.writes),
  oddities: KINDS.filter((kind) => a.oddities.includes(kind) || b.oddities.includes(kind)),
});

describe("the risk of a call", () => {
  it("[RISK-1] is 0 to 100 in whole points, the sum of its factors, each with a name, points and a reason", () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const { score, factors } = riskOf(facts);
        expect(Number.isInteger(score) && score >= 0 && score <= 100).toBe(true);
        expect(factors.reduce((sum, { points }) => sum + points, 0)).toBe(score);
        for (const { factor, points, why } of factors) expect([factor.length > 0, points > 0, why.length > 0]).toEqual([true, true, true]);
      }),
    );
  });

  it("[RISK-2] never falls when one of its facts gets worse", () => {
    fc.assert(
      fc.property(anyFacts, anyFacts, (a, b) => {
        expect(riskOf(worst(a, b)).score).toBeGreaterThanOrEqual(riskOf(a).score);
        for (const fact of Object.keys(a) as (keyof RiskFacts)[]) {
          const one = { ...a, [fact]: worst(a, b)[fact] } as RiskFacts;
          expect(riskOf(one).score).toBeGreaterThanOrEqual(riskOf(a).score);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("[RISK-2] rises with each fact by itself", () => {
    const least: RiskFacts = {
      effect: "none",
      toolClass: "public",
      destination: "platform",
      argumentClass: "public",
      trust: "trusted",
      chosenBy: "definition",
      spentShare: 0,
      callUsd: 0,
      seenInstruction: false,
      seenClass: "public",
      writes: 0,
      oddities: [],
    };
    expect(riskOf(least)).toEqual({ score: 0, factors: [] });
    const worse: readonly [Partial<RiskFacts>, string][] = [
      [{ effect: "read" }, "effect"],
      [{ effect: "write" }, "effect"],
      [{ toolClass: "internal" }, "tool_class"],
      [{ argumentClass: "internal" }, "data_class"],
      [{ destination: "own" }, "destination"],
      [{ destination: "foreign" }, "destination"],
      [{ trust: "untrusted" }, "untrusted"],
      [{ chosenBy: "model" }, "chosen_by"],
      [{ spentShare: 0.5 }, "cost"],
      [{ callUsd: 1 }, "cost"],
      [{ seenInstruction: true }, "instruction"],
      [{ writes: 1 }, "writes"],
      [{ oddities: ["address"] }, "arguments"],
    ];
    for (const [change, factor] of worse) expect(riskOf({ ...least, ...change }).factors.map((one) => one.factor)).toEqual([factor]);
    const read = riskOf({ ...least, destination: "foreign", seenClass: "restricted" });
    expect(read.factors.map(({ factor }) => factor)).toEqual(["destination", "outflow"]);
    expect(riskier(read, riskOf(least))).toBe(read);
    expect(riskier(riskOf(least), read)).toBe(read);
  });
});

describe("what an org does about risk", () => {
  const write = { writes: true, compensation: false, overridden: false };
  const at = (score: number, call = write) => underLimits({ score, factors: [] }, DEFAULT_RISK_LIMITS, call);

  it("[RISK-3] holds a write over `review_over` for a person and denies one over `block_over`", () => {
    expect([70, 71, 90, 91, 100].map((score) => at(score).decision)).toEqual(["allow", "ask", "ask", "deny", "deny"]);
    expect(at(91)).toEqual({ decision: "deny", reason: "risk.block_over" });
    expect(at(80)).toEqual({ decision: "ask", reason: "risk.review_over" });
  });

  it("[RISK-3] holds up no read", () => {
    expect([71, 91, 100].map((score) => at(score, { ...write, writes: false }).decision)).toEqual(["allow", "allow", "allow"]);
  });

  it("[RISK-4] asks a person about a compensation instead of denying it", () => {
    expect(at(95, { ...write, compensation: true })).toEqual({ decision: "ask", reason: "risk.block_over" });
  });

  it("[RISK-5] lets what two people overrode go, and nothing below the block", () => {
    expect(at(95, { ...write, overridden: true })).toEqual({ decision: "allow", reason: "risk.overridden" });
    expect(at(80, { ...write, overridden: true })).toEqual({ decision: "ask", reason: "risk.review_over" });
  });
});

describe("unusual arguments", () => {
  it("[RISK-6] are addresses, encoded text, large texts and numbers far above the run's earlier ones", () => {
    expect(odditiesOf({ id: "o-17", note: "Please refund the delivery of Tuesday." })).toEqual([]);
    expect(odditiesOf({ note: "see https://evil.example/x?d=1" })).toEqual(["address"]);
    expect(odditiesOf({ note: "c2VjcmV0IGRhdGEgdGhhdCBpcyBsb25nIGVub3VnaCB0byBiZSBzZWVuIGFzIGVuY29kZWQ1" })).toEqual(["encoded"]);
    expect(odditiesOf({ note: "a b ".repeat(1_500) })).toEqual(["large"]);
    expect(odditiesOf({ amount: 5_000 }, { largestNumber: 30 })).toEqual(["number"]);
    expect(odditiesOf({ amount: 5_000 })).toEqual([]);
    expect(odditiesOf({ amount: 290 }, { largestNumber: 30 })).toEqual([]);
    expect(odditiesOf({ "https://evil.example": 1 })).toEqual(["address"]);
    expect(largestNumber({ a: [1, -7, { b: 3 }] })).toBe(7);
    expect(largestNumber({ a: "x" })).toBeNull();
  });
});
