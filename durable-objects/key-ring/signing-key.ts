/** Ed25519 keys as JWKs (RFC 8037): making one, reading one from a secret, its public half and its name. Errors never repeat what they read. */
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, hkdfSync } from "node:crypto";

/** What a key signs: audit entries and checkpoints of audit logs are signed with no other keys than those of their purpose. */
export type SigningPurpose = "audit" | "credential" | "checkpoint";

/** The public half of an Ed25519 key. */
export type PublicJwk = {
  readonly kty: "OKP";
  readonly crv: "Ed25519";
  readonly x: string;
  readonly kid: string;
  readonly use: "sig";
  readonly alg: "EdDSA";
  /** Ours (RFC 7517 section 4 allows more members): a verifier of one purpose takes no key of the other. */
  readonly purpose: SigningPurpose;
};

/** An Ed25519 key with its secret half. */
export type PrivateJwk = { readonly kty: "OKP"; readonly crv: "Ed25519"; readonly x: string; readonly d: string };

/** A key to sign with, and its name. */
export type SigningKey = { readonly kid: string; readonly publicJwk: PublicJwk; readonly privateJwk: PrivateJwk };

/** A new random key. Throws only when the runtime makes none. */
export function makeSigningKey(purpose: SigningPurpose): SigningKey {
  const { d, x } = generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" });
  if (d === undefined || x === undefined) throw new Error("the runtime made an Ed25519 key without its parts");
  return signingKey(purpose, { kty: "OKP", crv: "Ed25519", x, d });
}

/** PKCS #8 of an Ed25519 seed (RFC 8410 section 7): what stands before its 32 bytes. */
const PKCS8_BEFORE_SEED = Buffer.from("302e020100300506032b657004220420", "hex");

/**
 * A key of its own that follows from another (RFC 5869): it needs no secret of its own, and is replaced together with that one. PERSISTED in
 * every checkpoint that it signs: the derivation never changes.
 */
export function derivedKey(purpose: SigningPurpose, { privateJwk }: SigningKey): SigningKey {
  const seed = new Uint8Array(
    hkdfSync("sha256", Buffer.from(privateJwk.d, "base64url"), new Uint8Array(0), `bulkhead/${purpose}-key/v1`, 32),
  );
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_BEFORE_SEED, seed]), format: "der", type: "pkcs8" });
  const { d, x } = key.export({ format: "jwk" });
  if (d === undefined || x === undefined) throw new Error("the runtime made an Ed25519 key without its parts");
  return signingKey(purpose, { kty: "OKP", crv: "Ed25519", x, d });
}

/** `secret` is named in the error, its content is not. */
export function readSigningKey(purpose: SigningPurpose, secret: string, text: string): SigningKey {
  const refuse = (): never => {
    throw new Error(`secret \`${secret}\` is not an Ed25519 private key as a JWK (kty OKP, crv Ed25519, x, d)`);
  };
  try {
    const { kty, crv, x, d } = JSON.parse(text) as Record<string, unknown>;
    if (kty !== "OKP" || crv !== "Ed25519" || typeof x !== "string" || typeof d !== "string") return refuse();
    const jwk: PrivateJwk = { kty, crv, x, d };
    const publicHalf = createPublicKey(createPrivateKey({ key: { ...jwk }, format: "jwk" }));
    return publicHalf.export({ format: "jwk" }).x === x ? signingKey(purpose, jwk) : refuse();
  } catch {
    return refuse();
  }
}

function signingKey(purpose: SigningPurpose, privateJwk: PrivateJwk): SigningKey {
  const { kty, crv, x } = privateJwk;
  const kid = thumbprint(x);
  return { kid, privateJwk, publicJwk: { kty, crv, x, kid, use: "sig", alg: "EdDSA", purpose } };
}

/** RFC 7638 section 3, with the members that RFC 8037 section 2 names. */
const thumbprint = (x: string): string => createHash("sha256").update(`{"crv":"Ed25519","kty":"OKP","x":"${x}"}`).digest("base64url");
