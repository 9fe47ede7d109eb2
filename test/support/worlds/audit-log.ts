import { env } from "cloudflare:workers";
import { generateKeyPairSync, sign, verify } from "node:crypto";
import type { AuditLogPorts, Fork } from "../../../durable-objects/audit-log/audit-log.ts";
import { readEntries, sealSegments } from "../../../workers/audit/index.ts";
import { testKey } from "../audit-chain.ts";
import { FAR } from "../far.ts";

const { privateKey, publicKey } = generateKeyPairSync("ed25519");

/** What the world's logs sign their checkpoints with. */
export const noteKey = testKey(7);

/** Every alert that a log of this world gave. */
export const alerted: { readonly org: string; readonly fork: Fork }[] = [];

/** Every key that a log of this world said that nothing introduces. */
export const strangeKeys: { readonly org: string; readonly keyId: string }[] = [];

/** What the outside world does to this room in the current test: tests replace what they script. */
export const auditLogWorld: { -readonly [K in keyof AuditLogPorts]: AuditLogPorts[K] } = {
  now: () => FAR,
  signer: async () => ({ keyId: "test-key", sign: (hash) => sign(null, hash, privateKey) }),
  publishing: {
    bucket: env.AUDIT,
    host: "bulkhead.example",
    noteKey: async () => ({ publicKey: noteKey.publicBytes, sign: noteKey.sign }),
    entriesAfter: (org, after, limit) => readEntries(env.DB, org, { after, run: null, users: null, type: null, limit }),
    seal: (org, covered, leafOf) =>
      sealSegments({ db: env.DB, bucket: env.AUDIT, now: () => auditLogWorld.now(), log: () => undefined }, org, covered, leafOf),
    cosign: async () => [],
    alert: async (org, fork) => {
      alerted.push({ org, fork });
    },
    strangeKey: async (org, keyId) => {
      strangeKeys.push({ org, keyId });
    },
  },
};

/** Verifies what the world's signer signed. */
export const verifyTestKey = (keyId: string, hash: Uint8Array, signature: Uint8Array): boolean | null =>
  keyId === "test-key" ? verify(null, hash, publicKey, signature) : null;
