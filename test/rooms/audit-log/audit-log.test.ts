import { abortAllDurableObjects, evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { createHash } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import { verifyChain } from "../../../core/audit/chain.ts";
import type { AuditEntry } from "../../../core/audit/entry.ts";
import type { AuditRecord } from "../../../core/audit/record.ts";
import type { Json } from "../../../core/json.ts";
import type { AuditLog } from "../../../durable-objects/audit-log/audit-log.ts";
import { auditLogOf } from "../../../durable-objects/audit-log/stub.ts";
import { testRecord } from "../../support/audit-chain.ts";
import { FAR } from "../../support/far.ts";
import { auditLogWorld, verifyTestKey } from "../../support/worlds/audit-log.ts";

const tools = { sha256Hex: (text: string) => createHash("sha256").update(text).digest("hex"), verify: verifyTestKey };
const verdict = (entries: readonly AuditEntry[]) => verifyChain(entries as unknown as Json[], tools);
const records = (from: number, count: number) => Array.from({ length: count }, (_, index) => testRecord(from + index));
const fresh = () => {
  const org = `org-${crypto.randomUUID()}`;
  return { org, stub: env.AUDIT_LOG.getByName(org), log: auditLogOf(env.AUDIT_LOG, org) };
};

/** A rejection that crosses RPC counts as unhandled in the test runtime: it is caught inside the object. */
const failure = (stub: DurableObjectStub<AuditLog>, org: string, batch: readonly AuditRecord[]): Promise<string> =>
  runInDurableObject(stub, (log) =>
    log.append(org, batch).then(
      () => "it answered",
      (error: Error) => error.message,
    ),
  );

const signer = auditLogWorld.signer;
afterEach(() => {
  auditLogWorld.signer = signer;
  auditLogWorld.now = () => FAR;
});

describe("append", () => {
  it("[AUD-1] numbers from 1, links and signs", async () => {
    const { org, log } = fresh();
    const { entries, refused } = await log.append(org, records(1, 3));
    expect(refused).toEqual([]);
    expect(entries.map((entry) => entry.seq)).toEqual([1, 2, 3]);
    expect(verdict(entries)).toMatchObject({ ok: true, checked: 3 });
    expect(await log.head()).toEqual({ org, seq: 3, hash: entries[2]?.hash, integratedSeq: 0 });
  });

  it("[AUD-6] never forks: many appends at the same time make one chain", async () => {
    const { org, log } = fresh();
    let asked = 0;
    auditLogWorld.signer = async () => {
      await scheduler.wait((asked++ * 5) % 7); // the key arrives late, not in the order it was asked for
      return signer();
    };
    const answers = await Promise.all(Array.from({ length: 12 }, (_, index) => log.append(org, records(index * 10, 3))));
    const entries = answers.flatMap((answer) => answer.entries).sort((a, b) => a.seq - b.seq);
    expect(entries.map((entry) => entry.seq)).toEqual(Array.from({ length: 36 }, (_, index) => index + 1));
    expect(verdict(entries)).toMatchObject({ ok: true, checked: 36 });
  });

  it("[AUD-7] gives a record that comes again the entry it has, before and after D1 has it", async () => {
    const { org, log } = fresh();
    const first = await log.append(org, records(1, 2));
    expect(await log.append(org, [testRecord(2), testRecord(3), testRecord(3)])).toMatchObject({
      entries: [first.entries[1], { seq: 3 }, { seq: 3 }],
    });
    await log.integrated(3);
    expect((await log.append(org, records(1, 2))).entries).toEqual(first.entries);
    expect((await log.head())?.seq).toBe(3);
  });

  it("[AUD-7] remembers a record for fifteen days and longer, and forgets it in the end", async () => {
    const { org, log, stub } = fresh();
    const first = await log.append(org, records(1, 1));
    await log.integrated(1);
    auditLogWorld.now = () => FAR + 15 * 86_400_000;
    expect((await log.append(org, records(1, 1))).entries).toEqual(first.entries);
    auditLogWorld.now = () => FAR + 31 * 86_400_000;
    await log.append(org, records(2, 1));
    const kept = await runInDurableObject(stub, (_log, ctx) => ctx.storage.sql.exec("SELECT seq FROM entries").toArray());
    expect(kept).toEqual([{ seq: 2 }]);
    expect((await log.append(org, records(3, 1))).entries[0]?.seq).toBe(3);
  });

  it("[AUD-7] never forgets what D1 does not have", async () => {
    const { org, log } = fresh();
    await log.append(org, records(1, 1));
    auditLogWorld.now = () => FAR + 90 * 86_400_000;
    await log.append(org, records(2, 1));
    expect((await log.pending()).map((entry) => entry.seq)).toEqual([1, 2]);
  });

  it("[AUD-8] numbers nothing when there is no key, and nothing when signing fails half way", async () => {
    const { org, log, stub } = fresh();
    await log.append(org, records(1, 1));
    auditLogWorld.signer = () => Promise.reject(new Error("no key"));
    expect(await failure(stub, org, records(2, 2))).toContain("no key");
    let signatures = 0;
    auditLogWorld.signer = async () => ({
      keyId: "test-key",
      sign: () => {
        if (++signatures === 2) throw new Error("no signature");
        return new Uint8Array(64);
      },
    });
    expect(await failure(stub, org, records(2, 2))).toContain("no signature");
    expect((await log.head())?.seq).toBe(1);
    auditLogWorld.signer = signer;
    const { entries } = await log.append(org, records(2, 2));
    expect(entries.map((entry) => entry.seq)).toEqual([2, 3]);
    expect(verdict(await log.pending()).ok).toBe(true);
  });

  it("refuses, as data, another fact under a used id and a fact without a canonical form; the others get their numbers", async () => {
    const { org, log } = fresh();
    await log.append(org, records(1, 1));
    const { entries, refused } = await log.append(org, [
      testRecord(1, { action: "another" }),
      testRecord(2, { data: { text: "\ud800" } }),
      testRecord(3),
    ]);
    expect(entries.map((entry) => entry.seq)).toEqual([2]);
    expect(refused).toEqual([
      { event_id: testRecord(1).event_id, code: "event_id_reused" },
      { event_id: testRecord(2).event_id, code: "not_canonical" },
    ]);
  });

  it("numbers the records of one org only", async () => {
    const { org, log, stub } = fresh();
    await log.append(org, records(1, 1));
    expect(await failure(stub, "another", records(2, 1))).toContain("one org");
  });
});

describe("what D1 does not have", () => {
  it("[AUD-9] survives a crash: the same entries, and the next number follows", async () => {
    const { org, log } = fresh();
    const { entries } = await log.append(org, records(1, 3));
    await abortAllDurableObjects();
    const reborn = auditLogOf(env.AUDIT_LOG, org);
    expect(await reborn.pending()).toEqual(entries);
    expect((await reborn.append(org, records(1, 4))).entries.map((entry) => entry.seq)).toEqual([1, 2, 3, 4]);
    expect(verdict(await reborn.pending())).toMatchObject({ ok: true, checked: 4 });
  });

  it("is dropped once D1 has it; the head is kept", async () => {
    const { org, log, stub } = fresh();
    const { entries } = await log.append(org, records(1, 3));
    expect(await log.integrated(2)).toBe(1);
    expect((await log.pending()).map((entry) => entry.seq)).toEqual([3]);
    expect(await log.integrated(99)).toBe(0);
    await evictDurableObject(stub);
    expect(await log.head()).toEqual({ org, seq: 3, hash: entries[2]?.hash, integratedSeq: 3 });
  });

  it("of an org without records is nothing, and asking stores nothing", async () => {
    const { log, stub } = fresh();
    expect([await log.head(), await log.pending(), await log.integrated(5)]).toEqual([null, [], 0]);
    const tables = await runInDurableObject(stub, (_log, ctx) => ctx.storage.sql.exec("SELECT name FROM sqlite_master").toArray());
    expect(tables).toEqual([]);
  });
});
