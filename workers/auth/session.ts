/**
 * Console sessions: a cookie that refers to a key and says until when, under a keyed digest. It holds no right of its own: the
 * key is looked up again at every request, so that a session ends with its key.
 *
 * The value: `1.<expiry, epoch ms>.<reference>.<HMAC-SHA-256, hex>`. The reference is a key's hash, or `admin`; for `admin` the
 * platform admin's key goes into the digest, so that changing it ends its sessions.
 */
import type { EpochMs } from "../../core/time.ts";
import { sameSecret } from "./constant-time.ts";

const SESSION_COOKIE = "__Host-bulkhead";
/** Eight hours: a working day. */
export const SESSION_MS = 8 * 60 * 60_000;

/** What a session stands for. */
export type SessionReference = { readonly kind: "admin" } | { readonly kind: "key"; readonly hash: string };
type Mac = (text: string) => Promise<string>;

/** The value of a session's cookie. */
export async function sealSession(reference: SessionReference, expiresAt: EpochMs, adminApiKey: string, mac: Mac): Promise<string> {
  const head = `1.${expiresAt}.${reference.kind === "admin" ? "admin" : reference.hash}`;
  return `${head}.${await mac(sealed(head, reference, adminApiKey))}`;
}

/** What the session refers to, or null when it is none of ours, altered, or over. */
export async function openSession(value: string, at: EpochMs, adminApiKey: string, mac: Mac): Promise<SessionReference | null> {
  const parts = /^1\.(\d{1,15})\.(admin|[0-9a-f]{64})\.([0-9a-f]{16,128})$/.exec(value);
  if (parts === null) return null;
  const [, expiry, name, digest] = parts as unknown as [string, string, string, string];
  const reference: SessionReference = name === "admin" ? { kind: "admin" } : { kind: "key", hash: name };
  const expected = await mac(sealed(`1.${expiry}.${name}`, reference, adminApiKey));
  if (!(await sameSecret(expected, digest))) return null;
  return Number(expiry) > at ? reference : null;
}

const sealed = (head: string, reference: SessionReference, adminApiKey: string): string =>
  reference.kind === "admin" ? `${head}\n${adminApiKey}` : head;

/** `Set-Cookie` (RFC 6265bis): the prefix `__Host-` asks for Secure, Path=/ and no Domain. */
export const sessionCookie = (value: string): string =>
  `${SESSION_COOKIE}=${value}; Path=/; Max-Age=${SESSION_MS / 1000}; HttpOnly; Secure; SameSite=Strict`;

/** The `Set-Cookie` that takes a session away. */
export const clearedCookie = `${SESSION_COOKIE}=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Strict`;

/** The session's value when the cookie counts: sent by a page of our own origin, and on writes with the console's header. */
export function countedCookie(request: Request): string | null {
  if (request.headers.get("Sec-Fetch-Site") !== "same-origin") return null;
  const reads = request.method === "GET" || request.method === "HEAD";
  if (!reads && request.headers.get("X-Bulkhead-Console") !== "1") return null;
  for (const pair of (request.headers.get("Cookie") ?? "").split(";")) {
    const separator = pair.indexOf("=");
    if (separator > 0 && pair.slice(0, separator).trim() === SESSION_COOKIE) return pair.slice(separator + 1).trim();
  }
  return null;
}
