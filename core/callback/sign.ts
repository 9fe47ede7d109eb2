/**
 * Signatures as Standard Webhooks says (github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md, "Signature
 * scheme"): HMAC-SHA-256 over `{id}.{timestamp}.{body}`, under the bytes that follow `whsec_` in the secret, in base64. Pure; the
 * HMAC comes in from outside.
 */
import { fromBase64, toBase64 } from "../audit/base64.ts";
import type { EpochMs } from "../time.ts";

/** HMAC-SHA-256 (RFC 2104). */
export type Hmac = (key: Uint8Array, text: string) => Uint8Array;

/** The specification asks for 24 to 64 bytes. */
export const SECRET_BYTES = 32;
const LEAST_BYTES = 24;
const MOST_BYTES = 64;
const PREFIX = "whsec_";

/** The name that an org's callback secrets are sealed under: no secret that a client names can have it. */
export const CALLBACK_SECRET_NAME = "callback:secret";

/** Headers of a signed callback (Standard Webhooks). */
export type CallbackHeaders = {
  readonly "webhook-id": string;
  /** Whole seconds since 1970. */
  readonly "webhook-timestamp": string;
  /** `v1,…` for each secret, separated by spaces: while a secret is being replaced, the old one and the new one both verify. */
  readonly "webhook-signature": string;
};

/** The secret as its receiver stores it: a prefix and base64. */
export const toCallbackSecret = (bytes: Uint8Array): string => PREFIX + toBase64(bytes);

/** The secret's bytes; null when it is none. */
export function callbackKey(secret: string): Uint8Array | null {
  const bytes = secret.startsWith(PREFIX) ? fromBase64(secret.slice(PREFIX.length)) : null;
  return bytes !== null && bytes.length >= LEAST_BYTES && bytes.length <= MOST_BYTES ? bytes : null;
}

/**
 * The three headers of one attempt at one message. `id` is the message's, the same on every attempt: receivers drop repeats by it.
 * `secrets`: newest first, at least one. A secret that is none is a bug: nothing is sent unsigned.
 */
export function signCallback(
  message: { readonly id: string; readonly at: EpochMs; readonly body: string },
  secrets: readonly string[],
  hmac: Hmac,
): CallbackHeaders {
  const timestamp = String(Math.floor(message.at / 1000));
  const signed = `${message.id}.${timestamp}.${message.body}`;
  const signatures = secrets.map((secret) => {
    const key = callbackKey(secret);
    if (key === null) throw new TypeError("a callback secret is malformed");
    return `v1,${toBase64(hmac(key, signed))}`;
  });
  if (signatures.length === 0) throw new TypeError("a callback needs a secret");
  return { "webhook-id": message.id, "webhook-timestamp": timestamp, "webhook-signature": signatures.join(" ") };
}
