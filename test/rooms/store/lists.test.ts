import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { mintId } from "../../../core/ids.ts";
import type { Page, PageRequest } from "../../../core/page.ts";
import { writeCursor } from "../../../workers/store/cursor.ts";
import { definitionOf, keyOf, lineOf, manifestOf, modelOf, nextId, recordOf, routeOf, storeWorld } from "./support.ts";

const NO_FILTER = { status: null, workflow: null, user: null };

/** Every page to the end, with something done between them. */
async function walk<T>(list: (page: PageRequest) => Promise<Page<T>>, limit: number, between: () => Promise<unknown> = async () => {}) {
  const pages: (readonly T[])[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<T> = await list({ limit, cursor });
    pages.push(page.data);
    cursor = page.next_cursor;
    await between();
  } while (cursor !== null);
  return pages;
}

describe("lists", () => {
  it("[STORE-5] a walk shows each run once, newest first, though runs are added meanwhile", async () => {
    const { store } = storeWorld();
    const lines = Array.from({ length: 7 }, () => lineOf("walk"));
    await store.upsertRuns(lines);
    const pages = await walk(
      (page) => store.runs.list("walk", NO_FILTER, page),
      3,
      () => store.upsertRuns([lineOf("walk")]),
    );
    expect(pages.map((page) => page.length)).toEqual([3, 3, 1]);
    expect(pages.flat()).toEqual(lines.map((line) => line.summary).reverse());
  });

  it("a page that ends exactly at the end has no next one", async () => {
    const { store } = storeWorld();
    await store.upsertRuns([lineOf("exact"), lineOf("exact")]);
    expect(await walk((page) => store.runs.list("exact", NO_FILTER, page), 2)).toHaveLength(1);
    expect(await store.runs.list("nobody", NO_FILTER, { limit: 5, cursor: null })).toEqual({ data: [], next_cursor: null });
  });

  it("filters by status, workflow and user together", async () => {
    const { store } = storeWorld();
    const wanted = lineOf("filter", { status: "waiting", workflow: "a", user: "bob" });
    await store.upsertRuns([
      wanted,
      lineOf("filter", { status: "running", workflow: "a", user: "bob" }),
      lineOf("filter", { status: "waiting", workflow: "b", user: "bob" }),
      lineOf("filter", { status: "waiting", workflow: "a", user: "ann" }),
    ]);
    const page = await store.runs.list("filter", { status: "waiting", workflow: "a", user: "bob" }, { limit: 9, cursor: null });
    expect(page.data).toEqual([wanted.summary]);
  });

  it("[STORE-22] runs are found by session, trace and time, at the cost of what is found", async () => {
    const { store } = storeWorld();
    const org = "found";
    const at = Date.UTC(2026, 10, 20);
    const lineAt = (created_at: number, more: { session?: string; trace_id?: string }) => {
      const id = mintId("run", created_at, crypto.getRandomValues(new Uint8Array(10)));
      return { ...lineOf(org, { id, created_at }), summary: { id, ...more } };
    };
    const lines = [
      lineAt(at, { session: "s1", trace_id: "a".repeat(32) }),
      lineAt(at + 1_000, { session: "s2", trace_id: "b".repeat(32) }),
      lineAt(at + 2_000, { trace_id: "b".repeat(32) }),
      lineAt(at + 300_000, { session: "s1" }),
    ];
    await store.upsertRuns(lines);
    const found = async (filter: { session?: string; traceId?: string; since?: number; until?: number }) =>
      (await store.runs.list(org, { ...NO_FILTER, ...filter }, { limit: 9, cursor: null })).data.map((summary) =>
        lines.findIndex((line) => line.id === (summary as { id: string }).id),
      );
    expect(await found({ session: "s1" })).toEqual([3, 0]);
    expect(await found({ traceId: "b".repeat(32) })).toEqual([2, 1]);
    expect(await found({ since: at + 1_000 })).toEqual([3, 2, 1]);
    expect(await found({ until: at + 1_000 })).toEqual([0]);
    expect(await found({ since: at + 1, until: at + 300_000, session: "s2" })).toEqual([1]);
    const plan = async (where: string) =>
      (
        await env.DB.prepare(`EXPLAIN QUERY PLAN SELECT id FROM runs WHERE org = ?1 AND ${where} ORDER BY id DESC LIMIT 9`)
          .bind("found")
          .all()
      ).results
        .map(({ detail }) => String(detail))
        .join();
    expect(await plan("runs.summary ->> '$.session' = 's1'")).toContain("runs_by_session");
    expect(await plan("runs.summary ->> '$.trace_id' = 'b'")).toContain("runs_by_trace");
  });

  it("workflows and tools go by name, one line each: the newest version", async () => {
    const { store } = storeWorld();
    for (const name of ["b", "a", "c"])
      for (const text of ["1", "2"]) {
        await store.workflows.put("names", definitionOf(name, text), `${name}${text}`, () => recordOf("e"));
        await store.tools.put("names", manifestOf(`${name}.x_y`, text), () => recordOf("e"));
      }
    const workflows = await walk((page) => store.workflows.list("names", page), 2);
    expect(workflows.flat().map((view) => [view.name, view.version])).toEqual([
      ["a", 2],
      ["b", 2],
      ["c", 2],
    ]);
    const tools = await walk((page) => store.tools.list("names", page), 1);
    expect(tools.flat().map(({ manifest }) => [manifest.name, manifest.version])).toEqual([
      ["a.x_y", 2],
      ["b.x_y", 2],
      ["c.x_y", 2],
    ]);
    expect(await store.tools.known("names", ["a.x_y", "z"])).toEqual(new Set(["a.x_y"]));
    expect(await store.tools.known("names", [])).toEqual(new Set());
    expect((await store.workflows.names("names")).toSorted()).toEqual(["a", "b", "c"]);
    expect((await store.tools.names("names")).toSorted()).toEqual(["a.x_y", "b.x_y", "c.x_y"]);
    expect(await store.workflows.names("other")).toEqual([]);
  });

  it("a list of keys leaves out the revoked ones, and never shows a hash", async () => {
    const { store, at } = storeWorld();
    const keys = [keyOf("keys"), keyOf("keys"), keyOf("keys")] as const;
    for (const key of keys) await store.keys.create(key, recordOf("key.created"));
    await store.keys.revoke("keys", keys[1].id, at, recordOf("key.revoked"));
    const shown = (await walk((page) => store.keys.list("keys", page), 1)).flat();
    expect(shown.map((key) => key.id)).toEqual([keys[2].id, keys[0].id]);
    expect(JSON.stringify(shown)).not.toContain("hash");
    expect(await store.keys.get("keys", keys[1].id)).toBeNull();
    expect((await store.keys.byHash(keys[1].hash))?.revoked_at).not.toBeNull();
    expect(await store.keys.byHash(keys[0].hash)).toEqual({ ...keys[0], revoked_at: null });
  });

  it.each([
    "",
    "x",
    "!!",
    "a".repeat(500),
    "cnVu",
    writeCursor("run_short"),
    `${writeCursor("dl_01HZZZZZZZZZZZZZZZZZZZZZZZ")}=`,
    writeCursor("key_01HZZZZZZZZZZZZZZZZZZZZZZZ"),
  ])("[STORE-6] the cursor `%s` is refused by its code", async (cursor) => {
    const { store } = storeWorld();
    await expect(store.runs.list("any", NO_FILTER, { limit: 5, cursor })).rejects.toMatchObject({ code: "invalid_cursor" });
    await expect(store.deadLetters.list("any", { limit: 5, cursor })).rejects.toMatchObject({ code: "invalid_cursor" });
  });
});

describe("two orgs", () => {
  it("[STORE-7] see nothing of each other", async () => {
    const { store, at } = storeWorld();
    const page = { limit: 50, cursor: null };
    const key = keyOf("ours");
    await store.keys.create(key, recordOf("e"));
    await store.workflows.put("ours", definitionOf("w"), "d", () => recordOf("e"));
    await store.tools.put("ours", manifestOf("t"), () => recordOf("e"));
    await store.models.put("ours", modelOf("a/b-1"), recordOf("e"));
    await store.routes.put("ours", routeOf("classify"), recordOf("e"));
    await store.secrets.put("ours", "s", "sealed", [], recordOf("e"));
    const dead = {
      id: nextId("dl"),
      step: null,
      reason: { code: "internal", message: "m" },
      undone: [],
      status: "open" as const,
      created_at: at,
    };
    await store.upsertRuns([lineOf("ours", { dead_letter: dead })]);

    const seenBy = async (org: string) => [
      (await store.keys.list(org, page)).data.length,
      (await store.keys.get(org, key.id)) === null ? 0 : 1,
      (await store.workflows.list(org, page)).data.length,
      (await store.workflows.get(org, "w", 1)) === null ? 0 : 1,
      (await store.tools.list(org, page)).data.length,
      (await store.tools.get(org, "t", null)) === null ? 0 : 1,
      (await store.tools.known(org, ["t"])).size,
      (await store.models.list(org)).length,
      (await store.models.get(org, "a/b-1")) === null ? 0 : 1,
      (await store.routes.list(org, page)).data.length,
      (await store.routes.get(org, "classify")) === null ? 0 : 1,
      (await store.secrets.get(org, "s")) === null ? 0 : 1,
      (await store.runs.list(org, NO_FILTER, page)).data.length,
      (await store.deadLetters.list(org, page)).data.length,
      await store.countRunsInScope({ kind: "org", org, name: org }, ["running"]),
      (await store.keys.orgExists(org)) ? 1 : 0,
    ];
    expect(await seenBy("ours")).toEqual(Array(16).fill(1));
    expect(await seenBy("theirs")).toEqual(Array(16).fill(0));
    expect(await store.keys.revoke("theirs", key.id, at, recordOf("e"))).toBe(false);
    expect(await store.routes.remove("theirs", "classify", recordOf("e"))).toBe(false);
    expect(await store.routes.get("ours", "classify")).not.toBeNull();
    expect(await store.keys.get("ours", key.id)).not.toBeNull();
  });

  it("the org `default` exists before it has a key", async () => {
    expect(await storeWorld().store.keys.orgExists("default")).toBe(true);
  });
});
