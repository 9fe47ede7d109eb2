import { abortAllDurableObjects, createExecutionContext, createMessageBatch, getQueueResult } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { AuditRecord, RecordsMessage, RecordsRow, RunIndexRow } from "../../../core/audit/record.ts";
import type { JsonObject } from "../../../core/json.ts";
import { auditLogOf } from "../../../durable-objects/audit-log/stub.ts";
import { type ConsumerPorts, consumeRecords, readEntries, verifyStored } from "../../../workers/audit/index.ts";
import { RUN, testKey, testRecord } from "../../support/audit-chain.ts";
import { auditLogWorld } from "../../support/worlds/audit-log.ts";

const key = testKey(1);
const signer = auditLogWorld.signer;
let org = "";
let confirmed: string[] = [];
let indexed: string[] = [];
let reports: JsonObject[] = [];
let calls: string[] = [];

beforeEach(() => {
  org = `org-${crypto.randomUUID()}`;
  [confirmed, indexed, reports, calls] = [[], [], [], []];
  auditLogWorld.signer = async () => ({ keyId: key.kid, sign: key.sign });
});
afterEach(() => {
  auditLogWorld.signer = signer;
});

const ports = (more: Partial<ConsumerPorts> = {}): ConsumerPorts => ({
  db: env.DB,
  auditLog: (name) => {
    const log = auditLogOf(env.AUDIT_LOG, name);
    const noting =
      <A extends unknown[], R>(method: string, call: (...given: A) => R) =>
      (...given: A): R => {
        calls.push(method);
        return call(...given);
      };
    return {
      append: noting("append", (forOrg: string, records: readonly AuditRecord[]) => log.append(forOrg, records)),
      pending: noting("pending", () => log.pending()),
      integrated: noting("integrated", (upTo: number) => log.integrated(upTo)),
    };
  },
  upsertRuns: async (rows) => {
    calls.push("upsertRuns");
    indexed.push(...rows.map((row) => `${row.id}@${row.seq}`));
  },
  confirm: async (source, ids) => {
    confirmed.push(...ids.map((id) => `${source.id}/${id}`));
  },
  report: (line) => reports.push(line),
  ...more,
});

const row = (id: string, records: readonly AuditRecord[], run?: Partial<RunIndexRow>): RecordsRow => ({
  id,
  records,
  ...(run === undefined ? {} : { run: { id: RUN, seq: 1, org, ...run } as RunIndexRow }),
});
const message = (rows: readonly RecordsRow[], more: Partial<RecordsMessage> = {}): RecordsMessage => ({
  v: 1,
  org,
  source: { kind: "run", id: RUN },
  rows,
  ...more,
});
const oneEach = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => message([row(`r${from + i}`, [testRecord(from + i)])]));

async function deliver(bodies: readonly RecordsMessage[], with_ = ports(), attempts = 1) {
  const batch = createMessageBatch<RecordsMessage>(
    "bulkhead-records",
    bodies.map((body, index) => ({ id: String(index), timestamp: new Date(), attempts, body })),
  );
  const retries = batch.messages.map((message) => vi.spyOn(message, "retry"));
  await consumeRecords(batch, with_);
  const result = await getQueueResult(batch, createExecutionContext());
  const delays = retries.map((spy) => spy.mock.lastCall?.[0]?.delaySeconds);
  return { acked: result.explicitAcks, retried: result.retryMessages.map(({ msgId: id }) => ({ id, delay: delays[Number(id)] })) };
}

const head = () => auditLogOf(env.AUDIT_LOG, org).head();
const verified = async () => verifyStored(env.DB, org, [key.jwk], head);
const stored = async () => readEntries(env.DB, org, { after: 0, run: null, user: null, type: null, limit: 200 });
const codes = async () => (await verified()).problems.map(({ seq, code }) => `${seq} ${code}`);

/** D1 that fails when it is written to. */
const brokenDb = {
  prepare: () => ({ bind: () => ({}) }),
  batch: () => Promise.reject(new Error("D1 is resting")),
} as unknown as D1Database;

describe("the records queue", () => {
  it("brings fifty messages into D1 with few calls, confirms every row, acknowledges last", async () => {
    const result = await deliver(oneEach(1, 50));
    expect(result.acked.length).toBe(50);
    expect(result.retried).toEqual([]);
    expect(confirmed.length).toBe(50);
    expect(calls).toEqual(["append", "pending", "integrated"]);
    expect(await verified()).toMatchObject({ ok: true, checked: 50, head: { seq: 50 } });
    expect(await head()).toMatchObject({ seq: 50, integratedSeq: 50 });
  });

  it("keeps two orgs apart: each has its own chain from 1", async () => {
    const other = `${org}-b`;
    await deliver([message([row("a", [testRecord(1)])]), message([row("b", [testRecord(2)])], { org: other })]);
    expect(await stored()).toMatchObject([{ seq: 1, event_id: testRecord(1).event_id }]);
    expect(await readEntries(env.DB, other, { after: 0, run: null, user: null, type: null, limit: 9 })).toMatchObject([
      { seq: 1, event_id: testRecord(2).event_id },
    ]);
  });

  it("writes the newest index line of each run before anything else", async () => {
    await deliver([message([row("a", [testRecord(1)], { seq: 4 }), row("b", [], { seq: 7 })]), message([row("c", [], { seq: 5 })])]);
    expect(indexed).toEqual([`${RUN}@7`]);
    expect(calls[0]).toBe("upsertRuns");
    expect(confirmed.length).toBe(3);
  });

  it("one index line that cannot be written holds up its own message only", async () => {
    const upsertRuns = async (rows: readonly RunIndexRow[]) => {
      if (rows.some((line) => line.seq === 13)) throw new Error("no");
    };
    const bad = message([row("bad", [testRecord(2)], { id: "run_bad", seq: 13 })]);
    const result = await deliver([message([row("a", [testRecord(1)], { seq: 1 })]), bad], ports({ upsertRuns }));
    expect(result.acked).toEqual(["0"]);
    expect(result.retried.map(({ id }) => id)).toEqual(["1"]);
    expect(confirmed).toEqual([`${RUN}/a`]);
  });

  it("[AUD-9] failing D1: nothing is acknowledged or confirmed; after it recovers the same numbers are there", async () => {
    const failed = await deliver(oneEach(1, 3), ports({ db: brokenDb }), 3);
    expect(failed.acked).toEqual([]);
    expect(failed.retried).toEqual(["0", "1", "2"].map((id) => ({ id, delay: 8 })));
    expect(confirmed).toEqual([]);
    expect(await stored()).toEqual([]);
    const pending = await auditLogOf(env.AUDIT_LOG, org).pending();
    const result = await deliver(oneEach(1, 3));
    expect(result.acked).toEqual(["0", "1", "2"]);
    expect(await stored()).toEqual(pending);
    expect((await verified()).ok).toBe(true);
  });

  it("[AUD-9] a crash between sequencing and D1, and another batch first: D1 still fills without a gap", async () => {
    await deliver(oneEach(1, 3), ports({ db: brokenDb }));
    await abortAllDurableObjects();
    expect((await deliver(oneEach(4, 2))).acked).toEqual(["0", "1"]);
    expect(await verified()).toMatchObject({ ok: true, checked: 5 });
    expect((await deliver(oneEach(1, 3))).acked).toEqual(["0", "1", "2"]);
    expect(await verified()).toMatchObject({ ok: true, checked: 5 });
  });

  it("[AUD-7] a message delivered again changes nothing and is confirmed again", async () => {
    await deliver(oneEach(1, 2));
    const before = await stored();
    expect((await deliver(oneEach(1, 2))).acked).toEqual(["0", "1"]);
    expect(await stored()).toEqual(before);
    expect(confirmed.length).toBe(4);
  });

  it("a source that does not take the confirmation gets it again; the chain stays as it is", async () => {
    const failed = await deliver(oneEach(1, 1), ports({ confirm: () => Promise.reject(new Error("moved")) }));
    expect(failed.acked).toEqual([]);
    expect((await deliver(oneEach(1, 1))).acked).toEqual(["0"]);
    expect((await head())?.seq).toBe(1);
  });

  it("many batches at the same time make one chain in D1", async () => {
    await Promise.all(Array.from({ length: 8 }, (_, index) => deliver(oneEach(index * 10, 5))));
    expect(await verified()).toMatchObject({ ok: true, checked: 40 });
    expect(reports).toEqual([]);
  });

  it("[AUD-10] a stored row that differs from what was sequenced is reported loudly and never overwritten", async () => {
    await deliver(oneEach(1, 2));
    await env.DB.prepare("UPDATE audit_entries SET entry = replace(entry, 'allow', 'permit') WHERE org = ? AND seq = 2").bind(org).run();
    const tampered = await stored();
    const result = await deliver(oneEach(1, 2));
    expect(result.acked).toEqual([]);
    expect(reports).toContainEqual(expect.objectContaining({ level: "error", event: "audit.chain_broken", org, seqs: [2] }));
    expect(await stored()).toEqual(tampered);
  });

  it("[AUD-10] a foreign row in the place of the next entry is not declared integrated", async () => {
    await deliver(oneEach(1, 1));
    await env.DB.prepare("INSERT INTO audit_entries SELECT org, 2, 'evt_x', event_type, run, user, entry FROM audit_entries WHERE org = ?")
      .bind(org)
      .run();
    expect((await deliver(oneEach(2, 1))).acked).toEqual([]);
    expect(await head()).toMatchObject({ seq: 2, integratedSeq: 1 });
  });

  it("a record that can never have a number keeps its outbox row; the rows beside it go on", async () => {
    await deliver(oneEach(1, 1));
    const result = await deliver([message([row("bad", [testRecord(1, { action: "another" })]), row("good", [testRecord(2)])])]);
    expect(result.acked).toEqual([]);
    expect(confirmed.slice(1)).toEqual([`${RUN}/good`]);
    expect(reports).toContainEqual(expect.objectContaining({ event: "audit.record_refused", code: "event_id_reused" }));
    expect((await verified()).ok).toBe(true);
  });

  it("a message of a version that this code does not know stays in the queue", async () => {
    const result = await deliver([{ ...message([row("a", [testRecord(1)])]), v: 2 } as unknown as RecordsMessage]);
    expect(result.acked).toEqual([]);
    expect(await head()).toBeNull();
  });

  it("texts of errors stay out of the log lines", async () => {
    await deliver(oneEach(1, 1), ports({ db: brokenDb }));
    expect(JSON.stringify(reports)).not.toContain("resting");
    expect(reports.length).toBe(1);
  });
});

describe("reading", () => {
  it("gives entries after a number, ascending, filtered by run, user and type, as they were signed", async () => {
    await deliver([
      message([
        row("a", [
          testRecord(1),
          testRecord(2, { resource: "api-key/key_1", actor: { type: "user", id: "bob" }, event_type: "key.created", data: null }),
          testRecord(3, { actor: { type: "user", id: "bob" } }),
        ]),
      ]),
    ]);
    const seqs = async (filter: Partial<Parameters<typeof readEntries>[2]>) =>
      (await readEntries(env.DB, org, { after: 0, run: null, user: null, type: null, limit: 50, ...filter })).map(
        (entry) => (entry as JsonObject)["seq"],
      );
    expect(await seqs({})).toEqual([1, 2, 3]);
    expect(await seqs({ after: 1 })).toEqual([2, 3]);
    expect(await seqs({ limit: 2 })).toEqual([1, 2]);
    expect(await seqs({ run: RUN })).toEqual([1, 3]);
    expect(await seqs({ user: "bob" })).toEqual([2, 3]);
    expect(await seqs({ user: "bob", run: RUN })).toEqual([3]);
    expect(await seqs({ type: "key.created" })).toEqual([2]);
    expect(await seqs({ type: "' OR 1=1 --" })).toEqual([]);
    expect(Object.keys((await stored())[0] as JsonObject)).toContain("signature");
  });
});

describe("verification of the raw rows", () => {
  const change = (sql: string) => env.DB.prepare(sql).bind(org).run();

  it("is content with nothing, and with what is on its way", async () => {
    expect(await verified()).toEqual({ ok: true, checked: 0, problems: [], head: null });
    await deliver(oneEach(1, 2), ports({ db: brokenDb }));
    expect((await verified()).ok).toBe(true);
  });

  it("is content while the chain grows under it", async () => {
    await deliver(oneEach(1, 3));
    let asked = 0;
    const growing = async () => {
      const answer = await head();
      if (++asked === 1) await deliver(oneEach(4, 3));
      return answer;
    };
    expect(await verifyStored(env.DB, org, [key.jwk], growing)).toMatchObject({ ok: true, checked: 6 });
  });

  it("[AUD-10] finds a well signed entry that the log never numbered, and another end than its own", async () => {
    await deliver(oneEach(1, 3));
    const numbered = await head();
    const word = (change: object) => async () => (numbered === null ? null : { ...numbered, ...change });
    const problems = async (readHead: Parameters<typeof verifyStored>[3]) =>
      (await verifyStored(env.DB, org, [key.jwk], readHead)).problems.map(({ seq, code }) => `${seq} ${code}`);
    expect(await problems(word({ seq: 2, integratedSeq: 2 }))).toEqual(["3 beyond_head"]);
    expect(await problems(word({ hash: "0".repeat(64) }))).toEqual(["3 head_differs"]);
    expect(await problems(async () => null)).toEqual(["3 beyond_head"]);
  });

  const changes: [string, string, string[]][] = [
    [
      "one byte of a fact",
      "UPDATE audit_entries SET entry = replace(entry, '\"attempt\":3', '\"attempt\":4') WHERE org = ? AND seq = 3",
      ["3 hash_mismatch"],
    ],
    [
      "one byte that changes only the writing",
      "UPDATE audit_entries SET entry = entry || ' ' WHERE org = ? AND seq = 3",
      ["3 row_differs"],
    ],
    [
      "a key twice in the text",
      'UPDATE audit_entries SET entry = replace(entry, \'{"action":\', \'{"action":0,"action":\') WHERE org = ? AND seq = 3',
      ["3 row_differs"],
    ],
    ["a text that is no JSON", "UPDATE audit_entries SET entry = substr(entry, 2) WHERE org = ? AND seq = 3", ["3 malformed", "4 gap"]],
    ["the run column", "UPDATE audit_entries SET run = 'run_01JZ0000000000000000000001' WHERE org = ? AND seq = 3", ["3 row_differs"]],
    ["the user column", "UPDATE audit_entries SET user = NULL WHERE org = ? AND seq = 3", ["3 row_differs"]],
    ["the type column", "UPDATE audit_entries SET event_type = 'x' WHERE org = ? AND seq = 3", ["3 row_differs"]],
    ["the event column", "UPDATE audit_entries SET event_id = 'x' WHERE org = ? AND seq = 3", ["3 row_differs"]],
    ["the number column", "UPDATE audit_entries SET seq = 9 WHERE org = ? AND seq = 5", ["9 row_differs"]],
    ["the number column to below one", "UPDATE audit_entries SET seq = -3 WHERE org = ? AND seq = 1", ["-3 row_differs"]],
    ["the org column", "UPDATE audit_entries SET org = org || 'x' WHERE org = ? AND seq = 3", ["4 gap"]],
    ["a deleted row", "DELETE FROM audit_entries WHERE org = ? AND seq = 3", ["4 gap"]],
    ["a deleted end", "DELETE FROM audit_entries WHERE org = ? AND seq > 3", ["4 truncated"]],
    ["everything deleted", "DELETE FROM audit_entries WHERE org = ?", ["1 truncated"]],
  ];
  it.each(changes)("[AUD-3] finds %s", async (_name, sql, expected) => {
    await deliver(oneEach(1, 5));
    expect(await codes()).toEqual([]);
    await change(sql);
    expect(await codes()).toEqual(expected);
  });

  it("[AUD-4] finds a chain that was written anew as a whole by whoever holds the database but not the key", async () => {
    await deliver(oneEach(1, 3));
    expect(await verifyStored(env.DB, org, [testKey(2).jwk], head)).toMatchObject({
      ok: false,
      problems: [{ code: "unknown_key" }, {}, {}],
    });
    const otherPurpose = { ...key.jwk, purpose: "credential" };
    expect(await verifyStored(env.DB, org, [otherPurpose], head)).toMatchObject({
      ok: false,
      problems: [{ code: "unknown_key" }, {}, {}],
    });
  });
});
