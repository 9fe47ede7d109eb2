/** Secrets of an org as D1 keeps them: AES-256-GCM (NIST SP 800-38D) under a key derived from the vault key, bound to org and name. */
import { hkdfSync } from "node:crypto";

const NONCE_BYTES = 12;
const VERSION = "v1";

/** RFC 5869; the info keeps this key apart from every other use of the vault key. */
const deriveKey = (vaultKey: Uint8Array): Promise<CryptoKey> =>
  crypto.subtle.importKey("raw", hkdfSync("sha256", vaultKey, new Uint8Array(0), "bulkhead/secrets/v1", 32), "AES-GCM", false, [
    "encrypt",
    "decrypt",
  ]);

/** Additional data: what is sealed for one name opens under no other. JSON, so that no two pairs give the same text. */
const boundTo = (org: string, name: string): Uint8Array => new TextEncoder().encode(JSON.stringify([VERSION, org, name]));

/** PERSISTED: `v1.{nonce}.{ciphertext and tag}`, base64url. */
export async function seal(
  vaultKey: Uint8Array,
  org: string,
  name: string,
  value: string,
  random: (bytes: number) => Uint8Array,
): Promise<string> {
  const nonce = random(NONCE_BYTES);
  const sealed = await crypto.subtle.encrypt(
    { name: "AES-GCM", iv: nonce, additionalData: boundTo(org, name) },
    await deriveKey(vaultKey),
    new TextEncoder().encode(value),
  );
  return [VERSION, Buffer.from(nonce).toString("base64url"), Buffer.from(sealed).toString("base64url")].join(".");
}

/** null when it was not sealed under this key for this org and name. */
export async function open(vaultKey: Uint8Array, org: string, name: string, sealed: string): Promise<string | null> {
  const [version, nonce, body, ...more] = sealed.split(".");
  if (version !== VERSION || nonce === undefined || body === undefined || more.length > 0) return null;
  const iv = Buffer.from(nonce, "base64url");
  if (iv.length !== NONCE_BYTES) return null;
  try {
    const algorithm = { name: "AES-GCM", iv, additionalData: boundTo(org, name) };
    const opened = await crypto.subtle.decrypt(algorithm, await deriveKey(vaultKey), Buffer.from(body, "base64url"));
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(opened);
  } catch {
    return null;
  }
}
