/** Calls under way end under a kill switch, after the time of grace and not before. */
import { describe, expect, it } from "vitest";
import type { StopScope, StopSubject } from "../../../core/kill-switch/stops.ts";
import { defineBreakOff } from "../../../workers/kill-switch/break-off.ts";
import { defineOpenCalls } from "../../../workers/kill-switch/open-calls.ts";

const SUBJECT = { org: "acme", workflow: "refund", tool: "payments.refund" };
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const untilBrokenOff = (signal: AbortSignal) =>
  new Promise<string>((resolve) => {
    signal.addEventListener("abort", () => resolve("broken off"));
    setTimeout(resolve, 400, "answered");
  });

function book() {
  const clock = { now: 1_000 };
  const later: { ms: number; work: () => Promise<unknown> }[] = [];
  const told: number[] = [];
  const calls = defineOpenCalls({
    now: () => clock.now,
    name: () => "isolate-1",
    isAnythingStopped: () => true,
    tell: async () => told.push(size()),
    ask: async () => undefined,
    later: (ms, work) => later.push({ ms, work }),
  });
  const size = (): number => calls.report().open.reduce((sum, one) => sum + one.calls, 0);
  return { calls, clock, later, told, size };
}
const { open } = book().calls;

/** Stopped, or out of reach (null), from the second question on: the first is whether the call may leave. */
function world(active: readonly StopScope[] | null) {
  const looks = { count: 0 };
  const stops = async () => {
    if (looks.count++ === 0) return { epoch: 0, active: [], asOf: 0 };
    if (active === null) throw new Error("out of reach");
    return { epoch: 1, active, asOf: 0 };
  };
  return { looks, breakOff: defineBreakOff({ stops, open, lookEveryMs: 5, graceMs: 50 }) };
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
  });

  it("[KILL-16] closes what is under way when nobody could say for the time of grace", async () => {
    expect(await world(null).breakOff(SUBJECT, untilBrokenOff)).toBe("broken off");
  });

  it.each([
    ["stopped", async () => ({ epoch: 1, active: [{ kind: "all" }] as const, asOf: 0 })],
    ["out of reach", () => Promise.reject(new Error("out of reach"))],
  ])("[KILL-92] %s before it left: the call does not leave", async (_, stops) => {
    const breakOff = defineBreakOff({ stops, open });
    expect(await breakOff(SUBJECT, async (signal) => signal.aborted)).toBe(true);
  });

  it("[KILL-16] the time of grace begins anew with each stop: looks that found none count from nothing", async () => {
    let look = 0;
    // Three looks in four find a stop; four in a row would end the call.
    const stops = async () => ({ epoch: 1, active: look++ % 4 === 0 ? [] : ([{ kind: "all" }] as const), asOf: 0 });
    const breakOff = defineBreakOff({ stops, open, lookEveryMs: 2, graceMs: 8 });
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

describe("the calls that an isolate has open", () => {
  const CHAT: StopSubject = { org: "acme", model: "acme/small" };

  it("[KILL-93] counts a call until its socket is closed, and tells its end soon", async () => {
    const { calls, later, told } = book();
    const first = calls.open(SUBJECT);
    const second = calls.open(CHAT);
    calls.open(SUBJECT);
    expect(calls.report().open).toEqual([
      { subject: SUBJECT, calls: 2 },
      { subject: CHAT, calls: 1 },
    ]);
    first.close();
    second.close();
    second.close();
    expect(later.map(({ ms }) => ms)).toEqual([200]);
    await later[0]?.work();
    expect(told).toEqual([1]);
  });

  it("[KILL-93] forgets a call whose request the runtime has ended, and holds one that is seen", () => {
    const { calls, clock, size } = book();
    calls.open(SUBJECT);
    const alive = calls.open(CHAT);
    clock.now += 9_000;
    alive.seen();
    clock.now += 2_000;
    expect(size()).toBe(1);
  });
});
