/** A signed chain made in memory, and the tools to verify it: for tests of everything that reads chains. */
import { createHash, createPrivateKey, createPublicKey, sign, verify } from "node:crypto";
import type { VerifyTools } from "../../core/audit/chain.ts";
import { type AuditEntry, GENESIS_HASH, link, signEntry } from "../../core/audit/entry.ts";
import type { AuditRecord } from "../../core/audit/record.ts";

export const sha256Hex = (text: string): string => createHash("sha256").update(text).digest("hex");

/** Ed25519 keys from a fixed seed, so that a failing test fails again. */
export function testKey(seed: number) {
  const pkcs8 = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), Buffer.alloc(32, seed)]);
  const privateKey = createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" });
  const publicKey = createPublicKey(privateKey);
  const x = String(publicKey.export({ format: "jwk" }).x);
  const kid = createHash("sha256").update(`{"crv":"Ed25519","kty":"OKP","x":"${x}"}`).digest("base64url");
  return {
    kid,
    sign: (hash: Uint8Array): Uint8Array => new Uint8Array(sign(null, hash, privateKey)),
    jwk: { kty: "OKP", crv: "Ed25519", x, kid, use: "sig", alg: "EdDSA", purpose: "audit" },
    publicKey,
    publicBytes: new Uint8Array(Buffer.from(x, "base64url")),
  };
}

export type TestKey = ReturnType<typeof testKey>;

export const toolsOf = (...keys: readonly TestKey[]): VerifyTools => ({
  sha256Hex,
  verify: (keyId, hash, signature) => {
    const key = keys.find((candidate) => candidate.kid === keyId);
    return key === undefined ? null : verify(null, hash, key.publicKey, signature);
  },
});

export const RUN = "run_01JZ0000000000000000000000";

export function testRecord(number: number, more: Partial<AuditRecord> = {}): AuditRecord {
  return {
    event_id: `evt_01JZ00000000000000000${String(number).padStart(5, "0")}`,
    timestamp: "2100-01-01T00:00:00.000Z",
    trace_id: "0af7651916cd43dd8448eb211c80319c",
    event_type: "tool.called",
    actor: { type: "agent", id: "support-refund@1" },
    action: "call",
    resource: `run/${RUN}/refund`,
    decision: "allow",
    policy_version: null,
    risk_score: null,
    data: { tool: "payments.refund", attempt: number, user: "alice" },
    ...more,
  };
}

export const testChain = (length: number, key: TestKey = testKey(1)): AuditEntry[] =>
  chainOf(
    Array.from({ length }, (_, index) => testRecord(index + 1)),
    key,
  );

export function chainOf(records: readonly AuditRecord[], key: TestKey = testKey(1)): AuditEntry[] {
  const entries: AuditEntry[] = [];
  for (const record of records) {
    const last = entries.at(-1);
    entries.push(signEntry(link(record, entries.length + 1, last?.hash ?? GENESIS_HASH, sha256Hex), key.kid, key.sign));
  }
  return entries;
}
