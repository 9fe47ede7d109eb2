/** What the credential broker needs from outside, and what the edge asks of it. */
import type { RunId } from "../../core/ids.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import type { EpochMs } from "../../core/time.ts";
import type { PublicJwk, SigningKey } from "../../durable-objects/key-ring/signing-key.ts";

/** The `KeyRing` object. */
export type KeyRingPort = {
  idKey(): Promise<Uint8Array>;
  auditKey(): Promise<SigningKey>;
  checkpointKey(): Promise<SigningKey>;
  /** The key of entries that was replaced and may sign its own retirement, with its key of checkpoints. */
  rotation(): Promise<{ readonly replaced: { readonly entries: SigningKey; readonly checkpoints: SigningKey } } | null>;
  credentialKey(): Promise<SigningKey>;
  vaultKey(): Promise<Uint8Array>;
  publicKeys(): Promise<readonly PublicJwk[]>;
};

/** What the broker needs from outside. */
export type CredentialBrokerPorts = {
  readonly now: () => EpochMs;
  /** Chance: as many bytes as asked for. */
  readonly random: (bytes: number) => Uint8Array;
  readonly keyRing: () => KeyRingPort;
  /** `iss` of every credential: the deployment's own address. */
  readonly issuer: () => string | Promise<string>;
  /** The kill switch's epoch now. Throws when it is not known: no credential counts as active then. */
  readonly killEpoch: () => Promise<number>;
  /** True the first time that it is asked about a credential of this org within a minute: none lives longer. Throws when it is not known. */
  readonly firstUse: (org: string, jti: string) => Promise<boolean>;
};

/** What the edge asks of the broker: ids, digests and sealed secrets, never a key. */
export type KeysPort = {
  /** Public halves only. */
  jwks(): Promise<Json>;
  /** Mints and checks sealed run ids of this deployment. */
  mintRunId(org: string, at: EpochMs): Promise<RunId>;
  parseRunId(org: string, id: string): Promise<RunId | null>;
  /** HMAC-SHA-256, hex, under a key of this deployment: for what must be compared and not kept. */
  mac(purpose: "idempotency" | "user" | "session", text: string): Promise<string>;
  /** RFC 7662, for credentials made for tools. `asker`: the org that asks; null: the platform's admin, who may ask about all. */
  introspect(token: string, asker: string | null): Promise<JsonObject>;
  sealSecret(org: string, name: string, value: string): Promise<string>;
};
