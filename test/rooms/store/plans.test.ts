/** What D1 does for each list: a search in an index, however many rows there are. */
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { CostQuestion } from "../../../core/costs/question.ts";
import type { PageRequest } from "../../../core/page.ts";
import { newestRuns, readDecisions, readEntries, readThrough, trimPages } from "../../../workers/audit/index.ts";
import { readAlertSums } from "../../../workers/store/alert-sums.ts";
import { sweepAnswers } from "../../../workers/store/answers.ts";
import { defineCosts } from "../../../workers/store/costs.ts";
import { readMinutes, readSlos, sweepMinutes } from "../../../workers/store/minutes.ts";
import { renderMetrics } from "../../../workers/telemetry/metrics.ts";
import { storeWorld } from "./support.ts";

/** The real database, which notes every query that is prepared. */
function notingDatabase() {
  const queries: string[] = [];
  const db = new Proxy(env.DB, {
    get(target, name) {
      if (name === "prepare")
        return (query: string) => {
          queries.push(query);
          return target.prepare(query);
        };
      const value = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  return { db, queries };
}

/** Notes every query, and answers that there is nothing. */
function emptyDatabase() {
  const queries: string[] = [];
  const nothing = { results: [], success: true, meta: { changes: 1, rows_read: 0, size_after: 0 } };
  const statement = {
    bind: () => statement,
    all: async () => nothing,
    run: async () => nothing,
    raw: async () => [],
    first: async () => null,
  };
  const db = {
    prepare: (query: string) => {
      queries.push(query);
      return statement;
    },
    batch: async (statements: readonly unknown[]) => statements.map(() => nothing),
  } as unknown as D1Database;
  return { db, queries };
}

const ORG = "plans";
const PAGE: PageRequest = { limit: 10, cursor: null };
const NOTHING = { status: null, workflow: null, user: null };
type Store = ReturnType<typeof storeWorld>["store"];

const LISTS: { readonly [name: string]: (store: Store) => Promise<unknown> } = {
  keys: (store) => store.keys.list(ORG, PAGE),
  workflows: (store) => store.workflows.list(ORG, PAGE),
  tools: (store) => store.tools.list(ORG, PAGE),
  models: (store) => store.models.list(ORG),
  routes: (store) => store.routes.list(ORG, PAGE),
  runs: (store) => store.runs.list(ORG, NOTHING, PAGE),
  "runs by status": (store) => store.runs.list(ORG, { ...NOTHING, status: "failed" }, PAGE),
  "runs by workflow": (store) => store.runs.list(ORG, { ...NOTHING, workflow: "a" }, PAGE),
  "runs by user": (store) => store.runs.list(ORG, { ...NOTHING, user: "a" }, PAGE),
  "runs since": (store) => store.runs.list(ORG, { ...NOTHING, since: 1, until: 2 }, PAGE),
  approvers: (store) => store.approvers.list(ORG, PAGE),
  overrides: (store) => store.overrides.list(ORG, PAGE),
  incidents: (store) => store.incidents.list(ORG, PAGE),
  "dead letters": (store) => store.deadLetters.list(ORG, PAGE),
  "dead letters by status": (store) => store.deadLetters.list(ORG, PAGE, "open"),
  "failed runs": (store) => store.failedRuns(ORG, 1, 2, 10),
};

describe("[STORE-23] a list scans no table", () => {
  it.each(Object.entries(LISTS))("%s", async (_name, list) => {
    const { db, queries } = notingDatabase();
    await list(storeWorld(db).store);
    const reads = queries.filter((query) => /^\s*select/i.test(query));
    expect(reads.length).toBeGreaterThan(0);
    for (const query of reads) {
      const count = Math.max((query.match(/\?(?!\d)/g) ?? []).length, ...[...query.matchAll(/\?(\d+)/g)].map(([, at]) => Number(at)));
      const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${query}`)
        .bind(...Array(count).fill(1))
        .all<{ detail: string }>();
      const scans = results.map(({ detail }) => detail).filter((line) => /^SCAN /.test(line) && !/VIRTUAL TABLE|CONSTANT ROW/.test(line));
      expect(scans, query).toEqual([]);
    }
  });
});

/** What may be scanned, and why. All else is searched by an index. */
const SCANNED: { readonly [table: string]: string } = {
  line: "the keys that one key rotated itself into",
  orgs: "a row an org",
  api_keys: "a row for each key that a person made; for those that expire soon, each sweep",
  workflows: "a row a version; each scrape",
  newest: "the newest versions, one a workflow",
  models: "a row a model; each scrape",
  metric_sums: "a row a series, with a thousand names an org at most; each scrape",
  metric_buckets: "the same",
  text_sweep: "one row",
};
/** Stands for whatever a statement binds: the statement is what counts, and it need not work. */
const ANYTHING: unknown = new Proxy(
  {},
  {
    get: (_, name) =>
      name === Symbol.toPrimitive ? () => "a" : name === "toJSON" ? () => ({}) : typeof name === "symbol" ? undefined : "a",
  },
);
const AT = Date.UTC(2100, 0, 1);
const QUESTION = { from: AT, to: AT + 1, by: ["workflow", "session", "metadata.k"], include: [] } as unknown as CostQuestion;

/** Beside the methods of the store: what the metrics, the watch, the costs and the audit room ask D1. */
const OTHERS: { readonly [name: string]: (db: D1Database) => unknown } = {
  "runs in scope": (db) => storeWorld(db).store.runsInScope({ kind: "org", org: ORG, name: ORG }, ["running", "waiting"], 5, null),
  scrape: (db) => renderMetrics(db, { epoch: 1, active: [], asOf: 0 }, new Map(), AT),
  alerts: (db) => readAlertSums(db, ORG, { epoch: 1, active: [], asOf: 0 }, AT),
  minutes: (db) => readMinutes(db, ORG, 1, 2, AT),
  slos: (db) => readSlos(db, ORG),
  "sweep of minutes": (db) => sweepMinutes(db, AT),
  "sweep of answers": (db) => sweepAnswers(db, AT),
  "costs by session": (db) => defineCosts(db, () => AT).ask(ORG, null, QUESTION),
  "costs by day": (db) =>
    defineCosts(db, () => AT).ask(ORG, "ann", { from: 0, to: AT, by: ["day", "model"], include: [] } as unknown as CostQuestion),
  "sweep of costs": (db) => defineCosts(db, () => AT).sweep(),
  entries: (db) => readEntries(db, ORG, { after: 0, run: null, users: null, type: null, limit: 5 }),
  "entries of a run": (db) => readEntries(db, ORG, { after: 0, run: "run_1", users: null, type: null, limit: 5 }),
  "entries of a type": (db) => readEntries(db, ORG, { after: 0, run: null, users: null, type: "run.created", limit: 5 }),
  "entries from R2": (db) => readThrough({ db, bucket: env.AUDIT }, ORG, { after: 0, run: null, users: null, type: null, limit: 5 }),
  "entries of a run from R2": (db) =>
    readThrough({ db, bucket: env.AUDIT }, ORG, { after: 0, run: "run_1", users: null, type: null, limit: 5 }),
  "newest runs": (db) => newestRuns(db, ORG, 5),
  decisions: (db) => readDecisions(db, ORG, ["run_1"], [5, 1], 5),
  "trimming pages": (db) => trimPages({ db, bucket: env.AUDIT, now: () => AT, log: () => undefined }),
};

describe("[STORE-24] no statement scans a table that grows with use", () => {
  it("of all that the store, the metrics, the watch, the costs and the audit room prepare", async () => {
    const { db, queries } = emptyDatabase();
    const { store } = storeWorld(db);
    const silent: string[] = [];
    const called = async (name: string, ...works: readonly (() => unknown)[]) => {
      const before = queries.length;
      for (const work of works)
        try {
          await work();
        } catch {
          // it was prepared
        }
      if (queries.length === before) silent.push(name);
    };
    for (const [part, value] of Object.entries(store))
      for (const [name, method] of Object.entries(typeof value === "function" ? { "": value } : value)) {
        const ask = method as (...given: unknown[]) => unknown;
        const page = { limit: 5, cursor: null };
        await called(
          `${part}.${name}`,
          () => ask(ORG, page),
          () => ask(ORG, "a", page),
          () => ask(ORG, "a", 1, "b", 5),
          () => ask(ORG, ANYTHING, ANYTHING, ANYTHING),
          () => ask(ANYTHING, ANYTHING, ANYTHING),
        );
      }
    for (const list of Object.values(LISTS)) await list(store);
    for (const [name, ask] of Object.entries(OTHERS)) await called(name, () => ask(db));
    // Few ask D1 nothing, or nothing that arguments without sense reach.
    expect(silent).toContain("runs.release");
    expect(silent.slice(20)).toEqual([]);
    let explained = 0;
    const explain = (query: string) => {
      const count = Math.max((query.match(/\?(?!\d)/g) ?? []).length, ...[...query.matchAll(/\?(\d+)/g)].map(([, at]) => Number(at)));
      return env.DB.prepare(`EXPLAIN QUERY PLAN ${query}`).bind(...Array(count).fill("1"));
    };
    const check = (query: string, { results }: D1Result<{ detail: string }>): void => {
      explained += 1;
      const scans = results.map(({ detail }) => detail).filter((line) => /^SCAN /.test(line) && !/VIRTUAL TABLE|CONSTANT ROW/.test(line));
      const scanned = scans.map((line) => /^SCAN (\S+)/.exec(line)?.[1] ?? "").filter((table) => !table.startsWith("(subquery"));
      expect(
        scanned.filter((table) => SCANNED[table] === undefined),
        query,
      ).toEqual([]);
    };
    // A value that is left out makes a statement no SQL: another call of the same method has the whole.
    const all = [...new Set(queries)].filter((query) => !/,\s*,|\(\s*,|,\s*\)|SELECT\s*,|=\s*(?:AND\b|OR\b|\)|,|$)/i.test(query));
    for (let from = 0; from < all.length; from += 10) {
      const some = all.slice(from, from + 10);
      const plans = await env.DB.batch<{ detail: string }>(some.map(explain)).catch(() => null);
      for (const [index, query] of some.entries()) {
        const plan =
          plans?.[index] ??
          (await explain(query)
            .all<{ detail: string }>()
            .catch(() => null));
        if (plan !== null) check(query, plan);
      }
    }
    expect(explained).toBeGreaterThan(200);
  });
});
