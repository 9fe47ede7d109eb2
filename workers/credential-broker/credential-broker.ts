/**
 * The only room that sees secrets. Makes and checks ids and digests under the deployment's own key, mints a credential for each call
 * of a tool, seals what is stored, and lends the audit log its signature. Keys are fetched once and held by the instance.
 */
import { createHmac, createPrivateKey, hkdfSync, sign } from "node:crypto";
import { idTime, mintSealedRunId, parseSealedRunId, type RunId, type Seal } from "../../core/ids.ts";
import type { JsonObject } from "../../core/json.ts";
import type { EpochMs } from "../../core/time.ts";
import type { PublicJwk, SigningKey } from "../../durable-objects/key-ring/signing-key.ts";
import { once, onceAWhile } from "./once.ts";
import type { CredentialBrokerPorts } from "./ports.ts";
import { open, seal } from "./sealed-secret.ts";
import { type CredentialRequest, credentialKeyFrom, introspectCredential, mintToolCredential } from "./tool-credential.ts";

/** What texts are digested for: each purpose has a key of its own. */
export type MacPurpose = "idempotency" | "user" | "session" | "answer";

/** How long an isolate may miss a key that another deployment has published. */
const PUBLIC_KEYS_MAX_AGE_MS = 60_000;

/** The one room that uses secret keys. */
export type CredentialBroker = ReturnType<typeof defineCredentialBroker>;

/** A broker for this isolate; keys are asked for once. */
export function defineCredentialBroker(ports: CredentialBrokerPorts) {
  const idKey = once(async () => {
    const root = await ports.keyRing().idKey();
    const derive = (purpose: string) => new Uint8Array(hkdfSync("sha256", root, new Uint8Array(0), `bulkhead/${purpose}/v1`, 32));
    return {
      runId: derive("run-id"),
      idempotency: derive("idempotency"),
      user: derive("user"),
      session: derive("session"),
      answer: derive("answer"),
      person: derive("person"),
    };
  });
  const credentialKey = once(async () => credentialKeyFrom(await ports.keyRing().credentialKey()));
  const auditKeys = once(async () => {
    const keyRing = ports.keyRing();
    const entries = await keyRing.auditKey();
    const checkpoints = await keyRing.checkpointKey();
    return { current: { entries, checkpoints }, replaced: (await keyRing.rotation())?.replaced ?? null };
  });
  const auditSigner = once(async () => {
    const { current, replaced } = await auditKeys();
    return { ...signerOf(current), replaced: replaced === null ? null : signerOf(replaced) };
  });
  const noteKeys = once(async () => {
    const { current, replaced } = await auditKeys();
    return { current: noteKeyOf(current), replaced: replaced && { keyId: replaced.entries.kid, ...noteKeyOf(replaced) } };
  });
  const vaultKey = once(() => ports.keyRing().vaultKey());
  const publicKeys = onceAWhile(() => ports.keyRing().publicKeys(), PUBLIC_KEYS_MAX_AGE_MS, ports.now);

  /** HMAC-SHA-256 (RFC 2104) under the key that seals run ids. */
  const idSeal = async (): Promise<Seal> => {
    const { runId } = await idKey();
    return (text) => new Uint8Array(createHmac("sha256", runId).update(text).digest());
  };

  return {
    idSeal,

    async mintRunId(org: string, at: EpochMs): Promise<RunId> {
      return mintSealedRunId(org, at, ports.random(6), await idSeal());
    },

    /** The id of the run that an activity of another run starts: always the same one. */
    async childRunId(org: string, parent: string, activity: string): Promise<RunId> {
      const seal = await idSeal();
      return mintSealedRunId(org, idTime(parent), seal(`child/${parent}/${activity}`).subarray(0, 6), seal);
    },

    /** null for what this deployment never minted for this org. */
    async parseRunId(org: string, id: string): Promise<RunId | null> {
      return parseSealedRunId(org, id, await idSeal());
    },

    /** HMAC-SHA-256, hex: for what must be compared and not kept. */
    async mac(purpose: MacPurpose, text: string): Promise<string> {
      return createHmac("sha256", (await idKey())[purpose])
        .update(text)
        .digest("hex");
    },

    /** `/.well-known/jwks.json` (RFC 7517): public halves, the retired ones too. */
    async jwks(): Promise<{ keys: PublicJwk[] }> {
      return { keys: [...(await publicKeys())] };
    },

    /** A JWT for one call of one tool, on behalf of one run. */
    async toolCredential(request: CredentialRequest): Promise<string> {
      return mintToolCredential(request, await credentialKey(), await ports.issuer(), ports);
    },

    /** RFC 7662: a credential is active once. Of another org's credential the asker learns nothing, and uses nothing up. */
    async introspect(token: string, asker: string | null): Promise<JsonObject> {
      return introspectCredential(token, asker, await publicKeys(), await ports.issuer(), ports);
    },

    /** 32 bytes: what the vault wraps people's keys under. */
    masterKey: vaultKey,

    /** The signature of the audit log; signs synchronously once it is here. */
    auditSigner,
    /** Signs checkpoints of audit logs, synchronously: of a log that has not followed to a new key yet, with the one before. */
    async noteKey(auditKeyId: string | null) {
      const { current, replaced } = await noteKeys();
      return replaced !== null && replaced.keyId === auditKeyId ? replaced : current;
    },

    async sealSecret(org: string, name: string, value: string): Promise<string> {
      return seal(await vaultKey(), org, name, value, ports.random);
    },

    /** Throws when it was sealed for another org or name, or changed: such a secret is sent nowhere. */
    async openSecret(org: string, name: string, sealed: string): Promise<string> {
      const value = await open(await vaultKey(), org, name, sealed);
      if (value === null) throw new Error("a stored secret does not open under this deployment's key");
      return value;
    },
  };
}

/** A key of entries, and the key of checkpoints that follows from it. */
type AuditKeys = { readonly entries: SigningKey; readonly checkpoints: SigningKey };

const privateKeyOf = ({ privateJwk }: SigningKey) => createPrivateKey({ key: { ...privateJwk }, format: "jwk" });

function signerOf({ entries, checkpoints }: AuditKeys) {
  const key = privateKeyOf(entries);
  const signed = (hash: Uint8Array): Uint8Array => new Uint8Array(sign(null, hash, key));
  return { keyId: entries.kid, checkpointKeyId: checkpoints.kid, sign: signed };
}

function noteKeyOf({ checkpoints }: AuditKeys) {
  const key = privateKeyOf(checkpoints);
  const publicKey = new Uint8Array(Buffer.from(checkpoints.privateJwk.x, "base64url"));
  return { publicKey, sign: (text: Uint8Array): Uint8Array => new Uint8Array(sign(null, text, key)) };
}

export type { CredentialBrokerPorts, KeyRingPort } from "./ports.ts";
export type { CredentialRequest } from "./tool-credential.ts";
