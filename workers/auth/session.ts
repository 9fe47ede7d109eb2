/**
 * Console sessions: a cookie that refers to a key or a login and says until when, under a keyed digest. A key is looked up again at
 * every request, so that a session ends with it; a login says itself who signed in, and counts while its issuer is configured.
 *
 * The value: `1.<expiry, epoch ms>.<reference>.<HMAC-SHA-256, hex>`. The reference is a key's hash, `admin`, or `login~` and the login
 * as base64url JSON; for `admin` the platform admin's key goes into the digest, so that changing it ends its sessions.
 */
import { base64url } from "jose";
import type { Role } from "../../core/access/principal.ts";
import type { EpochMs } from "../../core/time.ts";
import { sameSecret } from "./constant-time.ts";

const SESSION_COOKIE = "__Host-bulkhead";
/** Eight hours: a working day. */
export const SESSION_MS = 8 * 60 * 60_000;

/** Somebody who signed in at an identity provider, as the session's cookie carries it. PERSISTED in cookies, for eight hours. */
export type Login = {
  readonly issuer: string;
  readonly subject: string;
  readonly org: string;
  readonly user: string;
  readonly roles: readonly Role[];
  readonly at: EpochMs;
  /** It was opened with a token: its issuer need offer no sign-in. */
  readonly token?: true;
};
/** What a session stands for. */
export type SessionReference =
  | { readonly kind: "admin" }
  | { readonly kind: "key"; readonly hash: string }
  | { readonly kind: "login"; readonly login: Login };
type Mac = (text: string) => Promise<string>;

/** The value of a session's cookie. */
export async function sealSession(reference: SessionReference, expiresAt: EpochMs, adminApiKey: string, mac: Mac): Promise<string> {
  const head = `1.${expiresAt}.${nameOf(reference)}`;
  return `${head}.${await mac(sealed(head, nameOf(reference), adminApiKey))}`;
}

/** What the session refers to, or null when it is none of ours, altered, or over. */
export async function openSession(value: string, at: EpochMs, adminApiKey: string, mac: Mac): Promise<SessionReference | null> {
  const parts = /^1\.(\d{1,15})\.(admin|[0-9a-f]{64}|login~[\w-]{1,3000})\.([0-9a-f]{16,128})$/.exec(value);
  if (parts === null) return null;
  const [, expiry, name, digest] = parts as unknown as [string, string, string, string];
  const expected = await mac(sealed(`1.${expiry}.${name}`, name, adminApiKey));
  if (!(await sameSecret(expected, digest))) return null;
  return Number(expiry) > at ? referenceOf(name) : null;
}

const sealed = (head: string, name: string, adminApiKey: string): string => (name === "admin" ? `${head}\n${adminApiKey}` : head);

const LOGIN = "login~";

function nameOf(reference: SessionReference): string {
  if (reference.kind === "admin") return "admin";
  return reference.kind === "key" ? reference.hash : `${LOGIN}${base64url.encode(JSON.stringify(reference.login))}`;
}

/** The name is under our own digest, so it has the form that `nameOf` gave it. */
function referenceOf(name: string): SessionReference {
  if (name === "admin") return { kind: "admin" };
  if (!name.startsWith(LOGIN)) return { kind: "key", hash: name };
  return { kind: "login", login: JSON.parse(new TextDecoder().decode(base64url.decode(name.slice(LOGIN.length)))) as Login };
}

/** `Set-Cookie` (RFC 6265bis): the prefix `__Host-` asks for Secure, Path=/ and no Domain. */
export const sessionCookie = (value: string): string =>
  `${SESSION_COOKIE}=${value}; Path=/; Max-Age=${SESSION_MS / 1000}; HttpOnly; Secure; SameSite=Strict`;

/** The `Set-Cookie` that takes a session away. */
export const clearedCookie = `${SESSION_COOKIE}=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Strict`;

/** True for a request of the console itself: a page of our own origin sent it, and on writes with the console's header. */
export function comesFromConsole(request: Request): boolean {
  if (request.headers.get("Sec-Fetch-Site") !== "same-origin") return false;
  const reads = request.method === "GET" || request.method === "HEAD";
  return reads || request.headers.get("X-Bulkhead-Console") === "1";
}

/** The session's value when the cookie counts: on requests of the console alone. */
export function countedCookie(request: Request): string | null {
  if (!comesFromConsole(request)) return null;
  for (const pair of (request.headers.get("Cookie") ?? "").split(";")) {
    const separator = pair.indexOf("=");
    if (separator > 0 && pair.slice(0, separator).trim() === SESSION_COOKIE) return pair.slice(separator + 1).trim();
  }
  return null;
}
