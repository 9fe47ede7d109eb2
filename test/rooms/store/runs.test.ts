import { describe, expect, it } from "vitest";
import { lineOf, nextId, storeWorld } from "./support.ts";

const NO_FILTER = { status: null, workflow: null, user: null };
const PAGE = { limit: 50, cursor: null };

describe("the index of runs", () => {
  it("[STORE-8] the higher seq wins, in whatever order lines come", async () => {
    const { store } = storeWorld();
    const id = nextId("run");
    const line = (seq: number, status: string) => lineOf("seq", { id, seq, status });
    await store.upsertRuns([line(2, "waiting"), line(5, "completed"), line(3, "running")]);
    await store.upsertRuns([line(4, "running")]);
    await store.upsertRuns([line(5, "running")]);
    expect((await store.runs.list("seq", NO_FILTER, PAGE)).data).toEqual([{ id, status: "completed" }]);
    expect((await store.runs.list("seq", { ...NO_FILTER, status: "running" }, PAGE)).data).toEqual([]);
  });

  it("[STORE-8] a workflow's second run ends in the index as its first does", async () => {
    const { store, at } = storeWorld();
    const ids = [nextId("run"), nextId("run")];
    for (const id of ids) {
      await store.upsertRuns([lineOf("ends", { id, seq: 1 })]);
      await store.upsertRuns([lineOf("ends", { id, seq: 2, status: "completed", ended_at: at })]);
    }
    expect((await store.runs.list("ends", { ...NO_FILTER, status: "completed" }, PAGE)).data.length).toBe(2);
  });

  it("a line of another org with the same id changes nothing", async () => {
    const { store } = storeWorld();
    const line = lineOf("owner");
    await store.upsertRuns([line]);
    await store.upsertRuns([lineOf("thief", { id: line.id, seq: 9, status: "failed" })]);
    expect((await store.runs.list("owner", NO_FILTER, PAGE)).data).toEqual([line.summary]);
    expect((await store.runs.list("thief", NO_FILTER, PAGE)).data).toEqual([]);
  });

  it("dead letters follow their runs' lines", async () => {
    const { store, at } = storeWorld();
    const dead = (status: "open" | "redriven") => ({
      id,
      step: "ship",
      reason: { code: "tool_error", message: "no carrier" },
      undone: ["charge"],
      status,
      created_at: at,
    });
    const id = nextId("dl");
    const run = nextId("run");
    await store.upsertRuns([lineOf("dead", { id: run, seq: 3, dead_letter: dead("open") }), lineOf("dead")]);
    const shown = async () => (await store.deadLetters.list("dead", PAGE)).data;
    expect(await shown()).toEqual([
      {
        id,
        run,
        workflow: "refund",
        step: "ship",
        reason: { code: "tool_error", message: "no carrier" },
        undone: ["charge"],
        status: "open",
        created_at: new Date(at).toISOString(),
      },
    ]);
    await store.upsertRuns([lineOf("dead", { id: run, seq: 4, dead_letter: dead("redriven") })]);
    await store.upsertRuns([lineOf("dead", { id: run, seq: 3, dead_letter: dead("open") })]);
    expect((await shown()).map((letter) => letter.status)).toEqual(["redriven"]);
  });

  it("takes more lines at once than D1 takes parameters", async () => {
    const { store } = storeWorld();
    const summary = { text: "x".repeat(2_000) };
    await store.upsertRuns(Array.from({ length: 300 }, () => lineOf("many", { summary })));
    await store.upsertRuns([]);
    expect(await store.countRunsInScope({ kind: "org", org: "many", name: "many" }, ["running"])).toBe(300);
  });

  it("[STORE-9] finds what a stop touches: everywhere, in an org, of a workflow; of a tool all of its org", async () => {
    const { store, db } = storeWorld();
    await db.prepare("DELETE FROM runs").run(); // what it counts everywhere is what it made
    const lines = [
      lineOf("s-one", { workflow: "a", status: "running" }),
      lineOf("s-one", { workflow: "b", status: "waiting" }),
      lineOf("s-two", { workflow: "a", status: "running" }),
      lineOf("s-two", { workflow: "a", status: "completed" }),
    ] as const;
    await store.upsertRuns(lines);
    const found = async (scope: Parameters<typeof store.runsInScope>[0]) => {
      const ids: string[] = [];
      let cursor: string | null = null;
      do {
        const page: Awaited<ReturnType<typeof store.runsInScope>> = await store.runsInScope(scope, ["running", "waiting"], 1, cursor);
        ids.push(...page.data.map((run) => `${run.org}/${run.id}`));
        cursor = page.next_cursor;
      } while (cursor !== null);
      expect(await store.countRunsInScope(scope, ["running", "waiting"])).toBe(ids.length);
      return ids.filter((id) => id.startsWith("s-"));
    };
    const named = (...of: number[]) => of.map((index) => `${lines[index as 0].org}/${lines[index as 0].id}`);
    expect(await found({ kind: "all" })).toEqual(named(2, 1, 0));
    expect(await found({ kind: "org", org: "s-one", name: "s-one" })).toEqual(named(1, 0));
    expect(await found({ kind: "workflow", org: "s-one", name: "a" })).toEqual(named(0));
    expect(await found({ kind: "tool", org: "s-one", name: "t" })).toEqual(named(1, 0));
    expect(await found({ kind: "model", org: "s-two", name: "a/b-1" })).toEqual(named(2));
  });
});
