/** What a priced call of a tool costs once its outcome is known, also where an earlier sending of it broke off. */
import { describe, expect, it } from "vitest";
import { costOfOutcome } from "../../../core/run/calls/tool-cost.ts";
import type { Activity } from "../../../core/run/machine/state.ts";
import { answered, failed } from "../../support/run/drive.ts";

const MOST = 900;
const activity = (more: Partial<Activity> = {}): Activity =>
  ({ facts: { price: { micro_usd: MOST } }, reserved: { microUsd: MOST, tokens: 0 }, ...more }) as Activity;
const unsent = { ...failed("upstream_unavailable", "transient"), reached: "no" } as const;
const kept = { ...answered({}), cached: "exact" } as const;

describe("[RUN-254] a priced call", () => {
  it.each([
    ["that succeeded costs its price", activity(), answered({}), { spent_micro_usd: MOST }],
    ["that did not go out costs nothing", activity(), unsent, { spent_micro_usd: 0 }],
    ["that a kept answer replaced costs nothing", activity(), kept, { spent_micro_usd: 0 }],
    ["that may have reached its tool stays taken", activity(), failed("timeout", "unknown"), { spent_micro_usd: 0, held_micro_usd: MOST }],
    [
      "that broke off and did not go out again stays taken",
      activity({ mayHavePaid: true }),
      unsent,
      { spent_micro_usd: 0, held_micro_usd: MOST },
    ],
    [
      "that broke off and was replaced by a kept answer stays taken",
      activity({ mayHavePaid: true }),
      kept,
      { spent_micro_usd: 0, held_micro_usd: MOST },
    ],
    [
      "that broke off and succeeded under its key costs its price once",
      activity({ mayHavePaid: true }),
      answered({}),
      { spent_micro_usd: MOST },
    ],
  ] as const)("%s", (_, given, outcome, cost) => expect(costOfOutcome(given, outcome)).toEqual(cost));
});
