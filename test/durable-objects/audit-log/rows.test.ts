/** What the audit log keeps in SQL: its pages, its tree, its keys, and how a log from before there was a tree gets one. */
import { beforeEach, describe, expect, it } from "vitest";
import { type AuditEntry, hexBytes } from "../../../core/audit/entry.ts";
import type { Json } from "../../../core/json.ts";
import { catchUp, isCatchingUp } from "../../../durable-objects/audit-log/catch-up.ts";
import { keepCheckpoint, readCheckpoint } from "../../../durable-objects/audit-log/checkpoint-row.ts";
import { forkOf } from "../../../durable-objects/audit-log/fork.ts";
import { AUDIT_LOG_SCHEMA } from "../../../durable-objects/audit-log/schema.ts";
import { dropPages, keepEntries, keptEntries, pendingPages, readChain } from "../../../durable-objects/audit-log/segments.ts";
import { type AuditSigner, keepSigner, readSigner, rotated } from "../../../durable-objects/audit-log/signer-row.ts";
import { TreeRows } from "../../../durable-objects/audit-log/tree-rows.ts";
import { migrate } from "../../../durable-objects/kit/schema.ts";
import { chainOf, testChain, testRecord } from "../../support/audit-chain.ts";
import { storageInMemory } from "../../support/object-storage.ts";

const CHAIN = testChain(1_200);
const json = (entries: readonly AuditEntry[]): Json[] => entries as unknown as Json[];
const leavesOf = (entries: readonly AuditEntry[]): Uint8Array[] => entries.map(({ hash }) => hexBytes(hash));

let storage: DurableObjectStorage;
let sql: SqlStorage;
beforeEach(() => {
  ({ storage, sql } = storageInMemory());
  migrate(storage, AUDIT_LOG_SCHEMA);
  sql.exec("INSERT INTO log (id, org, pruned_at) VALUES (1, 'acme', 0)");
});

/** A log of the first so many entries, without a tree. */
const logOf = (count: number): AuditEntry[] => {
  const entries = CHAIN.slice(0, count);
  keepEntries(sql, entries);
  return entries;
};
/** D1 with these entries, and what it was asked. */
const database = (entries: readonly Json[]) => {
  const asked: [string, number, number][] = [];
  const after = async (org: string, seq: number, limit: number) => {
    asked.push([org, seq, limit]);
    return entries.slice(seq, seq + limit);
  };
  return { asked, after };
};
const rootOf = (entries: readonly AuditEntry[]): Uint8Array => {
  const { storage: other, sql: rows } = storageInMemory();
  migrate(other, AUDIT_LOG_SCHEMA);
  const tree = new TreeRows(rows);
  tree.grow(leavesOf(entries));
  return tree.root();
};

describe("[MERKLE-10] a log without a tree", () => {
  it("gets it in slices of 500, and asks for nothing once it has it", async () => {
    const entries = logOf(1_200);
    dropPages(sql, 1_200);
    expect(isCatchingUp(sql)).toBe(true);
    const { asked, after } = database(json(entries));
    const steps: string[] = [];
    while (isCatchingUp(sql)) steps.push(await catchUp(storage, after));
    expect(steps).toEqual(["more", "more", "done"]);
    expect(asked).toEqual([0, 500, 1_000].map((seq) => ["acme", seq, 500]));
    expect(new TreeRows(sql).root()).toEqual(rootOf(entries));
    expect(sql.exec("SELECT 1 FROM catching_up").toArray()).toEqual([]);
    expect([await catchUp(storage, after), asked.length]).toEqual(["done", 3]);
  });

  it("takes what D1 does not have yet from itself", async () => {
    const entries = logOf(20);
    expect(await catchUp(storage, database(json(entries.slice(0, 12))).after)).toBe("done");
    expect(new TreeRows(sql).root()).toEqual(rootOf(entries));
  });

  it("waits where D1 is behind what was dropped here", async () => {
    const entries = logOf(20);
    dropPages(sql, 20);
    expect(await catchUp(storage, database([]).after)).toBe("behind");
    expect(await catchUp(storage, database(json(entries.slice(0, 7))).after)).toBe("more");
    expect(await catchUp(storage, database(json(entries.slice(0, 7))).after)).toBe("behind");
    expect([await catchUp(storage, database(json(entries)).after), new TreeRows(sql).size()]).toEqual(["done", 20]);
  });

  it("is none before its first entry", async () => {
    expect([isCatchingUp(sql), await catchUp(storage, database([]).after)]).toEqual([false, "done"]);
  });

  it("lets the slice that was faster stand", async () => {
    const entries = logOf(20);
    const inner = database(json(entries)).after;
    let isFirst = true;
    const step = await catchUp(storage, async (...given) => {
      if (isFirst) {
        isFirst = false;
        expect(await catchUp(storage, inner)).toBe("done");
      }
      return inner(...given);
    });
    expect([step, new TreeRows(sql).size()]).toEqual(["more", 20]);
  });

  const changed = (at: number, over: { readonly [field: string]: Json }): Json[] =>
    json(CHAIN.slice(0, 20)).map((entry, index) => (index === at ? { ...(entry as { [field: string]: Json }), ...over } : entry));
  it.each<[string, readonly Json[]]>([
    ["another number", changed(3, { seq: 5 })],
    ["another link", changed(3, { prev_hash: "0".repeat(64) })],
    ["another content", changed(3, { action: "other" })],
    ["no hash", changed(3, { hash: 7 })],
    ["no entry", [...changed(3, {}).slice(0, 3), null]],
    ["more than there is", json(CHAIN.slice(0, 21))],
    ["another end", json(chainOf(Array.from({ length: 20 }, (_, at) => testRecord(at + 1, at === 19 ? { action: "other" } : {}))))],
  ])("takes nothing from D1 that has %s", async (_name, entries) => {
    logOf(20);
    dropPages(sql, 20);
    expect([await catchUp(storage, database(entries).after), new TreeRows(sql).size()]).toEqual(["broken", 0]);
  });
});

describe("pages that D1 does not have", () => {
  const put = (id: number, characters: number) =>
    sql.exec(
      "INSERT INTO segments (id, first_seq, last_seq, last_hash, entries) VALUES (?, ?, ?, 'h', ?)",
      ...[id, id, id, "x".repeat(characters)],
    );

  it("[AUD-9] leave 500 at a time, or four million characters", () => {
    for (let id = 1; id <= 501; id++) put(id, 1);
    expect(pendingPages(sql)).toHaveLength(500);
    sql.exec("DELETE FROM segments");
    put(1, 2_000_000);
    put(2, 2_000_000);
    put(3, 1);
    expect(pendingPages(sql).map(({ first_seq }) => first_seq)).toEqual([1, 2]);
    sql.exec("DELETE FROM segments");
    put(1, 5_000_000);
    put(2, 1);
    expect(pendingPages(sql).map(({ first_seq }) => first_seq)).toEqual([1]); // else it would never leave
  });

  it("[AUD-9] are deleted up to the number that D1 has, but for the head, which is emptied and written over", () => {
    expect(readChain(sql)).toBeNull();
    dropPages(sql, 9);
    keepEntries(sql, CHAIN.slice(0, 2));
    keepEntries(sql, CHAIN.slice(2, 4));
    const ids = () => sql.exec("SELECT id, entries IS NULL AS emptied FROM segments ORDER BY id").toArray();
    expect([ids().length, readChain(sql)?.integratedSeq]).toEqual([2, 0]);
    dropPages(sql, 1);
    expect(ids()).toHaveLength(2);
    dropPages(sql, 2);
    expect([ids(), readChain(sql)]).toMatchObject([[{ id: 2, emptied: 0 }], { seq: 4, integratedSeq: 2 }]);
    dropPages(sql, 3);
    expect(ids()).toEqual([{ id: 2, emptied: 0 }]);
    expect(keptEntries(sql, 3)).toEqual(json(CHAIN.slice(3, 4)));
    expect(keptEntries(sql, 4)).toEqual([]);
    dropPages(sql, 4);
    expect([ids(), readChain(sql)]).toMatchObject([[{ id: 2, emptied: 1 }], { seq: 4, integratedSeq: 4, hash: CHAIN[3]?.hash }]);
    expect(pendingPages(sql)).toEqual([]);
    keepEntries(sql, CHAIN.slice(4, 6));
    expect([ids(), readChain(sql)]).toMatchObject([[{ id: 2, emptied: 0 }], { seq: 6, integratedSeq: 4 }]);
  });
});

describe("tiles", () => {
  it("[MERKLE-8] are here until R2 has them where they are full, and there is none beyond the end", () => {
    const tree = new TreeRows(sql);
    tree.grow(leavesOf(CHAIN.slice(0, 300)));
    const leaves = (from: number, to: number) => Uint8Array.from(leavesOf(CHAIN.slice(from, to)).flatMap((hash) => [...hash]));
    expect(tree.hashes({ level: 0, index: 1 })).toEqual(leaves(256, 300));
    expect(tree.hashes({ level: 0, index: 0 })).toEqual(leaves(0, 256));
    expect([tree.hashes({ level: 0, index: 2 }), tree.hashes({ level: 1, index: 1 }), tree.hashes({ level: 2, index: 0 })]).toEqual([
      null,
      null,
      null,
    ]);
    expect(tree.tile({ level: 1, index: 0 })).toEqual(tree.hashes({ level: 1, index: 0 }));
    expect(tree.tile({ level: 0, index: 1 })).not.toEqual(leaves(256, 300));
    expect(tree.unsaved(9)).toMatchObject([{ level: 0, index: 0 }]);
    tree.saved({ level: 0, index: 0 });
    expect([tree.unsaved(9), tree.hashes({ level: 0, index: 0 }), tree.size()]).toEqual([[], null, 300]);
    const before = tree.root();
    tree.grow([]);
    expect(tree.root()).toEqual(before);
  });
});

it("[MERKLE-8] a leaf more writes the one row of the tree that it changes", () => {
  const tree = new TreeRows(sql);
  tree.grow(leavesOf(CHAIN.slice(0, 300)));
  const written = (): number => Number(sql.exec("SELECT total_changes() AS n").one()["n"]);
  const before = written();
  tree.grow(leavesOf(CHAIN.slice(300, 301)));
  expect(written() - before).toBe(1);
});

describe("the newest checkpoint", () => {
  const kept = { origin: "o", size: 3, note: "o\n3\nAAAA\n\n— o sig\n", before: ["o\n2\nAAAA\n\nsig", null], signedAt: 7 };

  it("[MERKLE-5] takes the place of the one before, with what R2 may have instead", () => {
    expect(readCheckpoint(sql)).toBeNull();
    keepCheckpoint(sql, kept);
    expect(readCheckpoint(sql)).toEqual(kept);
    keepCheckpoint(sql, { ...kept, size: 4, before: [] });
    expect(readCheckpoint(sql)).toEqual({ ...kept, size: 4, before: [] });
  });

  const note = (size: number, root = 0): string => `o\n${size}\n${Buffer.alloc(32, root).toString("base64")}\n\n— o ${size}\n`;
  const known = { ...kept, note: note(3), before: [] };
  it.each([
    ["neither has one", null, null, 0, null],
    ["R2 has what it signed, with a cosignature more", `${note(3)}— w more\n`, known, 5, null],
    ["R2 has one that it may have instead", note(2), { ...known, before: [note(2)] }, 3, null],
    ["R2 may have none yet", null, { ...known, before: [null] }, 3, null],
    ["R2 lost it", null, known, 5, { kind: "missing", size: 5, publishedSize: null }],
    ["R2 lost the one before it, too", null, { ...known, before: [note(2)] }, 5, { kind: "missing", size: 5, publishedSize: null }],
    ["R2 has more than is numbered", note(6), known, 5, { kind: "behind", size: 5, publishedSize: 6 }],
    ["R2 has as many of another history", note(5, 1), known, 5, { kind: "different", size: 5, publishedSize: 5 }],
    ["R2 has one that nobody can read", "nonsense\n\nx", known, 5, { kind: "different", size: 5, publishedSize: null }],
    ["R2 has one and this log none", note(1), null, 0, { kind: "behind", size: 0, publishedSize: 1 }],
  ])("[MERKLE-9] is compared with R2's: %s", (_name, published, here, size, fork) => {
    expect(forkOf(published, here, size)).toEqual(fork);
  });
});

describe("the key that signs", () => {
  const signer = (keyId: string, more: Partial<AuditSigner> = {}): AuditSigner => ({ keyId, sign: () => new Uint8Array(64), ...more });
  const head = { seq: 4, hash: "a".repeat(64) };
  const change = (to: AuditSigner) => rotated(sql, "acme", head, to, 5);

  it("[KEY-10] is noted with the first entry, and changes nothing while it stays the same", () => {
    expect([change(signer("k1")), readSigner(sql)]).toEqual([[], { kid: "k1", retired: [] }]);
    expect([change(signer("k1")), readSigner(sql)]).toEqual([[], { kid: "k1", retired: [] }]);
  });

  it("[KEY-10] that another one takes the place of signs the entry that says so, where the new one brings it", () => {
    keepSigner(sql, { kid: "k1", retired: [] });
    const [entry, ...none] = change(signer("k2", { checkpointKeyId: "c2", replaced: signer("k1") }));
    expect([entry, none]).toMatchObject([
      {
        seq: 5,
        prev_hash: head.hash,
        key_id: "k1",
        data: { retired_key_id: "k1", key_id: "k2", checkpoint_key_id: "c2", introduced: true },
      },
      [],
    ]);
    expect(readSigner(sql)).toEqual({ kid: "k2", retired: ["k1"] });
    const [back] = change(signer("k1", { replaced: signer("k2") })); // a change of mind, introduced by the one in force
    expect([back?.key_id, readSigner(sql)]).toEqual(["k2", { kid: "k1", retired: ["k2"] }]);
  });

  it("[KEY-11] that nothing introduces signs for itself, and says that", () => {
    keepSigner(sql, { kid: "k1", retired: [] });
    const [entry] = change(signer("k2", { replaced: signer("k0") }));
    expect(entry).toMatchObject({ key_id: "k2", data: { checkpoint_key_id: null, introduced: false } });
  });

  it("[KEY-12] that is retired signs nothing any more", () => {
    keepSigner(sql, { kid: "k2", retired: ["k1"] });
    expect(() => change(signer("k1"))).toThrow("audit.key_retired");
    expect(readSigner(sql)).toEqual({ kid: "k2", retired: ["k1"] });
  });
});
