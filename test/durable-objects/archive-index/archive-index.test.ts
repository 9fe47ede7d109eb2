/** The lines of archived runs in their object: the newer one stays, each question is answered by what it names, and what is erased stays erased. */
import { expect, it } from "vitest";
import type { ArchivedFilter, ArchivedLine } from "../../../core/run/outside/archived-line.ts";
import { defineArchiveIndex } from "../../../durable-objects/archive-index/archive-index.ts";
import { ObjectInNode } from "../../support/object-in-node.ts";

const ANY: ArchivedFilter = {
  ...{ status: null, workflow: null, user: null, session: null, trace: null, since: null, until: null, above: null, below: null },
};
const lineOf = (id: string, more: Partial<ArchivedLine> = {}): ArchivedLine => ({
  ...{ id, seq: 5, org: "org-1", user: "ann", subject: "ann", workflow: "refund", version: 1, status: "completed", class: "internal" },
  ...{ summary: { id, session: "s", trace_id: `t ${id}` }, created_at: 1_000, ended_at: 2_000 },
  ...more,
});
const letterOf = (id: string): NonNullable<ArchivedLine["dead_letter"]> => ({
  ...{
    id,
    step: "pay",
    reason: { code: "timeout", message: "ann's call took too long" },
    undone: ["pay"],
    status: "open",
    created_at: 2_000,
  },
});

function makeIndex() {
  const object = new ObjectInNode(defineArchiveIndex());
  return {
    object,
    listed: async (filter: Partial<ArchivedFilter> = {}, limit = 99) =>
      (await object.room.list({ ...ANY, ...filter }, limit)).map(({ id }) => id),
    letters: async (
      ...[status = null, above = null, below = null, limit = 99]: [(string | null)?, (string | null)?, (string | null)?, number?]
    ) => (await object.room.letters(status, above, below, limit)).map(({ id }) => id),
    tables: () => object.rows("SELECT name FROM sqlite_master"),
  };
}

it("[ARCHIVE-16] answers with nothing and stores nothing before its first line, and again after its last one", async () => {
  const { object, listed, letters, tables } = makeIndex();
  const asked = async () => {
    const { room } = object;
    expect([
      await listed(),
      await letters(),
      await room.has(["r1"]),
      await room.lineOf("r1"),
      await room.runsOf("ann", "", "z", 9),
    ]).toEqual([[], [], [], null, []]);
    expect([await room.countOf("ann", "z"), await room.erase("r1", null), await room.erase("r1", { summary: {}, user: "x" })]).toEqual([
      0,
      { runs: 0, letters: 0 },
      { runs: 0, letters: 0 },
    ]);
    expect([await room.expired({ byClass: {}, rest: 9_999 }, 9_999, 9), await room.forget(["r1"])]).toEqual([
      [],
      { runs: 0, isEmpty: true },
    ]);
    await room.putOff("r1", 5);
    expect(tables()).toEqual([]);
  };
  for (let life = 0; life < 2; life++) {
    await asked();
    object.die();
  }
  await object.room.keep([lineOf("r1", { dead_letter: letterOf("d1") }), lineOf("r2")]);
  expect([await listed(), await object.room.forget(["r1", "x"])]).toEqual([["r2", "r1"], { runs: 1, isEmpty: false }]);
  expect([await listed(), await letters()]).toEqual([["r2"], []]);
  object.die();
  expect([await listed(), await object.room.forget(["r2"])]).toEqual([["r2"], { runs: 1, isEmpty: true }]);
  await asked();
  await object.room.keep([lineOf("r3")]);
  expect(await listed()).toEqual(["r3"]);
});

it("[ARCHIVE-11] of two lines of a run the later one stays, and a dead letter stays as it was kept first", async () => {
  const { object, listed } = makeIndex();
  await object.room.keep([lineOf("r1", { dead_letter: letterOf("d1") })]);
  for (const seq of [4, 5])
    await object.room.keep([lineOf("r1", { seq, status: "failed", dead_letter: { ...letterOf("d1"), step: "ship" } })]);
  expect([await listed({ status: "completed" }), (await object.room.letters(null, null, null, 9))[0]]).toEqual([
    ["r1"],
    { ...letterOf("d1"), run: "r1", workflow: "refund" },
  ]);
  await object.room.keep([lineOf("r1", { seq: 6, status: "failed", subject: "bob", summary: { id: "new" } })]);
  expect([await listed({ status: "failed" }), await object.room.lineOf("r1"), await object.room.lineOf("r2")]).toEqual([
    ["r1"],
    { summary: { id: "new" }, subject: "bob" },
    null,
  ]);
});

it("[ARCHIVE-12] answers by what a question names, newest first, page by page", async () => {
  const { object, listed, letters } = makeIndex();
  await object.room.keep([
    lineOf("r1", { dead_letter: letterOf("d1") }),
    lineOf("r2", { status: "failed", created_at: 1_001, dead_letter: { ...letterOf("d2"), status: "redriven" } }),
    lineOf("r3", { workflow: "ship", user: "bob", subject: "bob", summary: { session: "other", trace_id: "t" }, created_at: 1_002 }),
  ]);
  const filters: [Partial<ArchivedFilter>, string[]][] = [
    [{}, ["r3", "r2", "r1"]],
    [{ status: "failed" }, ["r2"]],
    [{ workflow: "ship" }, ["r3"]],
    [{ user: "ann" }, ["r2", "r1"]],
    [{ session: "s" }, ["r2", "r1"]],
    [{ trace: "t r1" }, ["r1"]],
    [{ since: 1_001 }, ["r3", "r2"]],
    [{ until: 1_001 }, ["r1"]],
    [{ above: "r1", below: "r3" }, ["r2"]],
    [{ user: "ann", status: "completed" }, ["r1"]],
  ];
  for (const [filter, ids] of filters) expect(await listed(filter)).toEqual(ids);
  expect([
    await listed({}, 2),
    await letters(),
    await letters("open"),
    await letters(null, "d1"),
    await letters(null, null, "d2"),
    await letters(null, null, null, 1),
  ]).toEqual([["r3", "r2"], ["d2", "d1"], ["d1"], ["d2"], ["d1"], ["d2"]]);
  expect([
    await object.room.has(["r1", "x", "r3"]),
    await object.room.runsOf("ann", "r1", "r9", 9),
    await object.room.runsOf("ann", "", "r2", 9),
  ]).toEqual([["r1", "r3"], [{ id: "r2", user: "ann" }], [{ id: "r1", user: "ann" }]]);
  expect([await object.room.countOf("ann", "r2"), await object.room.countOf("ann", "r9"), await object.room.countOf("cy", "r9")]).toEqual([
    1, 2, 0,
  ]);
});

it("[ARCHIVE-12] what is erased leaves what may be left, is counted once, and no later line brings it back", async () => {
  const { object, listed } = makeIndex();
  await object.room.keep([lineOf("r1", { dead_letter: letterOf("d1") }), lineOf("r2"), lineOf("r3", { dead_letter: letterOf("d3") })]);
  const left = { summary: { id: "r1", erased: true }, user: "[erased]" };
  expect([await object.room.erase("r1", left), await object.room.erase("r1", left), await object.room.erase("r2", left)]).toEqual([
    { runs: 1, letters: 1 },
    { runs: 0, letters: 0 },
    { runs: 1, letters: 0 },
  ]);
  await object.room.keep([lineOf("r1", { seq: 1_000_000 })]);
  expect((await object.room.lineOf("r1"))?.summary).toEqual(left.summary);
  expect(
    JSON.stringify([object.rows("SELECT * FROM run WHERE id <> 'r3'"), object.rows("SELECT * FROM letter WHERE id = 'd1'")]),
  ).not.toContain("ann");
  expect((await object.room.letters(null, null, null, 9)).map(({ id, status }) => [id, status])).toEqual([
    ["d3", "open"],
    ["d1", "discarded"],
  ]);
  expect([await object.room.erase("r3", null), await object.room.erase("r3", null), await listed()]).toEqual([
    { runs: 1, letters: 1 },
    { runs: 0, letters: 0 },
    ["r2", "r1"],
  ]);
});

it("[ARCHIVE-1] runs are over by the days of their class, the oldest of a class first, at most as many as asked for, and those that failed later", async () => {
  const { object } = makeIndex();
  await object.room.keep([
    lineOf("r1", { ended_at: 300 }),
    lineOf("r2", { ended_at: 200 }),
    lineOf("r3", { ended_at: 100, class: "restricted" }),
    lineOf("r4", { ended_at: 100, class: "public" }),
    lineOf("r5", { ended_at: 50, class: "restricted" }),
  ]);
  const over = async (rest: number, byClass: Record<string, number> = {}, limit = 9, triedBefore = 0) =>
    (await object.room.expired({ rest, byClass }, triedBefore, limit)).map(({ id }) => id);
  expect([await over(199), await over(200), await over(300, { restricted: 99 })]).toEqual([
    ["r4", "r5", "r3"],
    ["r4", "r2", "r5", "r3"],
    ["r4", "r2", "r1", "r5"],
  ]);
  expect([await over(300, {}, 2), await over(300, {}, 3), await over(300, {}, 4)]).toEqual([
    ["r4", "r2"],
    ["r4", "r2", "r1"],
    ["r4", "r2", "r1", "r5"],
  ]);
  await object.room.putOff("r2", 1_000);
  expect([await over(300, { restricted: 0 }, 9, 999), await over(300, { restricted: 0 }, 9, 1_000)]).toEqual([
    ["r4", "r1"],
    ["r4", "r2", "r1"],
  ]);
});
