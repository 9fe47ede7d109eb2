import { describe, expect, it } from "vitest";
import { dispatchModel, explore, type Faults, type FlagFaults, flagModel, type Size } from "./protocol-model.ts";

const SMALL: Size = { throws: 2, messages: 1, skew: 0, grace: 2 };
const MOST = 600_000;

describe("the protocol of dispatch, exhaustively", () => {
  it("[KILL-96] sends nothing after the bound, re-opens nothing by a stale value, and leaves no call open", () => {
    for (const size of [SMALL, { ...SMALL, skew: 1, throws: 1 }]) {
      const { broken, way, states } = explore(dispatchModel({}, size), MOST);
      expect([broken, way]).toEqual([null, []]);
      expect(states).toBeGreaterThan(5_000);
    }
  });

  it.each<[string, Faults, string]>([
    ["epochs are not compared", { noEpoch: true }, "a stale value re-opened what the run knew as stopped"],
    ["a snapshot is good for ever", { noAge: true }, "a call left after the bound"],
    ["nothing is broken off", { noGrace: true }, "a call was open after the bound"],
  ])("[KILL-96] notices that %s", (_, faults, why) => {
    const { broken, way } = explore(dispatchModel(faults, SMALL), MOST);
    expect(broken).toBe(why);
    expect(way).toContain("throw");
  });

  it("[KILL-96] is no dead world: after a recovery a call leaves again", () => {
    const model = dispatchModel({}, SMALL);
    const works = {
      ...model,
      broken: (state: typeof model.first) => (state.e >= 2 && !state.a && state.open !== null ? "it works" : null),
    };
    expect(explore(works, MOST).broken).toBe("it works");
  });
});

describe("the flag in KV, exhaustively", () => {
  it("[KILL-97] stops for every hand's `on`, for none that was answered, and lifts nothing", () => {
    const { broken, way, states } = explore(flagModel({}, { hands: 2, people: 2 }), MOST);
    expect([broken, way]).toEqual([null, []]);
    expect(states).toBeGreaterThan(5_000);
  });

  it.each<[string, FlagFaults, string]>([
    ["KV decides", { kvDecides: true }, "KV lifted a switch"],
    ["every `on` is believed at once", { believesAtOnce: true }, "an `on` that was answered stopped again"],
  ])("[KILL-97] notices that %s", (_, faults, why) => {
    expect(explore(flagModel(faults, { hands: 2, people: 2 }), MOST).broken).toBe(why);
  });
});
