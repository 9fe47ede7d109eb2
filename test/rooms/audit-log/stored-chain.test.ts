import { abortAllDurableObjects, createExecutionContext, createMessageBatch, getQueueResult } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { belongsTo } from "../../../core/audit/belongs.ts";
import type { AuditRecord, RecordsMessage, RecordsRow, RunIndexRow } from "../../../core/audit/record.ts";
import type { JsonObject } from "../../../core/json.ts";
import type { LogLine } from "../../../core/telemetry/log-line.ts";
import type { SourcedRow } from "../../../durable-objects/audit-log/audit-log.ts";
import { auditLogOf } from "../../../durable-objects/audit-log/stub.ts";
import {
  type ConsumerPorts,
  consumeRecords,
  fromStatement,
  type Outboxes,
  readEntries,
  readTimeline,
  typeStatement,
  verifyStored,
} from "../../../workers/audit/index.ts";
import { RUN, testKey, testRecord } from "../../support/audit-chain.ts";
import { auditLogWorld } from "../../support/worlds/audit-log.ts";

const key = testKey(1);
const signer = auditLogWorld.signer;
let org = "";
let confirmed: string[] = [];
let indexed: string[] = [];
let reports: LogLine[] = [];
let calls: string[] = [];

beforeEach(() => {
  org = `org-${crypto.randomUUID()}`;
  [confirmed, indexed, reports, calls] = [[], [], [], []];
  auditLogWorld.signer = async () => ({ keyId: key.kid, sign: key.sign });
});
afterEach(() => {
  auditLogWorld.signer = signer;
});

/** Every source takes its confirmations in the same way. */
const confirmedBy = (confirm: Outboxes["run"]): Outboxes => ({
  run: confirm,
  "review-queue": confirm,
  "kill-switch": confirm,
  store: confirm,
  "budget-ledger": confirm,
  "knowledge-index": confirm,
  "memory-store": confirm,
  sessions: confirm,
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
      append: noting("append", (forOrg: string, rows: readonly SourcedRow[]) => log.append(forOrg, rows)),
      integrated: noting("integrated", (upTo: number) => log.integrated(upTo)),
    };
  },
  putCosts: async () => undefined,
  noteUse: async () => undefined,
  pseudonyms: async () => [],
  tell: async () => undefined,
  tellBroken: async () => undefined,
  upsertRuns: async (rows) => {
    calls.push("upsertRuns");
    indexed.push(...rows.map((row) => `${row.id}@${row.seq}`));
  },
  outboxes: confirmedBy(async (rows, source) => {
    confirmed.push(...rows.map((row) => `${source.id}/${row}`));
  }),
  log: (line) => reports.push(line),
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
/** The run's outbox: row n holds record n, and each follows the one before. One message each, as they were sent. */
const oneEach = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => message([{ ...row(String(from + i), [testRecord(from + i)]), after: afterOf(from + i) }]));
const afterOf = (number: number) => (number === 1 ? null : String(number - 1));
/** Two pages: numbers 1 and 2, numbers 3 to 5. */
const twoPages = async () => {
  await deliver(oneEach(1, 2));
  await deliver(oneEach(3, 3));
};

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
const stored = async () => readEntries(env.DB, org, { after: 0, run: null, users: null, type: null, limit: 200 });
const pages = async () => {
  const query = "SELECT first_seq, last_seq, run FROM audit_pages WHERE org = ? ORDER BY first_seq";
  return env.DB.prepare(query).bind(org).raw();
};
const codes = async () => (await verified()).problems.map(({ seq, code }) => `${seq} ${code}`);

/** D1 that fails when it is written to. */
const resting = () => Promise.reject(new Error("D1 is resting"));
const brokenDb = { batch: resting, prepare: () => ({ bind: () => ({ run: resting, all: resting }) }) } as unknown as D1Database;

/** An audit log that dies before it hears that D1 has everything. */
const deaf = (): ConsumerPorts => {
  const whole = ports();
  return ports({
    auditLog: (name) => ({ ...whole.auditLog(name), integrated: () => Promise.reject(new Error("the object has moved")) }),
  });
};

describe("pseudonyms", () => {
  const record = (number: number, user: string) => testRecord(number, { version: 2, data: { user } });
  const codes = async (_org: string, persons: readonly { readonly subject: string }[]) =>
    persons.map(({ subject }) => subject.padEnd(24, "0"));

  it("[PSEUDO-5] a record whose person has none waits, nothing of its batch is numbered, and all of it is there afterwards", async () => {
    const bodies = [message([row("1", [record(1, "alice")])]), message([row("2", [testRecord(2)])])];
    const down = ports({ pseudonyms: () => Promise.reject(new Error("the vault is resting")) });
    const { acked, retried } = await deliver(bodies, down);
    expect([acked, retried.length, calls, confirmed, await head()]).toEqual([[], 2, [], [], null]);
    expect((await deliver(bodies, ports({ pseudonyms: codes }))).acked.length).toBe(2);
    expect(await stored()).toMatchObject([
      { seq: 1, version: 2, data: { user: "pseudonym/alice0000000000000000000" } },
      { seq: 2, data: { user: "alice" } },
    ]);
    expect(await verified()).toMatchObject({ ok: true, checked: 2 });
  });

  it("[PSEUDO-5] the vault is asked once for a batch of an org, whoever is in it", async () => {
    const asked: number[] = [];
    const counting: ConsumerPorts["pseudonyms"] = async (name, persons) => {
      asked.push(persons.length);
      return codes(name, persons);
    };
    const bodies = Array.from({ length: 20 }, (_, index) => message([row(String(index + 1), [record(index + 1, `user-${index % 3}`)])]));
    await deliver(bodies, ports({ pseudonyms: counting }));
    expect(asked).toEqual([3]);
    await deliver([message([row("99", [testRecord(99)])])], ports({ pseudonyms: counting }));
    expect(asked).toEqual([3]);
  });
});

describe("the records queue", () => {
  it("brings fifty messages into D1 with few calls, confirms every row, acknowledges last", async () => {
    const result = await deliver(oneEach(1, 50));
    expect(result.acked.length).toBe(50);
    expect(result.retried).toEqual([]);
    expect(confirmed.length).toBe(50);
    expect(calls).toEqual(["append", "integrated"]);
    expect(await pages()).toEqual([[1, 50, RUN]]);
    expect(await verified()).toMatchObject({ ok: true, checked: 50, head: { seq: 50 } });
    expect(await head()).toMatchObject({ seq: 50, integratedSeq: 50 });
  });

  it("keeps two orgs apart: each has its own chain from 1", async () => {
    const other = `${org}-b`;
    await deliver([message([row("a", [testRecord(1)])]), message([row("b", [testRecord(2)])], { org: other })]);
    expect(await stored()).toMatchObject([{ seq: 1, event_id: testRecord(1).event_id }]);
    expect(await readEntries(env.DB, other, { after: 0, run: null, users: null, type: null, limit: 9 })).toMatchObject([
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
    const pending = await auditLogOf(env.AUDIT_LOG, org).integrated(0);
    const result = await deliver(oneEach(1, 3));
    expect(result.acked).toEqual(["0", "1", "2"]);
    expect(await stored()).toEqual(pending.flatMap((page) => JSON.parse(page.entries)));
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
    const failed = await deliver(oneEach(1, 1), ports({ outboxes: confirmedBy(() => Promise.reject(new Error("moved"))) }));
    expect(failed.acked).toEqual([]);
    expect((await deliver(oneEach(1, 1))).acked).toEqual(["0"]);
    expect((await head())?.seq).toBe(1);
  });

  it("many batches at the same time make one chain in D1", async () => {
    await Promise.all(Array.from({ length: 8 }, (_, index) => deliver(oneEach(index * 10 + 1, 5))));
    expect(await verified()).toMatchObject({ ok: true, checked: 40 });
    expect(reports).toEqual([]);
  });

  it("[AUD-9] a crash between D1 and the log's knowing of it: the pages are written again, are equal, and go on", async () => {
    expect((await deliver(oneEach(1, 2), deaf())).acked).toEqual([]);
    expect(await head()).toMatchObject({ seq: 2, integratedSeq: 0 });
    expect((await deliver(oneEach(2, 2))).acked).toEqual(["0", "1"]);
    expect(await pages()).toEqual([
      [1, 2, RUN],
      [3, 3, RUN],
    ]);
    expect(await verified()).toMatchObject({ ok: true, checked: 3 });
    expect(reports.map((line) => line.event)).toEqual(["records.not_integrated"]);
  });

  it("[AUD-7] messages of a run that overtake each other, in many batches at once, are in the chain once each", async () => {
    const messages = oneEach(1, 12);
    const shuffled = [...messages.filter((_, index) => index % 3 === 2), ...messages, ...messages.toReversed()];
    await Promise.all(Array.from({ length: 6 }, (_, index) => deliver(shuffled.slice(index * 5, index * 5 + 5))));
    await deliver(messages);
    expect(await verified()).toMatchObject({ ok: true, checked: 12 });
    const ids = (await stored()).map((entry) => (entry as JsonObject)["event_id"]);
    expect(ids.toSorted()).toEqual(Array.from({ length: 12 }, (_, index) => testRecord(index + 1).event_id));
  });

  it("[AUD-9] what D1 lacks is more than one answer of the log holds: all of it is in D1 before anything is confirmed", async () => {
    for (const number of [1, 2, 3]) await deliver(oneEach(number, 1), ports({ db: brokenDb }));
    const whole = ports();
    const meagre = (name: string) => {
      const log = whole.auditLog(name);
      return {
        append: async (forOrg: string, rows: readonly SourcedRow[]) => {
          const { pending, refused } = await log.append(forOrg, rows);
          return { refused, pending: pending.slice(0, 1) };
        },
        integrated: async (upTo: number) => (await log.integrated(upTo)).slice(0, 1),
      };
    };
    let owed: number | undefined;
    const confirm = async () => {
      const known = await head();
      owed = (known?.seq ?? 0) - (known?.integratedSeq ?? 0);
    };
    expect((await deliver(oneEach(4, 1), ports({ auditLog: meagre, outboxes: confirmedBy(confirm) }))).acked).toEqual(["0"]);
    expect(owed).toBe(0);
    expect(await verified()).toMatchObject({ ok: true, checked: 4 });
  });

  it("[AUD-7] a row that comes again is confirmed only when D1 has it", async () => {
    await deliver(oneEach(1, 1), ports({ db: brokenDb }));
    expect((await deliver(oneEach(1, 1), ports({ db: brokenDb }))).acked).toEqual([]);
    expect(confirmed).toEqual([]);
  });

  it("[AUD-10] a stored page that differs from what was sequenced is reported loudly and never overwritten", async () => {
    await deliver(oneEach(1, 1));
    await deliver(oneEach(2, 1), deaf());
    await env.DB.prepare("UPDATE audit_pages SET entries = replace(entries, 'allow', 'permit') WHERE org = ? AND first_seq = 2")
      .bind(org)
      .run();
    const tampered = await stored();
    const result = await deliver(oneEach(2, 1));
    expect(result.acked).toEqual([]);
    expect(reports).toContainEqual(expect.objectContaining({ level: "error", event: "audit.chain_broken", org, seqs: [2] }));
    expect(await stored()).toEqual(tampered);
  });

  it.each([
    ["in the place of the next one", 2, 2],
    ["around the next one", 2, 9],
  ])("[AUD-10] a foreign page %s is not declared integrated", async (_where, first, last) => {
    await deliver(oneEach(1, 1));
    await env.DB.prepare("INSERT INTO audit_pages SELECT org, ?2, ?3, run, entries FROM audit_pages WHERE org = ?1")
      .bind(org, first, last)
      .run();
    expect((await deliver([message([{ ...row("2", [testRecord(2), testRecord(3)]), after: "1" }])])).acked).toEqual([]);
    expect(await head()).toMatchObject({ seq: 3, integratedSeq: 1 });
    expect(reports).toContainEqual(expect.objectContaining({ event: "audit.chain_broken", seqs: [2] }));
  });

  it("a foreign page that begins within the next one is not passed over either", async () => {
    await deliver(oneEach(1, 1));
    await env.DB.prepare("INSERT INTO audit_pages SELECT org, 3, 3, run, entries FROM audit_pages WHERE org = ?").bind(org).run();
    await deliver([message([{ ...row("2", [testRecord(2), testRecord(3)]), after: "1" }])]);
    expect(await head()).toMatchObject({ seq: 3, integratedSeq: 1 });
  });

  it("a row that can never have numbers stays in its outbox; the rows beside it go on", async () => {
    await deliver(oneEach(1, 1));
    const bad = row("bad", [testRecord(2), testRecord(3, { data: { text: "\ud800" } })]);
    const result = await deliver([message([bad, row("good", [testRecord(4)])])]);
    expect(result.acked).toEqual([]);
    expect(confirmed.slice(1)).toEqual([`${RUN}/good`]);
    expect(reports).toContainEqual(expect.objectContaining({ event: "audit.row_refused", code: "not_canonical", row: "bad" }));
    expect(await verified()).toMatchObject({ ok: true, checked: 2 });
  });

  it("writes two rows for what a run sends at once: the page, and the run it is found by", async () => {
    await deliver(oneEach(1, 3), ports({ db: brokenDb }));
    const [page] = await auditLogOf(env.AUDIT_LOG, org).integrated(0);
    const insert = vi.spyOn(env.DB, "prepare");
    await deliver(oneEach(1, 3));
    const [[query]] = insert.mock.calls as [[string]];
    insert.mockRestore();
    const again = { ...page, first_seq: 4, last_seq: 6 };
    const { meta } = await env.DB.prepare(query).bind(org, again.first_seq, again.last_seq, RUN, String(again.entries)).run();
    expect(meta.rows_written).toBe(2);
  });

  it("writes many pages with few statements, and none twice", async () => {
    const lone = (number: number) =>
      message([row(`r${number}`, [testRecord(number, number % 2 === 0 ? {} : { resource: "api-key/key_1", data: null })])], {
        source: { kind: "store", id: `store-${number}` },
      });
    const rows = Array.from({ length: 60 }, (_, index) => [lone(index + 1)]);
    for (const bodies of rows) await deliver(bodies, ports({ db: brokenDb }));
    let statements = 0;
    const prepare = (query: string) => {
      statements += 1;
      return env.DB.prepare(query);
    };
    const counting = { prepare, batch: (given: D1PreparedStatement[]) => env.DB.batch(given) } as unknown as D1Database;
    await deliver([lone(61)], ports({ db: counting }));
    expect(statements).toBe(9); // three times pages, their types, and from where on types are noted
    expect((await pages()).length).toBe(61);
    expect(await verified()).toMatchObject({ ok: true, checked: 61 });
  });

  it("a message of a version that this code does not know stays in the queue", async () => {
    const result = await deliver([{ ...message([row("a", [testRecord(1)])]), v: 2 } as unknown as RecordsMessage]);
    expect(result.acked).toEqual([]);
    expect(await head()).toBeNull();
  });

  it("a message of a source that this code does not know stays in the queue, is in the log, and holds up no other", async () => {
    const unknown = (kind: string) =>
      message([row("a", [testRecord(1)])], { source: { kind, id: "x" } as unknown as RecordsMessage["source"] });
    const result = await deliver([unknown("mail-room"), unknown("constructor"), ...oneEach(1, 1)]);
    expect(result.acked).toEqual(["2"]);
    expect(result.retried.map(({ id }) => id)).toEqual(["0", "1"]);
    expect(confirmed).toEqual([`${RUN}/1`]);
    expect(reports.map((line) => line.event)).toEqual(["records.unknown_source", "records.unknown_source"]);
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
    await deliver([
      message([
        row("b", [
          testRecord(4, { data: { user: ["bob"], text: '"event_type":"key.created"' } }),
          testRecord(5, { actor: { type: "user", id: "" }, event_type: "key.created" }),
          testRecord(6, { actor: { type: "system", id: "bob" }, data: { user: "bob" } }),
        ]),
      ]),
    ]);
    expect((await pages()).length).toBe(4);
    const seqs = async (filter: Partial<Parameters<typeof readEntries>[2]>) =>
      (await readEntries(env.DB, org, { after: 0, run: null, users: null, type: null, limit: 50, ...filter })).map(
        (entry) => (entry as JsonObject)["seq"],
      );
    const listed = (await stored()) as JsonObject[];
    expect(listed.map((entry) => entry["seq"])).toEqual([1, 2, 3, 4, 5, 6]);
    expect(await seqs({ limit: 2 })).toEqual([1, 2]);
    expect(await seqs({ after: 2, limit: 2 })).toEqual([3, 4]);
    expect(await seqs({ run: RUN })).toEqual(listed.filter((entry) => entry["resource"] !== "api-key/key_1").map((entry) => entry["seq"]));
    expect(await seqs({ run: "run_01JZ0000000000000000000001" })).toEqual([]);
    for (let after = 0; after <= 7; after++) {
      for (const run of [null, RUN])
        for (const user of [null, "bob", "alice", '["bob"]', ""])
          for (const type of [null, "key.created", "tool.called"]) {
            const expected = listed.filter((entry) => {
              const belongs = belongsTo(entry as unknown as AuditRecord);
              const fits = (wanted: string | null, is: unknown) => wanted === null || wanted === is;
              return Number(entry["seq"]) > after && fits(run, belongs.run) && fits(user, belongs.user) && fits(type, entry["event_type"]);
            });
            expect(await seqs({ after, run, users: user === null ? null : [user], type })).toEqual(expected.map((entry) => entry["seq"]));
          }
    }
    expect(await seqs({ type: "' OR 1=1 --" })).toEqual([]);
    expect(Object.keys((await stored())[0] as JsonObject)).toContain("signature");
  });
});

describe("[AUD-33] a list by type", () => {
  const ofType = async (type: string, more: object = {}) =>
    (await readEntries(env.DB, org, { after: 0, run: null, users: null, type, limit: 50, ...more })).map(
      (entry) => (entry as JsonObject)["seq"],
    );
  const rare = { resource: "api-key/key_1", event_type: "key.created", data: null, actor: { type: "user", id: "bob" } } as const;

  it("finds entries of before types were noted and of after, and reads only stretches that have the type", async () => {
    await deliver([message([row("a", [testRecord(1, rare), testRecord(2)])], { source: { kind: "store", id: "store" } })]);
    await env.DB.batch([
      env.DB.prepare("DELETE FROM audit_types WHERE org = ?").bind(org),
      env.DB.prepare("DELETE FROM audit_typed WHERE org = ?").bind(org),
    ]);
    const many = Array.from({ length: 600 }, (_, index) =>
      testRecord(index + 3, index === 300 ? rare : { resource: "api-key/key_1", data: null }),
    );
    for (let at = 0; at < 600; at += 100)
      await deliver([message([row(`b${at}`, many.slice(at, at + 100))], { source: { kind: "store", id: "store" } })]);
    expect(await ofType("key.created")).toEqual([1, 303]);
    expect(await ofType("key.created", { after: 1 })).toEqual([303]);
    expect(await ofType("key.created", { after: 303 })).toEqual([]);
    expect(await ofType("key.created", { limit: 1 })).toEqual([1]);
    expect(await ofType("key.created", { users: ["bob"] })).toEqual([1, 303]);
    expect(await ofType("key.created", { users: ["eve"] })).toEqual([]);
    const stretches = await env.DB.prepare("SELECT stretch FROM audit_types WHERE org = ? AND type = 'key.created'").bind(org).all();
    expect(stretches.results).toEqual([{ stretch: 1 }]);
    await change(`DELETE FROM audit_pages WHERE org = ? AND first_seq BETWEEN 256 AND 511`);
    expect(await ofType("key.created")).toEqual([1]);
  });

  it("scans no table", async () => {
    for (const [query, count] of [
      ...[[], ["page.run = ?"], ["page.run = ?", "1 = ?"]].map((conditions) => [fromStatement(conditions), 4 + conditions.length] as const),
      [typeStatement(false), 4] as const,
      [typeStatement(true), 5] as const,
    ]) {
      const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${query}`)
        .bind(...Array(count).fill("1"))
        .all<{ detail: string }>();
      const plan = results.map(({ detail }) => detail);
      expect(plan.filter((line) => /^SCAN /.test(line) && !/ VIRTUAL TABLE /.test(line))).toEqual([]);
      expect(plan.join()).toMatch(
        /SEARCH page USING (PRIMARY KEY|INDEX audit_pages_run) \(org=\? AND (first_seq>\? AND first_seq<\?|run=\?)/,
      );
      if (query.includes("audit_types")) expect(plan.join()).toContain("SEARCH it USING PRIMARY KEY (org=? AND type=? AND stretch>?)");
    }
  });
});

describe("[INC-4] the timeline of an incident", () => {
  it("is what the log says of its time, oldest first, also when thousands of entries have come since", async () => {
    const at = (minute: number) => `2100-01-01T00:${String(minute).padStart(2, "0")}:00.000Z`;
    const moment = (number: number, minute: number, type = "org.changed") =>
      testRecord(number, { event_type: type, timestamp: at(minute), resource: "org/acme", actor: { type: "user", id: "ann" }, data: null });
    const send = async (id: string, records: readonly AuditRecord[]) =>
      deliver([message([row(id, records)], { source: { kind: "store", id: "store" } })]);
    await send("a", [moment(1, 1), moment(2, 5), moment(3, 6, "tool.called"), moment(4, 7)]);
    for (let part = 0; part < 3; part++)
      await send(
        `b${part}`,
        Array.from({ length: 200 }, (_, index) => testRecord(10 + part * 200 + index, { resource: "api-key/key_1", data: null })),
      );
    await send("c", [moment(900, 30), moment(901, 50)]);
    const told = async (from: number, to: number) =>
      (await readTimeline(env.DB, org, Date.parse(at(from)), Date.parse(at(to)))).map(({ seq, type, actor }) => `${seq} ${type} ${actor}`);
    expect(await told(4, 40)).toEqual(["2 org.changed ann", "4 org.changed ann", "605 org.changed ann"]);
    expect(await told(51, 59)).toEqual([]);
    await env.DB.prepare("DELETE FROM audit_pages WHERE org = ?").bind(org).run();
    expect(await told(4, 40)).toEqual([]);
  });
});

const change = (sql: string) => env.DB.prepare(sql).bind(org).run();

describe("verification of the raw rows", () => {
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

  it("[AUD-3] reads on to the last page of many", async () => {
    const run = (number: number) => `run_01JZ00000000000000000${String(number).padStart(5, "0")}`;
    const rows = Array.from({ length: 520 }, (_, index) => row(`r${index}`, [testRecord(index + 1, { resource: `run/${run(index)}` })]));
    await deliver([message(rows, { source: { kind: "store", id: "store" } })]);
    expect(await verified()).toMatchObject({ ok: true, checked: 520 });
    await change(`UPDATE audit_pages SET entries = replace(entries, '"attempt":520', '"attempt":521') WHERE org = ? AND first_seq = 520`);
    expect(await codes()).toEqual(["520 hash_mismatch"]);
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
      `SET entries = replace(entries, '"attempt":4', '"attempt":5') WHERE org = ? AND first_seq = 3`,
      ["4 hash_mismatch"],
    ],
    [
      "one byte that changes only the writing",
      `SET entries = replace(entries, '"attempt":4', '"attempt": 4') WHERE org = ? AND first_seq = 3`,
      ["4 page_differs"],
    ],
    ["a space at the end", "SET entries = entries || ' ' WHERE org = ? AND first_seq = 3", ["3 page_differs"]],
    [
      "a key twice in the text",
      `SET entries = replace(entries, '{"attempt":4', '{"attempt":0,"attempt":4') WHERE org = ? AND first_seq = 3`,
      ["4 page_differs"],
    ],
    ["a text that is no JSON", "SET entries = substr(entries, 2) WHERE org = ? AND first_seq = 1", ["1 malformed", "3 gap"]],
    ["an empty page", "SET entries = '[]' WHERE org = ? AND first_seq = 1", ["1 malformed", "3 gap"]],
    ["a page that is no list", "SET entries = entries ->> '$[0]' WHERE org = ? AND first_seq = 1", ["1 malformed", "3 gap"]],
    ["an entry that is none", "SET entries = json_set(entries, '$[1]', 7) WHERE org = ? AND first_seq = 1", ["2 malformed", "3 gap"]],
    ["an entry gone from a page", "SET entries = json_remove(entries, '$[1]') WHERE org = ? AND first_seq = 3", ["5 gap"]],
    [
      "the last entry gone from a page",
      "SET entries = json_remove(entries, '$[2]') WHERE org = ? AND first_seq = 3",
      ["3 page_differs", "5 truncated"],
    ],
    [
      "entries swapped in a page",
      "SET entries = json_array(json(entries -> '$[1]'), json(entries -> '$[0]'), json(entries -> '$[2]')) WHERE org = ? AND first_seq = 3",
      ["4 gap", "3 out_of_order", "3 page_differs"],
    ],
    [
      "an entry twice",
      "SET entries = json_insert(entries, '$[#]', json(entries -> '$[2]')) WHERE org = ? AND first_seq = 3",
      ["5 event_repeated", "5 duplicate"],
    ],
    ["the run column", "SET run = 'run_01JZ0000000000000000000001' WHERE org = ? AND first_seq = 3", ["3 page_differs"]],
    ["the run column to none", "SET run = NULL WHERE org = ? AND first_seq = 3", ["3 page_differs"]],
    ["the first number", "SET first_seq = 4 WHERE org = ? AND first_seq = 3", ["4 page_differs"]],
    ["the first number to below one", "SET first_seq = -3 WHERE org = ? AND first_seq = 1", ["-3 page_differs"]],
    ["the last number", "SET last_seq = 9 WHERE org = ? AND first_seq = 3", ["3 page_differs"]],
    ["the org column", "SET org = org || 'x' WHERE org = ? AND first_seq = 1", ["3 gap"]],
    ["a deleted page", "DELETE FROM audit_pages WHERE org = ? AND first_seq = 1", ["3 gap"]],
    ["a deleted end", "DELETE FROM audit_pages WHERE org = ? AND first_seq = 3", ["3 truncated"]],
    ["everything deleted", "DELETE FROM audit_pages WHERE org = ?", ["1 truncated"]],
  ];
  it.each(changes)("[AUD-3] finds %s", async (_name, sql, expected) => {
    await twoPages();
    expect(await codes()).toEqual([]);
    await change(sql.startsWith("SET") ? `UPDATE audit_pages ${sql}` : sql);
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
