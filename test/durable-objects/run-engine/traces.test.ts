/** How a run's trace leaves its object: on the short way, told to the queue, asked for, and known to have left, whatever dies in between. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { TraceMessage } from "../../../core/trace/message.ts";
import type { TracesPort } from "../../../durable-objects/run-engine/leaving-trace.ts";
import { define, model, review, tool } from "../../support/run/definition.ts";
import { answered, failed, said } from "../../support/run/drive.ts";
import { allowsModel, away, MINUTE, makeRun, SECOND, settled, standStill, TOOL, type World } from "../../support/run-in-node.ts";

const HOUR = 60 * MINUTE;
const RULE = { sampled: true, slow_ms: 60_000, dear_micro_usd: 1_000_000 };
const ONE_STEP = ["decide tool:payments.refund@1", "execute_tool payments.refund", "run specimen", "step a"];
const one = { a: tool(TOOL) };
const nameOf = (span: string): string => String((JSON.parse(span) as { name: string }).name);
const spansOf = (page: unknown): readonly string[] => (page as { spans: readonly string[] }).spans;
const upToOf = (page: unknown): number => (page as { upTo: number }).upTo;

/** A run with a collector; `byQueue`: nothing goes on the short way. */
function traced(steps: Parameters<typeof define>[0], how: { byQueue?: boolean; trace?: object | null; ports?: Partial<World> } = {}) {
  const told: TraceMessage[] = [];
  const handed: { readonly org: string; readonly spans: readonly string[]; outcome: "under way" | "left" | "later" }[] = [];
  const traces: TracesPort = {
    olderNames: false,
    send: async (message) => void told.push(message),
    handOver: (org, spans) => {
      if (how.byQueue === true) return null;
      handed.push({ org, spans, outcome: "under way" });
      return handed.at(-1) ?? null;
    },
  };
  const { trace = RULE } = how;
  const made = makeRun(define(steps), trace === null ? {} : { trace: trace as never }, { traces, ...how.ports });
  const take = () => settled(made.run.takeTrace());
  const names = async (): Promise<string[]> => {
    const page = await take();
    return page === null || page === "busy" ? [String(page)] : page.spans.map(nameOf).sort();
  };
  return Object.assign(made, {
    ...{ told, handed, traces, take, names },
    takenUpTo: (upTo: number | null) => settled(made.run.traced(upTo)),
    landed: (outcome: "left" | "later") => {
      for (const each of handed) each.outcome = outcome;
    },
  });
}

const wait = { kind: "wait" as const, needs: [], when: null, on_error: null, seconds: null, until: null, signal: "go", timeout_ms: null };

let goOn: () => void;
beforeEach(() => {
  goOn = standStill();
});
afterEach(() => goOn());

describe("a run's trace that goes by the queue", () => {
  it("[OTLP-14] is announced when the run has ended, and can be taken until it has been delivered", async () => {
    const made = traced(one, { byQueue: true });
    await made.start();
    await made.wait(300);
    expect(made.told).toEqual([{ v: 1, kind: "run", org: "acme", run: made.id }]);
    const page = await made.take();
    expect(spansOf(page).map(nameOf).sort()).toEqual(ONE_STEP);
    // While one consumer is at it, another gets nothing; when it could not deliver, the next gets the same.
    expect(await made.take()).toBe("busy");
    await made.takenUpTo(null);
    expect(await made.take()).toEqual(page);
    await made.takenUpTo(upToOf(page));
    expect(await made.take()).toBeNull();
    await made.confirmAll();
    await made.pass(24 * HOUR);
    expect([made.told.length, made.object.alarmAt]).toEqual([1, null]);
    // Told again how far it is, by a consumer that was slow, nothing goes back.
    await made.takenUpTo(1);
    expect(await made.take()).toBeNull();
  });

  it("[OTLP-14] is given to the next consumer when the one that took it says nothing", async () => {
    const made = traced(one, { byQueue: true });
    await made.start();
    await made.wait(300);
    const page = await made.take();
    await made.wait(90 * SECOND - 1);
    expect(await made.take()).toBe("busy");
    await made.wait(1);
    expect(await made.take()).toEqual(page);
  });

  it("[OTLP-14] is announced again when nobody has taken it in time", async () => {
    const made = traced(one, { byQueue: true });
    await made.start();
    await made.wait(300);
    await made.confirmAll();
    // Until the moment that is due nobody is told, and then somebody is.
    await made.pass(100 * SECOND);
    const due = (made.object.alarmAt ?? 0) - Date.now();
    expect([made.told.length, due > SECOND]).toEqual([1, true]);
    await made.wait(due - 1);
    await made.ring();
    expect(made.told).toHaveLength(1);
    await made.wait(1);
    await made.ring();
    expect(made.told).toHaveLength(2);
  });

  it("[OTLP-14] is told of again while nobody took it, twice as late each time, an hour at most", async () => {
    const made = traced(one, { byQueue: true });
    await made.start();
    await made.wait(300);
    await made.confirmAll();
    const at: number[] = [Date.now()];
    for (let told = 1; told < 9; ) {
      await made.pass(SECOND * 10);
      if (made.told.length === told) continue;
      told = made.told.length;
      at.push(Date.now());
    }
    const waits = at.slice(1).map((time, index) => Math.round((time - (at[index] ?? 0)) / MINUTE));
    expect(waits).toEqual([2, 4, 8, 16, 32, 60, 60, 60]);
  });

  it("[OTLP-14] a queue that takes nothing is asked again soon", async () => {
    const made = traced(one, { byQueue: true, ports: { send: away } });
    let tries = 0;
    made.world.traces = {
      ...made.traces,
      send: async () => {
        tries += 1;
        throw new Error("the queue is away");
      },
    };
    await made.start();
    await made.wait(300);
    await made.confirmAll();
    expect(tries).toBe(1);
    await made.pass(14 * SECOND);
    expect(tries).toBe(1);
    await made.pass(2 * SECOND);
    expect(tries).toBe(2);
  });

  it("[OTLP-14] is sent again by an object that died, with what had not left, under the same ids", async () => {
    const made = traced(one, { byQueue: true });
    await made.start();
    await made.wait(300);
    const page = await made.take();
    await made.confirmAll();
    made.die();
    await made.pass(10 * MINUTE);
    expect(made.told.length).toBeGreaterThan(1);
    expect(await made.take()).toEqual(page);
    await made.takenUpTo(upToOf(page));
    made.die();
    const before = made.told.length;
    await made.pass(24 * HOUR);
    expect([await made.take(), made.told.length]).toEqual([null, before]);
  });

  it("[OTLP-14] leaves from the next life where the object died before anything of the run was confirmed", async () => {
    const made = traced(one, { byQueue: true });
    await made.start();
    made.die();
    await made.pass(MINUTE);
    expect(made.told.length).toBeGreaterThan(0);
    expect(await made.names()).toEqual(ONE_STEP);
  });

  it("[OTLP-14] of which nothing has ended wakes nobody, and a consumer that is at it is left alone", async () => {
    const idle = traced({ s: { ...wait, signal: "go" } });
    await idle.start(0);
    await idle.wait(300);
    await idle.confirmAll();
    await idle.pass(30 * SECOND);
    expect([idle.handed, idle.told, (idle.object.alarmAt ?? Number.POSITIVE_INFINITY) > Date.now() + MINUTE]).toEqual([[], [], true]);
    const taken = traced({ a: tool(TOOL), ask: review({ needs: ["a"] }) });
    await taken.start(0);
    await taken.wait(300);
    await taken.confirmAll();
    await taken.take();
    await taken.pass(80 * SECOND);
    expect([taken.handed.length, taken.lines.filter(({ event }) => event === "trace.not_read")]).toEqual([0, []]);
    await taken.pass(20 * SECOND); // it says nothing, and is gone
    expect(taken.handed).toHaveLength(1);
  });

  it("[OTLP-14] keeps the run until it has left, a week at most; without a collector, or a rule of its own, nothing does", async () => {
    const ended = async (trace: object | null, ports: Partial<World> = {}) => {
      const made = traced(one, { byQueue: true, trace, ports });
      const endedAt = Date.now();
      await made.start();
      await made.wait(300);
      await made.confirmAll();
      return { ...made, endedAt, empty: async () => settled(made.run.empty(await made.seq())) };
    };
    const kept = await ended(RULE);
    expect(await kept.empty()).toBe(false);
    await kept.takenUpTo(upToOf(await kept.take()));
    expect(await kept.empty()).toBe(true);
    const untraced = await ended(null);
    expect([untraced.told.length, await untraced.take(), await untraced.empty()]).toEqual([0, null, true]);
    const uncollected = await ended(RULE, { traces: null });
    expect([await uncollected.take(), await uncollected.empty()]).toEqual([null, true]);
    const unsampled = await ended({ ...RULE, sampled: false });
    expect([unsampled.told.length, await unsampled.take(), await unsampled.empty()]).toEqual([0, null, true]);
    const forsaken = await ended(RULE);
    await forsaken.wait(forsaken.endedAt + 7 * 24 * HOUR - 1 - Date.now());
    expect(await forsaken.empty()).toBe(false);
    await forsaken.wait(1);
    expect(await forsaken.empty()).toBe(true);
  });

  it("[OTLP-14] of a run that was not sampled leaves when its end says that it must not be missing", async () => {
    const made = traced(one, {
      byQueue: true,
      trace: { ...RULE, sampled: false },
      ports: { callTool: async () => failed("tool_error", "permanent") },
    });
    expect((await made.start()).status).toBe("failed");
    await made.wait(300);
    expect(made.told).toHaveLength(1);
    expect(await made.names()).toContain("run specimen");
  });
});

describe("a run's trace on the short way", () => {
  it("[OTLP-19] is handed over at once when the run has ended, written down when it has left, and no queue is told", async () => {
    const made = traced(one);
    await made.start();
    await made.wait(300);
    expect(made.handed.map(({ org, spans }) => [org, spans.map(nameOf).sort()])).toEqual([["acme", ONE_STEP]]);
    // While they are on their way the consumer gets nothing, and the confirmation of the records finds them still there.
    expect(await made.take()).toBe("busy");
    made.landed("left");
    await made.confirmAll();
    expect([await made.take(), made.object.alarmAt]).toEqual([null, null]);
    made.die();
    await made.pass(24 * HOUR);
    expect([await made.take(), made.told.length, made.handed.length]).toEqual([null, 0, 1]);
  });

  it("[OTLP-19] is looked after by the object itself, which is then done", async () => {
    const made = traced(one);
    await made.start();
    await made.wait(300);
    await made.confirmAll();
    expect(made.object.alarmAt).not.toBeNull();
    await made.wait(6 * SECOND); // it looks, and they are still on their way
    made.landed("left");
    await made.wait(3 * SECOND);
    expect(made.object.rows("SELECT traced FROM confirmed")).toEqual([{ traced: await made.seq() }]);
    expect(made.object.alarmAt).toBeNull();
    expect(await settled(made.run.empty(await made.seq()))).toBe(true);
  });

  it("[OTLP-19] that is put off there is told to the queue, once", async () => {
    const made = traced(one);
    await made.start();
    await made.wait(300);
    made.landed("later");
    await made.wait(3 * SECOND);
    expect(made.told).toHaveLength(1);
    expect(await made.names()).toEqual(ONE_STEP);
    await made.wait(30 * SECOND);
    expect([made.told.length, made.handed.length]).toEqual([1, 1]);
  });

  it("[OTLP-19] that is never heard of again is told to the queue, and nobody looks for ever", async () => {
    const made = traced(one);
    await made.start();
    await made.wait(300);
    await made.confirmAll();
    await made.pass(3 * MINUTE);
    expect([made.told.length, made.handed.length]).toEqual([1, 1]);
    expect(await made.names()).toEqual(ONE_STEP);
  });

  it("[OTLP-19] that is heard of after the object has forgotten the run writes nothing", async () => {
    const made = traced(one);
    await made.start();
    await made.wait(300);
    await made.confirmAll();
    expect(await settled(made.run.erase())).toBe("erased");
    made.landed("left");
    const before = made.object.queries.length;
    await made.wait(30 * SECOND);
    expect(made.object.queries.slice(before)).toEqual([]);
    expect([made.object.rows("SELECT name FROM sqlite_master WHERE type = 'table'"), made.object.alarmAt]).toEqual([[], null]);
  });

  it("[OTLP-15] takes what has happened in a run that goes on within the minute, once, and the rest when it goes on", async () => {
    for (const byQueue of [true, false]) {
      const begin = Date.now();
      const made = traced({ a: tool(TOOL), ask: review({ needs: ["a"] }) }, { byQueue });
      await made.start(0);
      await made.wait(300);
      await made.confirmAll();
      const sent = () => made.told.length + made.handed.length;
      expect([(await made.view())?.status, sent()]).toEqual(["waiting", 0]);
      await made.pass(44 * SECOND);
      expect(sent()).toBe(0);
      await made.wait(begin + 45 * SECOND - Date.now());
      await made.ring();
      expect(sent()).toBe(1);
      const first = ["decide tool:payments.refund@1", "execute_tool payments.refund", "step a"];
      if (byQueue) {
        const page = await made.take();
        expect(spansOf(page).map(nameOf).sort()).toEqual(first);
        await made.takenUpTo(upToOf(page));
      } else {
        expect(made.handed[0]?.spans.map(nameOf).sort()).toEqual(first);
        made.landed("left");
        await made.wait(3 * SECOND);
      }
      await made.pass(2 * HOUR);
      expect([sent(), await made.take()]).toEqual([1, null]);
      await settled(made.run.cancel("ada", "enough"));
      await made.wait(300);
      expect(sent()).toBe(2);
      const rest = byQueue ? await made.names() : (made.handed[1]?.spans.map(nameOf) ?? []);
      expect(rest).toEqual(expect.arrayContaining(["review ask", "run specimen", "wait review"]));
      expect(rest).not.toContain("step a");
      made.die();
    }
  });

  it("[OTLP-15] leaves what ended while it was on its way to the next hand-over, also of a new life", async () => {
    let calls = 0;
    const slow = Promise.withResolvers<void>();
    const made = traced(
      { a: tool(TOOL), b: tool(TOOL, { needs: ["a"] }) },
      {
        ports: {
          callTool: async () => {
            if (++calls > 1) await slow.promise;
            return answered("done");
          },
          authorize: async () => ({
            kind: "tool",
            permission: { decision: "allow", policyVersion: "p", reasons: [] },
            facts: { tool: TOOL, version: 1, effect: "write", idempotency: "key", timeout_ms: 10 * MINUTE },
          }),
        },
      },
    );
    await made.start(0);
    await made.pass(50 * SECOND);
    expect(made.handed).toHaveLength(1);
    slow.resolve();
    await made.wait(300);
    expect((await made.view())?.status).toBe("completed");
    expect(made.handed).toHaveLength(1);
    made.landed("left");
    await made.wait(3 * SECOND);
    expect(made.handed).toHaveLength(2);
    expect(made.handed[1]?.spans.map(nameOf)).toContain("run specimen");
    expect(made.handed[1]?.spans.map(nameOf)).not.toContain("step a");
    made.die();
    await made.pass(HOUR);
    // The second was not known to have left when its life ended.
    expect(made.handed[2]?.spans.map(nameOf)).toEqual(made.handed[1]?.spans.map(nameOf));
  });

  it("[OTLP-16] goes no more once the run is erased", async () => {
    const made = traced(one, { byQueue: true });
    await made.start();
    await made.wait(300);
    await made.confirmAll();
    expect(await settled(made.run.erase())).toBe("erased");
    expect(await made.take()).toBeNull();
    await made.pass(HOUR);
    expect(made.told).toHaveLength(1);
  });

  it("[OTLP-14] that cannot be read now leaves later, and is logged", async () => {
    const made = traced(one, { byQueue: true });
    await made.start();
    const stored = made.object.rows("SELECT * FROM journal");
    made.object.rows("UPDATE journal SET events = 'no JSON'");
    await made.wait(300);
    expect(made.lines).toContainEqual(expect.objectContaining({ event: "trace.not_read", org: "acme", run: made.id }));
    expect(made.told).toEqual([]);
    for (const { last_seq: seq, events } of stored) made.object.rows("UPDATE journal SET events = ? WHERE last_seq = ?", events, seq);
    await made.ring();
    expect(await made.names()).toEqual(ONE_STEP);
  });

  it("[OTLP-14] holds what was said where the org wants that, and not otherwise", async () => {
    for (const content of [true, false]) {
      const made = traced({ a: tool(TOOL, { input: { note: "canary" } }) }, { byQueue: true, trace: { ...RULE, content } });
      await made.start();
      await made.wait(300);
      expect([content, JSON.stringify(await made.take()).includes("canary")]).toEqual([content, content]);
      made.die();
    }
  });

  it("[OTLP-14] has the names of the older conventions, too, where the collector wants them", async () => {
    for (const olderNames of [true, false]) {
      const made = traced({ m: model() }, { byQueue: true, ports: { authorize: allowsModel(), callModel: async () => said("hello") } });
      made.world.traces = { ...made.traces, olderNames };
      expect((await made.start()).status).toBe("completed");
      await made.wait(300);
      expect([olderNames, JSON.stringify(await made.take()).includes("gen_ai.system")]).toEqual([olderNames, olderNames]);
      made.die();
    }
  });
});
