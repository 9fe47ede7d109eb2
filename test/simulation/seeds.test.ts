/** The real engine in simulated worlds (docs/simulation.md). A seed that fails is looked at with `npm run simulate -- --seed N`. */
import { describe, expect, it } from "vitest";
import { type Outcome, runSeed } from "../../simulation/seed.ts";
import { shrink } from "../../simulation/shrink.ts";
import { often } from "../support/depth.ts";

const SEEDS = often(60, 100);
const TOGETHER = 20;

/** A seed goes the same way each time ([SIM-2]), so what one test has seen of it another need not play again. */
const played = new Map<number, Pick<Outcome, "digest" | "strikes" | "violations" | "ends" | "sealed">>();
async function outcomeOf(seed: number) {
  const known = played.get(seed);
  if (known !== undefined) return known;
  const { digest, strikes, violations, ends, sealed } = await runSeed(seed);
  const outcome = { digest, strikes, violations, ends, sealed };
  played.set(seed, outcome);
  return outcome;
}

describe("simulated worlds", () => {
  it.each(Array.from({ length: SEEDS / TOGETHER }, (_, block) => block * TOGETHER + 1))(
    "[SIM-1] seed %i and those after it hold",
    async (first) => {
      for (let seed = first; seed < first + TOGETHER; seed++) {
        const outcome = await outcomeOf(seed);
        expect(outcome.violations, `seed ${seed}`).toEqual([]);
        expect(outcome.ends.length).toBeGreaterThan(0);
      }
    },
  );

  it("[SIM-2] goes the same way each time", async () => {
    for (const seed of [2, 3, 5]) {
      const [first, second] = [await outcomeOf(seed), await runSeed(seed)];
      expect(second.digest).toBe(first.digest);
      expect(second.strikes).toEqual(first.strikes);
    }
  });

  it("[SIM-3] strikes: crashes, lost messages, failing tools, thrown switches", async () => {
    const seen = new Set<string>();
    for (let seed = 1; seed <= 30; seed++) for (const { what } of (await outcomeOf(seed)).strikes) seen.add(what);
    const all = ["crash", "code updated", "evicted", "alarm late", "alarm twice", "message lost", "message twice", "consumer ended"];
    expect([...seen]).toEqual(
      expect.arrayContaining([...all, "cancel", "thrown", "429", "cut after the effect", "hang", "database answer lost"]),
    );
  });

  it("[SEAL-11] seals runs in them: of each nothing restricted lies anywhere in the clear, or its seed does not hold", async () => {
    let sealed = 0;
    for (let seed = 1; seed <= SEEDS; seed++) sealed += (await outcomeOf(seed)).sealed;
    expect(sealed).toBeGreaterThan(SEEDS / 6);
  });

  it("[SIM-4] finds the shortest schedule that still fails", async () => {
    const { strikes } = await outcomeOf(2);
    const calm = await runSeed(1, { schedule: new Set() });
    const guilty = [strikes[3], strikes[20]].map((strike) => strike?.key ?? "");
    const found = await shrink(strikes, "stuck", async (schedule) => {
      const fails = guilty.every((key) => schedule.has(key));
      const outcome = { ...calm, strikes: strikes.filter(({ key }) => schedule.has(key)) };
      return fails ? { ...outcome, violations: [{ kind: "stuck", what: "" }] } : outcome;
    });
    expect(found?.strikes.map(({ key }) => key)).toEqual(guilty);
  });
});
