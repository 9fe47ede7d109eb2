/**
 * The keys of a deployment: one object, named `deployment`. A secret of the deployment comes first; what is absent is made once and
 * kept, but only where private hosts are allowed (a developer's machine). Hands private keys to the rooms that use them, by purpose,
 * and publishes public halves, also those of keys that no longer sign.
 */
import { DurableObject } from "cloudflare:workers";
import type { EpochMs } from "../../core/time.ts";
import { migrate } from "../kit/schema.ts";
import { KeptKeys, type KeySecrets, type Rotation } from "./kept-keys.ts";
import { KEY_RING_SCHEMA } from "./schema.ts";
import type { PublicJwk, SigningKey } from "./signing-key.ts";

/** Everything this room needs from outside. */
export type KeyRingPorts = {
  readonly now: () => EpochMs;
  readonly secrets: KeySecrets;
  /** `ALLOW_PRIVATE_HOSTS` is `1`: absent keys may be made here. */
  readonly allowPrivateHosts: boolean;
};

/** The runtime constructs the object, so ports come in through the class, not through the constructor. */
export function defineKeyRing(portsFor: (env: Cloudflare.Env) => KeyRingPorts) {
  return class KeyRing extends DurableObject {
    readonly #ports: KeyRingPorts;

    constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
      super(ctx, env);
      this.#ports = portsFor(env);
    }

    /** 32 bytes, always made here and never changed: seals run ids, and is the root of every HMAC. */
    async idKey(): Promise<Uint8Array> {
      return this.#turn((keys) => keys.idKey());
    }

    /** Signs audit entries. Throws with the secret's name when it is absent or broken. */
    async auditKey(): Promise<SigningKey> {
      return this.#turn((keys) => keys.signingKey("audit"));
    }

    /** Signs checkpoints of audit logs. */
    async checkpointKey(): Promise<SigningKey> {
      return this.#turn((keys) => keys.checkpointKey());
    }

    /** The last change of the key that signs entries, with the key that it retired, until every log has it on record; null: there is none. */
    async rotation(): Promise<Rotation | null> {
      return this.#turn((keys) => keys.rotation());
    }

    /** Logs of orgs up to `reached` have followed to the key `kid`; null: all have. */
    async rotationReached(kid: string, reached: string | null): Promise<void> {
      this.#turn((keys) => keys.rotationReached(kid, reached));
    }

    /** Signs credentials for tools. */
    async credentialKey(): Promise<SigningKey> {
      return this.#turn((keys) => keys.signingKey("credential"));
    }

    /** 32 bytes for AES-256: what personal data and secrets lie under. Another one than before is an error, not a fresh start. */
    async vaultKey(): Promise<Uint8Array> {
      return this.#turn((keys) => keys.vaultKey());
    }

    /** The public halves of all signing keys: those that sign now and the retired ones. */
    async publicKeys(): Promise<PublicJwk[]> {
      return this.#turn((keys) => keys.publicKeys());
    }

    #turn<T>(decide: (keys: KeptKeys) => T): T {
      const { storage } = this.ctx;
      const { now, secrets, allowPrivateHosts } = this.#ports;
      migrate(storage, KEY_RING_SCHEMA);
      return storage.transactionSync(() => decide(new KeptKeys(storage.sql, secrets, allowPrivateHosts, now())));
    }
  };
}

/** The object, as its stub sees it. */
export type KeyRing = InstanceType<ReturnType<typeof defineKeyRing>>;
export type { Rotation } from "./kept-keys.ts";
export type { PublicJwk, SigningKey, SigningPurpose } from "./signing-key.ts";
