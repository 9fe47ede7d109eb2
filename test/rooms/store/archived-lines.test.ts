/** Lines of archived runs that leave D1: nothing is lost on the way, and lists, erasure and retention go over both places as over one. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { RunIndexRow } from "../../../core/audit/record.ts";
import { mintId, withPrefix } from "../../../core/ids.ts";
import type { Json } from "../../../core/json.ts";
import type { Page, PageRequest } from "../../../core/page.ts";
import { archiveIndexName, archiveIndexOf } from "../../../durable-objects/archive-index/stub.ts";
import type { ArchiveIndexOf } from "../../../workers/store/archived-lines.ts";
import type { RunFilter } from "../../../workers/store/ports.ts";
import { FAR } from "../../support/far.ts";
import { lineOf, recordOf, rowsOf, storeWorld } from "./support.ts";

const DAY = 24 * 60 * 60_000;
const ANY: RunFilter = { status: null, workflow: null, user: null };
let minted = 0;
const idAt = (at: number): string => {
  const random = new Uint8Array(10);
  new DataView(random.buffer).setUint32(0, ++minted);
  return mintId("run", at, random);
};
/** Ended as long ago as it was started, `days` before now. */
const ended = (org: string, days: number, over: Partial<RunIndexRow> = {}): RunIndexRow => {
  const id = over.id ?? idAt(FAR - days * DAY);
  const status = over.status ?? "completed";
  const summary = { id, status, trace_id: id.slice(-8), session: `s-${id.slice(-4)}`, created_at: new Date(FAR).toISOString() };
  return lineOf(org, { id, status, created_at: FAR - days * DAY, ended_at: FAR - days * DAY, summary, ...over });
};
const letterOf = (id: string, status: "redriven" | "discarded") => ({
  dead_letter: {
    id: withPrefix("dl", id),
    step: "pay",
    reason: { code: "tool_error", message: "m" },
    undone: ["pay"],
    status,
    created_at: FAR,
  },
});
type World = ReturnType<typeof storeWorld>;
/** Archived at `at`, two days before now. */
async function archived(world: World, lines: readonly RunIndexRow[], at = FAR - 2 * DAY): Promise<void> {
  await world.store.upsertRuns(lines);
  world.at = at;
  for (const { org, id } of lines) await world.store.keeping.markArchived(org, id, recordOf("run.archived"));
  world.at = FAR;
}
/** Everything, page by page. */
async function pages<T>(list: (page: PageRequest) => Promise<Page<T>>, limit: number): Promise<T[]> {
  const all: T[] = [];
  for (let cursor: string | null = null; ; ) {
    const page: Page<T> = await list({ limit, cursor });
    expect(page.data.length).toBeLessThanOrEqual(limit);
    all.push(...page.data);
    cursor = page.next_cursor;
    if (cursor === null) return all;
    expect(page.data.length).toBe(limit);
  }
}
const inD1 = async (world: World, org: string) => (await rowsOf(world.db, "runs", org)).map(({ id }) => String(id)).sort();
const ids = (lines: readonly RunIndexRow[]) => lines.map(({ id }) => id).sort();

describe("[ARCHIVE-11] a line leaves D1", () => {
  it("eight days after its run's end and a day after it was archived, with its dead letter, and no other does", async () => {
    const world = storeWorld();
    const dead = ended("l1", 40, { status: "dead_lettered" });
    const leaving = [ended("l1", 8), ended("l1", 70), { ...dead, ...letterOf(dead.id, "discarded") }];
    await archived(world, leaving);
    const staying = [ended("l1", 7.9), ended("l1", 50, { status: "running", ended_at: null })];
    await archived(world, staying.slice(0, 1));
    const fresh = ended("l1", 60);
    await archived(world, [fresh], FAR - 0.9 * DAY);
    const unarchived = ended("l1", 60);
    await world.store.upsertRuns([...staying.slice(1), unarchived]);
    expect((await world.store.archivedLines.move()).moved).toBeGreaterThanOrEqual(3);
    expect(await inD1(world, "l1")).toEqual(ids([...staying, fresh, unarchived]));
    expect(await rowsOf(world.db, "dead_letters", "l1")).toEqual([]);
    expect(await world.store.archivedLines.has("l1", ids([...leaving, ...staying]))).toHaveLength(3);
    expect((await world.store.deadLetters.list("l1", { limit: 5, cursor: null })).data).toMatchObject([
      { id: withPrefix("dl", dead.id), run: dead.id, status: "discarded", step: "pay", undone: ["pay"] },
    ]);
    expect((await rowsOf(world.db, "archive_months", "l1")).length).toBeGreaterThan(1);
  });

  it("is in one of the two at any time: what dies on the way is done again, and a line that changed meanwhile stays", async () => {
    const lines = [ended("l2", 30), ended("l2", 31)];
    await archived(storeWorld(), lines);
    const dying = storeWorld(
      env.DB,
      keeping(async () => Promise.reject(new Error("died"))),
    );
    await expect(dying.store.archivedLines.move()).rejects.toThrow("died");
    expect(await inD1(dying, "l2")).toEqual(ids(lines));
    // It dies after the line is kept and before D1 lets go: the list shows it once. Meanwhile its person is erased here.
    const [first] = lines as [RunIndexRow];
    const late = storeWorld(
      env.DB,
      keeping(async (keep) => {
        await keep();
        await storeWorld().store.erasures.eraseRun("l2", first.id, { summary: { id: first.id, erased_at: "now" }, user: "erased" });
      }),
    );
    await late.store.archivedLines.move();
    expect(await inD1(late, "l2")).toEqual([first.id]);
    const { data } = await late.store.runs.list("l2", ANY, { limit: 10, cursor: null });
    expect(data.map((run) => (run as { id: string }).id).sort()).toEqual(ids(lines));
    expect(data).toContainEqual({ id: first.id, erased_at: "now" });
    await late.store.archivedLines.move();
    expect(await late.store.archivedLines.lineOf("l2", first.id)).toEqual({
      summary: { id: first.id, erased_at: "now" },
      subject: "erased",
    });
  });

  it("[ARCHIVE-13] a sweep moves more lines than 100,000 runs a day end in five minutes", async () => {
    const world = storeWorld();
    const share = Math.ceil(100_000 / ((24 * 60) / 5));
    const lines = Array.from({ length: share }, (_, n) => ended("l3", 20 + (n % 40)));
    await world.store.upsertRuns(lines);
    await world.db
      .prepare("UPDATE runs SET archived_at = ? WHERE org = 'l3'")
      .bind(FAR - 2 * DAY)
      .run();
    expect((await world.store.archivedLines.move()).moved).toBeGreaterThanOrEqual(share);
    expect(await inD1(world, "l3")).toEqual([]);
    expect(await world.store.archivedLines.countOf("l3", "ann", idAt(FAR))).toBe(share);
  });
});

describe("[ARCHIVE-15] where D1 is nearly full", () => {
  it("runs are archived eight days after their end, and otherwise when their org says", async () => {
    const full = (bytes: number) =>
      new Proxy(env.DB, {
        get(target, name) {
          const value = Reflect.get(target, name) as unknown;
          if (name !== "batch") return typeof value === "function" ? value.bind(target) : value;
          return async (statements: D1PreparedStatement[]) =>
            (await target.batch(statements)).map((one) => ({ ...one, meta: { ...one.meta, size_after: bytes } }));
        },
      });
    const world = storeWorld();
    await world.store.orgs.put("n1", { retention_days: 20 }, null, recordOf("e"));
    const lines = [ended("n1", 21), ended("n1", 8), ended("n1", 7.9)];
    await world.store.upsertRuns(lines);
    const overdue = async (bytes: number) =>
      (await storeWorld(full(bytes)).store.keeping.overdue(FAR, 1_000_000)).flatMap(({ org, id }) => (org === "n1" ? [id] : [])).sort();
    expect(await overdue(5_900_000_000)).toEqual(ids(lines.slice(0, 1)));
    expect(await overdue(6_100_000_000)).toEqual(ids(lines.slice(0, 2)));
  });
});

describe("[ARCHIVE-12] old lines beside those in D1", () => {
  it("lists page over both places in one order, by every filter", async () => {
    const world = storeWorld();
    const old = Array.from({ length: 12 }, (_, n) =>
      ended("m1", 20 + n * 9, {
        workflow: n % 2 === 0 ? "even" : "odd",
        status: n % 3 === 0 ? "failed" : "completed",
        user: n < 3 ? "ann" : "bob",
      }),
    );
    await archived(world, old);
    await world.store.archivedLines.move();
    // Started long ago and still waiting, or started today: in D1. A page of D1 alone would skip the old lines that are newer than these.
    const waiting = [55, 56, 57, 58, 59].map((days) => ended("m1", days, { status: "waiting", ended_at: null, workflow: "even" }));
    const here = [...waiting, ...[1, 2, 3].map((n) => ended("m1", n))];
    await world.store.upsertRuns(here);
    expect(await inD1(world, "m1")).toEqual(ids(here));
    const all = [...old, ...here].toSorted((a, b) => (a.id < b.id ? 1 : -1));
    const listed = async (filter: Partial<RunFilter>, limit: number) =>
      (await pages<Json>((page) => world.store.runs.list("m1", { ...ANY, ...filter }, page), limit)).map(
        (run) => (run as { id: string }).id,
      );
    const those = (of: (line: RunIndexRow) => boolean) => all.filter(of).map(({ id }) => id);
    for (const limit of [3, 50]) {
      expect(await listed({}, limit)).toEqual(those(() => true));
      expect(await listed({ workflow: "even" }, limit)).toEqual(those(({ workflow }) => workflow === "even"));
      expect(await listed({ status: "failed" }, limit)).toEqual(those(({ status }) => status === "failed"));
      expect(await listed({ user: "bob" }, limit)).toEqual(those(({ user }) => user === "bob"));
    }
    const one = old[7] as RunIndexRow;
    const { trace_id: traceId, session } = one.summary as { trace_id: string; session: string };
    expect(await listed({ traceId }, 5)).toEqual(those(({ summary }) => (summary as { trace_id: string }).trace_id === traceId));
    expect(await listed({ session }, 5)).toContain(one.id);
    const [since, until] = [FAR - 60 * DAY, FAR - 30 * DAY];
    expect(await listed({ since, until }, 3)).toEqual(those(({ created_at: at }) => at >= since && at < until));
    expect(await listed({ user: "nobody" }, 5)).toEqual([]);
    expect((await world.store.runs.list("m2", ANY, { limit: 5, cursor: null })).data).toEqual([]);
  });

  it("dead letters are listed over both places, by status", async () => {
    const world = storeWorld();
    const dead = (days: number, status: "redriven" | "discarded" | "open") => {
      const line = ended("m3", days, { status: "dead_lettered" });
      return { ...line, dead_letter: { ...letterOf(line.id, "discarded").dead_letter, status } };
    };
    const old = [dead(90, "redriven"), dead(60, "discarded"), dead(30, "redriven")];
    await archived(world, old);
    await world.store.archivedLines.move();
    const here = [dead(70, "open"), dead(1, "discarded")];
    await world.store.upsertRuns(here);
    const all = [...old, ...here].toSorted((a, b) => (a.id < b.id ? 1 : -1));
    for (const status of [undefined, "open", "redriven", "discarded"] as const) {
      const found = await pages((page) => world.store.deadLetters.list("m3", page, status), 2);
      const wanted = all.filter((line) => status === undefined || line.dead_letter.status === status);
      expect(found.map(({ run, status: is }) => [run, is])).toEqual(wanted.map(({ id, dead_letter: letter }) => [id, letter.status]));
    }
  });

  it("an erasure finds the person's runs in both, and leaves of each what it says", async () => {
    const world = storeWorld();
    const { erasures } = world.store;
    const of = { subject: "rita", user: "rita" };
    const dead = ended("m4", 50, { ...of, status: "dead_lettered" });
    const old = [ended("m4", 90, of), { ...dead, ...letterOf(dead.id, "redriven") }, ended("m4", 20, of)];
    await archived(world, [...old, ended("m4", 33)]);
    await world.store.archivedLines.move();
    const here = [ended("m4", 70, { ...of, status: "waiting", ended_at: null }), ended("m4", 2, of)];
    await world.store.upsertRuns([...here, ended("m4", 1)]);
    const found: string[] = [];
    for (let after = ""; ; ) {
      const page = await erasures.runsOf("m4", "rita", FAR, after, 2);
      found.push(...page.map(({ id }) => id));
      after = page.at(-1)?.id ?? after;
      if (page.length < 2) break;
    }
    expect(found).toEqual(ids([...old, ...here]));
    expect(await erasures.countRunsOf("m4", "rita", FAR)).toBe(5);
    expect(await erasures.countRunsOf("m4", "rita", FAR - 60 * DAY)).toBe(2);
    const line = await erasures.lineOf("m4", dead.id);
    expect(line).toMatchObject({ subject: "rita", summary: { id: dead.id } });
    const left = { summary: { id: dead.id, subject: "erased" }, user: "erased" };
    expect(await erasures.eraseRun("m4", dead.id, left)).toMatchObject({ "ARCHIVE_INDEX.run": 1, "ARCHIVE_INDEX.letter": 1, "DB.runs": 0 });
    expect(await erasures.eraseRun("m4", dead.id, left)).toMatchObject({ "ARCHIVE_INDEX.run": 0, "ARCHIVE_INDEX.letter": 0 });
    expect(await erasures.countRunsOf("m4", "rita", FAR)).toBe(4);
    const [letter] = (await world.store.deadLetters.list("m4", { limit: 5, cursor: null })).data;
    expect(letter).toMatchObject({ id: withPrefix("dl", dead.id), status: "discarded", reason: { code: "cancelled", message: "erased" } });
    expect(await erasures.eraseRun("m4", old[0]?.id ?? "", null)).toMatchObject({ "ARCHIVE_INDEX.run": 1 });
    expect(await erasures.lineOf("m4", old[0]?.id ?? "")).toBeNull();
    // Nothing of what the line said is left in the object's rows.
    const stored = await runInDurableObject(env.ARCHIVE_INDEX.getByName(archiveIndexName("m4", monthOf(dead))), (_, { storage }) =>
      JSON.stringify([storage.sql.exec("SELECT * FROM run").toArray(), storage.sql.exec("SELECT * FROM letter").toArray()]),
    );
    expect(stored).not.toContain("rita");
    expect(stored).not.toContain("tool_error");
  });

  it("[RETAIN-1] the retention deletes old lines of a class whose days are over and those older than the evidence, and the month with its last", async () => {
    const world = storeWorld();
    const { archivedLines } = world.store;
    await world.store.orgs.put("m5", { retention: { audit_years: 2 } }, null, recordOf("e"));
    const lines = [ended("m5", 800), ended("m5", 700), ended("m5", 710, { class: "confidential" })];
    await archived(world, lines);
    await archivedLines.move();
    const due = async () =>
      (await archivedLines.expired(world.at, 100)).filter(({ org }) => org === "m5").map(({ id, why, after }) => ({ id, why, after }));
    expect(await due()).toEqual([]); // moved just now: looked at in a day
    world.at = FAR + 1.1 * DAY;
    expect(await due()).toEqual([{ id: lines[0]?.id, why: "evidence", after: 2 }]);
    await world.store.orgs.put("m5", { retention: { confidential: 14, audit_years: 2 } }, null, recordOf("e"));
    world.at = FAR + 2.2 * DAY;
    expect((await due()).toSorted((a, b) => a.after - b.after)).toEqual([
      { id: lines[0]?.id, why: "evidence", after: 2 },
      { id: lines[2]?.id, why: "class", after: 14 },
    ]);
    await archivedLines.putOff("m5", lines[0]?.id ?? "");
    world.at += 1.1 * DAY;
    const gone = [lines[0]?.id ?? "", lines[2]?.id ?? ""];
    expect(await archivedLines.forget("m5", gone, recordOf("retention.applied"))).toBe(2);
    expect(await archivedLines.has("m5", ids(lines))).toEqual([lines[1]?.id]);
    expect((await rowsOf(world.db, "archive_months", "m5")).map(({ month }) => month)).toEqual([monthOf(lines[1] as RunIndexRow)]);
    const left = await runInDurableObject(
      env.ARCHIVE_INDEX.getByName(archiveIndexName("m5", monthOf(lines[0] as RunIndexRow))),
      (_, { storage }) => storage.sql.exec("SELECT name FROM sqlite_master").toArray(),
    );
    expect(left).toEqual([]);
    expect(world.sent.flatMap(({ rows }) => rows.flatMap(({ records }) => records.map((one) => one.event_type)))).toContain(
      "retention.applied",
    );
  });
});

describe("[ARCHIVE-14] the index of the archive", () => {
  it("searches by an index, whatever is asked", async () => {
    const queries: string[] = [];
    await runInDurableObject(env.ARCHIVE_INDEX.getByName("plans/2099-01"), async (object, { storage }) => {
      await object.keep([{ ...ended("plans", 10), class: "internal" } as never]);
      const { exec } = storage.sql;
      storage.sql.exec = ((query: string, ...bindings: never[]) => {
        if (/^\s*(SELECT|UPDATE|DELETE)/i.test(query)) queries.push(query);
        return exec.call(storage.sql, query, ...bindings);
      }) as never;
      const none = {
        status: null,
        workflow: null,
        user: null,
        session: null,
        trace: null,
        since: null,
        until: null,
        above: null,
        below: null,
      };
      for (const over of [
        {},
        { status: "failed" },
        { workflow: "a" },
        { user: "a" },
        { session: "a" },
        { trace: "a" },
        { above: "a", below: "b", since: 1 },
      ])
        await object.list({ ...none, ...over }, 5);
      for (const status of [null, "redriven"]) await object.letters(status, null, "z", 5);
      await object.has(["a"]);
      await object.lineOf("a");
      await object.runsOf("a", "a", "b", 5);
      await object.countOf("a", "b");
      await object.erase("a", { summary: {}, user: "a" });
      await object.expired({ byClass: {}, rest: 0 }, 0, 5);
      await object.putOff("a", 0);
      storage.sql.exec = exec;
      for (const query of new Set(queries)) {
        const count = Math.max((query.match(/\?(?!\d)/g) ?? []).length, ...[...query.matchAll(/\?(\d+)/g)].map(([, at]) => Number(at)));
        const plan = storage.sql.exec<{ detail: string }>(`EXPLAIN QUERY PLAN ${query}`, ...Array(count).fill("1")).toArray();
        const scans = plan
          .map(({ detail }) => detail)
          .filter((line) => /^SCAN (run|letter)\b/.test(line) && !/USING (COVERING )?INDEX|PRIMARY KEY/.test(line));
        const isFirstPage = /WHERE 1 = 1 ORDER BY id DESC LIMIT/.test(query);
        expect(isFirstPage ? [] : scans, query).toEqual([]);
        expect(plan.map(({ detail }) => detail).join(), query).not.toContain("TEMP B-TREE");
      }
    });
    expect(queries.length).toBeGreaterThan(12);
  });
});

const monthOf = ({ id }: RunIndexRow): string => {
  const days = id.slice(4, 14);
  const at = [...days].reduce((sum, character) => sum * 32 + "0123456789ABCDEFGHJKMNPQRSTVWXYZ".indexOf(character), 0);
  return new Date(at).toISOString().slice(0, 7);
};
/** The real index, where `around` does something beside keeping. */
const keeping =
  (around: (keep: () => Promise<void>) => Promise<void>): ArchiveIndexOf =>
  (org, month) =>
    new Proxy(real(org, month), {
      get: (target, name) =>
        name === "keep"
          ? (lines: never) => around(() => target.keep(lines))
          : (...given: never[]) => (target as unknown as Record<string | symbol, (...all: never[]) => unknown>)[name]?.(...given),
    });
const real: ArchiveIndexOf = (org, month) => archiveIndexOf(env.ARCHIVE_INDEX, archiveIndexName(org, month));

describe("an index that keeps no line", () => {
  const empty = () => archiveIndexOf(env.ARCHIVE_INDEX, archiveIndexName(`none-${crypto.randomUUID()}`, "2100-01"));

  it("[ARCHIVE-16] answers everything with nothing, and stores nothing", async () => {
    const index = empty();
    expect(await index.countOf("ada", "run_z")).toBe(0);
    expect([await index.erase("run_1", null), await index.erase("run_1", { summary: {}, user: "ada" })]).toEqual([
      { runs: 0, letters: 0 },
      { runs: 0, letters: 0 },
    ]);
    expect([await index.lineOf("run_1"), await index.has(["run_1"]), await index.expired({ byClass: {}, rest: FAR }, FAR, 5)]).toEqual([
      null,
      [],
      [],
    ]);
    await index.putOff("run_1", FAR);
    expect(await index.forget(["run_1"])).toEqual({ runs: 0, isEmpty: true });
  });
});
