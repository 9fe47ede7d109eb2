/**
 * AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce, synchronous so that it fits inside one transaction. Knows neither where keys come from
 * nor what is sealed.
 *
 * PERSISTED: a sealed value is a version byte (1), the nonce (12), the ciphertext, the tag (16).
 */
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const VERSION = 1;

/** Seals bytes. `bound` is authenticated with them and not stored: they open with the same only. */
export function sealBytes(key: Uint8Array, bound: string, plain: Uint8Array): Uint8Array {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  cipher.setAAD(Buffer.from(bound));
  const body = Buffer.concat([cipher.update(plain), cipher.final()]);
  return new Uint8Array(Buffer.concat([Buffer.of(VERSION), nonce, body, cipher.getAuthTag()]));
}

/** The bytes; `form`: these are no sealed bytes that this code knows; `closed`: they are damaged, or were sealed under another key or bound to something else. */
export function unsealBytes(key: Uint8Array, bound: string, sealed: Uint8Array): Uint8Array | "form" | "closed" {
  if (sealed[0] !== VERSION || sealed.length < 1 + NONCE_BYTES + TAG_BYTES) return "form";
  const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(1, 1 + NONCE_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(bound));
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  try {
    return new Uint8Array(Buffer.concat([decipher.update(sealed.subarray(1 + NONCE_BYTES, sealed.length - TAG_BYTES)), decipher.final()]));
  } catch {
    return "closed";
  }
}
