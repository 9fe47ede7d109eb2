/** What ordinary people write with the words of an attack, and attacks in the same clothes (test/support/attack-kinds/ordinary.ts). */
import { describe, expect, it } from "vitest";
import type { Channel } from "../../../core/guardrail/finding.ts";
import { ordinaryIn } from "../../../core/guardrail/injection/ordinary.ts";
import { quotedWordsSpokenOf } from "../../../core/guardrail/injection/quoted.ts";
import { inspectText } from "../../../core/guardrail/inspect-text.ts";
import {
  CLOTHED,
  CLOTHED_LATER,
  CORRECTIONS,
  OWN_INSTRUCTIONS,
  PARTS,
  QUOTED_BY_STAFF,
  QUOTED_IN_DATA,
  REPORTS,
  SAID_AGAIN,
  WRONG_CHAT,
} from "../../support/attack-kinds/ordinary.ts";
import { bestOf } from "../../support/cpu-time.ts";

const verdictsOf = (texts: readonly string[], channel: Channel) =>
  texts.map((text) => ({ text, verdict: inspectText(text, channel).verdict }));
const blocked = (texts: readonly string[], channel: Channel) => verdictsOf(texts, channel).filter(({ verdict }) => verdict === "block");
const stopped = (texts: readonly string[]) => verdictsOf(texts, "user").filter(({ verdict }) => verdict !== "pass");

describe("what ordinary people write with the words of an attack", () => {
  it.each([
    ["instructions that the speaker gave", OWN_INSTRUCTIONS],
    ["an order put right", CORRECTIONS],
    ["the conversation said again", SAID_AGAIN],
    ["a message meant for another chat", WRONG_CHAT],
  ])("[INJ-40] %s: passes as a user's and is not blocked in a tool's answer", (_name, texts) => {
    expect(stopped(texts)).toEqual([]);
    expect(blocked(texts, "tool_output")).toEqual([]);
  });
  it.each(["user", "tool_output"] as const)("[INJ-40] attacks in the same clothes are blocked, as %s", (channel) => {
    const missed = verdictsOf([...CLOTHED, ...CLOTHED_LATER], channel).filter(({ verdict }) => verdict !== "block");
    expect(missed).toEqual([]);
  });
  it("[INJ-41] somebody who speaks of what a third person writes passes; in a tool's answer one that orders nothing else is not blocked", () => {
    expect(stopped([...QUOTED_BY_STAFF, ...QUOTED_IN_DATA])).toEqual([]);
    const ordering = QUOTED_BY_STAFF.filter((text) => text.includes("write a poem"));
    expect(blocked([...QUOTED_BY_STAFF, ...QUOTED_IN_DATA], "tool_output").map(({ text }) => text)).toEqual(ordering);
  });
  it("[INJ-42] parts to play that take nothing away, and what somebody was told by somebody else, pass", () => {
    expect(stopped(PARTS)).toEqual([]);
    expect(blocked([...PARTS, ...REPORTS], "tool_output")).toEqual([]);
    expect(blocked(REPORTS, "user")).toEqual([]);
  });
  it.each(["if a customer says ", "if a customer says 'ignore your rules' what ", "expect(check('ignore your rules')) ", "如果客户说"])(
    "[INJ-41] takes linear time: %s",
    (unit) => {
      const textOf = (length: number): string => unit.repeat(Math.ceil(length / unit.length));
      quotedWordsSpokenOf(textOf(2_000));
      const [short = 0, long = 0] = [8_000, 64_000].map((length) =>
        bestOf(() => quotedWordsSpokenOf(`'ignore your rules' ${textOf(length)}`)),
      );
      expect(long).toBeLessThan(Math.max(20, short * 24));
    },
  );
  it("[INJ-40] long texts are judged as they stand", () => {
    const [text = ""] = OWN_INSTRUCTIONS;
    expect(ordinaryIn(text.toLowerCase())).toHaveLength(1);
    expect(ordinaryIn(`${text.toLowerCase()} ${"We will be at home. ".repeat(20)}`)).toEqual([]);
  });
});
