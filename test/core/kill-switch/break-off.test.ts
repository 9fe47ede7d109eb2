/** Calls under way end under a kill switch, after the time of grace and not before. */
import { describe, expect, it } from "vitest";
import type { StopScope } from "../../../core/kill-switch/stops.ts";
import { defineBreakOff } from "../../../workers/kill-switch/break-off.ts";

const SUBJECT = { org: "acme", workflow: "refund", tool: "payments.refund" };
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const untilBrokenOff = (signal: AbortSignal) =>
  new Promise<string>((resolve) => {
    signal.addEventListener("abort", () => resolve("broken off"));
    setTimeout(resolve, 400, "answered");
  });

function world(active: readonly StopScope[] | null) {
  const looks = { count: 0 };
  const stops = async () => {
    looks.count++;
    if (active === null) throw new Error("out of reach");
    return { epoch: 1, active, asOf: 0 };
  };
  return { looks, breakOff: defineBreakOff({ stops, lookEveryMs: 5, graceMs: 50 }) };
}

describe("calls under a kill switch", () => {
  it.each<StopScope>([
    { kind: "all" },
    { kind: "org", org: "acme", name: "acme" },
    { kind: "workflow", org: "acme", name: "refund" },
    { kind: "tool", org: "acme", name: "payments.refund" },
  ])("[KILL-16] $kind: closes what is under way when its time of grace is over", async (scope) => {
    const began = Date.now();
    expect(await world([scope]).breakOff(SUBJECT, untilBrokenOff)).toBe("broken off");
    expect(Date.now() - began).toBeGreaterThanOrEqual(45);
  });

  it("[KILL-16] lets a call end in its time of grace, and whom no switch concerns", async () => {
    const quick = async (signal: AbortSignal) => {
      await pause(15);
      return signal.aborted;
    };
    expect(await world([{ kind: "all" }]).breakOff(SUBJECT, quick)).toBe(false);
    expect(await world([{ kind: "org", org: "other", name: "other" }]).breakOff(SUBJECT, untilBrokenOff)).toBe("answered");
    expect(await world(null).breakOff(SUBJECT, untilBrokenOff)).toBe("answered");
  });

  it("[KILL-16] the time of grace begins anew with each stop: looks that found none count from nothing", async () => {
    let look = 0;
    // Three looks in four find a stop; four in a row would end the call.
    const stops = async () => ({ epoch: 1, active: look++ % 4 === 3 ? [] : ([{ kind: "all" }] as const), asOf: 0 });
    const breakOff = defineBreakOff({ stops, lookEveryMs: 2, graceMs: 8 });
    expect(await breakOff(SUBJECT, untilBrokenOff)).toBe("answered");
    expect(look).toBeGreaterThan(12);
  });

  it("[KILL-16] looks no more when the call is over, however it ended", async () => {
    const { looks, breakOff } = world([]);
    await breakOff(SUBJECT, async () => pause(20));
    await expect(breakOff(SUBJECT, () => Promise.reject(new Error("broke")))).rejects.toThrow("broke");
    const { count } = looks;
    await pause(30);
    expect(looks.count).toBe(count);
  });
});
