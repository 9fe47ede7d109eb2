/** What D1 does for each list: a search in an index, however many rows there are. */
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { PageRequest } from "../../../core/page.ts";
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
