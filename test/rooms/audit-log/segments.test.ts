import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { verifyChain } from "../../../core/audit/chain.ts";
import type { AuditEntry } from "../../../core/audit/entry.ts";
import { pagesOf } from "../../../core/audit/page.ts";
import type { AuditRecord } from "../../../core/audit/record.ts";
import type { Json, JsonObject } from "../../../core/json.ts";
import type { LogLine } from "../../../core/telemetry/log-line.ts";
import { pruneSegments, readThrough, readWherever, sealSegments, trimPages, verifyStored } from "../../../workers/audit/index.ts";
import { writePages } from "../../../workers/audit/write-pages.ts";
import { chainOf, RUN, testKey, testRecord, toolsOf } from "../../support/audit-chain.ts";
import { storeWorld } from "../store/support.ts";

const DAY_MS = 86_400_000;
const START = Date.parse(testRecord(1).timestamp);
const key = testKey(1);
let org = "";
let now = START;
let reports: LogLine[] = [];
beforeEach(() => {
  org = `org-${crypto.randomUUID()}`;
  [now, reports] = [START, []];
});

const ports = () => ({ db: env.DB, bucket: env.AUDIT, now: () => now, log: (line: LogLine) => reports.push(line) });
const other = { resource: "api-key/key_1", data: null, event_type: "key.created", actor: { type: "user", id: "bob" } } as const;
/** Of every ten entries nine are of a run and one of none. */
const chain = (length: number): AuditEntry[] =>
  chainOf(
    Array.from({ length }, (_, index) => testRecord(index + 1, index % 10 === 9 ? other : {})),
    key,
  );
const seal = (entries: readonly AuditEntry[], covered = entries.length) =>
  sealSegments(ports(), org, covered, async (seq) => entries[seq - 1]?.hash ?? "");
const read = (more: Partial<Parameters<typeof readThrough>[2]> = {}) =>
  readThrough(ports(), org, { after: 0, run: null, users: null, type: null, limit: 100, ...more });
const seqs = (entries: readonly Json[]) => entries.map((entry) => Number((entry as JsonObject)["seq"]));
const inD1 = async () => (await env.DB.prepare("SELECT first_seq FROM audit_pages WHERE org = ?").bind(org).all()).results.length;

it("[MERKLE-12] seals what is covered and old enough, drops it from D1 after thirty days, and reads on as before", async () => {
  const entries = chain(60);
  await writePages(env.DB, org, pagesOf(entries));
  expect(await seal(entries)).toBe(0);
  now += DAY_MS;
  expect(await seal(entries, 40)).toBe(40);
  expect(await seal(entries, 40)).toBe(40);
  await trimPages(ports());
  const whole = await read();
  expect(seqs(whole.entries)).toEqual(Array.from({ length: 60 }, (_, index) => index + 1));
  const before = await inD1();
  now += 30 * DAY_MS;
  await trimPages(ports());
  expect(before - (await inD1())).toBeGreaterThan(3);
  expect(await read()).toEqual(whole);
  expect(verifyChain(whole.entries, toolsOf(key))).toMatchObject({ ok: true, checked: 60 });
  expect(seqs((await read({ after: 38, limit: 4 })).entries)).toEqual([39, 40, 41, 42]);
  expect(seqs((await read({ run: RUN, after: 8, limit: 2 })).entries)).toEqual([9, 11]);
  // The evidence of an old run has its entries from R2 and D1, however many are asked for at a time.
  const ofRun = (after: number, limit: number) => readWherever(ports(), org, { after, run: RUN, users: null, type: null, limit });
  expect(seqs(await ofRun(0, 100))).toEqual(seqs((await read({ run: RUN })).entries));
  expect((await ofRun(0, 100)).length).toBe(54);
  expect(seqs(await ofRun(38, 3))).toEqual([39, 41, 42]);
  expect(seqs((await read({ users: ["bob"] })).entries)).toEqual([10, 20, 30, 40, 50, 60]);
  expect(seqs((await read({ type: "key.created", after: 10, limit: 2 })).entries)).toEqual([20, 30]);
  const last = entries.at(-1) as AuditEntry;
  const head = async () => ({ seq: 60, hash: last.hash, integratedSeq: 60 });
  expect(await verifyStored(env.DB, org, [key.jwk], head)).toMatchObject({ ok: true, checked: 20 });
  expect(reports).toEqual([]);
});

it("[MERKLE-13] seals nothing that is not the chain, and drops nothing that R2 does not have", async () => {
  const entries = chain(30);
  await writePages(env.DB, org, pagesOf(entries));
  now += DAY_MS;
  expect(await sealSegments(ports(), org, 30, async () => "0".repeat(64))).toBe(0);
  await env.DB.prepare("UPDATE audit_pages SET entries = replace(entries, 'key.created', 'key.creaked') WHERE org = ?").bind(org).run();
  expect(await seal(entries)).toBe(0);
  expect(reports.map(({ event, seqs: places }) => [event, places])).toEqual([
    ["audit.chain_broken", [30]],
    ["audit.chain_broken", [10]],
  ]);
  await env.DB.prepare("UPDATE audit_pages SET entries = replace(entries, 'key.creaked', 'key.created') WHERE org = ?").bind(org).run();
  const place = `sealed/${org}/segment/0000000000000001.jsonl.gz`;
  await env.AUDIT.put(place, await new Response(new Response("else").body?.pipeThrough(new CompressionStream("gzip"))).arrayBuffer());
  expect(await seal(entries)).toBe(0);
  await env.AUDIT.delete(place);
  expect(await seal(entries)).toBe(30);
  await env.AUDIT.delete(place);
  const pages = await inD1();
  now += 31 * DAY_MS;
  await trimPages(ports());
  expect(await inD1()).toBe(pages);
  expect(reports.map(({ event }) => event).slice(2)).toEqual(["audit.segment_differs", "audit.segment_differs"]);
});

describe("the retention of entries", () => {
  const YEAR_MS = 365.25 * DAY_MS;
  const { store } = storeWorld();
  const fact = (): AuditRecord => ({ ...testRecord(1), event_id: `evt_${crypto.randomUUID()}` });
  /** Numbers 1 to 40 of today, 41 to 60 of five years later; sealed and dropped from D1. */
  const agedLog = async () => {
    const later = new Date(START + 5 * YEAR_MS).toISOString();
    const entries = chainOf(
      Array.from({ length: 60 }, (_, index) => testRecord(index + 1, index < 40 ? {} : { ...other, timestamp: later })),
      key,
    );
    await writePages(env.DB, org, pagesOf(entries));
    now += DAY_MS;
    await seal(entries, 40);
    now += 5 * YEAR_MS + 40 * DAY_MS;
    await seal(entries);
    await trimPages(ports());
    now -= 40 * DAY_MS;
    return entries;
  };
  const prune = (more: Partial<Parameters<typeof pruneSegments>[0]> = {}) => {
    const random = (bytes: number) => crypto.getRandomValues(new Uint8Array(bytes));
    const keeping: typeof store.auditKeeping = {
      ...store.auditKeeping,
      old: async (...given) => (await store.auditKeeping.old(...given)).filter((one) => one.org === org),
    };
    return pruneSegments({ ...ports(), random, keeping, lockYears: 1, subtrees: async (_org, size) => [`of ${size}`], ...more });
  };
  const told = async () =>
    (await env.DB.prepare("SELECT body FROM audit_outbox WHERE org = ?").bind(org).all<{ body: string }>()).results
      .map(({ body }) => JSON.parse(body) as AuditRecord)
      .filter(({ event_type: type }) => type === "retention.applied")
      .map(({ data }) => data);
  const reported = () => reports.filter((line) => "org" in line && line.org === org).map(({ event }) => event);
  const first = () => `sealed/${org}/segment/0000000000000001.jsonl.gz`;

  it("[RETAIN-3] ends after the org's years, 7 by default: entries go from R2 with a count on record, and the rest verifies", async () => {
    const entries = await agedLog();
    await store.orgs.put(org, { retention: { audit_years: 9 } }, null, fact());
    now += 2.1 * YEAR_MS;
    expect([await prune(), await told()]).toEqual([0, []]);
    await store.orgs.put(org, { retention: { audit_years: null } }, null, fact());
    expect(await prune({ lockYears: 8 })).toBe(0);
    expect(await prune()).toBe(40);
    const last = entries[39] as AuditEntry;
    const data = { class: "audit", entries: 40, after_years: 7, first_seq: 1, last_seq: 40, last_hash: last.hash, subtrees: ["of 40"] };
    expect(await told()).toEqual([data]);
    const left = await read();
    expect(seqs(left.entries)).toEqual(Array.from({ length: 20 }, (_, index) => index + 41));
    expect(verifyChain(left.entries, toolsOf(key), { seq: 40, hash: last.hash })).toMatchObject({ ok: true });
    expect([await env.AUDIT.head(first()), (await read({ run: RUN })).entries]).toEqual([null, []]);
    const head = async () => ({ seq: 60, hash: entries[59]?.hash ?? "", integratedSeq: 60 });
    expect(await verifyStored(env.DB, org, [key.jwk], head)).toMatchObject({ ok: true });
    expect([await prune(), (await told()).length, reported()]).toEqual([0, 1, []]);
  });

  it("[RETAIN-3] deletes nothing that no checkpoint covers, and comes back for what R2 would not delete", async () => {
    await agedLog();
    now += 2.1 * YEAR_MS;
    expect(await prune({ subtrees: async () => null })).toBe(0);
    expect([(await read()).entries.length, await told()]).toEqual([60, []]);
    const locked = { ...env.AUDIT, delete: () => Promise.reject(new Error("locked")) } as unknown as R2Bucket;
    expect(await prune({ bucket: locked })).toBe(40);
    expect([(await read()).entries.length, (await env.AUDIT.head(first())) !== null, (await told()).length]).toEqual([20, true, 1]);
    expect([await prune(), await env.AUDIT.head(first()), (await told()).length]).toEqual([0, null, 1]);
    expect(reported()).toEqual(["audit.not_pruned", "audit.not_pruned"]);
  });
});
