/** Breakers as an isolate sees them, and model calls behind them. */
import { describe, expect, it } from "vitest";
import { type Admission, admit, type BreakerState, type CallOutcome, CLOSED, report, viewOf } from "../../../core/breaker/breaker.ts";
import type { Failure, ModelCall, ModelOutcome } from "../../../core/run/calls/call.ts";
import type { LogLine } from "../../../core/telemetry/log-line.ts";
import { defineBreakers } from "../../../workers/breaker/breaker.ts";
import { defineHealth, healthIn } from "../../../workers/breaker/health.ts";
import { defineLatencies } from "../../../workers/breaker/latencies.ts";
import { upstreamKey } from "../../../workers/breaker/upstream.ts";
import { withBreaker } from "../../../workers/breaker/with-breaker.ts";
import { modelCall, modelEntry } from "../../support/doubles/calls.ts";
import { FAR } from "../../support/far.ts";

const KEY = "https://models.test big";
const REST = 10_000;

/** The real machine in place of the object; `asks` and `tells` count what an RPC would cost. */
function world() {
  const now = { at: FAR };
  const asks: string[] = [];
  const tells: CallOutcome[] = [];
  const lines: LogLine[] = [];
  const states = new Map<string, BreakerState>();
  /** What happens to a question before the object answers it. */
  const way: { delay: () => Promise<void> } = { delay: async () => undefined };
  const breakers = defineBreakers({
    now: () => now.at,
    log: (line) => lines.push(line),
    object: (key) => ({
      async ask(callMs: number): Promise<Admission> {
        asks.push(key);
        await way.delay();
        const { state, admission } = admit(states.get(key) ?? CLOSED, now.at, callMs);
        states.set(key, state);
        return admission;
      },
      async tell(outcome: CallOutcome, probe: number | null) {
        tells.push(outcome);
        await way.delay();
        const state = report(states.get(key) ?? CLOSED, outcome, probe, now.at, 0.5);
        states.set(key, state);
        return viewOf(state, now.at);
      },
    }),
  });
  return { now, asks, tells, lines, states, way, breakers };
}
type World = ReturnType<typeof world>;
const failTimes = async ({ breakers }: World, times: number): Promise<void> => {
  for (let n = 0; n < times; n++) {
    const admission = await breakers.admit(KEY, "acme", 1_000);
    if (admission.allowed) await breakers.report(KEY, "acme", "bad", admission.probe);
  }
};

describe("an isolate's view", () => {
  it("[BREAKER-8] asks once a second while it is closed, and tells nothing of good calls", async () => {
    const { breakers, asks, tells, now } = world();
    for (let n = 0; n < 100; n++) {
      const admission = await breakers.admit(KEY, "acme", 1_000);
      expect(admission).toEqual({ allowed: true, probe: null });
      await breakers.report(KEY, "acme", n % 2 === 0 ? "good" : "none", null);
      now.at += 10;
    }
    expect(asks).toHaveLength(1);
    await breakers.admit(KEY, "acme", 1_000);
    expect(asks).toHaveLength(2);
    expect(tells).toEqual([]);
  });

  it("[BREAKER-20] knows each org's breaker apart", async () => {
    const here = world();
    await failTimes(here, 10);
    expect(await here.breakers.admit(KEY, "acme", 1_000)).toMatchObject({ allowed: false });
    const { asks } = here;
    const before = asks.length;
    await here.breakers.admit(KEY, "globex", 1_000);
    expect(asks.length, "the other org's breaker is asked for").toBe(before + 1);
  });

  it("[BREAKER-8] while one caller asks again the others go on", async () => {
    const { breakers, asks, now, way } = world();
    await breakers.admit(KEY, "acme", 1_000);
    now.at += 1_000;
    const slow = Promise.withResolvers<void>();
    way.delay = () => slow.promise;
    const first = breakers.admit(KEY, "acme", 1_000);
    const others = await Promise.all(Array.from({ length: 20 }, () => breakers.admit(KEY, "acme", 1_000)));
    expect(others.map(({ allowed }) => allowed)).toEqual(Array.from({ length: 20 }, () => true));
    expect(asks).toHaveLength(2);
    slow.resolve();
    expect(await first).toMatchObject({ allowed: true });
  });

  it("[BREAKER-8] knows at once that it opened, asks nobody while it rests, and lets one probe through after that", async () => {
    const here = world();
    const { breakers, asks, tells, now, lines } = here;
    await failTimes(here, 10);
    expect(tells).toHaveLength(10);
    expect(lines).toEqual([{ level: "warn", event: "breaker.resting", upstream: KEY, rest_ms: REST }]);
    const before = asks.length;
    expect(await breakers.admit(KEY, "acme", 1_000)).toEqual({ allowed: false, retryAfterMs: REST });
    now.at += REST - 1;
    expect(await breakers.admit(KEY, "acme", 1_000)).toEqual({ allowed: false, retryAfterMs: 1 });
    expect(asks).toHaveLength(before);
    now.at += 1;
    const asked = await Promise.all(Array.from({ length: 10 }, () => breakers.admit(KEY, "acme", 1_000)));
    expect(asked.filter(({ allowed }) => allowed)).toHaveLength(1);
  });

  it("[BREAKER-5] closes after two good probes; good calls are told only then", async () => {
    const here = world();
    const { breakers, tells, now } = here;
    await failTimes(here, 10);
    now.at += REST;
    for (let n = 0; n < 2; n++) {
      const admission = await breakers.admit(KEY, "acme", 1_000);
      expect(admission).toMatchObject({ allowed: true, probe: expect.any(Number) });
      if (admission.allowed) await breakers.report(KEY, "acme", "good", admission.probe);
    }
    expect(await breakers.admit(KEY, "acme", 1_000)).toEqual({ allowed: true, probe: null });
    expect(tells.filter((outcome) => outcome === "good")).toHaveLength(2);
  });

  it("[BREAKER-9] out of reach: calls go out, nobody waits long, and the log says so", async () => {
    const { breakers, lines, way, now } = world();
    way.delay = () => Promise.reject(new Error("the words of the object"));
    expect(await breakers.admit(KEY, "acme", 1_000)).toEqual({ allowed: true, probe: null });
    await breakers.report(KEY, "acme", "bad", null);
    now.at += 1_001;
    way.delay = () => new Promise(() => undefined);
    expect(await breakers.admit(KEY, "acme", 1_000)).toEqual({ allowed: true, probe: null });
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatchObject({ level: "warn", upstream: KEY, error: "Error" });
    expect(JSON.stringify(lines)).not.toContain("the words of the object");
  });

  it("[BREAKER-9] a probe that was granted too late is given back", async () => {
    const here = world();
    const { breakers, tells, now, way, states } = here;
    await failTimes(here, 10);
    now.at += REST;
    const slow = Promise.withResolvers<void>();
    way.delay = () => slow.promise;
    expect(await breakers.admit(KEY, "acme", 60_000)).toEqual({ allowed: true, probe: null });
    way.delay = async () => undefined;
    slow.resolve();
    await scheduler.wait(5);
    expect(tells.at(-1)).toBe("none");
    expect(states.get(KEY)).toMatchObject({ phase: "half-open", probeUntil: null });
  });

  it("keeps upstreams apart", async () => {
    const here = world();
    await failTimes(here, 10);
    expect(await here.breakers.admit("https://models.test small", "acme", 1_000)).toMatchObject({ allowed: true });
    expect(await here.breakers.admit("https://other.test big", "acme", 1_000)).toMatchObject({ allowed: true });
  });
});

const answered = (more: Partial<ModelOutcome> = {}): ModelOutcome => ({
  result: { ok: true, output: "yes" },
  usage: { input: 1, output: 1, cachedInput: 0 },
  durationMs: 40,
  findings: [],
  upstream: { status: "200" },
  ...more,
});
const failed = (failure: Partial<Failure>, upstream: ModelOutcome["upstream"] = {}): ModelOutcome =>
  answered({
    result: { ok: false, failure: { class: "transient", code: "upstream_unavailable", message: "m", retryAfterMs: null, ...failure } },
    usage: null,
    upstream,
  });

describe("a model call behind its breaker", () => {
  const behind = (here: World, outcome: () => ModelOutcome | Promise<ModelOutcome>) => {
    const calls: ModelCall[] = [];
    const latencies = defineLatencies();
    const entry = modelEntry({ base_url: "https://models.test/v1", upstream_id: "big" });
    const call = withBreaker(
      defineHealth(here.breakers, latencies, null),
      async () => entry,
      async (made) => {
        calls.push(made);
        return outcome();
      },
    );
    return { call, calls, latencies };
  };

  it("[BREAKER-10] after ten failures the upstream is not asked: the failure says so and when to try again", async () => {
    const here = world();
    const { call, calls } = behind(here, () => failed({}, { status: "503" }));
    for (let n = 0; n < 12; n++) await call(modelCall());
    expect(calls).toHaveLength(10);
    expect(await call(modelCall())).toEqual({
      result: {
        ok: false,
        failure: {
          class: "transient",
          code: "upstream_unavailable",
          message: "calls of the model's upstream are paused after many failures",
          retryAfterMs: REST,
        },
      },
      usage: null,
      durationMs: 0,
      findings: [],
      upstream: { breaker: "open" },
    });
  });

  it("[BREAKER-10] passes on what came back, and notes how long good answers took", async () => {
    const here = world();
    const { call, latencies } = behind(here, () => answered());
    expect(await call(modelCall())).toEqual(answered());
    expect(latencies.of(KEY)).toEqual({ ms: 40, answers: 1 });
    expect(here.tells).toEqual([]);
  });

  it("[BREAKER-10] a probe whose call broke on our side makes room", async () => {
    const here = world();
    await failTimes(here, 10);
    here.now.at += REST;
    const { call } = behind(here, () => Promise.reject(new Error("ours")));
    const outcome = await call(modelCall()).catch((error: Error) => error.message);
    expect(outcome).toBe("ours");
    expect(here.states.get(KEY)).toMatchObject({ phase: "half-open", probeUntil: null });
  });

  it("a model that nobody knows, or that answers inside this Worker, has none", async () => {
    const here = world();
    const inside = modelEntry({ id: "bulkhead/rehearsal-1.0.0", base_url: null });
    for (const entry of [null, inside]) {
      const call = withBreaker(
        defineHealth(here.breakers, defineLatencies(), null),
        async () => entry,
        async () => failed({}),
      );
      for (let n = 0; n < 20; n++) await call(modelCall());
    }
    expect([here.asks, here.tells]).toEqual([[], []]);
  });

  it.each<[string, CallOutcome, ModelOutcome]>([
    ["an answer", "good", answered()],
    ["an answer that breaks its schema", "good", answered({ result: { ok: false, invalid: { answer: "", errors: [] } } })],
    ["an answer that our guards refuse", "good", failed({ class: "safety", code: "injection_detected" }, { status: "200" })],
    ["500", "bad", failed({}, { status: "500" })],
    ["503 with a wait", "bad", failed({ retryAfterMs: 5_000 }, { status: "503" })],
    ["no connection", "bad", failed({})],
    ["an answer cut short", "bad", failed({}, { status: "200" })],
    ["a timeout", "bad", failed({ code: "timeout" })],
    ["429", "none", failed({ code: "rate_limited" }, { status: "429" })],
    ["408", "none", failed({}, { status: "408" })],
    ["400", "none", failed({ class: "permanent" }, { status: "400" })],
    ["content that the upstream blocks", "none", failed({ class: "safety", code: "content_blocked" }, { status: "400" })],
    ["a redirect", "none", failed({ class: "permanent" }, { status: "302" })],
    ["an upstream that is not set up", "none", failed({ class: "permanent" })],
    ["a client that went away", "none", failed({ code: "cancelled" })],
    ["a fault of ours", "none", failed({ code: "internal" })],
  ])("[BREAKER-2] %s counts as %s", (_, health, outcome) => {
    const { result, upstream } = outcome;
    expect(healthIn("failure" in result ? result.failure : null, upstream["status"], 30_000, null)).toBe(health);
  });

  it("[BREAKER-2] a kept answer says nothing of an upstream", async () => {
    const here = world();
    const { call, latencies } = behind(here, () => answered({ cached: "exact" }));
    await call(modelCall());
    expect([latencies.of(KEY), here.tells]).toEqual([null, []]);
  });

  it("[BREAKER-2] a caller that waits for less than the upstream is known to take blames nobody but itself", () => {
    const timeout: Failure = { class: "transient", code: "timeout", message: "m", retryAfterMs: null };
    expect(healthIn(timeout, undefined, 999, null)).toBe("none");
    expect(healthIn(timeout, undefined, 1_000, null)).toBe("bad");
    expect(healthIn(timeout, undefined, 7_999, 8_000)).toBe("none");
    expect(healthIn(timeout, undefined, 8_000, 8_000)).toBe("bad");
  });
});

describe("which breaker is a model's", () => {
  const model = { id: "acme/big-2026-01-01", base_url: "https://models.test/v1", upstream_id: "big" };

  it("that of its upstream's origin and its name there", () => {
    expect(upstreamKey(model, null)).toBe("https://models.test big");
    expect(upstreamKey({ ...model, base_url: null }, "https://gateway.test/v1/acc/compat")).toBe("https://gateway.test big");
  });

  it("none where nothing leaves", () => {
    expect(upstreamKey({ ...model, id: "bulkhead/rehearsal-1.0.0", base_url: null }, "https://gateway.test")).toBeNull();
    expect(upstreamKey({ ...model, base_url: null }, null)).toBeNull();
    expect(upstreamKey({ ...model, base_url: null }, "no url")).toBeNull();
  });
});

describe("latencies", () => {
  it("follow what comes, and are bounded", () => {
    const latencies = defineLatencies();
    expect(latencies.of("a")).toBeNull();
    for (const ms of [100, 200]) latencies.note("a", ms);
    expect(latencies.of("a")).toEqual({ ms: 120, answers: 2 });
    for (let n = 0; n < 1_000; n++) latencies.note(`k${n}`, 1);
    expect(latencies.of("a")).toBeNull();
    expect(latencies.of("k999")).not.toBeNull();
  });
});
