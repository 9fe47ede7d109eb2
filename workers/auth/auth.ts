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
  /** HMAC-SHA-256, hex, under a key of this deployment. */
  readonly sessionMac: (text: string) => Promise<string>;
};

/** Credentials in, callers out. */
export type Auth = {
  /** The caller, or null: which part was wrong is not said. Throws only when storage is out of reach. */
  authenticate(request: Request): Promise<Principal | null>;
  /** A new API key: the text that its holder sees once, and what is kept of it. */
  mintApiKey(): Promise<MintedKey>;
  /** The `Set-Cookie` of a console session for the bearer key of this request; null when none came. */
  openSession(request: Request): Promise<{ readonly cookie: string; readonly expiresAt: EpochMs } | null>;
  /** The `Set-Cookie` that ends the session. */
  closeSession(): string;
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
    return value === null ? null : openSession(value, ports.now(), ports.adminApiKey, ports.sessionMac);
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
      if (reference === null || (await resolve(reference, request)) === null) return null;
      const expiresAt = ports.now() + SESSION_MS;
      return { cookie: sessionCookie(await sealSession(reference, expiresAt, ports.adminApiKey, ports.sessionMac)), expiresAt };
    },
    closeSession: () => clearedCookie,
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
