/** The records of a run on their way out, and when they leave again. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { RecordsRow } from "../../../core/audit/record.ts";
import { define, tool, transform } from "../../support/run/definition.ts";
import { answered } from "../../support/run/drive.ts";
import { allows, answersFirst, away, chain, MINUTE, makeRun, SECOND, settled, standStill, T0, TOOL } from "../../support/run-in-node.ts";

const definition = define(
  { a: tool(TOOL), b: transform({ cel: "steps.a.output" }, { needs: ["a"] }) },
  { output: { cel: "steps.b.output" } },
);

let goOn: () => void;
beforeEach(() => {
  goOn = standStill();
});
afterEach(() => goOn());

describe("the records of a run", () => {
  it("[RUN-8] leave soon, in one message; what nobody confirmed is sent again, what is confirmed never", async () => {
    const leave = vi.fn();
    const made = makeRun(definition, {}, { resends: { enter: () => 0, leave } });
    await made.start();
    await made.wait(199);
    expect(made.messages).toEqual([]);
    await made.wait(1);
    expect(made.messages).toHaveLength(1);
    expect(made.messages[0]).toMatchObject({ v: 1, org: "acme", source: { kind: "run", id: made.id } });
    const rows = made.rows().map((row) => row.id);
    expect(new Set(rows).size).toBe(rows.length);
    // Each names the one before it, so that nobody misses a row; the run's line goes with the last.
    const records = made.rows().filter((row) => row.costs === undefined);
    expect(records.map((row) => row.after)).toEqual([null, ...records.slice(0, -1).map(({ id }) => id)]);
    expect(records.at(-1)?.run?.status).toBe("completed");
    made.messages.length = 0;
    await made.wait(10 * SECOND);
    await made.ring();
    expect(made.rows()).toEqual([]);
    await made.wait(5 * SECOND + 7_500);
    await made.ring();
    expect(made.rows().map((row) => row.id)).toEqual(rows);
    await settled(made.run.confirm(rows.slice(0, 1)));
    expect(leave).not.toHaveBeenCalled();
    await settled(made.run.confirm(rows));
    expect(leave).toHaveBeenCalledExactlyOnceWith(made.id);
    expect(made.object.alarmAt).toBeNull();
    made.messages.length = 0;
    await made.pass(60 * MINUTE);
    made.die();
    await made.ring();
    expect([made.rows(), made.object.alarmAt]).toEqual([[], null]);
  });

  it("[RUN-8] one that is confirmed before an older one waits for it, and so does a new life", async () => {
    const made = makeRun(chain(3));
    await made.start();
    await made.wait(200);
    const ids = made.rows().flatMap((row) => (row.costs === undefined ? [row.id] : []));
    expect(ids.length).toBeGreaterThan(2);
    await settled(made.run.confirm(ids.slice(1)));
    expect(made.object.rows("SELECT seq FROM confirmed")).toEqual([]);
    made.messages.length = 0;
    await made.wait(30 * SECOND);
    await made.ring();
    expect(made.rows().flatMap((row) => (row.costs === undefined ? [row.id] : []))).toEqual(ids.slice(0, 1));
    made.die();
    made.messages.length = 0;
    await made.wait(60 * MINUTE);
    await made.ring();
    expect(made.rows().flatMap((row) => (row.costs === undefined ? [row.id] : []))).toEqual(ids);
    await settled(made.run.confirm([...ids, "unknown"]));
    expect(made.object.rows("SELECT seq FROM confirmed")).toEqual([{ seq: Number(ids.at(-1)) }]);
    made.die();
    await made.confirmAll();
    expect(await settled(made.run.empty(await made.seq()))).toBe(true);
  });

  it("[RUN-8] the row of a new life names the last one of the life before, also where all of that is confirmed", async () => {
    const { callTool, answerAll } = answersFirst(1);
    const made = makeRun(chain(2), {}, { callTool, authorize: allows() });
    await made.start(0);
    await made.wait(200);
    await made.confirmAll();
    const last = made.rows().findLast((row) => row.costs === undefined)?.id;
    made.die();
    made.messages.length = 0;
    answerAll();
    await made.pass(MINUTE);
    expect((await made.view())?.status).toBe("completed");
    expect([last === undefined, made.rows().find((row) => row.costs === undefined)?.after]).toEqual([false, last]);
  });

  it("[RUN-5] what an ended run has not got off yet is sent again when the archive comes by", async () => {
    const made = makeRun(definition);
    await made.start();
    expect(made.object.alarmAt).not.toBeNull(); // nobody confirmed its records
    made.object.disk.alarm = null;
    const record = await settled(made.run.record());
    expect(record).toMatchObject({ birth: { id: made.id }, view: { status: "completed" } });
    expect(record).not.toHaveProperty("sealedFor");
    expect(made.object.alarmAt).toBeGreaterThan(T0);
  });

  it("[RUN-133] a send that fails loses nothing", async () => {
    const made = makeRun(definition);
    const { send } = made.world;
    made.world.send = away;
    await made.start();
    await made.wait(300);
    made.world.send = send;
    await made.pass(MINUTE);
    expect(made.records().map((record) => record.event_type)).toContain("run.completed");
  });

  it("[LOAD-3] what nobody confirms is sent again later each time, also by a life that remembers nothing", async () => {
    for (const dies of [true, false]) {
      const sentAt: number[] = [];
      const made = makeRun(definition, {}, { send: async () => void sentAt.push(Date.now()) });
      await made.start();
      await made.wait(200);
      const begin = Date.now();
      while (Date.now() < begin + 60 * MINUTE) {
        await made.wait(Math.max(1, (made.object.alarmAt ?? 0) - Date.now()));
        if (dies) made.die();
        await made.ring();
      }
      const again = sentAt.slice(1);
      const waits = again.slice(1).map((at, index) => at - (again[index] ?? 0));
      expect(waits.length).toBeGreaterThan(5); // and it never gives up
      expect(waits.length).toBeLessThan(15);
      for (const [index, wait] of waits.entries()) expect(wait).toBeGreaterThanOrEqual(waits[index - 1] ?? 15_000);
      made.die();
    }
  });

  it("[LOAD-3] runs that fail together do not come again together", async () => {
    const nets: number[] = [];
    const waits: number[] = [];
    for (let n = 0; n < 8; n++) {
      const made = makeRun(define({ s: waitStep }), { id: `run_01ARZ3NDEKTSV4RRFFQ6900${n}00` }, { send: away });
      const begin = Date.now();
      await made.start(0);
      nets.push((made.object.alarmAt ?? 0) - begin); // should this life end before they leave
      await made.pass((made.object.alarmAt ?? 0) - begin);
      waits.push((made.object.alarmAt ?? 0) - begin);
      made.die();
    }
    expect([new Set(nets).size > 5, new Set(waits).size > 5]).toEqual([true, true]);
    for (const wait of waits) expect(wait).toBeLessThanOrEqual(46_000);
    for (const net of nets) {
      expect(net).toBeGreaterThanOrEqual(10 * SECOND);
      expect(net).toBeLessThanOrEqual(30 * SECOND);
    }
  });

  it("[LOAD-3] a run that may not send again yet comes back when it is told to, and gives its place back once all is confirmed", async () => {
    const left: string[] = [];
    const enter = vi.fn(() => 77_000);
    const made = makeRun(definition, {}, { resends: { enter, leave: (run) => void left.push(run) } });
    await made.start();
    await made.wait(200);
    await made.wait(10_000);
    await made.ring();
    expect([made.messages.length, enter.mock.calls.length]).toEqual([1, 0]); // what is fresh, or not due again, asks nobody
    made.die();
    made.messages.length = 0;
    await made.wait(40 * SECOND);
    await made.ring();
    expect([made.messages.length, made.object.alarmAt]).toEqual([0, Date.now() + 77_000]);
    expect(enter.mock.calls).toEqual([[made.id, "acme"]]);
    enter.mockReturnValue(0);
    await made.wait(77_000);
    await made.ring();
    expect([made.rows().length > 0, enter.mock.calls.length]).toEqual([true, 2]);
    await made.confirmAll();
    expect(left).toEqual([made.id]);
  });

  it("[RUN-134] what leaves fits into messages of the queue, however much is found or done in one turn", async () => {
    const findings = Array.from({ length: 2_000 }, (_, index) => ({
      ...{ type: "EMAIL" as const, detector: "email", count: 1, score: 1, pointer: `/list/${index}` },
    }));
    const all = {
      needs: [],
      when: null,
      on_error: null,
      kind: "map" as const,
      over: { cel: "input.list" },
      concurrency: 64,
      step: tool(TOOL),
    };
    const wide = define({ a: all, b: all }, { limits: { usd: 1, tokens: 1, seconds: 60, steps: 2_000, confirm_over_usd: null } });
    const made = makeRun(wide, { input: { list: Array.from({ length: 64 }, () => 1) }, inputFindings: findings });
    expect((await made.start()).status).toBe("completed");
    await made.wait(200);
    expect(made.messages.length).toBeGreaterThan(1);
    for (const message of made.messages) expect(JSON.stringify(message).length).toBeLessThan(125_000);
    const flagged = made.records().filter((record) => record.event_type === "guardrail.flagged");
    expect(flagged.reduce((sum, record) => sum + (record.data as { count: number }).count, 0)).toBe(2_000);
    expect(made.records().filter((record) => record.event_type === "tool.called")).toHaveLength(2 * 64);
    // A turn of more than 120 events is some rows; the run's line goes with the last of a turn, its texts with the first.
    const journal = made.object.rows<{ first_seq: number; last_seq: number; leaves: string | null; texts: string | null }>(
      "SELECT * FROM journal",
    );
    const lengths = journal.map(({ first_seq: first, last_seq: last }) => last - first + 1);
    expect([Math.max(...lengths), lengths.filter((length) => length === 120).length > 1]).toEqual([120, true]);
    const whole = journal.filter((_, index) => lengths[index] === 120);
    expect(whole.map(({ leaves }) => leaves?.includes('"run":{') === true)).toContain(false);
    expect(journal.reduce((sum, { last_seq: last, first_seq: first }) => sum + last - first + 1, 0)).toBe(await lastSeq(made));
  });

  it("[RUN-134] a turn of which nothing leaves has a row without records, and those after it know the last that left", async () => {
    const made = makeRun(define({ a: tool(TOOL, { async: true }) }), {}, { authorize: allows(), queueCall: async () => undefined });
    await made.start(0);
    const before = made.object.rows("SELECT last_seq FROM journal").length;
    const call = await made.seq();
    await settled(made.run.takeCall("a", call)); // is on record when it is answered
    await settled(made.run.callAnswered("a", call, { kind: "tool", outcome: answered("done") }));
    expect((await made.view())?.status).toBe("completed");
    const rows = made.object.rows<{ last_seq: number; leaves: string | null }>("SELECT last_seq, leaves FROM journal");
    expect(rows.length).toBeGreaterThan(before + 1);
    expect(rows.filter(({ leaves }) => leaves === null)).not.toEqual([]);
    const leaving = rows.flatMap(({ leaves }) => (leaves === null ? [] : [JSON.parse(leaves) as RecordsRow]));
    expect(leaving.map(({ after }) => after)).toEqual([null, ...leaving.slice(0, -1).map(({ id }) => id)]);
  });
});

const waitStep = {
  kind: "wait" as const,
  needs: [],
  when: null,
  on_error: null,
  seconds: null,
  until: null,
  signal: "go",
  timeout_ms: null,
};
const lastSeq = async (made: ReturnType<typeof makeRun>): Promise<number> => {
  for (let last = 0; ; ) {
    const page = await settled(made.run.events(last));
    if (page === null || page.events.length === 0) return last;
    last = page.events.at(-1)?.seq ?? last;
  }
};
