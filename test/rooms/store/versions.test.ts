import { describe, expect, it } from "vitest";
import type { AuditRecord } from "../../../core/audit/record.ts";
import { definitionOf, manifestOf, recordOf, rowsOf, storeWorld } from "./support.ts";

const TWENTY = Array.from({ length: 20 }, (_, index) => index);
const recordsIn = (rows: Record<string, unknown>[]): AuditRecord[] => rows.map((row) => JSON.parse(String(row.body)) as AuditRecord);

describe("versions under concurrency", () => {
  it("[STORE-1] twenty different contents at once get the numbers 1 to 20, and each record says its own", async () => {
    const { store, db } = storeWorld();
    const put = (n: number) =>
      store.workflows.put("race", definitionOf("w", `content ${n}`), `digest-${n}`, (version) =>
        recordOf("workflow.created", `workflow/w@${version}`),
      );
    const made = await Promise.all(TWENTY.map(put));
    expect(made.map(({ view }) => view.version).sort((a, b) => a - b)).toEqual(TWENTY.map((n) => n + 1));
    expect(made.every(({ created }) => created)).toBe(true);
    for (const { view } of made) expect(await store.workflows.get("race", "w", view.version)).toEqual(view);
    const told = recordsIn(await rowsOf(db, "audit_outbox", "race")).map((record) => record.resource);
    expect(new Set(told)).toEqual(new Set(TWENTY.map((n) => `workflow/w@${n + 1}`)));
    expect(told).toHaveLength(20);
  });

  it("[STORE-2] the same content twenty times at once is one version, made once and told once", async () => {
    const { store, db } = storeWorld();
    const put = () =>
      store.workflows.put("same", definitionOf("w"), "digest", (version) => recordOf("workflow.created", `workflow/w@${version}`));
    const made = await Promise.all(TWENTY.map(put));
    expect(new Set(made.map(({ view }) => view.version))).toEqual(new Set([1]));
    expect(made.filter(({ created }) => created)).toHaveLength(1);
    expect(await rowsOf(db, "audit_outbox", "same")).toHaveLength(1);
    expect(await rowsOf(db, "workflows", "same")).toHaveLength(1);
  });

  it("[STORE-1] tools race in the same way", async () => {
    const { store, db } = storeWorld();
    const made = await Promise.all(
      TWENTY.map((n) =>
        store.tools.put("race-t", manifestOf("t", `${n % 10}`), (version) => recordOf("tool.created", `tool/t@${version}`)),
      ),
    );
    const rows = await rowsOf(db, "tools", "race-t");
    expect(rows.map((row) => row.version).sort((a, b) => Number(a) - Number(b))).toEqual(rows.map((_, index) => index + 1));
    expect(made.length).toBeGreaterThan(1);
    for (const manifest of made) expect(await store.tools.get("race-t", "t", manifest.version)).toEqual(manifest);
    expect(await rowsOf(db, "audit_outbox", "race-t")).toHaveLength(rows.length);
  });

  it("older content of a workflow is its old version; older content of a tool is the tool again, as a new version", async () => {
    const { store } = storeWorld();
    const record = () => recordOf("changed");
    for (const digest of ["a", "b", "a"]) await store.workflows.put("back", definitionOf("w", digest), digest, record);
    expect((await store.workflows.get("back", "w", null))?.version).toBe(2);
    for (const text of ["a", "b", "a", "a"]) await store.tools.put("back", manifestOf("t", text), record);
    expect(await store.tools.get("back", "t", null)).toEqual({ ...manifestOf("t", "a"), version: 3 });
  });

  it("the newest active version is the one that runs; a retired one is still found by its number", async () => {
    const { store, db } = storeWorld();
    for (const digest of ["a", "b"]) await store.workflows.put("act", definitionOf("w", digest), digest, () => recordOf("changed"));
    await db.prepare("UPDATE workflows SET status = 'retired' WHERE org = 'act' AND version = 2").run();
    expect((await store.workflows.get("act", "w", null))?.version).toBe(1);
    expect((await store.workflows.get("act", "w", 2))?.status).toBe("retired");
    expect((await store.workflows.list("act", { limit: 10, cursor: null })).data.map((view) => view.version)).toEqual([1]);
  });
});
