/** What the watch remembers of runs: minutes, hours, what is ordinary, and anomalies; how long, and what it reads of it. */
import { beforeEach, describe, expect, it } from "vitest";
import type { Anomaly } from "../../../core/anomaly/anomaly.ts";
import { REMEMBERED_HOURS } from "../../../core/anomaly/norm.ts";
import { hourOf, NO_RUNS, type Tally } from "../../../core/anomaly/tally.ts";
import { migrate } from "../../../durable-objects/kit/schema.ts";
import { Anomalies, type Seen } from "../../../durable-objects/watch/anomalies.ts";
import { SCHEMA } from "../../../durable-objects/watch/schema.ts";
import { bareStorage } from "../../support/object-in-node.ts";

const MINUTE = 60_000;
/** The minute at which an hour begins, far from 1970. */
const HOUR = 1_000_000;
const TOP = HOUR * 60;
const DAY_MS = 24 * 60 * MINUTE;

let db = bareStorage();
let anomalies = new Anomalies(db.storage.sql);
beforeEach(() => {
  db = bareStorage();
  migrate(db.storage, SCHEMA);
  anomalies = new Anomalies(db.storage.sql);
});

/** Ten runs of a minute, of about two seconds each. */
const tallyOf = (slower = 1, more: Partial<Tally> = {}): Tally => {
  const logs = Array.from({ length: 10 }, (_, index) => Math.log(2_000 * slower) + 0.3 * (index % 2 === 0 ? 1 : -1));
  const sum = (of: (log: number) => number) => logs.reduce((total, log) => total + of(log), 0);
  return { ...NO_RUNS, runs: 10, logMs: sum((log) => log), logMs2: sum((log) => log * log), logUsd: 50, logUsd2: 250, ...more };
};
const seenOf = (minutes: Seen["minutes"], openMs: [string, number[]][] = []): Seen => ({ minutes, openMs: new Map(openMs) });
const runsIn = (from: number, to: number, tally = tallyOf(), workflow = "w"): Seen["minutes"] =>
  Array.from({ length: to - from }, (_, at) => ({ minute: from + at, workflow, tally }));
/** A look at the beginning of a minute. */
const lookAt = (minute: number, minutes: Seen["minutes"] = [], openMs: [string, number[]][] = []) =>
  anomalies.look(seenOf(minutes, openMs), minute * MINUTE);
const minutes = () => db.rows<{ minute: number }>("SELECT minute FROM minute ORDER BY minute").map(({ minute }) => minute);
const hours = () => db.rows("SELECT workflow, hour FROM hour ORDER BY workflow, hour");
/** So many hours before the one that begins at `TOP`, as the watch would remember them. */
const remember = (count: number, workflow = "w", tally = tallyOf()) => {
  const facts = JSON.stringify(hourOf(Array.from({ length: 60 }, () => tally)));
  for (let hour = HOUR - count; hour < HOUR; hour++)
    db.storage.sql.exec("INSERT INTO hour (workflow, hour, body) VALUES (?, ?, ?)", workflow, hour, facts);
  const body = JSON.stringify({ v: 1, now: null, before: null });
  db.storage.sql.exec("INSERT INTO norm (workflow, hour, last_hour, body) VALUES (?, 0, ?, ?)", workflow, HOUR - 1, body);
  db.storage.sql.exec("INSERT INTO closed (id, hour) VALUES (1, ?)", HOUR - 1);
};

describe("the minutes", () => {
  it("[ANOM-8] of an hour are read at first, then those since the last look and five before them", () => {
    expect(anomalies.wanted(TOP * MINUTE + 59_999)).toEqual([TOP - 60, TOP]);
    lookAt(TOP);
    expect(anomalies.wanted((TOP + 1) * MINUTE)).toEqual([TOP - 5, TOP + 1]);
    expect(anomalies.wanted((TOP + 10) * MINUTE)).toEqual([TOP - 5, TOP + 10]);
    expect(anomalies.wanted((TOP + 90) * MINUTE)).toEqual([TOP + 30, TOP + 90]);
  });

  it("[ANOM-8] are kept for 130, those of no run too where the next look goes on from them, and what came late counts", () => {
    lookAt(TOP, runsIn(TOP - 3, TOP - 1));
    expect(minutes()).toEqual([TOP - 3, TOP - 2, TOP - 1]);
    lookAt(TOP + 1, runsIn(TOP - 1, TOP, tallyOf(2)));
    expect(db.rows(`SELECT body FROM minute WHERE minute = ${TOP - 1}`)).toEqual([
      { body: JSON.stringify({ v: 1, tallies: [["w", tallyOf(2)]] }) },
    ]);
    lookAt(TOP + 128, []);
    expect(minutes()).toEqual([TOP - 2, TOP - 1, TOP, TOP + 127]);
  });
});

describe("the hours", () => {
  it("[ANOM-8] are remembered once, five minutes after their end, as their sixty minutes were", () => {
    lookAt(TOP + 64, [...runsIn(TOP - 1, TOP + 61), ...runsIn(TOP + 10, TOP + 20, tallyOf(), "v")]);
    expect([hours(), anomalies.wanted((TOP + 65) * MINUTE)]).toEqual([[], [TOP + 59, TOP + 65]]);
    lookAt(TOP + 65, runsIn(TOP + 60, TOP + 65));
    expect(hours()).toEqual([
      { workflow: "v", hour: HOUR },
      { workflow: "w", hour: HOUR },
    ]);
    const facts = db.rows<{ body: string }>("SELECT body FROM hour ORDER BY workflow").map(({ body }) => JSON.parse(body));
    const quiet = Array.from({ length: 60 }, (_, at) => (at >= 10 && at < 20 ? tallyOf() : NO_RUNS));
    expect(facts).toEqual([hourOf(quiet), hourOf(Array.from({ length: 60 }, () => tallyOf()))]);
    expect(db.rows("SELECT workflow, last_hour FROM norm ORDER BY workflow")).toEqual([
      { workflow: "v", last_hour: HOUR },
      { workflow: "w", last_hour: HOUR },
    ]);
    lookAt(TOP + 66, runsIn(TOP + 30, TOP + 66, tallyOf(3)));
    expect(db.rows<{ body: string }>("SELECT body FROM hour ORDER BY workflow").map(({ body }) => JSON.parse(body))).toEqual(facts);
    lookAt(TOP + 125, runsIn(TOP + 66, TOP + 125));
    expect(hours()).toHaveLength(3);
  });

  it("[ANOM-8] in which nothing of a workflow ended are not remembered, and those of four weeks ago no longer", () => {
    db.storage.sql.exec("INSERT INTO hour (workflow, hour, body) VALUES ('old', ?, '{}'), ('old', ?, '{}')", HOUR - 673, HOUR - 674);
    db.storage.sql.exec(
      "INSERT INTO norm (workflow, hour, last_hour, body) VALUES ('old', 0, ?, '{}'), ('gone', 0, ?, '{}')",
      HOUR - REMEMBERED_HOURS - 1,
      HOUR - REMEMBERED_HOURS - 2,
    );
    lookAt(TOP + 65, runsIn(TOP, TOP + 60, NO_RUNS));
    expect([hours(), db.rows("SELECT workflow FROM norm")]).toEqual([[{ workflow: "old", hour: HOUR - 673 }], [{ workflow: "old" }]]);
    expect(db.rows("SELECT hour FROM closed")).toEqual([{ hour: HOUR }]);
  });

  it("[ANOM-8] are those of a hundred workflows at most, and of one that is watched already in any case", () => {
    for (let n = 0; n < 98; n++)
      db.storage.sql.exec("INSERT INTO norm (workflow, hour, last_hour, body) VALUES (?, 0, ?, '{}')", `w${n}`, HOUR);
    const work = [...runsIn(TOP, TOP + 60, tallyOf(), "a"), ...runsIn(TOP, TOP + 60, tallyOf(), "b")];
    lookAt(TOP + 65, [...work, ...runsIn(TOP, TOP + 60, tallyOf(), "c")]);
    expect(hours().map(({ workflow }) => workflow)).toEqual(["a", "b"]);
    lookAt(TOP + 125, [...runsIn(TOP + 60, TOP + 120, tallyOf(), "a"), ...runsIn(TOP + 60, TOP + 120, tallyOf(), "c")]);
    expect(hours().map(({ workflow }) => workflow)).toEqual(["a", "a", "b"]);
    expect(db.rows("SELECT COUNT(*) AS n FROM norm")).toEqual([{ n: 100 }]);
  });
});

describe("what is ordinary", () => {
  const normOf = () =>
    db.rows<{ hour: number; body: string }>("SELECT hour, body FROM norm").map(({ hour, body }) => ({ hour, ...JSON.parse(body) }))[0];

  it("[ANOM-8] is read once an hour from the hours, and that of the hour before is not read again", () => {
    remember(60);
    const reads = () => db.queries.splice(0).filter((query) => query.startsWith("SELECT hour, body FROM hour")).length;
    lookAt(TOP + 1, runsIn(TOP, TOP + 1));
    const first = normOf();
    expect([reads(), first.hour, first.now === null, first.before === null]).toEqual([1, HOUR, false, false]);
    lookAt(TOP + 2, runsIn(TOP + 1, TOP + 2));
    expect([reads(), normOf()]).toEqual([0, first]);
    db.storage.sql.exec("UPDATE norm SET body = ?", JSON.stringify({ ...first, now: { ...first.now, mark: "kept" } }));
    lookAt(TOP + 61, runsIn(TOP + 2, TOP + 61));
    const second = normOf();
    expect([reads(), second.hour, second.before.mark, second.now.mark]).toEqual([1, HOUR + 1, "kept", undefined]);
    lookAt(TOP + 241, runsIn(TOP + 239, TOP + 241));
    expect([normOf().hour, normOf().before?.mark]).toEqual([HOUR + 4, undefined]);
  });

  it("[ANOM-7] is known of no workflow that is new, and hours of another form are left out", () => {
    expect(lookAt(TOP + 1, runsIn(TOP, TOP + 1, tallyOf(50)))).toEqual([]);
    remember(60);
    db.storage.sql.exec(`UPDATE hour SET body = json_set(body, '$.v', 2) WHERE hour < ${HOUR - 3}`);
    lookAt(TOP + 2, runsIn(TOP + 1, TOP + 2));
    expect(normOf()).toMatchObject({ hour: HOUR, now: null, before: null });
    expect(anomalies.isRestless()).toBe(false);
  });

  it("[ANOM-7] what is not is suspected, told at the second look, counts as unrest until it is over, and is shown from its first sight on", () => {
    remember(60);
    const at = (minute: number) => minute * MINUTE;
    expect(lookAt(TOP + 10, runsIn(TOP, TOP + 10, tallyOf(20)))).toEqual([]);
    expect([anomalies.isRestless(), anomalies.since(0)]).toEqual([true, []]);
    expect(lookAt(TOP + 11, runsIn(TOP + 10, TOP + 11, tallyOf(20)))).toMatchObject([
      { type: "anomaly.detected", data: { workflow: "w", metric: "latency" } },
    ]);
    expect(anomalies.since(at(TOP + 10))).toMatchObject([{ metric: "latency", status: "open" }]);
    expect(anomalies.since(at(TOP + 10) + 1)).toEqual([]);
    let told: readonly { type: string }[] = [];
    let minute = TOP + 12;
    for (; told.length === 0 && minute < TOP + 120; minute++) told = lookAt(minute, runsIn(minute - 1, minute));
    expect(told).toMatchObject([{ type: "anomaly.cleared" }]);
    expect([anomalies.isRestless(), anomalies.since(0)]).toMatchObject([false, [{ status: "cleared" }]]);
    expect(db.rows("SELECT is_over FROM anomaly")).toEqual([{ is_over: 1 }]);
  });

  it("[ANOM-7] may reach from the hour before into this one, and a suspicion that was none goes", () => {
    remember(60);
    lookAt(TOP + 1, runsIn(TOP, TOP + 1));
    const { hour: _, ...body } = normOf();
    body.before.latency.middle += Math.log(20);
    db.storage.sql.exec("UPDATE norm SET body = ?", JSON.stringify(body));
    lookAt(TOP + 3, runsIn(TOP - 5, TOP + 3, tallyOf(20)));
    expect(anomalies.isRestless()).toBe(false);
    lookAt(TOP + 6, runsIn(TOP + 3, TOP + 6, tallyOf(20)));
    expect(anomalies.isRestless()).toBe(true);
    lookAt(TOP + 7, runsIn(TOP + 1, TOP + 7));
    expect([anomalies.isRestless(), db.rows("SELECT * FROM anomaly")]).toEqual([false, []]);
  });

  it("[ANOM-7] runs that stand open for long count, also where none ended", () => {
    remember(60);
    const open: [string, number[]][] = [
      ["w", Array.from({ length: 40 }, () => 600_000)],
      ["new", [600_000]],
    ];
    lookAt(TOP + 1, [], open);
    expect(anomalies.isRestless()).toBe(true);
    expect(lookAt(TOP + 2, [], open)).toMatchObject([{ type: "anomaly.detected", data: { metric: "latency" } }]);
  });
});

describe("anomalies that are over", () => {
  const keep = (key: string, at: number, isOver = true) => {
    const body: Anomaly = {
      ...{ v: 1, workflow: key, metric: "latency", at, value: 9, expected: [1, 2], score: 5, calm: 9, seen: 2 },
      status: isOver ? "cleared" : "open",
    };
    db.storage.sql.exec(
      "INSERT INTO anomaly (key, at, is_over, body) VALUES (?, ?, ?, ?)",
      `latency/${key}/${at}`,
      at,
      isOver ? 1 : 0,
      JSON.stringify(body),
    );
  };
  const kept = () => db.rows<{ key: string }>("SELECT key FROM anomaly ORDER BY key").map(({ key }) => key.split("/")[1]);

  it("[ANOM-7] are kept for thirty days, until another one is over", () => {
    const now = (TOP + 1) * MINUTE;
    keep("a", now - 30 * DAY_MS - 1);
    keep("b", now - 30 * DAY_MS);
    lookAt(TOP + 1);
    expect(kept()).toEqual(["a", "b"]);
    keep("c", now, false);
    lookAt(TOP + 1);
    expect(kept()).toEqual(["b", "c"]);
    expect(anomalies.since(0).map(({ workflow }) => workflow)).toEqual(["c", "b"]);
  });

  it("[ANOM-7] are a thousand at most, the newest", () => {
    const now = (TOP + 1) * MINUTE;
    db.storage.sql.exec(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) INSERT INTO anomaly (key, at, is_over, body) SELECT 'k' || i, ${now} - i, 1, '{}' FROM n`,
    );
    keep("c", now, false);
    lookAt(TOP + 1);
    expect(db.rows("SELECT COUNT(*) AS n, SUM(key = 'k1000') AS oldest FROM anomaly")).toEqual([{ n: 1_000, oldest: 0 }]);
  });
});

describe("the budgets of service levels", () => {
  const slos = (success = 0.9) => new Map([["w", { success, p95_ms: 700 }]]);
  const burns = (minute: number, of = slos()) => anomalies.slos(of, minute * MINUTE);

  it("[SLO-4] of no workflow cost nothing, and of one that never ran burn nothing", () => {
    db.queries.length = 0;
    expect([burns(TOP, new Map()), db.queries]).toEqual([[], []]);
    expect(burns(TOP)).toEqual([{ workflow: "w", burns: { fast: 0, slow: 0 }, p95Ms: 700 }]);
  });

  it("[SLO-4] burn fast by what failed in an hour and in its last five minutes", () => {
    const failing = tallyOf(1, { failed: 5 });
    lookAt(TOP + 30, runsIn(TOP - 30, TOP + 25, failing));
    expect(burns(TOP + 30)[0]?.burns.fast).toBe(0);
    expect(burns(TOP + 29)[0]?.burns.fast).toBeCloseTo(5);
    lookAt(TOP + 30, runsIn(TOP + 25, TOP + 30, tallyOf(1, { failed: 2 })));
    expect(burns(TOP + 30)[0]?.burns.fast).toBeCloseTo(2);
    expect(burns(TOP + 90)[0]?.burns.fast).toBe(0);
  });

  it("[SLO-4] burn fast by the whole of the hour, also in the middle of one on the clock", () => {
    lookAt(TOP + 30, [...runsIn(TOP - 30, TOP), ...runsIn(TOP, TOP + 30, tallyOf(1, { failed: 5 }))]);
    expect(burns(TOP + 30)[0]?.burns.fast).toBeCloseTo(2.5);
  });

  it("[SLO-4] burn slowly by six closed hours and the minutes since them", () => {
    const failing = tallyOf(1, { failed: 5 });
    remember(7);
    for (const [hour, failed] of [
      [HOUR - 7, 10],
      [HOUR - 6, 1],
    ] as const)
      db.storage.sql.exec(
        "UPDATE hour SET body = ? WHERE hour = ?",
        JSON.stringify(hourOf(Array.from({ length: 60 }, () => tallyOf(1, { failed })))),
        hour,
      );
    const slow = (minute: number) => burns(minute)[0]?.burns.slow;
    // Hours -6 to -1: of 3,600 runs 60 failed; of the minutes since: 200 runs, 100 failed.
    lookAt(TOP + 20, runsIn(TOP - 40, TOP + 20, failing));
    expect(slow(TOP + 20)).toBeCloseTo((60 + 100) / 3_800 / 0.1);
    expect(burns(TOP + 20)[0]?.burns.fast).toBeCloseTo(5);
    // Seven minutes into the next hour, which is not closed while the first minutes of it may be read again.
    lookAt(TOP + 63, runsIn(TOP + 20, TOP + 63, failing));
    expect(slow(TOP + 63)).toBeCloseTo((60 + 63 * 5) / (3_600 + 630) / 0.1);
    lookAt(TOP + 66, runsIn(TOP + 63, TOP + 66, failing));
    // Now hours -5 to 0, and six minutes.
    expect(slow(TOP + 66)).toBeCloseTo((300 + 30) / (3_600 + 60) / 0.1);
  });
});
