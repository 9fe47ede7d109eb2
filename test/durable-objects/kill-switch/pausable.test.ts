/** Runs as work that a switch halts, and a turn of pushes over storage in memory. */
import { beforeEach, describe, expect, it } from "vitest";
import type { StopScope } from "../../../core/kill-switch/stops.ts";
import type { Switch } from "../../../core/kill-switch/switch.ts";
import type { RunStatus } from "../../../core/run/outside/view.ts";
import { type Pausable, pausableRuns } from "../../../durable-objects/kill-switch/pausable.ts";
import { Pushes, type Switchboard } from "../../../durable-objects/kill-switch/pushes.ts";
import { SCHEMA } from "../../../durable-objects/kill-switch/schema.ts";
import { migrate } from "../../../durable-objects/kit/schema.ts";
import { storageInMemory } from "../../support/object-storage.ts";

const scope = (kind: "org" | "workflow" | "tool" | "model", more: { drill?: true } = {}): StopScope => ({
  ...{ kind, org: "acme", name: "x" },
  ...more,
});

describe("runs in a scope", () => {
  const asked: unknown[] = [];
  const work = pausableRuns({
    async runsInScope(_scope, statuses: readonly RunStatus[]) {
      asked.push(statuses);
      return { data: [], next_cursor: null };
    },
    countRunsInScope: async () => 7,
    haltRun: async () => undefined,
    resumeRun: async () => undefined,
  });

  it("[KILL-93] are not counted for a tool or a model, whose calls are counted, but for a drill of one", async () => {
    const counts = [scope("org"), scope("workflow"), scope("tool"), scope("model"), scope("tool", { drill: true })];
    expect(await Promise.all(counts.map((one) => work.countMoving(one)))).toEqual([7, 7, 0, 0, 7]);
  });

  it("[KILL-10] are told to halt where they move or are about to, and to go on where they are paused", async () => {
    await work.page(scope("org"), "halt", 5, null);
    await work.page(scope("org"), "resume", 5, null);
    expect(asked).toEqual([["queued", "running", "compensating"], ["paused"]]);
  });
});

describe("a turn of pushes", () => {
  const state = { v: 1, id: "kill_1", scope: scope("org"), recovered: null } as unknown as Switch;
  let now = 1_000;
  let sql: SqlStorage;
  let pushes: Pushes;
  let pages: (string | null)[] = [];
  let told: string[] = [];
  let drained: string[] = [];
  let moving = 0;
  let pieces: (cursor: string | null) => { data: { id: string }[]; next_cursor: string | null };
  let whileTold: (id: string) => Promise<void> = async () => undefined;
  let board: Switchboard;
  beforeEach(() => {
    [now, pages, told, drained, moving] = [1_000, [], [], [], 0];
    whileTold = async () => undefined;
    pieces = () => ({ data: [{ id: "run_1" }], next_cursor: null });
    const { storage, sql: rows } = storageInMemory();
    sql = rows;
    migrate(storage, SCHEMA);
    const tell = async (id: string) => {
      told.push(id);
      await whileTold(id);
    };
    const runs: Pausable = {
      async page(_scope, _direction, _limit, cursor) {
        pages.push(cursor);
        return pieces(cursor);
      },
      countMoving: async () => moving,
      halt: tell,
      resume: tell,
    };
    pushes = new Pushes(sql, { runs });
    board = {
      now: () => now,
      stops: () => ({ epoch: 1, active: [], asOf: now }),
      find: (id) => (id === state.id ? state : null),
      isQuiet: () => true,
      drained: (id) => void drained.push(id),
    };
  });
  const due = () => pushes.nextDueAt();

  it("[KILL-10] ends a halt where nothing moves and nobody was missed, and begins none for a switch that is not there", async () => {
    pushes.begin(state, "halt", now);
    await pushes.turn(board);
    expect([told, drained, due()]).toEqual([["run_1"], ["kill_1"], null]);
    pushes.begin({ ...state, id: "kill_2" }, "halt", now);
    await pushes.turn(board);
    expect([told, drained]).toEqual([["run_1"], ["kill_1"]]);
  });

  it("[KILL-11] tells nobody of a switch that is not there, though its row stands, nor for a row that is gone", async () => {
    pushes.begin(state, "halt", now);
    await pushes.turn({ ...board, find: () => null });
    expect([told, drained, pages]).toEqual([[], [], []]);
    pushes.begin(state, "halt", now);
    await pushes.turn({
      ...board,
      find: (id) => {
        pushes.end(state);
        return id === state.id ? state : null;
      },
    });
    expect([told, drained, pages]).toEqual([[], [], []]);
  });

  it("[KILL-10] goes on with a halt that missed somebody, or while something moves", async () => {
    pushes.begin(state, "halt", now);
    whileTold = () => Promise.reject(new Error("out of reach"));
    await pushes.turn(board);
    expect([drained, due()]).toEqual([[], now + 3_000]);
    whileTold = async () => undefined;
    [now, moving] = [now + 3_000, 1];
    await pushes.turn(board);
    expect([drained, due()]).toEqual([[], now + 3_000]);
    [now, moving] = [now + 3_000, 0];
    await pushes.turn(board);
    expect([drained, due()]).toEqual([["kill_1"], null]);
  });

  it("[KILL-11] a resume drains nothing, and comes back for runs that were still becoming `paused`", async () => {
    pushes.begin(state, "resume", now);
    await pushes.turn(board);
    expect([told, drained, due()]).toEqual([["run_1"], [], now + 5_000]);
  });

  it("[KILL-10] begins no page after eight seconds, ten pages at most, and goes on where it was", async () => {
    let page = 0;
    pieces = () => ({ data: [], next_cursor: `c${++page}` });
    pushes.begin(state, "halt", now);
    await pushes.turn(board);
    expect([pages.length, due()]).toEqual([10, now + 1]);
    pages = [];
    pieces = () => {
      now += 4_000;
      return { data: [], next_cursor: `c${++page}` };
    };
    now += 1;
    await pushes.turn(board);
    expect(pages).toEqual(["c10", "c11"]);
  });

  it("[KILL-11] tells nobody any more once the other direction began, and its row stays gone", async () => {
    pieces = () => ({ data: Array.from({ length: 12 }, (_, n) => ({ id: `run_${n}` })), next_cursor: null });
    whileTold = async () => {
      if (told.length === 6) pushes.begin(state, "resume", now + 60_000);
    };
    pushes.begin(state, "halt", now);
    await pushes.turn(board);
    expect([told.length < 12, drained, sql.exec("SELECT kind FROM push").toArray()]).toEqual([true, [], [{ kind: "resume" }]]);
    pushes.end(state);
    expect(due()).toBeNull();
  });

  it("[KILL-10] is taken up again after half a minute where its turn died", async () => {
    pushes.begin(state, "halt", now);
    let seen: number | null = null;
    whileTold = async () => {
      seen = due();
    };
    await pushes.turn(board);
    expect(seen).toBe(now + 30_000);
  });
});
