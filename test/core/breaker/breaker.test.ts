/** The breaker as a table (every phase by every input), then rule by rule, then random histories. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Admission,
  admit,
  type BreakerState,
  type CallOutcome,
  CLOSED,
  FAILURES_TO_OPEN,
  GOOD_TO_CLOSE,
  OPEN_MS,
  PROBING_MS,
  report,
  restMs,
  viewOf,
  WINDOW_MS,
} from "../../../core/breaker/breaker.ts";

const AT = 1_000_000;
const closed = (...failures: number[]): BreakerState => ({ v: 1, phase: "closed", failures });
const open = (until: number, trips = 1): BreakerState => ({ v: 1, phase: "open", until, trips });
const half = (more: Partial<Extract<BreakerState, { phase: "half-open" }>> = {}): BreakerState => ({
  v: 1,
  phase: "half-open",
  trips: 1,
  good: 0,
  probe: AT - 10,
  probeUntil: AT + 1_000,
  ...more,
});
const nine = closed(...Array.from({ length: FAILURES_TO_OPEN - 1 }, (_, n) => AT - 100 + n));

const STATES = {
  "closed, calm": CLOSED,
  "closed, nine failures": nine,
  "open, resting": open(AT + 500),
  "open, rested": open(AT),
  "half-open, probe out": half(),
  "half-open, probe lost": half({ probeUntil: AT }),
  "half-open, probe back": half({ probeUntil: null }),
  "half-open, one good": half({ good: 1 }),
} as const satisfies Record<string, BreakerState>;
type Name = keyof typeof STATES;

type Input = { readonly outcome: CallOutcome; readonly probe: number | null } | "ask";
const INPUTS = {
  ask: "ask",
  good: { outcome: "good", probe: null },
  bad: { outcome: "bad", probe: null },
  none: { outcome: "none", probe: null },
  "good probe": { outcome: "good", probe: AT - 10 },
  "bad probe": { outcome: "bad", probe: AT - 10 },
  "probe that says nothing": { outcome: "none", probe: AT - 10 },
  "good probe given up": { outcome: "good", probe: AT - 999 },
  "bad probe given up": { outcome: "bad", probe: AT - 999 },
} as const satisfies Record<string, Input>;

/** Of each state the inputs that change it, and what then is. Everything that is not here changes nothing. */
const CHANGES: { readonly [N in Name]: { readonly [I in keyof typeof INPUTS]?: BreakerState["phase"] } } = {
  "closed, calm": { bad: "closed", "bad probe": "closed", "bad probe given up": "closed" },
  "closed, nine failures": { bad: "open", "bad probe": "open", "bad probe given up": "open" },
  "open, resting": {},
  "open, rested": { ask: "half-open" },
  "half-open, probe out": { "good probe": "half-open", "bad probe": "open", "probe that says nothing": "half-open" },
  // Late, and nobody else went out meanwhile: it still counts.
  "half-open, probe lost": { ask: "half-open", "good probe": "half-open", "bad probe": "open", "probe that says nothing": "half-open" },
  "half-open, probe back": { ask: "half-open" },
  "half-open, one good": { "good probe": "closed", "bad probe": "open", "probe that says nothing": "half-open" },
};
const ASKED: { readonly [N in Name]: Admission } = {
  "closed, calm": { allowed: true, probe: null },
  "closed, nine failures": { allowed: true, probe: null },
  "open, resting": { allowed: false, retryAfterMs: 500 },
  "open, rested": { allowed: true, probe: AT },
  "half-open, probe out": { allowed: false, retryAfterMs: PROBING_MS },
  "half-open, probe lost": { allowed: true, probe: AT },
  "half-open, probe back": { allowed: true, probe: AT },
  "half-open, one good": { allowed: false, retryAfterMs: PROBING_MS },
};

describe("every state by every input", () => {
  const pairs = (Object.keys(STATES) as Name[]).flatMap((state) =>
    (Object.keys(INPUTS) as (keyof typeof INPUTS)[]).map((input) => [state, input] as const),
  );
  it.each(pairs)("%s, %s", (name, inputName) => {
    const before: BreakerState = STATES[name];
    const input: Input = INPUTS[inputName];
    const after = input === "ask" ? admit(before, AT, 5_000).state : report(before, input.outcome, input.probe, AT, 0.5);
    const expected = CHANGES[name][inputName];
    if (expected === undefined) expect(after).toBe(before);
    else {
      expect(after).not.toEqual(before);
      expect(after.phase).toBe(expected);
    }
    if (input === "ask") expect(admit(before, AT, 5_000).admission).toEqual(ASKED[name]);
  });

  it.each(Object.entries(STATES))("%s: what others are told", (name, state) => {
    const view = viewOf(state, AT);
    if (name.startsWith("closed")) expect(view).toBe("closed");
    else expect(view).toEqual(name === "open, resting" ? { restingMs: 500 } : "unsure");
  });
});

describe("rules", () => {
  const failAt = (...times: number[]): BreakerState => times.reduce((state, at) => report(state, "bad", null, at, 0.5), CLOSED);
  const spread = (count: number, over: number): number[] =>
    Array.from({ length: count }, (_, n) => AT + Math.floor((n * over) / (count - 1)));

  it("[BREAKER-1] the tenth failure within a minute opens it, the ninth does not, nor ten over more than a minute", () => {
    expect(failAt(...spread(9, 1_000)).phase).toBe("closed");
    expect(failAt(...spread(10, WINDOW_MS - 1)).phase).toBe("open");
    expect(failAt(...spread(10, WINDOW_MS)).phase).toBe("closed");
    expect(failAt(...spread(9, 1_000), AT + WINDOW_MS + 900).phase).toBe("closed");
  });

  it("[BREAKER-2] what says nothing about the upstream opens nothing", () => {
    let state: BreakerState = CLOSED;
    for (let n = 0; n < 100; n++) state = report(report(state, "none", null, AT + n, 0), "good", null, AT + n, 0);
    expect(state).toBe(CLOSED);
  });

  it("[BREAKER-3] each probe that fails doubles the rest up to the cap; chance moves its end", () => {
    expect([1, 2, 3, 4, 5, 6, 7, 60].map((trips) => restMs(trips, 0.5))).toEqual([
      10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000, 300_000,
    ]);
    expect([restMs(1, 0), restMs(1, 0.999)]).toEqual([5_000, 14_990]);
    let state = failAt(...spread(10, 1_000));
    const rests: number[] = [];
    for (let round = 0; round < 4 && state.phase === "open"; round++) {
      const { until } = state;
      const probing = admit(state, until, 1_000);
      if (!probing.admission.allowed) throw new Error("no probe");
      state = report(probing.state, "bad", probing.admission.probe, until + 10, 0.5);
      if (state.phase === "open") rests.push(state.until - until - 10);
    }
    expect(rests).toEqual([20_000, 40_000, 80_000, 160_000]);
    expect(OPEN_MS.first).toBe(10_000);
  });

  it("[BREAKER-4] one probe at a time; a lost one makes room when its time is over", () => {
    const first = admit(open(AT), AT, 5_000);
    expect(first.admission).toEqual({ allowed: true, probe: AT });
    expect(admit(first.state, AT + 4_999, 5_000).admission).toEqual({ allowed: false, retryAfterMs: 1 });
    const second = admit(first.state, AT + 5_000, 5_000);
    expect(second.admission).toEqual({ allowed: true, probe: AT + 5_000 });
    // The lost one comes back: it neither ends nor frees the probe that is out now.
    expect(report(second.state, "good", AT, AT + 5_001, 0)).toBe(second.state);
    expect(report(second.state, "bad", AT, AT + 5_001, 0)).toBe(second.state);
  });

  it("[BREAKER-5] two good probes close it, and what was before is forgotten", () => {
    const first = admit(open(AT), AT, 5_000);
    const one = report(first.state, "good", AT, AT, 0);
    expect(one.phase).toBe("half-open");
    const second = admit(one, AT, 5_000);
    expect(second.admission).toEqual({ allowed: true, probe: AT + 1 });
    expect(report(second.state, "good", AT + 1, AT + 1, 0)).toBe(CLOSED);
  });

  it("[BREAKER-5] a probe that says nothing neither closes nor opens, and makes room at once", () => {
    const first = admit(open(AT), AT, 5_000);
    const back = report(first.state, "none", AT, AT + 1, 0);
    expect(back).toMatchObject({ phase: "half-open", good: 0, probeUntil: null });
    expect(admit(back, AT + 1, 5_000).admission).toMatchObject({ allowed: true });
  });

  it("[BREAKER-6] calls that went out before it opened change nothing when they come back", () => {
    for (const state of [open(AT + 1), half()]) {
      for (const outcome of ["good", "bad", "none"] as const) expect(report(state, outcome, null, AT, 0)).toBe(state);
    }
  });
});

describe("random histories", () => {
  const step = fc.record({
    wait: fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 8_000 }), fc.constant(61_000)),
    act: fc.constantFrom("ask", "ask", "good", "bad", "bad", "bad", "none"),
    /** Which of the calls that are out comes back. */
    pick: fc.nat(20),
    chance: fc.double({ min: 0, max: 0.999, noNaN: true }),
  });

  it("[BREAKER-1] [BREAKER-4] [BREAKER-5] opens by the rule only, has one probe out at most, closes after two good ones", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        let state: BreakerState = CLOSED;
        let at = AT;
        let failures: number[] = [];
        let good = 0;
        const out: { probe: number | null; until: number }[] = [];
        for (const { wait, act, pick, chance } of steps) {
          at += wait;
          if (act === "ask") {
            const asked = admit(state, at, 5_000);
            if (state.phase === "open" && at >= state.until) good = 0;
            state = asked.state;
            if (!asked.admission.allowed) continue;
            const { probe } = asked.admission;
            if (probe !== null) {
              expect(out.filter((call) => call.probe !== null && at < call.until)).toEqual([]);
              expect(out.some((call) => call.probe === probe)).toBe(false);
            }
            expect(probe === null).toBe(state.phase === "closed");
            out.push({ probe, until: at + 5_000 });
            continue;
          }
          const [call] = out.length === 0 ? [] : out.splice(pick % out.length, 1);
          if (call === undefined) continue;
          const before: BreakerState = state;
          const isCurrent = before.phase === "half-open" && call.probe === before.probe;
          state = report(before, act, call.probe, at, chance);
          if (before.phase === "closed" && act === "bad") {
            failures = [...failures.filter((time) => at - time < WINDOW_MS), at];
            expect(state.phase).toBe(failures.length >= FAILURES_TO_OPEN ? "open" : "closed");
            if (state.phase === "open") failures = [];
          } else if (isCurrent && act === "good") {
            good++;
            expect(state.phase).toBe(good >= GOOD_TO_CLOSE ? "closed" : "half-open");
            if (state.phase === "closed") good = 0;
          } else if (isCurrent && act === "bad") {
            expect(state.phase).toBe("open");
            good = 0;
          } else expect(state.phase).toBe(before.phase);
        }
      }),
      { numRuns: 500 },
    );
  });
});
