/** The audit log's object over a bucket in memory: when it publishes, seals, works again and says that something is wrong. */
import { beforeEach, describe, expect, it } from "vitest";
import type { AuditEntry } from "../../../core/audit/entry.ts";
import type { Json } from "../../../core/json.ts";
import { type AuditLogPorts, defineAuditLog, type Fork, type SourcedRow } from "../../../durable-objects/audit-log/audit-log.ts";
import { testKey, testRecord } from "../../support/audit-chain.ts";
import { storageInMemory } from "../../support/object-storage.ts";

const ORG = "acme";
const HOST = "log.example";
const HOUR = 60 * 60_000;
const noteKey = testKey(7);

let now = 1_000_000;
let place = storageInMemory();
let objects = new Map<string, Uint8Array>();
let isDown = false;
let sealed: number[] = [];
let strange: string[] = [];
let alerts: Fork[] = [];
let keyId = "k1";
let host: string | null = HOST;
/** D1, once something was dropped here. */
let database: readonly Json[] = [];

beforeEach(() => {
  now = 1_000_000;
  place = storageInMemory();
  [objects, isDown, sealed, strange, alerts, keyId, host, database] = [new Map(), false, [], [], [], "k1", HOST, []];
});

const bytesOf = (value: unknown): Uint8Array => (typeof value === "string" ? new TextEncoder().encode(value) : (value as Uint8Array));
const bucket = {
  async get(key: string) {
    if (isDown) throw new Error("R2 is away");
    const bytes = objects.get(key);
    if (bytes === undefined) return null;
    return { etag: `${bytes.length}`, text: async () => new TextDecoder().decode(bytes), arrayBuffer: async () => bytes.slice().buffer };
  },
  async put(key: string, value: unknown) {
    if (isDown) throw new Error("R2 is away");
    objects.set(key, bytesOf(value));
    return {};
  },
  async delete(keys: readonly string[]) {
    for (const key of keys) objects.delete(key);
  },
};

/** A life of the object. */
const life = (over: Partial<AuditLogPorts> = {}) => {
  const Log = defineAuditLog(() => ({
    now: () => now,
    signer: async () => ({ keyId, sign: () => new Uint8Array(64) }),
    publishing: {
      bucket: bucket as unknown as R2Bucket,
      host,
      noteKey: async () => ({ publicKey: noteKey.publicBytes, sign: noteKey.sign }),
      entriesAfter: async (_org, after, limit) => database.slice(after, after + limit),
      async seal(_org, covered) {
        sealed.push(covered);
        return covered;
      },
      cosign: async () => [],
      async alert(_org, fork) {
        alerts.push(fork);
      },
      async strangeKey(_org, id) {
        strange.push(id);
      },
    },
    ...over,
  }));
  return new Log({ storage: place.storage } as unknown as DurableObjectState, {} as Cloudflare.Env);
};
type Log = ReturnType<typeof life>;

let next = 0;
const rows = (count: number): SourcedRow[] =>
  Array.from({ length: count }, () => {
    next += 1;
    return {
      source: { kind: "store", id: "store" },
      id: testRecord(next).event_id,
      records: [testRecord(next, { resource: "api-key/k", data: null })],
    };
  });
const ring = async (log: Log, after = 0) => {
  now += after;
  place.alarm.at = null;
  await log.alarm();
  return place.alarm.at === null ? null : place.alarm.at - now;
};
const sizeOf = (note: string): number => Number(note.split("\n")[1]);

it("[AUD-1] a log without an entry knows nothing, and stores nothing by being asked", async () => {
  const log = life();
  expect(await log.standing(ORG)).toEqual({ head: null, fork: null, checkpoint: null, tree: null });
  expect([await log.followKey(ORG), await log.integrated(3), await log.head(), await ring(log)]).toEqual([[], [], null, null]);
  expect([await log.tile(ORG, "tile/0/000"), await log.subtrees(ORG, 1), await log.checkpoint(ORG, HOST)]).toEqual([
    null,
    null,
    { ok: false, error: { code: "empty" } },
  ]);
  expect(place.sql.exec("SELECT name FROM sqlite_master").toArray()).toEqual([]);
});

describe("publishing", () => {
  it("[MERKLE-5] is done by the alarm fifteen seconds after an entry, once", async () => {
    const log = life();
    await log.append(ORG, rows(3));
    expect(place.alarm.at).toBe(now + 15_000);
    expect(await ring(log, 15_000)).toBeNull();
    expect(sizeOf((await log.standing(ORG)).checkpoint ?? "")).toBe(3);
    await log.append(ORG, []);
    expect(place.alarm.at).toBeNull();
    await log.append(ORG, rows(1));
    expect(await ring(log, 500)).toBe(15_000); // a second has not gone by
    expect(await ring(log, 500)).toBeNull();
  });

  it("[MERKLE-6] waits for somebody who reads it where the log has no name", async () => {
    host = null;
    const log = life();
    await log.append(ORG, rows(2));
    expect(await ring(log, 15_000)).toBeNull();
    expect([objects.size, sealed]).toEqual([0, []]);
    expect(await log.checkpoint(ORG, "first.example")).toMatchObject({ ok: true });
    await log.append(ORG, rows(1));
    expect(await ring(log, 500)).toBe(15_000); // it has a name now
  });

  it("[MERKLE-5] is tried again in twenty seconds while R2 is away", async () => {
    const log = life();
    await log.append(ORG, rows(2));
    isDown = true;
    expect(await ring(log, 15_000)).toBe(20_000);
    isDown = false;
    expect(await ring(log, 20_000)).toBeNull();
  });

  it("is not done where nothing is published", async () => {
    const log = life({ publishing: null });
    await log.append(ORG, rows(2));
    expect([place.alarm.at, await ring(log)]).toEqual([null, null]);
    expect(await log.checkpoint(ORG, HOST)).toEqual({ ok: false, error: { code: "empty" } });
  });

  it("[MERKLE-7] proves what the newest checkpoint covers, and leaves the rest out", async () => {
    const log = life();
    await log.append(ORG, rows(2));
    expect(await log.checkpoint(ORG, HOST)).toMatchObject({ ok: true });
    await log.append(ORG, rows(1)); // not a second ago
    const proofs = await log.proofs(ORG, HOST, [1, 3, 2]);
    expect(proofs.ok && proofs.value.proofs.map(({ seq }) => seq)).toEqual([1, 2]);
    expect((await log.proof(ORG, HOST, 3)).ok).toBe(false);
    expect([await log.subtrees(ORG, 3), (await log.subtrees(ORG, 2))?.length]).toEqual([null, 1]);
    now += 1_000;
    expect((await log.proof(ORG, HOST, 3)).ok).toBe(true);
    expect((await log.proofs(ORG, HOST, [])).ok).toBe(true);
  });
});

describe("sealing", () => {
  it("[MERKLE-12] follows the first checkpoint of a life, and then 4,096 entries or six hours", async () => {
    const log = life();
    await log.append(ORG, rows(2));
    await ring(log, 15_000);
    expect(sealed).toEqual([2]);
    const more = async (count: number, after: number) => {
      await log.append(ORG, rows(count));
      await ring(log, after);
      return sealed.at(-1);
    };
    expect(await more(1, 15_000)).toBe(2);
    expect(await more(1, 6 * HOUR - 15_001)).toBe(2);
    expect(await more(1, 1)).toBe(4); // what is published a second later is not covered yet
    expect(await more(1, 15_000)).toBe(4);
    expect(await more(4_093, 15_000)).toBe(4);
    expect(await more(1, 15_000)).toBe(4 + 4_096);
    const reborn = life();
    await reborn.append(ORG, rows(1));
    await ring(reborn, 15_000);
    expect(sealed.at(-1)).toBe(4 + 4_097);
  });
});

describe("[MERKLE-9] a log that R2 is ahead of", () => {
  it("numbers, signs and seals nothing, says so, and looks again in twenty seconds", async () => {
    const log = life();
    await log.append(ORG, rows(3));
    await ring(log, 15_000);
    const published = objects.get(`open/${ORG}/checkpoint`);
    if (published === undefined) throw new Error("nothing was published");
    const before = place;
    place = storageInMemory();
    const other = life();
    objects.delete(`open/${ORG}/checkpoint`);
    await other.append(ORG, rows(1));
    objects.set(`open/${ORG}/checkpoint`, published);
    sealed = [];
    expect(await ring(other, 15_000)).toBe(20_000);
    expect([sealed, alerts.map(({ kind }) => kind)]).toEqual([[], ["behind"]]);
    expect(await other.checkpoint(ORG, HOST)).toMatchObject({ ok: false, error: { code: "forked", fork: { kind: "behind" } } });
    expect((await other.standing(ORG)).fork).toMatchObject({ kind: "behind", size: 1, publishedSize: 3 });
    await expect(life().append(ORG, rows(1))).rejects.toThrow("audit.forked");
    place = before;
  });
});

describe("[MERKLE-10] a log that gets its tree now", () => {
  it("goes on at once while there is more, waits where D1 is behind, and says so to whoever reads it", async () => {
    const log = life();
    const { pending } = await log.append(ORG, rows(700));
    database = pending.flatMap(({ entries }) => JSON.parse(entries) as AuditEntry[]) as unknown as Json[];
    await log.integrated(700);
    place.sql.exec("DELETE FROM edges");
    place.sql.exec("DELETE FROM tiles");
    place.alarm.at = null;
    expect(await log.checkpoint(ORG, HOST)).toEqual({ ok: false, error: { code: "catching_up" } });
    expect(place.alarm.at).toBe(now + 1);
    expect(await ring(log, 1)).toBe(50);
    const whole = database;
    database = whole.slice(0, 500);
    expect(await ring(log, 50)).toBe(20_000);
    database = whole;
    expect(await ring(log, 20_000)).toBeNull();
    expect(sizeOf((await log.standing(ORG)).checkpoint ?? "")).toBe(700);
  });
});

describe("the key that signs", () => {
  it("[KEY-11] is told of where the one before does not introduce it, and of no other", async () => {
    const log = life();
    await log.append(ORG, rows(1));
    await log.append(ORG, rows(1));
    expect(strange).toEqual([]);
    keyId = "k2";
    expect(await log.followKey(ORG)).toHaveLength(3);
    expect([strange, (await log.head())?.seq]).toEqual([["k2"], 3]);
    await log.followKey(ORG);
    expect([strange, (await log.head())?.seq]).toEqual([["k2"], 3]);
  });

  it("[KEY-10] of a log from before keys were noted is the one of its last entry, here or in D1", async () => {
    const log = life();
    const { pending } = await log.append(ORG, rows(2));
    place.sql.exec("DELETE FROM signer");
    keyId = "k2";
    await log.append(ORG, []);
    expect([(await log.head())?.seq, strange]).toEqual([3, ["k2"]]); // an entry says that k1 was retired
    expect(pending.length).toBeGreaterThan(0);
    const all = (await log.integrated(0)).flatMap(({ entries }) => JSON.parse(entries) as AuditEntry[]);
    await log.integrated(3);
    place.sql.exec("DELETE FROM signer");
    keyId = "k3";
    database = all as unknown as Json[];
    await log.append(ORG, []);
    expect(await log.head()).toMatchObject({ seq: 4 });
  });
});
