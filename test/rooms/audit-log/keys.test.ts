/** A log when the deployment's key is replaced: it names both keys, under the one that goes. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ChainVerifier } from "../../../core/audit/chain.ts";
import type { Json, JsonObject } from "../../../core/json.ts";
import { auditLogOf } from "../../../durable-objects/audit-log/stub.ts";
import { followKeys, readEntries } from "../../../workers/audit/index.ts";
import { testKey, testRecord, toolsOf } from "../../support/audit-chain.ts";
import { auditLogWorld, strangeKeys } from "../../support/worlds/audit-log.ts";

const [first, second, third] = [testKey(1), testKey(2), testKey(3)];
const { signer: signerOfWorld } = auditLogWorld;
let org = "";
beforeEach(() => {
  org = `org-${crypto.randomUUID()}`;
  strangeKeys.length = 0;
});
afterEach(() => {
  auditLogWorld.signer = signerOfWorld;
});

type Key = typeof first;
const signWith = (key: Key, replaced: Key | null = null) => {
  const signerOf = ({ kid, sign }: Key) => ({ keyId: kid, sign, checkpointKeyId: `checkpoints-${kid}` });
  auditLogWorld.signer = async () => ({ ...signerOf(key), replaced: replaced === null ? null : signerOf(replaced) });
};
const row = (number: number, records = 1) => ({
  source: { kind: "store", id: "store" } as const,
  id: `row-${number}`,
  records: Array.from({ length: records }, (_, index) =>
    testRecord(number + index, { event_id: `evt_${org}_${number + index}`, resource: "api-key/key_1", data: null }),
  ),
});
const log = () => auditLogOf(env.AUDIT_LOG, org);
const append = async (number: number) =>
  runInDurableObject(env.AUDIT_LOG.getByName(org), (room) =>
    room.append(org, [row(number)]).then(
      () => "appended",
      (error: Error) => error.message,
    ),
  );
const entries = async () =>
  (await log().integrated(0)).flatMap((page) => JSON.parse(page.entries) as (JsonObject & { key_id: string; data: JsonObject })[]);
const problems = async () => {
  const verifier = new ChainVerifier(toolsOf(first, second, third));
  return (await entries()).flatMap((entry) => verifier.take(entry as Json)).map(({ seq, code }) => `${seq} ${code}`);
};

describe("the key that signs", () => {
  it("[KEY-10] is introduced by an entry that the key before it signs, in front of the first entry under the new one", async () => {
    signWith(first);
    await append(1);
    signWith(second, first);
    await append(2);
    await append(3);
    const all = await entries();
    expect(all.map((entry) => [entry["event_type"], entry.key_id])).toEqual([
      ["tool.called", first.kid],
      ["audit.key_rotated", first.kid],
      ["tool.called", second.kid],
      ["tool.called", second.kid],
    ]);
    expect(all[1]?.data).toEqual({
      retired_key_id: first.kid,
      key_id: second.kid,
      checkpoint_key_id: `checkpoints-${second.kid}`,
      introduced: true,
    });
    expect(await problems()).toEqual([]);
    expect(strangeKeys).toEqual([]);
    expect((await log().head())?.seq).toBe(4);
  });

  it("[KEY-11] that the one before cannot introduce any more signs on, and says so in the log and to people", async () => {
    signWith(first);
    await append(1);
    signWith(second);
    expect(await append(2)).toBe("appended");
    expect((await entries())[1]).toMatchObject({ event_type: "audit.key_rotated", key_id: second.kid, data: { introduced: false } });
    expect(await problems()).toEqual(["2 key_not_introduced"]);
    expect(strangeKeys).toEqual([{ org, keyId: second.kid }]);
  });

  it("[KEY-12] is never one that the log has retired, unless the key in force introduces it again", async () => {
    signWith(first);
    await append(1);
    signWith(second, first);
    await append(2);
    signWith(first);
    expect(await append(3)).toBe("audit.key_retired");
    signWith(first, second);
    expect(await append(3)).toBe("appended");
    expect(await problems()).toEqual([]);
  });

  it("[KEY-10] of a log from before keys were noted is read from its last entry, here or in D1", async () => {
    for (const isInD1 of [false, true]) {
      org = `org-${crypto.randomUUID()}`;
      signWith(first);
      await append(1);
      if (isInD1) {
        const [page] = await log().integrated(0);
        await env.DB.prepare("INSERT INTO audit_pages (org, first_seq, last_seq, run, entries) VALUES (?, 1, 1, NULL, ?)")
          .bind(org, page?.entries ?? "")
          .run();
        await log().integrated(1);
      }
      await runInDurableObject(env.AUDIT_LOG.getByName(org), (_log, { storage }) => storage.sql.exec("DELETE FROM signer"));
      signWith(second, first);
      await append(2);
      expect((await entries()).find((entry) => entry["event_type"] === "audit.key_rotated")).toMatchObject({ seq: 2, key_id: first.kid });
    }
  });
});

describe("following a new key", () => {
  it("[KEY-13] reaches every log, also where nothing happens, goes on where it stopped, and ends", async () => {
    const prefix = `zzz-${crypto.randomUUID()}`;
    const orgs = ["a", "b", "c"].map((name) => `${prefix}-${name}`);
    signWith(first);
    for (const name of orgs) {
      org = name;
      await append(1);
      const [page] = await log().integrated(0);
      await env.DB.prepare("INSERT INTO audit_pages (org, first_seq, last_seq, run, entries) VALUES (?, 1, 1, NULL, ?)")
        .bind(name, page?.entries ?? "")
        .run();
      await log().integrated(1);
    }
    signWith(second, first);
    let state: { kid: string; reached: string | null } | null = { kid: second.kid, reached: prefix };
    let failsAt: string | null = orgs[1] ?? null;
    const turn = () =>
      followKeys({
        db: env.DB,
        rotation: async () => state,
        reached: async (kid, reached) => {
          state = reached === null ? null : { kid, reached };
        },
        follow: async (name) => {
          if (name === failsAt) throw new Error("out of reach");
          return auditLogOf(env.AUDIT_LOG, name).followKey(name);
        },
        integrated: async (name, upTo) => auditLogOf(env.AUDIT_LOG, name).integrated(upTo),
      });
    await expect(turn()).rejects.toThrow("out of reach");
    expect(state).toEqual({ kid: second.kid, reached: orgs[0] });
    failsAt = null;
    expect(await turn()).toBe(2);
    expect(state).toBeNull();
    expect(await turn()).toBe(0);
    for (const name of orgs) {
      const stored = await readEntries(env.DB, name, { after: 0, run: null, users: null, type: null, limit: 9 });
      expect(stored.map((entry) => (entry as JsonObject)["event_type"])).toEqual(["tool.called", "audit.key_rotated"]);
    }
    expect(await log().followKey(org)).toEqual([]);
    const nobody = auditLogOf(env.AUDIT_LOG, `${prefix}-nobody`);
    expect(await nobody.followKey(`${prefix}-nobody`)).toEqual([]);
    expect(await nobody.head()).toBeNull();
  });
});
