/** Values that are too large for a row: durable before the turn is, fetched when the run is read, checked, and never made up. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Json } from "../../../core/json.ts";
import { valuePrefix } from "../../../core/run/outside/value-key.ts";
import { define, tool, transform } from "../../support/run/definition.ts";
import { answered, failed } from "../../support/run/drive.ts";
import { away, free, makeRun, SECOND, settled, standStill, T0, TOOL, type World } from "../../support/run-in-node.ts";

const definition = define(
  { a: tool(TOOL), b: transform({ cel: "steps.a.output" }, { needs: ["a"] }) },
  { output: { cel: "steps.b.output" } },
);
/** Half a megabyte of UTF-16, more of UTF-8, with pairs of surrogates. */
const LONG = `${"ä".repeat(299_999)}${"👍".repeat(150_000)}`;
const long = async () => answered({ text: LONG });
const wait = { kind: "wait" as const, needs: [], when: null, on_error: null, seconds: null, until: null, signal: "go", timeout_ms: null };
const out = { code: "overloaded" };

let goOn: () => void;
beforeEach(() => {
  goOn = standStill();
});
afterEach(() => goOn());
const damaged = { code: "value_damaged" };

describe("a value that is too large for a row", () => {
  it("[RUN-104] is stored once, outside; the run folds again from it in a new life", async () => {
    const made = makeRun(definition, { input: { also: LONG } }, { callTool: long });
    expect((await made.start()).output).toEqual({ text: LONG });
    const keys = [...made.bucket.keys()];
    expect([keys.length, keys[0]?.startsWith(valuePrefix(`id of ${made.id}`))]).toEqual([1, true]);
    const row = made.object.rows("SELECT MAX(LENGTH(events)) + (SELECT LENGTH(body) FROM birth) AS bytes FROM journal");
    expect(Number(row[0]?.["bytes"])).toBeLessThan(20_000);
    made.die();
    expect((await made.view())?.output).toEqual({ text: LONG });
    expect(await settled(made.run.replay())).toMatchObject({ identical: true });
    const last = await settled(made.run.events((await settled(made.run.news(0, 0)))?.hasMore ? 9 : 0));
    expect([last?.events.length, last?.done]).toEqual([1, true]);
    expect(last?.events[0]?.data).toMatchObject({ output: { text: LONG } });
    expect((await settled(made.run.record()))?.birth).toMatchObject({ input: { also: LONG } });
  });

  it("[RUN-104] many that are not large by themselves lie together outside when their row would be", async () => {
    const list = Array.from({ length: 900 }, (_, index) => ({ index, text: "x".repeat(500) }));
    const made = makeRun(definition, {}, { callTool: async () => answered(list) });
    expect(await made.start()).toMatchObject({ status: "completed", error: null });
    made.die();
    expect(JSON.stringify((await made.view())?.output) === JSON.stringify(list)).toBe(true);
    expect(made.bucket.size).toBeGreaterThan(0);
  });

  it("[RUN-104] a run without one never asks for any, up to the border", async () => {
    const values = { largerThan: 256 * 1024, put: vi.fn(away), get: vi.fn(away) };
    const made = makeRun(definition, {}, { callTool: async () => answered("x".repeat(64 * 1024)), values });
    expect(await made.start()).toMatchObject({ status: "completed" });
    made.die();
    expect(await settled(made.run.replay())).toMatchObject({ identical: true });
    expect([values.put.mock.calls, values.get.mock.calls]).toEqual([[], []]);
  });

  it("[RUN-106] is put once, however many turns have it, and is asked for three times before it counts as out of reach", async () => {
    const made = makeRun(definition, {}, { callTool: long });
    const put = vi.fn(made.world.values.put);
    made.world.values = { ...made.world.values, put };
    put.mockImplementationOnce(away).mockImplementationOnce(away);
    await made.start();
    expect((await made.view())?.status).toBe("completed");
    expect(put).toHaveBeenCalledTimes(3);
  });

  it("[RUN-106] that cannot be stored is not acted on; its call is not made again, and the alarm stores it", async () => {
    const callTool = vi.fn(long);
    const made = makeRun(definition, {}, { callTool });
    const { values } = made.world;
    const put = vi.fn(away);
    made.world.values = { ...values, put };
    expect(await made.start(0)).toMatchObject({ status: "running" });
    await made.wait(SECOND);
    expect(made.lines).toContainEqual(
      expect.objectContaining({ event: "run.effect_failed", run: made.id, effect: "call", error: "ValuesOutOfReach" }),
    );
    expect(put).toHaveBeenCalledTimes(3);
    expect(await made.view()).toMatchObject({ status: "running", steps: [{ status: "running" }, { status: "pending" }] });
    // However often that goes wrong, it is no fault of the step.
    await made.pass(50 * SECOND);
    expect(await made.view()).toMatchObject({ status: "running" });
    expect(put.mock.calls.length).toBeGreaterThan(9);
    made.world.values = values;
    await made.pass(11 * SECOND);
    expect((await made.view())?.status).toBe("completed");
    await made.ring();
    expect([callTool.mock.calls.length, made.lines.filter(({ event }) => event === "run.input_refused")]).toEqual([1, []]);
    expect(await settled(made.run.replay())).toMatchObject({ identical: true });
  });

  it("[RUN-106] that an earlier life stored is not put again", async () => {
    const steps = { s: wait, b: transform({ cel: "input.also" }, { needs: ["s"] }) };
    const made = makeRun(define(steps, { output: { cel: "size(steps.b.output)" } }), { input: { also: "x".repeat(20_000) } });
    made.world.values = { ...made.world.values, largerThan: 10_000 };
    await made.start(0);
    expect(made.bucket.size).toBe(1);
    made.die();
    const put = vi.fn(made.world.values.put);
    made.world.values = { ...made.world.values, put };
    await settled(made.run.signal({ id: "sig_1", name: "go", body: 1, findings: [], by: "ada", own: true }));
    expect([(await made.view())?.output, put.mock.calls.length]).toEqual([20_000, 0]);
  });

  it("[ARCHIVE-4] is put anew for a run that begins where an emptied one was, whose values are gone", async () => {
    const made = makeRun(definition, { input: "x".repeat(20_000) });
    made.world.values = { ...made.world.values, largerThan: 10_000 };
    await made.start();
    await made.wait(300);
    await made.confirmAll();
    expect(await settled(made.run.empty(await made.seq()))).toBe(true);
    made.bucket.clear();
    await made.start();
    expect(made.bucket.size).toBe(1);
    made.die();
    expect((await made.view())?.status).toBe("completed");
  });

  it("[RUN-45] is stored with a run that nobody may begin, while the kill switch is out of reach", async () => {
    const made = makeRun(definition, { input: "x".repeat(20_000) }, { stops: away });
    made.world.values = { ...made.world.values, largerThan: 10_000 };
    expect(await made.start(0, { ...free(0), asOf: T0 - 60 * SECOND })).toMatchObject({ status: "paused" });
    expect(made.bucket.size).toBe(1);
  });

  it("[RUN-106] a start that cannot be stored leaves nothing, says so, and can be repeated", async () => {
    const made = makeRun(definition, { input: LONG });
    const { values } = made.world;
    made.world.values = { ...values, put: away };
    await expect(made.start()).rejects.toMatchObject(out);
    expect([await made.view(), await settled(made.run.awaitBirth(0)), made.object.alarmAt]).toEqual([null, null, null]);
    made.die();
    expect(await made.view()).toBeNull();
    made.world.values = values;
    expect(await made.start()).toMatchObject({ status: "completed" });
  });

  it("[RUN-107] that cannot be read is no unknown run; nothing is decided without it", async () => {
    const made = makeRun(definition, {}, { callTool: long });
    await made.start();
    made.die();
    const { values } = made.world;
    made.world.values = { ...values, get: away };
    await expect(made.view()).rejects.toMatchObject(out);
    await expect(made.start()).rejects.toMatchObject(out);
    await expect(settled(made.run.cancel("ada", "why"))).rejects.toMatchObject(out);
    await expect(settled(made.run.erase())).rejects.toMatchObject(out);
    await expect(settled(made.run.confirm(["1"]))).rejects.toMatchObject(out);
    made.world.values = values;
    expect(await made.view()).toMatchObject({ status: "completed" });
  });

  it("[RUN-107] is waited for by everybody who asks meanwhile: it is fetched once, and nobody decides on a second reading", async () => {
    const made = makeRun(definition, {}, { callTool: long });
    await made.start();
    made.die();
    const open = Promise.withResolvers<void>();
    const { values } = made.world;
    const get = vi.fn(async (key: string) => {
      await open.promise;
      return values.get(key);
    });
    made.world.values = { ...values, get };
    const before = made.object.queries.length;
    const { run } = made;
    const views = [run.view(), run.view(), run.cancel("ada", "why"), run.view()];
    await made.wait(1);
    expect(get).toHaveBeenCalledTimes(1);
    open.resolve();
    expect((await settled(Promise.all(views)))[0]).toMatchObject({ status: "completed" });
    expect(get).toHaveBeenCalledTimes(1);
    expect(made.object.queries.slice(before).filter((query) => query === "SELECT body FROM birth")).toHaveLength(2);
  });

  it("[RUN-107] a wrong byte is found, also by a replay; what is gone is not made up", async () => {
    const made = makeRun(definition, {}, { callTool: long });
    await made.start();
    const [[key, right] = ["", ""]] = [...made.bucket];
    made.die();
    made.bucket.set(key, right.replace("ä", "a"));
    await expect(made.view()).rejects.toMatchObject(damaged);
    made.bucket.delete(key);
    await expect(made.view()).rejects.toMatchObject(damaged);
    made.bucket.set(key, right);
    expect((await made.view())?.output).toEqual({ text: LONG });
    expect(await settled(made.run.replay())).toMatchObject({ identical: true });
    made.bucket.set(key, right.replace("ä", "a"));
    await expect(settled(made.run.replay())).rejects.toMatchObject(damaged);
  });

  it("[RUN-6] rows whose rest stands in pieces beside them still load", async () => {
    const made = makeRun(definition, {}, { callTool: long });
    const { values } = made.world;
    made.world.values = { ...values, largerThan: Number.MAX_SAFE_INTEGER };
    const before = await made.start();
    const rows = made.object.rows<{ last_seq: number; events: string }>("SELECT last_seq, events FROM journal");
    let parts = 0;
    for (const { last_seq: seq, events } of rows) {
      // As they were written: 400,000 units each, or one less where that would part a pair of surrogates.
      let head = events.slice(0, 400_000);
      if (head.length < 400_000) continue;
      if (/[\ud800-\udbff]$/.test(head)) head = head.slice(0, -1);
      made.object.rows("UPDATE journal SET events = ? WHERE last_seq = ?", head, seq);
      for (let start = head.length; start < events.length; ) {
        let piece = events.slice(start, start + 400_000);
        if (/[\ud800-\udbff]$/.test(piece)) piece = piece.slice(0, -1);
        made.object.rows("INSERT INTO rest (owner, part, text) VALUES (?, ?, ?)", seq, parts++, piece);
        start += piece.length;
      }
    }
    expect(parts).toBeGreaterThan(1);
    made.die();
    expect(await made.view()).toEqual(before);
  });
});

describe("a run with much to say", () => {
  it("[LOAD-9] says it in turns of bounded size", async () => {
    const steps = Object.fromEntries(
      Array.from({ length: 30 }, (_, n) => [`s${n}`, transform({ cel: "input.text" }, n === 0 ? {} : { needs: [`s${n - 1}`] })]),
    );
    const made = makeRun(define(steps, { output: "done" }), { input: { text: "x".repeat(100_000) } });
    expect((await made.start()).status).toBe("completed");
    expect(await settled(made.run.replay())).toMatchObject({ identical: true });
    const [found] = made.object.rows("SELECT COUNT(*) AS rows, MAX(LENGTH(events)) AS largest FROM journal");
    expect(Number(found?.["largest"])).toBeLessThan(400_000);
    expect(Number(found?.["rows"])).toBeGreaterThan(10);
    expect(made.bucket.size).toBe(0);
  });

  it("[RUN-410] a turn that is full and ends its run was taken: who brought it is not told that the run has ended", async () => {
    for (const size of [50_000, 60_000, 300_000]) {
      const made = makeRun(define({ s: wait }, { output: { cel: "steps.s.output" } }));
      await made.start(0);
      const body: Json = { a: "y".repeat(size) };
      const signal = () => settled(made.run.signal({ id: "sig_1", name: "go", body, findings: [], by: "ada", own: true }));
      expect(await signal()).toMatchObject({ ok: true, value: { status: "completed" } });
      expect((await made.view())?.output).toEqual(body);
      expect(await signal()).toMatchObject({ ok: false, error: { code: "conflict" } });
      made.die();
    }
  });

  it("[RUN-410] a full turn was taken where what follows cannot be stored now; the alarm goes on with it", async () => {
    const steps = { s: wait, t: transform({ cel: "steps.s.output + 'z'" }, { needs: ["s"] }) };
    const made = makeRun(define(steps, { output: { cel: "size(steps.t.output)" } }));
    await made.start(0);
    const { values } = made.world;
    let puts = 0;
    made.world.values = { ...values, put: async (...given) => (++puts > 1 ? away() : values.put(...given)) };
    const body = "y".repeat(400_000);
    expect(await settled(made.run.signal({ id: "sig_1", name: "go", body, findings: [], by: "ada", own: true }))).toMatchObject({
      ok: true,
    });
    expect(puts).toBeGreaterThan(1);
    expect(made.lines).toContainEqual(expect.objectContaining({ event: "run.turn_failed", run: made.id, input: "tick" }));
    expect((await made.view())?.status).not.toBe("completed");
    made.world.values = values;
    await made.pass(6 * SECOND);
    expect((await made.view())?.output).toBe(400_001);
    expect(await settled(made.run.replay())).toMatchObject({ identical: true });
  });

  it("[RUN-106] decides again when its word of the kill switch is old by the time its values are stored, and not without end", async () => {
    const slow: World["values"]["put"] = async () => new Promise((resolve) => setTimeout(resolve, 4 * SECOND));
    const made = makeRun(definition, { input: LONG });
    const { values } = made.world;
    let asked = 0;
    made.world.stops = async () => {
      asked += 1;
      return free(1);
    };
    made.world.values = {
      ...values,
      put: async (...given) => {
        await slow(...given);
        return values.put(...given);
      },
    };
    expect((await made.start(60 * SECOND)).status).toBe("completed");
    expect(asked).toBeGreaterThan(0);
    // Values that are new at each decision are never stored in time.
    const other = makeRun(definition, { input: LONG });
    let n = 0;
    let decisions = 1; // the first with what its start says of the switch
    other.world.stops = async () => {
      decisions += 1;
      return free(1);
    };
    other.world.values = { ...values, largerThan: 100, put: slow };
    other.world.now = () => Date.now() + n++;
    await expect(other.start(60 * SECOND)).rejects.toMatchObject(out);
    expect(decisions).toBe(3);
  });

  it("[LOAD-9] goes on at once where its expressions alone filled a turn", async () => {
    const many = { cel: "size(input.list.filter(x, size(input.list.filter(y, y == x)) > 0))" };
    const names = Array.from({ length: 8 }, (_, n) => `s${n}`);
    const steps = Object.fromEntries(names.map((name, n) => [name, transform(many, n === 0 ? {} : { needs: [`s${n - 1}`] })]));
    const input = { list: Array.from({ length: 180 }, (_, n) => n) };
    const made = makeRun(define(steps, { output: { cel: "steps.s7.output" } }), { input });
    expect(await made.start(SECOND)).toMatchObject({ status: "completed", output: 180 });
    const [found] = made.object.rows("SELECT COUNT(*) AS turns FROM journal");
    expect([Number(found?.["turns"]) > 1, Date.now() < T0 + SECOND]).toEqual([true, true]);
  });
});

describe("a run that is continued", () => {
  it("[RUN-212] reads what was too large to come along with its start", async () => {
    const steps = {
      ...{ a: tool(TOOL), b: tool(TOOL, { needs: ["a"] }) },
      c: transform({ cel: "steps.a.output + steps.b.output" }, { needs: ["b"] }),
    };
    const redrive = { of: "run_before", keyRun: "run_before", kept: { b: "two" }, acts: {} };
    const parked = define(steps, { output: { cel: "steps.c.output" }, on_failure: "park" });
    const made = makeRun(parked, { redrive, keptThere: ["a"] }, { callTool: away, outputOf: async (run, step) => `${run}/${step} ` });
    expect(await made.start()).toMatchObject({ status: "completed", output: "run_before/a two" });
  });

  it("[RUN-212] has everything that the one before kept, also what was too large to come along", async () => {
    const big = { text: "y".repeat(1_000_000) };
    let isBroken = true;
    const ids = Array.from({ length: 12 }, (_, at) => `s${at}`);
    const steps = Object.fromEntries(ids.map((step, at) => [step, tool(TOOL, at === 0 ? {} : { needs: [`s${at - 1}`] })]));
    const parked = define({ ...steps, last: tool("mail.send", { needs: ["s11"] }) }, { output: 1, on_failure: "park" });
    const ports: Partial<World> = {
      callTool: async ({ tool: name }) => (name === "mail.send" && isBroken ? failed("tool_error", "permanent") : answered(big)),
    };
    const made = makeRun(parked, {}, ports);
    expect(await made.start()).toMatchObject({ status: "dead_lettered", error: { step: "last" } });
    isBroken = false;
    const next = makeRun(parked, { id: "run_01ARZ3NDEKTSV4RRFFQ6NEXT00" }, ports);
    const asked: string[] = [];
    next.world.outputOf = async (run, step) => {
      asked.push(run);
      return (await new Response(await made.run.stepOutput(step)).json()) as Json;
    };
    next.world.toolEffects = vi.fn(async () => ({}));
    made.world.continueRun = async (_from, start) => void (await next.run.start(start, free(1), 0));
    expect(await settled(made.run.redrive({ user: "otto", root: null }, next.id, ["operator"]))).toMatchObject({ ok: true });
    await made.wait(300);
    expect(await next.view()).toMatchObject({ status: "completed", error: null, output: 1, redrive_of: made.id });
    expect(new Set(asked)).toEqual(new Set([made.id]));
    expect(next.world.toolEffects).not.toHaveBeenCalled();
    expect(await new Response(await settled(next.run.stepOutput("s0"))).json()).toEqual(big);
    expect(await settled(next.run.replay())).toMatchObject({ identical: true });
  });
});
