/** The object behind the limits of an org: several isolates over one book, which survives the object's death. */
import { abortAllDurableObjects } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it } from "vitest";
import { limitsOf } from "../../../durable-objects/limits/stub.ts";
import { defineLimitsOfIsolate } from "../../../workers/limits/limits.ts";
import { FAR } from "../../support/far.ts";
import { limitsWorld } from "../../support/worlds.ts";

const clock = { at: FAR };
afterEach(() => {
  clock.at = FAR;
});

const isolate = (seed: number) =>
  defineLimitsOfIsolate({
    now: () => clock.at,
    random: (bytes) => new Uint8Array(bytes).fill(seed),
    wait: async (ms) => scheduler.wait(ms),
    log: () => undefined,
    object: (org) => limitsOf(env.LIMITS, org),
  });

describe("Limits", () => {
  it("[LIMITS-1] keeps a limit over isolates, and over the death of the object", async () => {
    limitsWorld.now = () => clock.at;
    const org = `org-${crypto.randomUUID()}`;
    const isolates = [isolate(1), isolate(2)];
    let through = 0;
    for (let round = 0; round < 30; round++) {
      for (const limits of isolates) {
        const entry = await limits.enter(org, [{ scope: "key:a", perMinute: 20, atOnce: null }]).catch(() => null);
        if (entry?.ok) {
          entry.leave();
          await entry.background;
          through++;
        }
      }
      if (round % 10 === 5) await abortAllDurableObjects();
      clock.at += 100;
    }
    expect(through).toBeLessThanOrEqual(20);
    expect(through).toBeGreaterThanOrEqual(16);
  });

  it("keeps the books of orgs apart, and no row of a scope that nobody uses any more", async () => {
    limitsWorld.now = () => clock.at;
    const [mine, theirs] = [`org-${crypto.randomUUID()}`, `org-${crypto.randomUUID()}`];
    const wish = { scope: "org", perMinute: 1, atOnce: null, unused: [], permits: 1, underWay: 0, slots: 0 };
    expect((await limitsOf(env.LIMITS, mine).ask("a", [wish]))[0]?.permits).toBe(1);
    expect((await limitsOf(env.LIMITS, mine).ask("b", [wish]))[0]?.permits).toBe(0);
    expect((await limitsOf(env.LIMITS, theirs).ask("b", [wish]))[0]?.permits).toBe(1);
    clock.at += 10 * 60_000;
    await limitsOf(env.LIMITS, mine).ask("a", [{ ...wish, scope: "user:ann" }]);
    expect((await limitsOf(env.LIMITS, mine).ask("a", [wish]))[0]?.permits).toBe(1);
  });
});
