/** The scores of the shipped examples and of calls as they come, fixed: who changes the points sees here what that means. */
import { describe, expect, it } from "vitest";
import type { RiskFacts } from "../../../core/risk/facts.ts";
import { riskOf } from "../../../core/risk/risk.ts";

/** A write of the shop's own tools on the caller's word: the refund of `support-refund`. */
const REFUND: RiskFacts = {
  effect: "write",
  toolClass: "internal",
  destination: "own",
  argumentClass: "internal",
  trust: "trusted",
  chosenBy: "definition",
  spentShare: 0,
  callUsd: 0,
  seenInstruction: false,
  seenClass: "internal",
  writes: 0,
  oddities: [],
};
const agent = { chosenBy: "model", trust: "untrusted" } as const;
const injected = { ...agent, seenInstruction: true } as const;

const EXAMPLES: readonly [string, Partial<RiskFacts>, number][] = [
  ["support-refund looks up the order", { effect: "read" }, 12],
  ["support-refund refunds the order that the caller named", {}, 32],
  ["support-refund refunds what a tool answered", { trust: "untrusted" }, 42],
  ["a definition books an invoice that a model read", { trust: "untrusted", toolClass: "confidential", argumentClass: "confidential" }, 52],
  ["an agent looks something up", { effect: "read", ...agent }, 30],
  ["an agent writes to the org's own system", { ...agent }, 50],
  ["an agent writes to a foreign host", { ...agent, destination: "foreign" }, 57],
  ["the same as its fifth write, with an address in it", { ...agent, destination: "foreign", writes: 4, oddities: ["address"] }, 64],
  ["the same with confidential data", { ...agent, destination: "foreign", argumentClass: "confidential", seenClass: "confidential" }, 68],
  ["an agent writes to the org's own system after an instruction", { ...injected }, 65],
  ["an agent writes to a foreign host after an instruction", { ...injected, destination: "foreign" }, 72],
  [
    "the same with confidential data",
    { ...injected, destination: "foreign", argumentClass: "confidential", seenClass: "confidential" },
    83,
  ],
  ["the same with restricted data", { ...injected, destination: "foreign", argumentClass: "restricted", seenClass: "restricted" }, 97],
  [
    "everything at once",
    {
      ...injected,
      destination: "foreign",
      toolClass: "restricted",
      argumentClass: "restricted",
      seenClass: "restricted",
      writes: 9,
      spentShare: 1,
    },
    100,
  ],
];

describe("the risk of the shipped examples", () => {
  it.each(EXAMPLES)("[RISK-7] %s", (_name, change, score) => {
    expect(riskOf({ ...REFUND, ...change }).score).toBe(score);
  });
});
