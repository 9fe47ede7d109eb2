/** Whose turn it is, and what stays of a long conversation. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nextOf } from "../../../core/session/order.ts";
import type { MemberState, SessionMessage } from "../../../core/session/session.ts";
import { condensed, exactIn, SUMMARY_SHARE, shortened } from "../../../core/session/summary.ts";
import { cpuMs } from "../../support/cpu-time.ts";

const STATES: readonly MemberState[] = ["waiting", "called", "speaking", "apart"];
const message = (content: string, role: SessionMessage["role"] = "user"): SessionMessage => ({
  ...{ role, content, run: "run_1", at: 0 },
  label: { trust: role === "user" ? "trusted" : "untrusted", class: "internal", sources: [role] },
});
/** Talk without anything that must not be lost, and no sentence twice. */
const CHATTER = "I looked at the shade and the stand again and wondered how the light would fall on the wall in the evening. ";
const letters = (n: number): string => [...String(n)].map((digit) => "abcdefghij"[Number(digit)]).join("");
const chat = (turns: number): SessionMessage[] =>
  Array.from({ length: turns }, (_, turn) => {
    const sentences = ["a", "b", "c", "d"].map((part) => `${CHATTER.slice(0, -2)} of ${letters(turn)}${part}.`);
    return message(sentences.join(" "), turn % 2 ? "assistant" : "user");
  });

const FACTS = {
  pinned: "Please remember that I am allergic to nickel.",
  german: "Bitte beachten Sie: Ich bin nur vormittags erreichbar.",
  decision: "We agreed that the lamp is replaced and the old one stays with you.",
  entscheid: "Die Reklamation wurde genehmigt und der Betrag erstattet.",
  amount: "That came to EUR 49.90 with the shipping.",
  id: "It is about order A-1001 and the ticket TCK-77-B.",
  placeholder: "You can write to {{EMAIL_1}} at any time.",
};

describe("a session", () => {
  it("[SESSION-5] gives one run the turn at a time, the one that has waited longest, and none while somebody has it", () => {
    const states = fc.array(fc.constantFrom(...STATES), { maxLength: 12 });
    fc.assert(
      fc.property(states, (all) => {
        const members = all.map((state, index) => ({ run: `run_${index}`, state }));
        const next = nextOf(members);
        const isTaken = all.some((state) => state === "called" || state === "speaking");
        expect(next).toBe(isTaken || !all.includes("waiting") ? null : `run_${all.indexOf("waiting")}`);
      }),
    );
  });

  it("[SESSION-6] of some length is summarised to a tenth, and pinned facts, decisions, amounts and ids are in it word for word", () => {
    const messages = chat(60);
    for (const [index, fact] of Object.values(FACTS).entries())
      messages[index * 4 + 1] = message(`${CHATTER} ${fact} ${CHATTER}`, index % 2 ? "assistant" : "user");
    const short = shortened(null, messages);
    if (short === null) throw new Error("it was not summarised");
    const { text, units, messages: count, label } = short.summary;
    expect(text.length).toBeLessThanOrEqual(units * SUMMARY_SHARE);
    expect([count, label.trust, messages.length - short.dropped > 0]).toEqual([short.dropped, "untrusted", true]);
    for (const whole of [FACTS.pinned, FACTS.decision, FACTS.entscheid]) expect(text).toContain(whole);
    for (const exact of ["EUR 49.90", "A-1001", "TCK-77-B", "{{EMAIL_1}}"]) expect(text).toContain(exact);
    expect(shortened(null, messages)).toEqual(short);
    // Summarised again with what came since, nothing of it is lost either.
    const again = shortened(short.summary, [...messages.slice(short.dropped), ...chat(60)]);
    for (const exact of [FACTS.pinned, FACTS.decision, "EUR 49.90", "A-1001", "{{EMAIL_1}}"]) expect(again?.summary.text).toContain(exact);
  });

  it("[SESSION-7] stays as it was said where a tenth would lose something, up to the bound of what is kept", () => {
    const dense = Array.from({ length: 400 }, (_, n) => message(`Item NR-${n}-X costs EUR ${n}.50 and weighs ${n + 1000} grams.`));
    expect(shortened(null, dense)).toBeNull();
    const flood = Array.from({ length: 4_000 }, (_, n) => message(`Item NR-${n}-X costs EUR ${n}.50 and weighs ${n + 1000} grams.`));
    flood[0] = message(FACTS.pinned);
    const short = shortened(null, flood);
    expect(short?.summary.text.length).toBeLessThanOrEqual((short?.summary.units ?? 0) * SUMMARY_SHARE);
    expect(short?.summary.text).toContain(FACTS.pinned);
  });

  it("[SESSION-6] holds for any conversation with facts at any place", () => {
    const place = fc.integer({ min: 0, max: 40 });
    fc.assert(
      fc.property(fc.array(fc.tuple(place, fc.constantFrom(...Object.values(FACTS))), { maxLength: 6 }), (facts) => {
        const messages = chat(60);
        for (const [at, fact] of facts) messages[at] = message(`${messages[at]?.content} ${fact}`);
        const short = shortened(null, messages);
        if (short === null) return;
        const lost = messages
          .slice(0, short.dropped)
          .flatMap(({ content }) => exactIn(content))
          .filter((one) => !short.summary.text.includes(one));
        expect([lost, short.summary.text.length <= short.summary.units * SUMMARY_SHARE]).toEqual([[], true]);
      }),
      { numRuns: 60 },
    );
  });

  it("[SESSION-6] takes time in proportion to the length of what was said", () => {
    const time = (times: number): number => {
      const text = `${"a".repeat(50)} 1,1.1,1 €1.1 {{A_`.repeat(times);
      const startedAt = cpuMs();
      condensed([text, "A-".repeat(times * 20)], 1_000);
      return cpuMs() - startedAt;
    };
    expect(time(4_000)).toBeLessThan(3_000); // twenty seconds, if it grew with the square
  });
});
