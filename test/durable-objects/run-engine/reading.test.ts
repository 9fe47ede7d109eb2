/** What others read of a run, page by page or whole, and how it is forgotten. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Json } from "../../../core/json.ts";
import { define, tool, transform } from "../../support/run/definition.ts";
import { answered, failed } from "../../support/run/drive.ts";
import { allows, away, free, MINUTE, makeRun, never, SECOND, settled, standStill, TOOL, type World } from "../../support/run-in-node.ts";

const definition = define(
  { a: tool(TOOL), b: transform({ cel: "steps.a.output" }, { needs: ["a"] }) },
  { output: { cel: "steps.b.output" } },
);
const wait = { kind: "wait" as const, needs: [], when: null, on_error: null, seconds: null, until: null, signal: "go", timeout_ms: null };
const signal = (id: string, body: Json = 1) => ({ id, name: "go", body, findings: [], by: "ada", own: true }) as const;
/** When `work` answered, in ms from now. */
const timed = async <T>(work: Promise<T>): Promise<readonly [number, T]> => {
  const begin = Date.now();
  const value = await settled(work);
  return [Date.now() - begin, value];
};
const nothing = (made: ReturnType<typeof makeRun>) => [
  made.object.rows("SELECT name FROM sqlite_master WHERE type = 'table'"),
  made.object.alarmAt,
];

let goOn: () => void;
beforeEach(() => {
  goOn = standStill();
});
afterEach(() => goOn());

describe("waiting for a run", () => {
  it("[RUN-422] a start waits for the end and no longer than it may", async () => {
    const slow = makeRun(definition, {}, { callTool: never, authorize: allows() });
    const [ms, view] = await timed(slow.run.start(slow.birth, free(0), 5 * SECOND));
    expect([ms, view.status]).toEqual([5 * SECOND, "running"]);
    const late = makeRun(
      definition,
      {},
      {
        authorize: allows(),
        callTool: async () => {
          await new Promise((resolve) => setTimeout(resolve, 2 * SECOND));
          return answered("done");
        },
      },
    );
    const [end, done] = await timed(late.run.start(late.birth, free(0), 5 * SECOND));
    expect([end, done.status]).toEqual([2 * SECOND, "completed"]);
    expect((await timed(late.run.start(late.birth, free(0), 5 * SECOND)))[0]).toBe(0);
  });

  it("[RUN-422] whoever waits for a birth hears of it, or of none when the time is over", async () => {
    const made = makeRun(define({ s: wait }));
    const { run } = made;
    const [ms, none] = await timed(run.awaitBirth(SECOND));
    expect([ms, none]).toEqual([SECOND, null]);
    const waiting = run.awaitBirth(5 * SECOND);
    await made.wait(2 * SECOND);
    await made.start(0);
    const [at, view] = await timed(waiting);
    expect([at, view?.id]).toEqual([0, made.id]);
    expect(await timed(run.awaitBirth(5 * SECOND))).toMatchObject([0, { id: made.id }]);
  });

  it("[RUN-422] news are told as soon as there are any, and at once of a run that has ended", async () => {
    const made = makeRun(define({ s: wait }));
    await made.start(0);
    const seq = await made.seq();
    const { run } = made;
    expect(await timed(run.news(seq - 1, SECOND))).toEqual([0, { hasMore: true, status: "waiting" }]);
    expect(await timed(run.news(seq, SECOND))).toEqual([SECOND, { hasMore: false, status: "waiting" }]);
    const next = run.news(seq, 5 * SECOND);
    await made.wait(2 * SECOND);
    await settled(run.signal(signal("sig_1")));
    expect(await timed(next)).toEqual([0, { hasMore: true, status: "completed" }]);
    expect(await timed(run.news(await made.seq(), 5 * SECOND))).toEqual([0, { hasMore: false, status: "completed" }]);
    // Who does not want to wait waits for no timer.
    const other = makeRun(define({ s: wait }));
    await other.start(0);
    let isTold = false;
    void other.run.news(await other.seq(), 0).then(() => {
      isTold = true;
    });
    for (let turns = 0; turns < 20; turns++) await Promise.resolve();
    expect(isTold).toBe(true);
  });
});

describe("the events of a run", () => {
  it("[RUN-151] come in pages, each of which says whether more is to come", async () => {
    const steps = Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`s${n}`, transform(n)]));
    const made = makeRun(
      define({ ...steps, last: wait }, { limits: { usd: 1, tokens: 1, seconds: 600, steps: 400, confirm_over_usd: null } }),
    );
    await made.start(0);
    const all: number[] = [];
    const pages: (readonly [number, boolean])[] = [];
    for (let last = 0; pages.length < 20; last = all.at(-1) ?? 0) {
      const page = await settled(made.run.events(last));
      if (page === null || page.events.length === 0) break;
      all.push(...page.events.map(({ seq }) => seq));
      pages.push([page.events.length, page.done]);
    }
    expect(all).toEqual(Array.from({ length: all.length }, (_, n) => n + 1));
    expect([pages[0], pages.length > 1, pages.at(-1)?.[1]]).toEqual([[500, false], true, false]);
    await settled(made.run.signal(signal("sig_1")));
    const rest = await settled(made.run.events(all.length));
    expect([rest?.events[0]?.seq, rest?.done, rest?.status]).toEqual([all.length + 1, true, "completed"]);
    expect(await settled(made.run.events(rest?.events.at(-1)?.seq ?? 0))).toEqual({ events: [], done: true, status: "completed" });
    expect((await settled(made.run.events(1)))?.done).toBe(false);
  });

  it("[RUN-151] that are large are fewer in a page", async () => {
    const output = { text: "x".repeat(300_000) };
    const chain = Object.fromEntries(Array.from({ length: 8 }, (_, n) => [`s${n}`, tool(TOOL, n === 0 ? {} : { needs: [`s${n - 1}`] })]));
    const made = makeRun(define(chain, { output: 1 }), {}, { callTool: async () => answered(output) });
    await made.start();
    const first = await settled(made.run.events(0));
    expect(JSON.stringify(first).length).toBeLessThan(1_300_000);
    expect(first?.done).toBe(false);
    let [last, pages] = [0, 0];
    for (let page = first; page !== null && page.events.length > 0; page = await settled(made.run.events(last))) {
      last = page.events.at(-1)?.seq ?? 0;
      pages++;
    }
    expect(pages).toBeGreaterThan(2);
    expect(last).toBe(Number(made.object.rows("SELECT MAX(last_seq) AS seq FROM journal")[0]?.["seq"]));
  });

  it("[LOAD-7] readers of the same events share one reading, and a later reader sees what came later", async () => {
    const made = makeRun(define({ s: wait }));
    await made.start(0);
    const { run } = made;
    const readings = () => made.object.queries.filter((query) => query.includes("FROM journal WHERE last_seq > ? ORDER BY")).length;
    const before = readings();
    const one = await settled(run.events(0));
    const alone = readings() - before;
    const all = await settled(Promise.all(Array.from({ length: 20 }, () => run.events(0))));
    expect([alone > 0, readings() - before, all.every((page) => page?.events.length === one?.events.length)]).toEqual([
      true,
      2 * alone,
      true,
    ]);
    expect((await settled(run.events(2)))?.events[0]?.seq).toBe(3);
    await settled(run.signal(signal("sig_1")));
    expect((await settled(run.events(0)))?.events.length).toBeGreaterThan(one?.events.length ?? 0);
    // A reading that fails fails for those who share it, and for nobody after them.
    const { run: query } = made.object.disk;
    made.object.disk.run = (text, bindings) => {
      if (text.includes("FROM journal WHERE last_seq > ? ORDER BY")) throw new Error("disk broken");
      return query.call(made.object.disk, text, bindings);
    };
    const failing = await settled(Promise.allSettled([run.events(0), run.events(0), run.events(1)]));
    expect(failing.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
    made.object.disk.run = query;
    expect((await settled(run.events(0)))?.events[0]?.seq).toBe(1);
  });

  it("[RUN-150] spans, explanation, context and outputs cover the whole run", async () => {
    const made = makeRun(definition);
    await made.start();
    const { run } = made;
    expect(JSON.stringify(await settled(run.spans()))).toContain("execute_tool payments.refund");
    expect(await settled(run.explain(null))).not.toBeNull();
    expect(await settled(run.context())).toEqual(expect.any(Array));
    expect(await new Response(await settled(run.stepOutput("a"))).json()).toBe("done");
    expect([await settled(run.stepOutput("none")), await settled(run.stepOutput("constructor"))]).toEqual([null, null]);
    const parts = makeRun(definition, {}, { callTool: async () => answered({ text: "x".repeat(300_000), list: [1, { a: null }] }) });
    await parts.start();
    expect(await new Response(await settled(parts.run.stepOutput("a"))).json()).toEqual({
      text: "x".repeat(300_000),
      list: [1, { a: null }],
    });
  });

  it("[RUN-1] only a run that has ended has a record", async () => {
    const made = makeRun(define({ s: wait }));
    await made.start(0);
    expect(await settled(made.run.record())).toBeNull();
    await settled(made.run.signal(signal("sig_1")));
    expect(await settled(made.run.record())).toMatchObject({ view: { status: "completed" } });
  });

  it("[RUN-212] effects of its tools are looked up at the start, where there are tools and nobody said them", async () => {
    const asked: unknown[] = [];
    const toolEffects: World["toolEffects"] = async (...given) => {
      asked.push(given);
      return { [TOOL]: "write" };
    };
    const bare = makeRun(define({ s: wait }, { tools: [] }), {}, { toolEffects });
    await bare.start(0);
    expect(asked).toEqual([]);
    const some = makeRun(define({ s: wait }, { tools: [TOOL] }), {}, { toolEffects });
    await some.start(0);
    expect(asked).toEqual([["acme", [TOOL]]]);
    const told = makeRun(define({ s: wait }), { toolEffects: { [TOOL]: "read" } } as never, { toolEffects });
    await told.start(0);
    expect(asked).toHaveLength(1);
  });
});

describe("a run is emptied", () => {
  it("[ARCHIVE-4] when its records are confirmed and it is as it was, and not before", async () => {
    const made = makeRun(definition);
    await made.start();
    const seq = await made.seq();
    expect(await settled(made.run.empty(seq))).toBe(false);
    await made.wait(300);
    await settled(made.run.confirm(made.rows().flatMap(({ id, costs }) => (costs === undefined ? [id] : []))));
    expect(await settled(made.run.empty(seq))).toBe(false);
    expect(await made.view()).toMatchObject({ status: "completed" });
    await made.confirmAll();
    expect(await settled(made.run.empty(seq - 1))).toBe(false);
    expect(await settled(made.run.empty(seq))).toBe(true);
    expect([await made.view(), ...nothing(made)]).toEqual([null, [], null]);
    // The same id starts a new run.
    expect(await made.start()).toMatchObject({ status: "completed" });
  });

  it("[ARCHIVE-4] not while it goes on, and not while anybody is owed a word of it", async () => {
    const going = makeRun(define({ s: wait }));
    await going.start(0);
    await going.wait(300);
    await going.confirmAll();
    expect(await settled(going.run.empty(await going.seq()))).toBe(false);
    const owing = makeRun(definition, { callbackUrl: "https://acme.test/done" }, { callBack: async () => "retry" });
    await owing.start();
    await owing.wait(300);
    await owing.confirmAll();
    expect(await settled(owing.run.empty(await owing.seq()))).toBe(false);
    owing.world.callBack = async () => "delivered";
    await owing.pass(MINUTE);
    await owing.confirmAll();
    expect(await settled(owing.run.empty(await owing.seq()))).toBe(true);
  });
});

describe("a run is erased", () => {
  it("[RUN-421] when it has ended and its records are confirmed; a callback that is owed is not waited for", async () => {
    const made = makeRun(definition, { callbackUrl: "https://acme.test/done" }, { callBack: async () => "retry" });
    await made.start();
    await made.wait(300);
    made.object.disk.alarm = null;
    expect(await settled(made.run.erase())).toBe("later");
    expect(made.object.alarmAt).not.toBeNull(); // its records are on their way
    await made.confirmAll();
    expect(await settled(made.run.erase())).toBe("erased");
    expect([await made.view(), ...nothing(made)]).toEqual([null, [], null]);
    expect(await settled(made.run.erase())).toBe("unknown");
    // What begins there anew has its own alarm.
    made.world.callTool = never;
    await made.start(0);
    expect(made.object.alarmAt).not.toBeNull();
  });

  it("[RUN-421] is ended first where it goes on, and its dead letter is given up", async () => {
    const made = makeRun(define({ s: wait }));
    await made.start(0);
    await made.wait(300);
    await made.confirmAll();
    expect(await settled(made.run.erase())).toBe("later");
    expect(await made.view()).toMatchObject({ status: "cancelled" });
    expect((await made.events()).find(({ type }) => type === "run.cancelling")?.data).toMatchObject({ by: "erasure" });
    await made.wait(300);
    await made.confirmAll();
    expect(await settled(made.run.erase())).toBe("erased");
    const parked = makeRun(
      define({ a: tool(TOOL) }, { on_failure: "park" }),
      {},
      { callTool: async () => failed("tool_error", "permanent") },
    );
    expect((await parked.start()).status).toBe("dead_lettered");
    await parked.wait(300);
    await parked.confirmAll();
    expect(await settled(parked.run.erase())).toBe("later");
    expect(await parked.view()).toMatchObject({ dead_letter: { status: "discarded" } });
    await parked.wait(300);
    await parked.confirmAll();
    expect(await settled(parked.run.erase())).toBe("erased");
  });

  it("[RUN-421] not before what follows from its end is done", async () => {
    const made = makeRun(define({ a: tool(TOOL) }), {}, { callTool: never, authorize: allows() });
    await made.start(0);
    made.world.send = away;
    expect(await settled(made.run.erase())).toBe("later");
    expect(await settled(made.run.erase())).toBe("later");
    expect((await made.view())?.status).not.toBe("completed");
  });
});

describe("a dead letter", () => {
  it("[RUN-27] is redriven once, from the step that was asked for, or discarded", async () => {
    const made = makeRun(
      define({ a: tool(TOOL) }, { on_failure: "park" }),
      {},
      { callTool: async () => failed("tool_error", "permanent") },
    );
    await made.start();
    const continued: unknown[] = [];
    made.world.continueRun = async (from, start) => void continued.push([from, start.id]);
    const person = { user: "otto", root: null };
    expect(await settled(made.run.redrive(person, "run_next", ["operator"]))).toMatchObject({ ok: true });
    await made.wait(0);
    expect(continued).toEqual([[made.id, "run_next"]]);
    expect(await settled(made.run.redrive(person, "run_other", ["operator"]))).toMatchObject({ ok: false, error: { code: "conflict" } });
    expect(await settled(made.run.discard("otto", ""))).toMatchObject({ ok: false, error: { code: "conflict" } });
    const other = makeRun(
      define({ a: tool(TOOL) }, { on_failure: "park" }),
      {},
      { callTool: async () => failed("tool_error", "permanent") },
    );
    await other.start();
    expect(await settled(other.run.discard("otto", "enough"))).toMatchObject({ ok: true });
    expect(await other.view()).toMatchObject({ dead_letter: { status: "discarded" } });
  });
});

describe("a pause by a person", () => {
  it("[PAUSE-2] holds the run until a person lifts it, of its parent as of itself", async () => {
    const made = makeRun(define({ s: wait, a: tool(TOOL, { needs: ["s"] }) }));
    await made.start(0);
    const { run } = made;
    expect(await settled(run.pause("ada", "why", false))).toMatchObject({ ok: true, value: { status: "paused" } });
    expect(await settled(run.resume("ada", "somebody else"))).toMatchObject({ ok: false, error: { code: "conflict" } });
    expect(await settled(run.pause("otto", "why", true))).toMatchObject({ ok: true });
    expect(await settled(run.resume("otto", "otto"))).toMatchObject({ ok: true, value: { status: "waiting" } });
    const child = makeRun(define({ s: wait }), { parent: { run: "run_p", activity: "x", depth: 1, tools: [] } });
    await child.start(0);
    const hold = { hold: 1, by: "ada", reason: "" };
    expect(await settled(child.run.parentHeld({ ...hold, on: true }))).toMatchObject({ ok: true, value: { status: "paused" } });
    expect(await settled(child.run.parentHeld({ ...hold, hold: 2, on: false }))).toMatchObject({ ok: true, value: { status: "waiting" } });
  });
});
