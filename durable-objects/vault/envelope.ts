/**
 * The cryptography of the vault, synchronous so that it fits inside one transaction: AES-256-GCM (NIST SP 800-38D) with a random
 * 96-bit nonce for values and for the wrapping of keys, HMAC-SHA-256 for looking a value up without keeping it.
 */
import { createHash, createHmac, randomBytes } from "node:crypto";
import { sealBytes, unsealBytes } from "../../kit/aes-gcm.ts";
import { SealBroken } from "../../kit/sealed-text.ts";

const KEY_BYTES = 32;

/** A person's key, opened. `id` tells it from another key of the same person, made after the first was deleted. */
export type PersonKey = {
  readonly id: string;
  readonly encryption: Uint8Array;
  readonly lookup: Uint8Array;
  readonly pseudonym: Uint8Array;
  /** From which the keys of the person's runs derive. */
  readonly runs: Uint8Array;
};

/** A new random key of 256 bits. */
export const newKeyBytes = (): Uint8Array => new Uint8Array(randomBytes(KEY_BYTES));

/** Keys with separate purposes from one (RFC 5869 section 2.3 with one block each; the input is uniform already). */
export function personKey(bytes: Uint8Array): PersonKey {
  const derive = (purpose: string): Uint8Array =>
    new Uint8Array(createHmac("sha256", bytes).update(`bulkhead vault ${purpose}\u0001`).digest());
  return {
    id: createHash("sha256").update(derive("id")).digest("hex").slice(0, 16),
    encryption: derive("values"),
    lookup: derive("lookup"),
    pseudonym: derive("pseudonym"),
    runs: derive("runs"),
  };
}

/** PERSISTED in R2: version, nonce, ciphertext, tag. `name` is bound to it: a wrapped key under another name does not open. */
export const wrapKey = (master: Uint8Array, name: string, bytes: Uint8Array): Uint8Array =>
  sealBytes(checkedMaster(master), `key ${name}`, bytes);

/** Opens a wrapped key. Throws when it is damaged, or was wrapped under another name or another master key. */
export function unwrapKey(master: Uint8Array, name: string, wrapped: Uint8Array): Uint8Array {
  const bytes = unseal(checkedMaster(master), `key ${name}`, wrapped);
  if (bytes.length !== KEY_BYTES) throw new Error("a wrapped key of the vault has the wrong size");
  return bytes;
}

/** PERSISTED in the object: as for keys. `place` (run and placeholder) is bound to it: a row moved elsewhere does not open. */
export const sealValue = (key: PersonKey, place: string, value: string): Uint8Array =>
  sealBytes(key.encryption, `value ${place}`, encodeUnits(value));

/** Opens a sealed value. Throws when it is damaged or was sealed for another place. */
export const openValue = (key: PersonKey, place: string, sealed: Uint8Array): string =>
  decodeUnits(unseal(key.encryption, `value ${place}`, sealed));

/** The same for the same value, and nothing to anybody without the person's key. */
export const lookupCode = (key: PersonKey, type: string, value: string): string =>
  createHmac("sha256", key.lookup).update(`${type}\u0000`).update(encodeUnits(value)).digest("base64url");

/** The same for the same person as long as the key lives: 24 characters of base64url, of which nobody without the key learns anything. */
export const pseudonymCode = (key: PersonKey, subject: string): string =>
  createHmac("sha256", key.pseudonym).update(subject).digest("base64url").slice(0, 24);

/** The key of one of the person's runs: the same as long as the person's key lives, and nothing that opens another run. */
export const keyOfRun = (key: PersonKey, run: string): Uint8Array => new Uint8Array(createHmac("sha256", key.runs).update(run).digest());

/** UTF-16 as it is: half a surrogate pair in a found text would not survive UTF-8. */
const encodeUnits = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "utf16le"));
const decodeUnits = (bytes: Uint8Array): string => Buffer.from(bytes).toString("utf16le");

function unseal(key: Uint8Array, bound: string, sealed: Uint8Array): Uint8Array {
  const bytes = unsealBytes(key, bound, sealed);
  if (bytes === "form") throw new Error("a sealed value of the vault has an unknown form");
  if (bytes === "closed") throw new SealBroken("a sealed value of the vault does not open under its key");
  return bytes;
}

function checkedMaster(master: Uint8Array): Uint8Array {
  if (master.length !== KEY_BYTES) throw new Error("the vault's master key is not 32 bytes long");
  return master;
}
