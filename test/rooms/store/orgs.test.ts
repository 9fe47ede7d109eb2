/** Orgs, splits, feedback and what looks after runs, over the real database. */
import { describe, expect, it } from "vitest";
import { DEFAULT_ORG_SETTINGS } from "../../../core/org/settings.ts";
import { FAR } from "../../support/far.ts";
import { definitionOf, lineOf, nextId, recordOf, rowsOf, storeWorld, type World } from "./support.ts";

const DAY = 24 * 60 * 60_000;
const letters = async ({ db }: World, org: string) =>
  (await rowsOf(db, "audit_outbox", org)).map((row) => JSON.parse(String(row.body)).event_type);

describe("orgs", () => {
  it("[ORG-1] choose by merging: two changes at once both stay, null goes back to the default", async () => {
    const { store } = storeWorld();
    expect(await store.orgs.settings("o1")).toEqual(DEFAULT_ORG_SETTINGS);
    expect(await store.orgs.get("o1")).toBeNull();
    await Promise.all([
      store.orgs.put("o1", { max_runs: 3 }, null, recordOf("org.changed")),
      store.orgs.put("o1", { callback_hosts: ["a.example"], egress: ["b.example"] }, null, recordOf("org.changed")),
    ]);
    expect(await store.orgs.settings("o1")).toEqual({
      ...DEFAULT_ORG_SETTINGS,
      max_runs: 3,
      callback_hosts: ["a.example"],
      egress: ["b.example"],
    });
    const { view } = await store.orgs.put("o1", { max_runs: null, require_client_certificate: true }, null, recordOf("org.changed"));
    expect(view).toMatchObject({
      org: "o1",
      max_runs: DEFAULT_ORG_SETTINGS.max_runs,
      require_client_certificate: true,
      egress: ["b.example"],
    });
    expect(await store.keys.orgExists("o1")).toBe(true);
  });

  it("[ORG-2] a change and its record are one", async () => {
    const world = storeWorld();
    world.queueDown = true;
    const record = recordOf("org.changed");
    await world.store.orgs.put("o2", { max_runs: 3 }, null, record);
    await expect(world.store.orgs.put("o2", { max_runs: 4 }, null, record)).rejects.toThrow();
    expect(await world.store.orgs.settings("o2")).toMatchObject({ max_runs: 3 });
    expect(await letters(world, "o2")).toEqual(["org.changed"]);
  });

  it("[CALLBACK-4] keep the first secret, and beside a new one the one before it", async () => {
    const { store } = storeWorld();
    const secret = (sealed: string) => ({ id: nextId("sec"), sealed });
    const both = await Promise.all(["x", "y"].map((sealed) => store.orgs.put("o3", {}, secret(sealed), recordOf("org.changed"))));
    expect(both.filter(({ secretKept }) => secretKept)).toHaveLength(1);
    const [first] = await store.orgs.callbackSecrets("o3");
    const second = secret("second");
    await store.orgs.rotateCallbackSecret("o3", second, recordOf("rotated"));
    await store.orgs.rotateCallbackSecret("o3", second, recordOf("rotated"));
    expect(await store.orgs.callbackSecrets("o3")).toEqual(["second", first]);
    await store.orgs.rotateCallbackSecret("o3", secret("third"), recordOf("rotated"));
    expect(await store.orgs.callbackSecrets("o3")).toEqual(["third", "second"]);
    expect(await store.orgs.callbackSecrets("nobody")).toEqual([]);
  });
});

describe("traffic", () => {
  const versions = async ({ store }: World, org: string) =>
    (await store.workflows.versions(org, "w", { limit: 10, cursor: null })).data.map(({ version, status, percent }) => [
      version,
      status,
      percent,
    ]);
  const put = ({ store }: World, org: string, n: number) =>
    store.workflows.put(org, definitionOf("w", `${n}`), `d${n}`, () => recordOf("e"));
  const split = ({ store }: World, org: string, ...shares: [number, number][]) =>
    store.workflows.setTraffic(
      org,
      "w",
      shares.map(([version, percent]) => ({ version, percent })),
      recordOf("workflow.traffic_split"),
    );

  it("[TRAFFIC-5] goes to the newest version until it is split, then to nobody that is not named", async () => {
    const world = storeWorld();
    const chosen = async () => (await world.store.workflows.choose("t1", "w", "ann"))?.version ?? null;
    expect(await chosen()).toBeNull();
    await put(world, "t1", 1);
    await put(world, "t1", 2);
    expect([await chosen(), await versions(world, "t1")]).toEqual([
      2,
      [
        [2, "active", 100],
        [1, "active", 0],
      ],
    ]);
    await split(world, "t1", [1, 100]);
    await put(world, "t1", 3);
    expect(await chosen()).toBe(1);
    expect(await versions(world, "t1")).toEqual([
      [3, "active", 0],
      [2, "retired", 0],
      [1, "active", 100],
    ]);
    await split(world, "t1", [1, 0], [3, 100]);
    expect(await chosen()).toBe(3);
    expect(await versions(world, "t1")).toEqual([
      [3, "active", 100],
      [2, "retired", 0],
      [1, "active", 0],
    ]);
    expect((await world.store.workflows.get("t1", "w", 2))?.status).toBe("retired");
  });

  it("[TRAFFIC-6] names versions that exist, or nothing changes", async () => {
    const world = storeWorld();
    await put(world, "t2", 1);
    expect(await split(world, "t2", [1, 50], [4, 50])).toEqual({ ok: false, error: { unknown: 4 } });
    expect(await versions(world, "t2")).toEqual([[1, "active", 100]]);
    expect(await letters(world, "t2")).not.toContain("workflow.traffic_split");
  });

  it("[TRAFFIC-7] changes at once come one after the other, each on record", async () => {
    const world = storeWorld();
    for (const n of [1, 2]) await put(world, "t3", n);
    const wanted = [10, 20, 30, 40];
    await Promise.all(wanted.map((percent) => split(world, "t3", [1, 100 - percent], [2, percent])));
    const [row] = await rowsOf(world.db, "traffic", "t3");
    expect(row).toMatchObject({ revision: 4 });
    expect((await letters(world, "t3")).filter((type) => type === "workflow.traffic_split")).toHaveLength(4);
    expect((await versions(world, "t3"))[0]?.[2]).toBeOneOf(wanted);
  });

  it("versions are listed page by page, and another org sees none", async () => {
    const world = storeWorld();
    for (const n of [1, 2, 3]) await put(world, "t4", n);
    const first = await world.store.workflows.versions("t4", "w", { limit: 2, cursor: null });
    expect(first.data.map(({ version }) => version)).toEqual([3, 2]);
    const second = await world.store.workflows.versions("t4", "w", { limit: 2, cursor: first.next_cursor });
    expect([second.data.map(({ version }) => version), second.next_cursor]).toEqual([[1], null]);
    expect((await world.store.workflows.versions("t5", "w", { limit: 2, cursor: null })).data).toEqual([]);
  });
});

describe("feedback", () => {
  it("[FEEDBACK-1] is one line a person and run; the newest counts", async () => {
    const world = storeWorld();
    const { store } = world;
    const run = nextId("run");
    const line = (user: string, score: number) => ({
      id: nextId("fb"),
      run,
      user,
      score,
      comment: null,
      created_at: new Date(FAR).toISOString(),
    });
    const first = line("ann", 0.25);
    expect(await store.feedback.put("f1", first, recordOf("run.feedback_given"))).toEqual({ view: first, created: true });
    expect(await store.feedback.put("f1", line("ann", -1), recordOf("run.feedback_given"))).toEqual({
      view: { ...first, score: -1 },
      created: false,
    });
    await store.feedback.put("f1", line("bob", 1), recordOf("run.feedback_given"));
    expect(await rowsOf(world.db, "feedback", "f1")).toHaveLength(2);
    expect(await store.feedback.of("f2", run, "ann")).toBeNull();
    expect(await letters(world, "f1")).toHaveLength(3);
  });
});

describe("looking after runs", () => {
  it("[WATCH-1] takes quiet runs, longest untouched first, and each for one caller only", async () => {
    const world = storeWorld();
    const { store } = world;
    await world.db.prepare("DELETE FROM runs").run(); // with a limit of one, the run of an earlier file would be taken instead
    const lines = ["running", "waiting", "compensating", "completed", "queued"].map((status) => lineOf("w1", { status: status as never }));
    for (const line of lines) {
      world.at += 1_000;
      await store.upsertRuns([line]);
    }
    const take = (before: number, limit = 10) => store.keeping.takeQuiet(["queued", "running", "compensating"], before, limit);
    const ours = (taken: readonly { id: string; org: string }[]) => taken.filter(({ org }) => org === "w1").map(({ id }) => id);
    expect(ours(await take(FAR))).toEqual([]);
    world.at += 60_000;
    expect(ours(await take(FAR + 4_000, 1))).toEqual([lines[0]?.id]);
    expect(ours(await take(FAR + 4_000))).toEqual([lines[2]?.id]);
    const [a, b] = await Promise.all([take(FAR + 30_000), take(FAR + 30_000)]);
    expect([...ours(a), ...ours(b)]).toEqual([lines[4]?.id]);
    await store.upsertRuns([{ ...(lines[0] ?? lineOf("w1")), seq: 5 }]);
    expect(ours(await take(world.at - 1))).toEqual([]);
  });

  it("[ARCHIVE-1] finds ended runs when their org's days are over, but none with an open dead letter", async () => {
    const world = storeWorld();
    const { store } = world;
    await store.orgs.put("a1", { retention_days: 2 }, null, recordOf("e"));
    await store.orgs.put("a2", {}, null, recordOf("e"));
    const ended = (org: string, ago: number, over = {}) => lineOf(org, { status: "completed", ended_at: FAR - ago, ...over });
    const letter = (status: "open" | "discarded") => ({
      dead_letter: { id: nextId("dl"), step: null, reason: { code: "tool_error", message: "m" }, undone: [], status, created_at: FAR },
    });
    const due = [ended("a1", 2 * DAY), ended("a2", 30 * DAY), ended("a1", 9 * DAY, letter("discarded"))];
    const kept = [ended("a1", 2 * DAY - 1), ended("a2", 30 * DAY - 1), lineOf("a1"), ended("a1", 9 * DAY, letter("open"))];
    await store.upsertRuns([...due, ...kept]);
    const found = async () => (await store.keeping.overdue(FAR, 100)).filter(({ org }) => org === "a1" || org === "a2").map(({ id }) => id);
    expect((await found()).sort()).toEqual(due.map(({ id }) => id).sort());
    for (const line of due) {
      await store.keeping.markArchived(line.org, line.id, recordOf("run.archived"));
      await store.keeping.markArchived(line.org, line.id, recordOf("run.archived"));
    }
    expect(await found()).toEqual([]);
    expect((await letters(world, "a1")).filter((type) => type === "run.archived")).toHaveLength(2);
    await store.upsertRuns(due.map((line) => ({ ...line, seq: 9 })));
    expect(await found()).toEqual([]);
  });

  it("[RETAIN-1] finds runs of a class whose days are over, the shorter of both, and archived ones older than the evidence", async () => {
    const world = storeWorld();
    const { store } = world;
    await store.orgs.put("r1", { retention: { confidential: 3, audit_years: 2 } }, null, recordOf("e"));
    await store.orgs.put("r2", { retention_days: 1, retention: { internal: 9 } }, null, recordOf("e"));
    const ended = (org: string, days: number, over = {}) => lineOf(org, { status: "completed", ended_at: FAR - days * DAY, ...over });
    const due = [ended("r1", 3, { class: "confidential" }), ended("r2", 1), ended("r1", 800)];
    const kept = [
      ended("r1", 2, { class: "confidential" }),
      ended("r1", 29),
      ended("r2", 0),
      ended("r2", 40, { class: "public" }),
      lineOf("r2"),
    ];
    await store.upsertRuns([...due, ...kept]);
    const old = due[2]?.id ?? "";
    await store.keeping.markArchived("r1", old, recordOf("run.archived"));
    const found = async () => (await store.keeping.expired(FAR, 100)).filter(({ org }) => org === "r1" || org === "r2");
    expect((await found()).toSorted((a, b) => a.id.localeCompare(b.id))).toEqual(
      [
        { id: due[0]?.id, org: "r1", subject: due[0]?.subject, class: "confidential", why: "class", after: 3 },
        { id: due[1]?.id, org: "r2", subject: due[1]?.subject, class: "internal", why: "class", after: 1 },
        { id: old, org: "r1", subject: due[2]?.subject, class: "internal", why: "evidence", after: 2 },
      ].toSorted((a, b) => String(a.id).localeCompare(String(b.id))),
    );
    const archived = (await store.keeping.overdue(FAR, 100)).filter(({ org }) => org === "r1" || org === "r2").map(({ id }) => id);
    expect(archived).toEqual([kept[3]?.id]); // what is to be deleted is not archived first
    expect(await store.keeping.forget("r1", [old, String(due[0]?.id)], recordOf("retention.applied"))).toBe(2);
    expect(await store.keeping.forget("r1", [old], recordOf("retention.applied"))).toBe(0);
    expect([await store.erasures.lineOf("r1", old), (await found()).length]).toEqual([null, 1]);
    expect((await letters(world, "r1")).filter((type) => type === "retention.applied")).toHaveLength(1);
  });

  it("[ARCHIVE-10] a hundred runs that cannot be archived hold up none behind them, and come again after it", async () => {
    const { store } = storeWorld();
    await store.orgs.put("a3", { retention_days: 1 }, null, recordOf("e"));
    const broken = Array.from({ length: 100 }, () => lineOf("a3", { status: "completed", ended_at: FAR - 9 * DAY }));
    const sound = lineOf("a3", { status: "completed", ended_at: FAR - 2 * DAY });
    await store.upsertRuns([...broken, sound]);
    const sweep = async () => (await store.keeping.overdue(FAR, 100)).filter(({ org }) => org === "a3").map(({ id }) => id);
    const first = await sweep();
    expect(first).not.toContain(sound.id);
    for (const id of first) await store.keeping.putOff("a3", id);
    expect(await sweep()).toContain(sound.id);
    await store.keeping.markArchived("a3", sound.id, recordOf("run.archived"));
    expect((await sweep()).length).toBeGreaterThan(90);
  });
});
