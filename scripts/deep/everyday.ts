/** All generated everyday texts before the guard, in every channel: how many are flagged and how many blocked, by half and channel. */
import { inspectText } from "../../core/guardrail/inspect-text.ts";
import { everydayTexts, quotesAnAttack } from "../../test/support/everyday/generate.ts";
import { HELD_OUT } from "../../test/support/everyday/held-out.ts";
import { TUNED } from "../../test/support/everyday/tuned.ts";
import type { Check } from "./check.ts";

const COUNT = 3_000;
/** As in `npm test`, which judges a third: flagged, and blocked, at most. */
const MOST = { flagged: 0.005, blocked: 0.001 };
const HALVES = [
  ["tuned", TUNED],
  ["held out", HELD_OUT],
] as const;
const CHANNELS = ["user", "tool_output", "model_output"] as const;

export const everyday: Check = {
  name: "everyday",
  title: "every everyday text in every channel: next to none are flagged",
  async run({ tell, violation }) {
    const rows = [["texts", "channel", "count", "flagged", "blocked"]];
    for (const [name, half] of HALVES) {
      const texts = everydayTexts(half, COUNT);
      for (const channel of CHANNELS) {
        tell(`${name}, ${channel}`);
        const counted = channel === "tool_output" ? texts.filter((text) => !quotesAnAttack(text)) : texts;
        const verdicts = counted.map((text) => inspectText(text, channel).verdict).filter((verdict) => verdict !== "pass");
        const blocked = verdicts.filter((verdict) => verdict === "block").length;
        const shares = { flagged: verdicts.length / texts.length, blocked: blocked / texts.length };
        rows.push([name, channel, String(texts.length), percent(shares.flagged), percent(shares.blocked)]);
        if (shares.flagged > MOST.flagged || shares.blocked > MOST.blocked)
          violation(`${name}, ${channel}: ${percent(shares.flagged)} flagged, ${percent(shares.blocked)} blocked`);
      }
    }
    return rows;
  },
};

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
