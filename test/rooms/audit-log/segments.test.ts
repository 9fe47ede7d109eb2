import { env } from "cloudflare:workers";
import { beforeEach, expect, it } from "vitest";
import { verifyChain } from "../../../core/audit/chain.ts";
import type { AuditEntry } from "../../../core/audit/entry.ts";
import { pagesOf } from "../../../core/audit/page.ts";
import type { Json, JsonObject } from "../../../core/json.ts";
import type { LogLine } from "../../../core/telemetry/log-line.ts";
import { readThrough, sealSegments, trimPages, verifyStored } from "../../../workers/audit/index.ts";
import { writePages } from "../../../workers/audit/write-pages.ts";
import { chainOf, RUN, testKey, testRecord, toolsOf } from "../../support/audit-chain.ts";

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
