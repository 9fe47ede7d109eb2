import { abortAllDurableObjects, evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { createHash, verify } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fromBase64 } from "../../../core/audit/base64.ts";
import { openCheckpoint, verifierKey } from "../../../core/audit/checkpoint.ts";
import { hexBytes } from "../../../core/audit/entry.ts";
import type { AuditPage } from "../../../core/audit/page.ts";
import { leafHash, rootHash, verifyConsistency, verifyInclusion } from "../../../core/audit/tree.ts";
import type { SourcedRow } from "../../../durable-objects/audit-log/audit-log.ts";
import { auditLogOf } from "../../../durable-objects/audit-log/stub.ts";
import { GrowingTree } from "../../../scripts/audit/tree.ts";
import { writePages } from "../../../workers/audit/write-pages.ts";
import { testRecord } from "../../support/audit-chain.ts";
import { FAR } from "../../support/far.ts";
import { alerted, auditLogWorld, noteKey } from "../../support/worlds/audit-log.ts";

const HOST = "bulkhead.example";
const sha256 = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash("sha256").update(bytes).digest());
const publishing = auditLogWorld.publishing;
if (publishing === null) throw new Error("this world publishes");

let now = FAR;
let org = "";
beforeEach(() => {
  now = FAR;
  org = `org-${crypto.randomUUID()}`;
  auditLogWorld.now = () => now;
});
afterEach(() => {
  auditLogWorld.now = () => FAR;
  auditLogWorld.publishing = publishing;
});

const stub = () => env.AUDIT_LOG.getByName(org);
const log = () => auditLogOf(env.AUDIT_LOG, org);
const rows = (from: number, count: number): SourcedRow[] =>
  Array.from({ length: count }, (_, index) => ({
    source: { kind: "store", id: "store" },
    id: `row-${from + index}`,
    records: [testRecord(from + index, { resource: "api-key/key_1", data: null })],
  }));
const append = (from: number, count: number) => log().append(org, rows(from, count));
const leavesOf = (pages: readonly AuditPage[]): Uint8Array[] =>
  pages.flatMap((page) => (JSON.parse(page.entries) as { hash: string }[]).map(({ hash }) => hexBytes(hash)));
const rootOf = (leaves: readonly Uint8Array[]) =>
  rootHash(
    leaves.map((leaf) => leafHash(leaf, sha256)),
    sha256,
  );
const key = () => ({
  name: `${HOST}/audit/${org}`,
  publicKey: noteKey.publicBytes,
  verify: (bytes: Uint8Array, signature: Uint8Array) => verify(null, bytes, noteKey.publicKey, signature),
});
const noteOf = async () => {
  const note = await log().checkpoint(org, HOST);
  if (!note.ok) throw new Error(note.error.code);
  return note.value;
};
const checkpointOf = async () => openCheckpoint(await noteOf(), key(), sha256);
const stored = async () => (await env.AUDIT.get(`open/${org}/checkpoint`))?.text();
const hashes = (texts: readonly string[]) => texts.map((text) => fromBase64(text) ?? new Uint8Array(0));

describe("a checkpoint", () => {
  it("[MERKLE-5] signs the root over every entry, is made by the alarm, at most once a second, and not while nothing happens", async () => {
    expect(await log().checkpoint(org, HOST)).toEqual({ ok: false, error: { code: "empty" } });
    const { pending } = await append(1, 3);
    expect(await stored()).toBeUndefined();
    const due = await runInDurableObject(stub(), (_log, { storage }) => storage.getAlarm());
    expect(due).toBeGreaterThan(now);
    expect(due).toBeLessThanOrEqual(now + 60_000);
    now = due ?? now;
    expect(await runDurableObjectAlarm(stub())).toBe(true);
    const note = await stored();
    expect(note).toBe(await noteOf());
    expect(openCheckpoint(note ?? "", key(), sha256)).toEqual({ origin: `${HOST}/audit/${org}`, size: 3, root: rootOf(leavesOf(pending)) });
    expect(verifierKey(key().name, noteKey.publicBytes, sha256)).toMatch(new RegExp(`^${HOST}/audit/${org}[+][0-9a-f]{8}[+]A[Q-f]`));
    expect(await runDurableObjectAlarm(stub())).toBe(false);
    await append(4, 1);
    now += 999;
    expect((await checkpointOf())?.size).toBe(3);
    now += 1;
    expect((await checkpointOf())?.size).toBe(4);
    expect((await env.AUDIT.list({ prefix: `sealed/${org}/checkpoint/` })).objects.length).toBe(2);
  });

  it("[MERKLE-6] takes the name of the host that it is read at, where the deployment has none, and keeps it", async () => {
    auditLogWorld.publishing = { ...publishing, host: null };
    await append(1, 2);
    await runDurableObjectAlarm(stub());
    expect(await stored()).toBeUndefined();
    const first = await log().checkpoint(org, "first.example:8787");
    expect(first.ok && first.value.split("\n")[0]).toBe(`first.example:8787/audit/${org}`);
    await append(3, 1);
    now += 5_000;
    const second = await log().checkpoint(org, "second.example");
    expect(second.ok && second.value.split("\n").slice(0, 2)).toEqual([`first.example:8787/audit/${org}`, "3"]);
  });
});

describe("proofs", () => {
  it("[MERKLE-7] [RETAIN-4] lead from each entry to the newest checkpoint, and from each size to it, also by its subtrees", async () => {
    const { pending } = await append(1, 150);
    const more = await append(151, 150);
    const leaves = leavesOf(
      [...pending, ...more.pending].filter((page, at, all) => all.findIndex((it) => it.first_seq === page.first_seq) === at),
    );
    expect(leaves.length).toBe(300);
    for (const seq of [1, 2, 256, 257, 300]) {
      const proof = await log().proof(org, HOST, seq);
      if (!proof.ok) throw new Error(proof.error.code);
      const { size, leaf_hash, checkpoint } = proof.value;
      const opened = openCheckpoint(checkpoint, key(), sha256);
      const leaf = leafHash(leaves[seq - 1] as Uint8Array, sha256);
      expect(size).toBe(300);
      expect(hashes([leaf_hash])).toEqual([leaf]);
      expect(verifyInclusion(leaf, seq - 1, size, hashes(proof.value.proof), opened?.root ?? new Uint8Array(0), sha256)).toBe(true);
    }
    for (const from of [1, 128, 256, 299]) {
      const proof = await log().consistency(org, HOST, from, 300);
      const path = proof.ok ? hashes(proof.value.proof) : [];
      expect(verifyConsistency(from, rootOf(leaves.slice(0, from)), 300, rootOf(leaves), path, sha256)).toBe(true);
    }
    for (const from of [1, 128, 255, 299, 300]) {
      const tree = GrowingTree.after(from, hashes((await log().subtrees(org, from)) ?? []));
      for (const leaf of leaves.slice(from)) tree?.add(leaf);
      expect([tree?.size, Buffer.from(tree?.root() ?? []).toString("hex")]).toEqual([300, Buffer.from(rootOf(leaves)).toString("hex")]);
    }
    expect(await log().subtrees(org, 301)).toBeNull();
    expect(await log().consistency(org, HOST, 300, 300)).toEqual({ ok: true, value: { from: 300, to: 300, proof: [] } });
    expect(await log().proof(org, HOST, 301)).toEqual({ ok: false, error: { code: "beyond", size: 300, covered: 300 } });
    await append(301, 1);
    expect(await log().proof(org, HOST, 301)).toEqual({ ok: false, error: { code: "uncovered", size: 301, covered: 300 } });
  });

  it("[MERKLE-8] can be made from the tiles that are published, and from nothing else", async () => {
    const { pending } = await append(1, 200);
    const more = await append(201, 200);
    const leaves = leavesOf([...pending, ...more.pending.slice(pending.length)]);
    const root = (await checkpointOf())?.root;
    const tile = async (path: string) => {
      const bytes = await log().tile(org, path);
      return bytes === null ? null : new Uint8Array(bytes);
    };
    const [full, partial] = [await tile("0/000"), await tile("0/001.p/144")];
    const found = [...(full ?? []), ...(partial ?? [])];
    expect(found.length).toBe(400 * 32);
    const leafHashes = Array.from({ length: 400 }, (_, at) => Uint8Array.from(found.slice(at * 32, (at + 1) * 32)));
    expect(leafHashes).toEqual(leaves.map((leaf) => leafHash(leaf, sha256)));
    expect(rootHash(leafHashes, sha256)).toEqual(root);
    expect(await tile("1/000.p/1")).toEqual(rootHash(leafHashes.slice(0, 256), sha256));
    const bundle = await tile("entries/001.p/2");
    expect(bundle).toEqual(Uint8Array.from([0, 32, ...(leaves[256] ?? []), 0, 32, ...(leaves[257] ?? [])]));
    expect(new Uint8Array((await (await env.AUDIT.get(`sealed/${org}/tile/0/000`))?.arrayBuffer()) ?? new ArrayBuffer(0))).toEqual(full);
    for (const none of ["0/001", "0/001.p/145", "0/002", "2/000.p/1", "1/000", "x", "0/../000"]) expect(await tile(none)).toBeNull();
    const partials = async () =>
      (await env.AUDIT.list({ prefix: `open/${org}/tile/` })).objects.map(({ key: name }) => name.split("/tile/")[1]);
    expect(await partials()).toEqual(["0/001.p/144", "1/000.p/1", "entries/001.p/144"]);
    await append(401, 1);
    now += 5_000;
    expect((await checkpointOf())?.size).toBe(401);
    expect(await partials()).toEqual(["0/001.p/145", "1/000.p/1", "entries/001.p/145"]);
    await evictDurableObject(stub());
    expect(await tile("0/000")).toEqual(full);
    expect(await runInDurableObject(stub(), (_log, { storage }) => storage.sql.exec("SELECT tile FROM tiles").toArray())).toEqual([]);
  });
});

/** All rows of an object's storage, to set it back to later. */
const TABLES = ["log", "segments", "taken", "edges", "tiles", "checkpoint"];
const snapshot = () =>
  runInDurableObject(stub(), (_log, { storage }) => TABLES.map((table) => storage.sql.exec(`SELECT * FROM ${table}`).toArray()));
async function restore(state: Awaited<ReturnType<typeof snapshot>>): Promise<void> {
  await runInDurableObject(stub(), (_log, { storage }) => {
    for (const [at, table] of TABLES.entries()) {
      storage.sql.exec(`DELETE FROM ${table}`);
      for (const row of state[at] ?? []) {
        const columns = Object.keys(row);
        storage.sql.exec(`INSERT INTO ${table} (${columns}) VALUES (${columns.map(() => "?")})`, ...Object.values(row));
      }
    }
  });
  await evictDurableObject(stub());
}
const failure = (from: number): Promise<string> =>
  runInDurableObject(stub(), (object) => object.append(org, rows(from, 1)).then(String, (error: Error) => error.message));

describe("an object that was set back to an older state", () => {
  it("[MERKLE-9] numbers and signs nothing, says so to whoever reads it, and alerts once", async () => {
    await append(1, 3);
    await noteOf();
    const older = await snapshot();
    await append(4, 5);
    now += 5_000;
    const published = await noteOf();
    await restore(older);
    expect(await failure(9)).toBe("audit.forked");
    expect(await failure(9)).toBe("audit.forked");
    expect((await log().head())?.seq).toBe(3);
    const fork = { kind: "behind", size: 3, publishedSize: 8 };
    expect(await log().checkpoint(org, HOST)).toEqual({ ok: false, error: { code: "forked", fork } });
    expect(await log().proof(org, HOST, 1)).toEqual({ ok: false, error: { code: "forked", fork } });
    now += 5_000;
    await runDurableObjectAlarm(stub());
    expect(await stored()).toBe(published);
    expect(alerted.filter((alert) => alert.org === org)).toEqual([{ org, fork }]);
  });

  it("[MERKLE-9] does so also when its entries are gone, when R2 has another history, and when R2 has lost its own", async () => {
    await append(1, 3);
    const note = await noteOf();
    await append(4, 1);
    now += 5_000;
    await env.AUDIT.put(`open/${org}/checkpoint`, note.replace(/\n3\n/, "\n2\n"));
    expect(await log().checkpoint(org, HOST)).toMatchObject({ error: { code: "forked", fork: { kind: "different" } } });
    await env.AUDIT.delete(`open/${org}/checkpoint`);
    await evictDurableObject(stub());
    expect(await failure(5)).toBe("audit.forked");
    expect(await log().checkpoint(org, HOST)).toMatchObject({ error: { code: "forked", fork: { kind: "missing", publishedSize: null } } });
    await env.AUDIT.put(`open/${org}/checkpoint`, note);
    expect((await checkpointOf())?.size).toBe(4);
    await runInDurableObject(stub(), (_log, { storage }) => storage.deleteAll());
    await evictDurableObject(stub());
    expect(await failure(1)).toBe("audit.forked");
    expect((await log().head())?.seq ?? 0).toBe(0);
  });

  it("is not what a crash makes of it: between its commit and R2, and between R2 and its commit", async () => {
    await append(1, 2);
    await noteOf();
    for (const [at, when] of (["before", "after"] as const).entries()) {
      await append(3 + at, 1);
      now += 5_000;
      const bucket = new Proxy(env.AUDIT, {
        get: (target, name) =>
          name === "put"
            ? async (place: string, ...given: [string, R2PutOptions]) => {
                if (place !== `open/${org}/checkpoint`) return target.put(place, ...given);
                if (when === "after") await target.put(place, ...given);
                throw new Error("R2 has gone");
              }
            : Reflect.get(target, name).bind(target),
      });
      auditLogWorld.publishing = { ...publishing, bucket };
      await evictDurableObject(stub());
      await runDurableObjectAlarm(stub());
      auditLogWorld.publishing = publishing;
      await abortAllDurableObjects();
      now += 5_000;
      expect((await checkpointOf())?.size).toBe(3 + at);
    }
    expect(alerted.filter((alert) => alert.org === org)).toEqual([]);
  });
});

describe("a log from before there was a tree", () => {
  const withoutTree = async () => {
    const { pending } = await append(1, 120);
    await writePages(env.DB, org, pending);
    await log().integrated(100);
    await runInDurableObject(stub(), (_log, { storage }) => storage.sql.exec("DELETE FROM edges"));
    return leavesOf(pending);
  };

  it("[MERKLE-10] gets it once, from D1 and from what D1 does not have yet, and goes on with it", async () => {
    const leaves = await withoutTree();
    expect(await log().checkpoint(org, HOST)).toEqual({ ok: false, error: { code: "catching_up" } });
    const { pending } = await append(121, 2);
    await runDurableObjectAlarm(stub());
    expect((await checkpointOf())?.root).toEqual(rootOf([...leaves, ...leavesOf(pending.slice(-1)).slice(-2)]));
    await append(123, 1);
    now += 5_000;
    expect((await checkpointOf())?.size).toBe(123);
  });

  it("[MERKLE-10] takes nothing from D1 that is not its own chain", async () => {
    await withoutTree();
    await env.DB.prepare("UPDATE audit_pages SET entries = replace(entries, 'tool.called', 'tool.cailed') WHERE org = ?").bind(org).run();
    await runDurableObjectAlarm(stub());
    await runDurableObjectAlarm(stub());
    expect(await log().checkpoint(org, HOST)).toEqual({ ok: false, error: { code: "catching_up" } });
  });
});
