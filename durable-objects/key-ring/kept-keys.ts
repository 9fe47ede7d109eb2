/** The key ring's rows: which key serves a purpose now, and what happens when a secret changes. Synchronous; runs inside a transaction. */
import { createHash, randomBytes } from "node:crypto";
import type { EpochMs } from "../../core/time.ts";
import { derivedKey, makeSigningKey, type PublicJwk, readSigningKey, type SigningKey, type SigningPurpose } from "./signing-key.ts";

/** The secrets as they are set: Ed25519 private JWKs, and 32 bytes in base64url. */
export type KeySecrets = {
  readonly AUDIT_KEY?: string | undefined;
  /** What `AUDIT_KEY` was before: signs its own retirement in every log. */
  readonly AUDIT_KEY_PREVIOUS?: string | undefined;
  readonly CREDENTIAL_KEY?: string | undefined;
  readonly VAULT_KEY?: string | undefined;
};

/** A change of the key that signs entries. `reached`: the last org, by name, whose log has it on record. */
export type Rotation = {
  readonly kid: string;
  readonly retired: string;
  readonly reached: string | null;
  /** The key that was replaced, and the key of checkpoints that went with it. */
  readonly replaced: { readonly entries: SigningKey; readonly checkpoints: SigningKey };
};

type SymmetricPurpose = "id" | "vault";
type StoredSigningKey = { kid: string; purpose: SigningPurpose; public_jwk: string; private_jwk: string | null };

const SECRET_OF = { audit: "AUDIT_KEY", credential: "CREDENTIAL_KEY" } as const;
const KEY_BYTES = 32;

/** The keys in SQL. Its methods are synchronous and run inside a transaction. */
export class KeptKeys {
  readonly #sql: SqlStorage;
  readonly #secrets: KeySecrets;
  readonly #mayMakeKeys: boolean;
  readonly #at: EpochMs;

  constructor(sql: SqlStorage, secrets: KeySecrets, mayMakeKeys: boolean, at: EpochMs) {
    this.#sql = sql;
    this.#secrets = secrets;
    this.#mayMakeKeys = mayMakeKeys;
    this.#at = at;
  }

  idKey(): Uint8Array {
    return this.#kept("id")?.material ?? this.#make("id");
  }

  vaultKey(): Uint8Array {
    const secret = this.#secrets.VAULT_KEY;
    const known = this.#kept("vault");
    if (secret === undefined) {
      this.#refuseUnlessKeysAreMade("VAULT_KEY");
      if (known === null) return this.#make("vault");
      if (known.material === null) throw new Error("secret `VAULT_KEY` is gone, and the stored data lies under it");
      return known.material;
    }
    const key = Buffer.from(secret, "base64url");
    if (key.length !== KEY_BYTES || key.toString("base64url") !== secret)
      throw new Error("secret `VAULT_KEY` is not 32 bytes in base64url");
    if (known === null) this.#store("vault", key, null);
    else if (known.fingerprint !== fingerprint(key)) throw new Error("secret `VAULT_KEY` is not the key that the stored data lies under");
    return new Uint8Array(key);
  }

  /** The key that signs now; one that signed before is retired in the same breath: its public half stays, its private half goes (of audit keys, once `rotation` is done). */
  signingKey(purpose: keyof typeof SECRET_OF): SigningKey {
    const secret = this.#secrets[SECRET_OF[purpose]];
    if (secret !== undefined) return this.#current(readSigningKey(purpose, SECRET_OF[purpose], secret), null);
    this.#refuseUnlessKeysAreMade(SECRET_OF[purpose]);
    const query = "SELECT * FROM signing_keys WHERE purpose = ? AND retired_at IS NULL AND private_jwk IS NOT NULL";
    const stored = this.#sql.exec<StoredSigningKey>(query, purpose).toArray()[0];
    if (stored?.private_jwk)
      return { kid: stored.kid, privateJwk: JSON.parse(stored.private_jwk), publicJwk: JSON.parse(stored.public_jwk) };
    const made = makeSigningKey(purpose);
    return this.#current(made, JSON.stringify(made.privateJwk));
  }

  /** Signs checkpoints. It follows from the key that signs entries, so both are replaced at once. */
  checkpointKey(): SigningKey {
    return this.#current(derivedKey("checkpoint", this.signingKey("audit")), null);
  }

  /** The last change of the key that signs entries, while logs may still have to put it on record; null: none, or all have. */
  rotation(): Rotation | null {
    const { kid } = this.signingKey("audit");
    const query = "SELECT kid, retired, reached FROM rotations WHERE kid = ? AND done_at IS NULL";
    const row = this.#sql.exec<{ kid: string; retired: string; reached: string | null }>(query, kid).toArray()[0];
    if (row === undefined) return null;
    const entries = this.#retiredKey(row.retired);
    return entries === null ? null : { ...row, replaced: { entries, checkpoints: derivedKey("checkpoint", entries) } };
  }

  /** `reached`: the last org whose log has followed; null: all have, and the retired key's private half goes. */
  rotationReached(kid: string, reached: string | null): void {
    if (reached !== null) this.#sql.exec("UPDATE rotations SET reached = ? WHERE kid = ? AND done_at IS NULL", reached, kid);
    else {
      this.#sql.exec("UPDATE rotations SET done_at = ? WHERE kid = ? AND done_at IS NULL", this.#at, kid);
      this.#sql.exec("UPDATE signing_keys SET private_jwk = NULL WHERE purpose = 'audit' AND retired_at IS NOT NULL");
    }
  }

  /** null: its private half is nowhere. */
  #retiredKey(kid: string): SigningKey | null {
    const secret = this.#secrets.AUDIT_KEY_PREVIOUS;
    if (secret !== undefined) {
      const key = readSigningKey("audit", "AUDIT_KEY_PREVIOUS", secret);
      if (key.kid !== kid) throw new Error("secret `AUDIT_KEY_PREVIOUS` is not the key that `AUDIT_KEY` replaced");
      return key;
    }
    const stored = this.#sql.exec<StoredSigningKey>("SELECT * FROM signing_keys WHERE kid = ?", kid).toArray()[0];
    if (!stored?.private_jwk) return null;
    return { kid, privateJwk: JSON.parse(stored.private_jwk), publicJwk: JSON.parse(stored.public_jwk) };
  }

  publicKeys(): PublicJwk[] {
    this.checkpointKey();
    this.signingKey("credential");
    const rows = this.#sql.exec<{ public_jwk: string }>("SELECT public_jwk FROM signing_keys ORDER BY since, kid").toArray();
    return rows.map((row) => JSON.parse(row.public_jwk) as PublicJwk);
  }

  #current(key: SigningKey, privateJwk: string | null): SigningKey {
    const { purpose } = key.publicJwk;
    const stored = this.#sql.exec<StoredSigningKey & { retired_at: number | null }>("SELECT * FROM signing_keys WHERE kid = ?", key.kid);
    const same = stored.toArray()[0];
    if (same !== undefined && same.purpose !== purpose) throw new Error("secrets `AUDIT_KEY` and `CREDENTIAL_KEY` are the same key");
    if (same?.retired_at === null) return key;
    if (purpose === "audit") this.#beginRotation(key.kid);
    this.#sql.exec(
      `UPDATE signing_keys SET retired_at = ?, private_jwk = CASE purpose WHEN 'audit' THEN private_jwk END
       WHERE purpose = ? AND retired_at IS NULL`,
      this.#at,
      purpose,
    );
    this.#sql.exec(
      `INSERT INTO signing_keys (kid, purpose, public_jwk, private_jwk, since) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (kid) DO UPDATE SET retired_at = NULL`,
      key.kid,
      purpose,
      JSON.stringify(key.publicJwk),
      privateJwk,
      this.#at,
    );
    return key;
  }

  /** An older change that is not done is overtaken: only the key of the last one may still sign its retirement. */
  #beginRotation(kid: string): void {
    this.#sql.exec("UPDATE signing_keys SET private_jwk = NULL WHERE purpose = 'audit' AND retired_at IS NOT NULL");
    this.#sql.exec(
      `INSERT INTO rotations (kid, retired) SELECT ?1, kid FROM signing_keys WHERE purpose = 'audit' AND retired_at IS NULL
       ON CONFLICT (kid) DO UPDATE SET retired = excluded.retired, reached = NULL, done_at = NULL`,
      kid,
    );
  }

  #kept(purpose: SymmetricPurpose): { material: Uint8Array | null; fingerprint: string } | null {
    const query = "SELECT material, fingerprint FROM symmetric_keys WHERE purpose = ?";
    const row = this.#sql.exec<{ material: string | null; fingerprint: string }>(query, purpose).toArray()[0];
    if (row === undefined) return null;
    const material = row.material === null ? null : new Uint8Array(Buffer.from(row.material, "base64url"));
    return { material, fingerprint: row.fingerprint };
  }

  #make(purpose: SymmetricPurpose): Uint8Array {
    const key = randomBytes(KEY_BYTES);
    this.#store(purpose, key, Buffer.from(key).toString("base64url"));
    return new Uint8Array(key);
  }

  #store(purpose: SymmetricPurpose, key: Uint8Array, material: string | null): void {
    this.#sql.exec(
      "INSERT INTO symmetric_keys (purpose, material, fingerprint, made_at) VALUES (?, ?, ?, ?)",
      purpose,
      material,
      fingerprint(key),
      this.#at,
    );
  }

  #refuseUnlessKeysAreMade(secret: string): void {
    if (!this.#mayMakeKeys) throw new Error(`secret \`${secret}\` is not set, and keys are made only with \`ALLOW_PRIVATE_HOSTS=1\``);
  }
}

/** Tells keys apart without telling the key: a digest of 32 random bytes. */
const fingerprint = (key: Uint8Array): string => createHash("sha256").update("bulkhead key fingerprint").update(key).digest("base64url");
