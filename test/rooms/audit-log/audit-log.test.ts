import { abortAllDurableObjects, evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { createHash } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import { verifyChain } from "../../../core/audit/chain.ts";
import { type AuditPage, PAGE_CHARACTERS } from "../../../core/audit/page.ts";
import type { AuditRecord } from "../../../core/audit/record.ts";
import type { Json } from "../../../core/json.ts";
import type { AuditLog, SourcedRow } from "../../../durable-objects/audit-log/audit-log.ts";
import { auditLogOf } from "../../../durable-objects/audit-log/stub.ts";
import { RUN, testRecord } from "../../support/audit-chain.ts";
import { FAR } from "../../support/far.ts";
import { auditLogWorld, verifyTestKey } from "../../support/worlds/audit-log.ts";

const DAY_MS = 86_400_000;
const tools = { sha256Hex: (text: string) => createHash("sha256").update(text).digest("hex"), verify: verifyTestKey };
const entriesOf = (pages: readonly AuditPage[]) => pages.flatMap((page) => JSON.parse(page.entries) as { seq: number; event_id: string }[]);
const seqsOf = (pages: readonly AuditPage[]) => entriesOf(pages).map((entry) => entry.seq);
const verdict = (pages: readonly AuditPage[]) => verifyChain(entriesOf(pages) as unknown as Json[], tools);

/** Row `id` of the run's outbox, with the record of the same number; without `after` it follows the number before. */
const row = (id: number, records: readonly AuditRecord[] = [testRecord(id)], after = id - 1, run = RUN): SourcedRow => ({
  source: { kind: "run", id: run },
  id: String(id),
  after: after === 0 ? null : String(after),
  records,
});
const rows = (from: number, count: number) => Array.from({ length: count }, (_, index) => row(from + index));
/** Row of an outbox that does not tell what was before. */
const lone = (number: number, more: Partial<AuditRecord> = {}): SourcedRow => ({
  source: { kind: "store", id: "store" },
  id: testRecord(number).event_id,
  records: [testRecord(number, { resource: "api-key/key_1", data: null, ...more })],
});
const fresh = () => {
  const org = `org-${crypto.randomUUID()}`;
  const log = auditLogOf(env.AUDIT_LOG, org);
  return { org, stub: env.AUDIT_LOG.getByName(org), log, pending: () => log.integrated(0) };
};

/** A rejection that crosses RPC counts as unhandled in the test runtime: it is caught inside the object. */
const failure = (stub: DurableObjectStub<AuditLog>, org: string, batch: readonly SourcedRow[]): Promise<string> =>
  runInDurableObject(stub, (log) =>
    log.append(org, batch).then(
      () => "it answered",
      (error: Error) => error.message,
    ),
  );

/** Rows that one piece of work writes, indexes included. */
async function written(stub: DurableObjectStub<AuditLog>, work: (log: AuditLog) => Promise<unknown>): Promise<number> {
  return runInDurableObject(stub, async (log, { storage }) => {
    const { sql } = storage;
    const exec = sql.exec.bind(sql);
    let count = 0;
    Object.defineProperty(sql, "exec", {
      configurable: true,
      value: (...given: Parameters<typeof exec>) => {
        const cursor = exec(...given);
        count += cursor.rowsWritten;
        return cursor;
      },
    });
    try {
      await work(log);
    } finally {
      Reflect.deleteProperty(sql, "exec");
    }
    return count;
  });
}

const signer = auditLogWorld.signer;
afterEach(() => {
  auditLogWorld.signer = signer;
  auditLogWorld.now = () => FAR;
});

describe("append", () => {
  it("[AUD-1] numbers from 1, links and signs", async () => {
    const { org, log } = fresh();
    const { pending, refused } = await log.append(org, rows(1, 3));
    expect(refused).toEqual([]);
    expect(pending).toMatchObject([{ first_seq: 1, last_seq: 3, run: RUN }]);
    const { head } = verdict(pending);
    expect(verdict(pending)).toMatchObject({ ok: true, checked: 3 });
    expect(await log.head()).toEqual({ org, seq: 3, hash: head?.hash, integratedSeq: 0 });
  });

  it("[AUD-6] never forks: many appends at the same time make one chain", async () => {
    const { org, log, pending } = fresh();
    let asked = 0;
    auditLogWorld.signer = async () => {
      await scheduler.wait((asked++ * 5) % 7); // the key arrives late, not in the order it was asked for
      return signer();
    };
    await Promise.all(Array.from({ length: 12 }, (_, index) => log.append(org, rows(index * 3 + 1, 3))));
    expect(seqsOf(await pending())).toEqual(Array.from({ length: 36 }, (_, index) => index + 1));
    expect(verdict(await pending())).toMatchObject({ ok: true, checked: 36 });
  });

  it("[AUD-7] gives a row that comes again no second number, before and after D1 has it, in one append and in two", async () => {
    const { org, log } = fresh();
    await log.append(org, [...rows(1, 2), lone(8)]);
    const again = await log.append(org, [row(2), row(3), row(3), lone(8), lone(9), lone(9)]);
    expect(seqsOf(again.pending)).toEqual([1, 2, 3, 4, 5]);
    expect(entriesOf(again.pending).map((entry) => entry.event_id)).toEqual([1, 2, 8, 3, 9].map((number) => testRecord(number).event_id));
    await log.integrated(5);
    expect(await log.append(org, [...rows(1, 3), lone(8), lone(9)])).toEqual({ refused: [], pending: [] });
    expect((await log.head())?.seq).toBe(5);
  });

  it("[AUD-7] takes rows of a run that overtake each other once each, and keeps runs and sources apart", async () => {
    const { org, log } = fresh();
    const order = [4, 1, 3, 4, 1, 2, 3, 2, 5];
    for (const id of order) await log.append(org, [row(id)]);
    expect((await log.head())?.seq).toBe(5);
    const other = "run_01JZ0000000000000000000001";
    await log.append(org, [row(1, [testRecord(11, { resource: `run/${other}` })], 0, other)]);
    await log.append(org, [{ ...lone(12), id: "1" }]);
    await log.append(org, [{ ...lone(13), id: "1", source: { kind: "review-queue", id: "store" } }]);
    expect((await log.head())?.seq).toBe(8);
  });

  it("[AUD-7] remembers a row for fifteen days after it came last, and forgets it in the end", async () => {
    const { org, log, stub } = fresh();
    const known = () =>
      runInDurableObject(stub, (_log, { storage }) => storage.sql.exec("SELECT name FROM taken ORDER BY name").toArray().length);
    await log.append(org, [row(1), lone(7)]);
    for (const day of [14, 28]) {
      auditLogWorld.now = () => FAR + day * DAY_MS; // the sources still send: nobody takes their confirmation
      await log.append(org, [row(1), lone(7)]);
      expect((await log.head())?.seq).toBe(2);
    }
    auditLogWorld.now = () => FAR + 42 * DAY_MS;
    await log.append(org, [lone(8)]);
    expect(await known()).toBe(3);
    auditLogWorld.now = () => FAR + 44 * DAY_MS;
    await log.append(org, []);
    expect(await known()).toBe(1);
    await log.append(org, [row(9, [testRecord(9)], 1)]); // a run that was quiet for long goes on
    expect((await log.head())?.seq).toBe(4);
  });

  it("[AUD-7] never forgets what D1 does not have", async () => {
    const { org, log } = fresh();
    await log.append(org, rows(1, 1));
    auditLogWorld.now = () => FAR + 90 * DAY_MS;
    expect(seqsOf((await log.append(org, rows(2, 1))).pending)).toEqual([1, 2]);
  });

  it("[AUD-8] numbers nothing when there is no key, and nothing when signing fails half way", async () => {
    const { org, log, stub, pending } = fresh();
    await log.append(org, rows(1, 1));
    auditLogWorld.signer = () => Promise.reject(new Error("no key"));
    expect(await failure(stub, org, rows(2, 2))).toContain("no key");
    let signatures = 0;
    auditLogWorld.signer = async () => ({
      keyId: "test-key",
      sign: () => {
        if (++signatures === 2) throw new Error("no signature");
        return new Uint8Array(64);
      },
    });
    expect(await failure(stub, org, rows(2, 2))).toContain("no signature");
    expect((await log.head())?.seq).toBe(1);
    auditLogWorld.signer = signer;
    expect(seqsOf((await log.append(org, rows(2, 2))).pending)).toEqual([1, 2, 3]);
    expect(verdict(await pending()).ok).toBe(true);
  });

  it("refuses, as data and as a whole, a row without a canonical form and one that has no place; the others get their numbers", async () => {
    const { org, log } = fresh();
    await log.append(org, [row(3, [testRecord(1)], 0)]);
    const source = { kind: "run", id: RUN };
    const ill = row(4, [testRecord(2), testRecord(3, { data: { text: "\ud800" } })]);
    const { pending, refused } = await log.append(org, [row(5, [testRecord(4)], 2), ill, row(5), lone(6)]);
    expect(refused).toEqual([
      { source, row: "5", code: "row_misplaced" },
      { source, row: "4", code: "not_canonical" },
    ]);
    expect(entriesOf(pending).map((entry) => entry.event_id)).toEqual([1, 5, 6].map((number) => testRecord(number).event_id));
    expect(verdict(pending)).toMatchObject({ ok: true, checked: 3 });
    expect((await log.append(org, [row(4)])).refused).toEqual([]);
    expect((await log.head())?.seq).toBe(4);
  });

  it("makes one page of what a run sends, one of what stands between, and cuts what is long", async () => {
    const { org, log } = fresh();
    const { pending } = await log.append(org, [row(1), lone(7), row(2), lone(8), row(3, [], 2)]);
    expect(pending).toMatchObject([
      { first_seq: 1, last_seq: 2, run: RUN },
      { first_seq: 3, last_seq: 4, run: null },
    ]);
    const long = (id: number) => row(id, [testRecord(id, { data: { text: "x".repeat(PAGE_CHARACTERS * 0.4) } })]);
    const more = (await log.append(org, [long(4), long(5), long(6)])).pending;
    expect(more.map((page) => [page.first_seq, page.last_seq]).slice(2)).toEqual([
      [5, 6],
      [7, 7],
    ]);
    expect(verdict(more)).toMatchObject({ ok: true, checked: 7 });
    expect((await log.head())?.hash).toBe(verdict(more).head?.hash);
  });

  it("writes four rows for a message of a run, none for one that comes again", async () => {
    const { org, log, stub } = fresh();
    await log.append(org, rows(1, 2));
    await log.integrated(2);
    const message = async (it: AuditLog) => {
      const { pending } = await it.append(org, rows(3, 4));
      await it.integrated(pending.at(-1)?.last_seq ?? 0);
    };
    expect(await written(stub, message)).toBe(4);
    expect(await written(stub, message)).toBe(0);
  });

  it("numbers the records of one org only", async () => {
    const { org, log, stub } = fresh();
    await log.append(org, rows(1, 1));
    expect(await failure(stub, "another", rows(2, 1))).toContain("one org");
  });
});

describe("what D1 does not have", () => {
  it("[AUD-9] survives a crash: the same pages, and the next number follows", async () => {
    const { org, log } = fresh();
    const { pending } = await log.append(org, rows(1, 3));
    await abortAllDurableObjects();
    const reborn = auditLogOf(env.AUDIT_LOG, org);
    expect(await reborn.integrated(0)).toEqual(pending);
    const more = await reborn.append(org, rows(1, 4));
    expect(more.pending[0]).toEqual(pending[0]);
    expect(seqsOf(more.pending)).toEqual([1, 2, 3, 4]);
    expect(verdict(more.pending)).toMatchObject({ ok: true, checked: 4 });
  });

  it("is dropped page by page once D1 has it; the head is kept, and the chain goes on from it", async () => {
    const { org, log, stub } = fresh();
    await log.append(org, rows(1, 2));
    const { pending } = await log.append(org, [row(3), lone(4)]);
    expect(seqsOf(await log.integrated(1))).toEqual([1, 2, 3, 4]);
    expect(seqsOf(await log.integrated(2))).toEqual([3, 4]);
    expect((await log.head())?.integratedSeq).toBe(2);
    expect(await log.integrated(99)).toEqual([]);
    await evictDurableObject(stub);
    expect(await log.head()).toEqual({ org, seq: 4, hash: verdict(pending).head?.hash, integratedSeq: 4 });
    const next = await log.append(org, [row(5, [testRecord(5)], 3), lone(6)]);
    expect(verdict([...pending, ...next.pending])).toMatchObject({ ok: true, checked: 6 });
    expect((await log.head())?.integratedSeq).toBe(4);
  });

  it("is handed out in answers of bearable length, from the oldest on", async () => {
    const { org, log } = fresh();
    const text = "x".repeat(90_000);
    for (let from = 1; from <= 60; from += 20)
      await log.append(
        org,
        Array.from({ length: 20 }, (_, index) => row(from + index, [testRecord(from + index, { data: { text } })])),
      );
    let checked: AuditPage[] = [];
    for (let pages = await log.integrated(0); pages.length > 0; pages = await log.integrated(pages.at(-1)?.last_seq ?? 0)) {
      expect(pages.reduce((sum, page) => sum + page.entries.length, 0)).toBeLessThan(4_200_000);
      checked = [...checked, ...pages];
    }
    expect(verdict(checked)).toMatchObject({ ok: true, checked: 60 });
  });

  it("of an org without records is nothing, and asking stores nothing", async () => {
    const { log, stub } = fresh();
    expect([await log.head(), await log.integrated(5)]).toEqual([null, []]);
    const tables = await runInDurableObject(stub, (_log, ctx) => ctx.storage.sql.exec("SELECT name FROM sqlite_master").toArray());
    expect(tables).toEqual([]);
  });
});
