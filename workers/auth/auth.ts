/**
 * Credentials in, callers out: API keys, the platform admin's key, console sessions. Whatever is wrong gives null and nothing
 * else: which part was wrong is for nobody to learn. Knows nothing of routes or roles' meaning.
 */
import { PLATFORM_ADMIN_USER } from "../../core/access/person.ts";
import type { Principal, Role } from "../../core/access/principal.ts";
import type { EpochMs } from "../../core/time.ts";
import { isWholeApiKey, type MintedKey, mintApiKey, sha256Hex } from "./api-key.ts";
import { inRanges } from "./cidr.ts";
import { sameSecret } from "./constant-time.ts";
import { clearedCookie, countedCookie, openSession, SESSION_MS, type SessionReference, sealSession, sessionCookie } from "./session.ts";

/** A key as storage knows it. */
export type StoredKey = {
  readonly id: string;
  readonly org: string;
  readonly user: string;
  readonly roles: readonly Role[];
  readonly created_at: string;
  readonly created_by: string | null;
  readonly root: string;
  readonly expires_at: string;
  readonly revoked_at: string | null;
  readonly allow_from: readonly string[];
  readonly for_others: boolean;
};

/** What authentication needs from outside. */
export type AuthPorts = {
  readonly now: () => EpochMs;
  readonly random: (bytes: number) => Uint8Array;
  /** The variable `ADMIN_API_KEY`; empty or too short: there is no platform admin's key. */
  readonly adminApiKey: string;
  readonly keyByHash: (hash: string) => Promise<StoredKey | null>;
  /** Sessions that were ended before their time, by the digest of their value. */
  readonly sessions: {
    readonly end: (id: string, until: EpochMs) => Promise<void>;
    readonly isEnded: (id: string) => Promise<boolean>;
  };
  /** HMAC-SHA-256, hex, under a key of this deployment. */
  readonly sessionMac: (text: string) => Promise<string>;
};

/** Credentials in, callers out. */
export type Auth = {
  /** The caller, or null: which part was wrong is not said. Throws only when storage is out of reach. */
  authenticate(request: Request): Promise<Principal | null>;
  /** A new API key: the text that its holder sees once, and what is kept of it. */
  mintApiKey(): Promise<MintedKey>;
  /** A console session for the bearer key of this request. Refused: `key` is the one that came, where there is such a key. */
  openSession(request: Request): Promise<OpenedSession | { readonly ok: false; readonly key: StoredKey | null }>;
  /** Ends the session of this request for good; `principal`: whose it was, null when none came. `cookie`: the `Set-Cookie` that clears it. */
  closeSession(request: Request): Promise<{ readonly cookie: string; readonly principal: Principal | null }>;
};

export type OpenedSession = {
  readonly ok: true;
  readonly cookie: string;
  readonly expiresAt: EpochMs;
  readonly principal: Principal;
};

/** Shorter admin keys are refused: docs/contract.md, "Who calls". */
const ADMIN_KEY_CHARACTERS = 24;
/** The org whose admins are admins of the platform. */
const PLATFORM_ORG = "default";

const PLATFORM_ADMIN: Principal = {
  org: PLATFORM_ORG,
  user: PLATFORM_ADMIN_USER,
  roles: ["caller", "developer", "reviewer", "operator", "auditor", "admin"],
  credential: "admin",
  credentialCreatedAt: 0,
  credentialCreatedBy: null,
  root: PLATFORM_ADMIN_USER,
  forOthers: true,
  platformAdmin: true,
};

/** Fails closed: a platform key that is too short opens nothing. */
export function defineAuth(ports: AuthPorts): Auth {
  const adminApiKey = ports.adminApiKey.length >= ADMIN_KEY_CHARACTERS ? ports.adminApiKey : null;
  /** The bearer text (RFC 6750 section 2.1) as a reference to a key; null when it is none or not whole. */
  const bearerReference = async (request: Request): Promise<SessionReference | null> => {
    const token = /^Bearer +([\x21-\x7e]{1,512})$/i.exec(request.headers.get("Authorization") ?? "")?.[1];
    if (token === undefined) return null;
    if (adminApiKey !== null && (await sameSecret(token, adminApiKey))) return { kind: "admin" };
    return (await isWholeApiKey(token)) ? { kind: "key", hash: await sha256Hex(token) } : null;
  };

  const cookieReference = async (request: Request): Promise<SessionReference | null> => {
    const value = countedCookie(request);
    const session = value === null ? null : await openSession(value, ports.now(), ports.adminApiKey, ports.sessionMac);
    if (value === null || session === null || (await ports.sessions.isEnded(await sha256Hex(value)))) return null;
    return session;
  };

  const resolve = async (reference: SessionReference, request: Request): Promise<Principal | null> => {
    if (reference.kind === "admin") return adminApiKey === null ? null : PLATFORM_ADMIN;
    const key = await ports.keyByHash(reference.hash);
    return key !== null && isGood(key, request, ports.now()) ? principalOf(key) : null;
  };

  return {
    async authenticate(request) {
      // A bearer that is wrong is not made good by a cookie: the caller means the one it names.
      const reference = request.headers.has("Authorization") ? await bearerReference(request) : await cookieReference(request);
      return reference === null ? null : resolve(reference, request);
    },
    mintApiKey: () => mintApiKey(ports.random),
    async openSession(request) {
      const reference = await bearerReference(request);
      if (reference === null) return { ok: false, key: null };
      const principal = await resolve(reference, request);
      if (principal === null) return { ok: false, key: reference.kind === "key" ? await ports.keyByHash(reference.hash) : null };
      const expiresAt = ports.now() + SESSION_MS;
      const value = await sealSession(reference, expiresAt, ports.adminApiKey, ports.sessionMac);
      return { ok: true, cookie: sessionCookie(value), expiresAt, principal };
    },
    async closeSession(request) {
      const value = countedCookie(request);
      const reference = await cookieReference(request);
      if (value === null || reference === null) return { cookie: clearedCookie, principal: null };
      const principal = await resolve(reference, request);
      // Everything of it is over by then, whatever its own time says.
      await ports.sessions.end(await sha256Hex(value), ports.now() + SESSION_MS);
      return { cookie: clearedCookie, principal };
    },
  };
}

function isGood(key: StoredKey, request: Request, at: EpochMs): boolean {
  if (key.revoked_at !== null) return false;
  // A time that cannot be read is NaN, and NaN is later than nothing: the key is refused.
  if (!(Date.parse(key.expires_at) > at)) return false;
  if (key.allow_from.length === 0) return true;
  return inRanges(request.headers.get("CF-Connecting-IP") ?? "", key.allow_from);
}

const principalOf = (key: StoredKey): Principal => ({
  org: key.org,
  user: key.user,
  roles: key.roles,
  credential: key.id,
  credentialCreatedAt: Date.parse(key.created_at),
  credentialCreatedBy: key.created_by,
  root: key.root,
  forOthers: key.for_others,
  platformAdmin: key.org === PLATFORM_ORG && key.roles.includes("admin"),
});
