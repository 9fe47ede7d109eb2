/** Verification that goes on: what it costs, what it finds, and what it does not take D1's word for. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { AuditPage } from "../../../core/audit/page.ts";
import { ok } from "../../../core/result.ts";
import { auditLogOf } from "../../../durable-objects/audit-log/stub.ts";
import { type LogVerdict, type VerifyPorts, type VerifyRequest, verifyLog } from "../../../workers/audit/index.ts";
import { writePages } from "../../../workers/audit/write-pages.ts";
import { testKey, testRecord } from "../../support/audit-chain.ts";
import { FAR } from "../../support/far.ts";
import { auditLogWorld, noteKey } from "../../support/worlds/audit-log.ts";

const key = testKey(1);
const keys = [key.jwk, { ...noteKey.jwk, purpose: "checkpoint" }];
const { signer } = auditLogWorld;
let org = "";
let told: string[] = [];
let at = FAR;
beforeEach(() => {
  org = `org-${crypto.randomUUID()}`;
  [told, at] = [[], FAR];
  auditLogWorld.now = () => at;
  auditLogWorld.signer = async () => ({ keyId: key.kid, sign: key.sign });
});
afterEach(() => {
  auditLogWorld.signer = signer;
  auditLogWorld.now = () => FAR;
});

const log = () => auditLogOf(env.AUDIT_LOG, org);
const ports = (more: Partial<VerifyPorts> = {}): VerifyPorts => ({
  db: env.DB,
  keys: async () => keys,
  log: () => ({
    standing: () => log().standing(org),
    proofs: (host, seqs) => log().proofs(org, host, [...seqs]),
    consistency: (host, from, to) => log().consistency(org, host, from, to),
  }),
  tell: async (_org, { seq, code }) => {
    told.push(`${seq} ${code}`);
  },
  ...more,
});
const verify = async (request: Partial<VerifyRequest> = {}, with_ = ports()): Promise<LogVerdict> => {
  const verdict = await verifyLog(with_, org, { full: false, cursor: null, host: "bulkhead.example", ...request });
  if (!verdict.ok) throw new Error(verdict.error);
  return verdict.value;
};
const codes = ({ problems }: LogVerdict) => problems.map(({ seq, code }) => `${seq} ${code}`);

let numbered = 0;
/** Entries, ten on a page, in the log and in D1. */
async function grow(count: number): Promise<void> {
  const rows = Array.from({ length: count / 10 }, (_, index) => ({
    source: { kind: "store", id: org } as const,
    id: `row-${numbered + index * 10}`,
    records: Array.from({ length: 10 }, (_, place) =>
      testRecord(1, {
        event_id: `evt_${org}_${numbered + index * 10 + place}`,
        resource: "api-key/key_1",
        data: { at: index * 10 + place },
      }),
    ),
  }));
  numbered += count;
  let pending: readonly AuditPage[] = [];
  for (const row of rows) ({ pending } = await log().append(org, [row])); // a page each
  await writePages(env.DB, org, pending);
  await log().integrated(pending.at(-1)?.last_seq ?? 0);
  at += 2_000; // a checkpoint a second
}
/** What is large here: bounds of a hundredth make a log large that has some hundred entries. */
const large = () => ports({ bounds: { whole: 50, portion: 100, again: 40 } });

describe("a small log", () => {
  it("[FSCK-1] is verified as a whole each time, and compared with its newest checkpoint", async () => {
    expect(await verify()).toEqual({
      ...{ ok: true, checked: 0, problems: [], head: null, from: null, again: 0, checkpoint: null, next_cursor: null },
    });
    await grow(30);
    expect(await verify()).toMatchObject({ ok: true, checked: 30, from: 1, checkpoint: { size: 30 }, next_cursor: null });
    await env.DB.prepare("UPDATE audit_pages SET entries = replace(entries, '\"at\":4', '\"at\":5') WHERE org = ?").bind(org).run();
    expect(codes(await verify())).toEqual(["5 hash_mismatch"]);
    expect(codes(await verify())).toEqual(["5 hash_mismatch"]);
    expect(told).toEqual(["5 hash_mismatch"]);
  });
});

describe("a log that is broken from its first verification on", () => {
  it("[FSCK-3] tells people once", async () => {
    await grow(10);
    await env.DB.prepare("UPDATE audit_pages SET entries = replace(entries, '\"at\":4', '\"at\":5') WHERE org = ?").bind(org).run();
    for (let times = 0; times < 2; times++) expect(codes(await verify())).toEqual(["5 hash_mismatch"]);
    expect(told).toEqual(["5 hash_mismatch"]);
  });
});

describe("a large log", () => {
  it("[FSCK-2] is verified from where the last verification ended, whatever its size, and goes round through older pages", async () => {
    await grow(60);
    expect(await verify({}, large())).toMatchObject({ ok: true, checked: 60, from: 1, again: 0 });
    await grow(20);
    expect(await verify({}, large())).toMatchObject({ ok: true, from: 61, again: 40, checked: 60, checkpoint: { size: 80 } });
    expect(await verify({}, large())).toMatchObject({ ok: true, from: null, again: 40, checked: 40 });
    await grow(300);
    const first = await verify({}, large());
    expect(first).toMatchObject({ ok: true, from: 81, again: 40, checked: 140 });
    expect(first.next_cursor).not.toBeNull();
    const costs: number[] = [];
    for (let turn = 0; turn < 4; turn++) costs.push((await verify({}, large())).checked);
    expect(Math.max(...costs)).toBeLessThanOrEqual(140);
    expect((await verify({}, large())).next_cursor).toBeNull();
  });

  it("[FSCK-3] finds what was changed in a new page at once, and in an old one when the round comes there, and tells it once", async () => {
    await grow(100);
    await verify({}, large());
    await env.DB.prepare("UPDATE audit_pages SET entries = replace(entries, '\"at\":54', '\"at\":45') WHERE org = ?").bind(org).run();
    expect((await verify({}, large())).ok).toBe(true); // entries 1 to 40
    const found = await verify({}, large());
    expect(codes(found)).toEqual(["55 hash_mismatch"]);
    expect(codes(await verify({}, large()))).toEqual(["55 hash_mismatch"]);
    expect(told).toEqual(["55 hash_mismatch"]);
    expect(codes(await verify({ full: true }, large()))).toEqual(["55 hash_mismatch"]);
  });

  it("[FSCK-4] does not take D1's word for what was verified", async () => {
    await grow(60);
    await verify({}, large());
    await grow(60);
    await env.DB.prepare("UPDATE audit_verified SET seq = 110, hash = ? WHERE org = ?").bind("ab".repeat(32), org).run();
    const found = codes(await verify({}, large()));
    expect(found).toContain("111 link_broken");
    expect(found).toContain("110 checkpoint_differs");
  });

  it("[FSCK-5] goes through everything in portions when asked to, and takes no cursor but its own", async () => {
    await grow(250);
    const turns: LogVerdict[] = [];
    for (let cursor: string | null = null; ; ) {
      const turn = await verify({ full: true, cursor }, large());
      turns.push(turn);
      cursor = turn.next_cursor;
      if (cursor === null) break;
    }
    expect(turns.map(({ from, checked, ok: holds }) => [from, checked, holds])).toEqual([
      [1, 100, true],
      [101, 100, true],
      [201, 50, true],
    ]);
    const given = String(turns[0]?.next_cursor);
    for (const cursor of ["", "7", "101", given.replace(/^100/, "101"), given.replace(/^100/, "99999999"), `${given}.x`])
      expect(await verifyLog(large(), org, { full: true, cursor, host: "x" })).toEqual({ ok: false, error: "no_cursor" });
    const lied = await verify({ full: true, cursor: given.replace(/\.[0-9a-f]{64}\./, `.${"0".repeat(64)}.`) }, large());
    expect(codes(lied)).toContain("101 link_broken");
  });
});

describe("a log whose stores do not agree", () => {
  it("[FSCK-6] is told: R2 ahead of the object, a checkpoint by another key, another history than the one verified before", async () => {
    await grow(30);
    await verify();
    await runInDurableObject(env.AUDIT_LOG.getByName(org), (_log, { storage }) => {
      storage.sql.exec("UPDATE checkpoint SET size = 20, note = replace(note, char(10) || '30' || char(10), char(10) || '20' || char(10))");
    });
    expect(codes(await verify())).toEqual(["30 forked"]);
    org = `org-${crypto.randomUUID()}`;
    await grow(30);
    const unsigned = ports({ keys: async () => [key.jwk, { ...testKey(8).jwk, purpose: "checkpoint" }] });
    expect(codes(await verify({}, unsigned))).toEqual(["30 checkpoint_unsigned"]);
    await verify();
    await env.DB.prepare("UPDATE audit_verified SET root = ? WHERE org = ?").bind(Buffer.alloc(32, 1).toString("base64"), org).run();
    await grow(10);
    expect(codes(await verify())).toEqual(["30 checkpoint_forked"]);
    await env.DB.prepare("UPDATE audit_verified SET size = 99 WHERE org = ?").bind(org).run();
    expect(codes(await verify())).toEqual(["40 checkpoint_behind"]);
    const other = ports();
    const lying = { ...other.log(org), proofs: async () => ok({ checkpoint: "nonsense", proofs: [] }) };
    expect(codes(await verify({}, { ...other, log: () => lying }))).toEqual(["0 checkpoint_unsigned"]);
  });
});
