import { generateKeyPairSync, sign, verify } from "node:crypto";
import type { AuditLogPorts } from "../../../durable-objects/audit-log/audit-log.ts";
import { FAR } from "../far.ts";

const { privateKey, publicKey } = generateKeyPairSync("ed25519");

/** What the outside world does to this room in the current test: tests replace what they script. */
export const auditLogWorld: { -readonly [K in keyof AuditLogPorts]: AuditLogPorts[K] } = {
  now: () => FAR,
  signer: async () => ({ keyId: "test-key", sign: (hash) => sign(null, hash, privateKey) }),
};

/** Verifies what the world's signer signed. */
export const verifyTestKey = (keyId: string, hash: Uint8Array, signature: Uint8Array): boolean | null =>
  keyId === "test-key" ? verify(null, hash, publicKey, signature) : null;
