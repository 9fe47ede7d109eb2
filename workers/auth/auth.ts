/**
 * Credentials in, callers out: API keys, the platform admin's key, tokens of identity providers, console sessions. Whatever is wrong
 * gives null and nothing else: which part was wrong is for nobody to learn. Knows nothing of routes or roles' meaning.
 */
import { PLATFORM_ADMIN_USER } from "../../core/access/person.ts";
import { isPlatformAdmin, PLATFORM_ORG, type Principal, ROLES, type Role } from "../../core/access/principal.ts";
import type { EpochMs } from "../../core/time.ts";
import { isWholeApiKey, type MintedKey, mintApiKey, sha256Hex } from "./api-key.ts";
import { inRanges } from "./cidr.ts";
import { sameSecret } from "./constant-time.ts";
import type { Issuer } from "./oidc/issuers.ts";
import type { Providers } from "./oidc/provider.ts";
import { isTokenForm, principalOf as principalOfLogin, type Vouched, vouchedFor } from "./oidc/tokens.ts";
import {
  clearedCookie,
  comesFromConsole,
  countedCookie,
  type Login,
  openSession,
  SESSION_MS,
  type SessionReference,
  sealSession,
  sessionCookie,
} from "./session.ts";

/** A key as storage knows it. */
export type StoredKey = {
  readonly id: string;
  readonly org: string;
  readonly user: string;
  readonly roles: readonly Role[];
  readonly created_at: string;
  readonly created_by: string | null;
  readonly root: string;
  /** The first of the keys that rotated themselves into this one. */
  readonly chain: string;
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
  /** Identity providers whose tokens count; empty: none does. */
  readonly issuers: readonly Issuer[];
  readonly providers: Providers;
};

/** Credentials in, callers out. */
export type Auth = {
  /** The caller, or null: which part was wrong is not said. Throws only when storage is out of reach. */
  authenticate(request: Request): Promise<Principal | null>;
  /** A new API key: the text that its holder sees once, and what is kept of it. */
  mintApiKey(): Promise<MintedKey>;
  /** A console session for the bearer key or token of this request; that of a token ends with it. Throws `ProviderUnavailable`. Refused: `key` is the one that came, where there is such a key. */
  openSession(request: Request): Promise<OpenedSession | { readonly ok: false; readonly key: StoredKey | null }>;
  /** A console session for somebody who signed in at an identity provider. */
  openLoginSession(vouched: Vouched): Promise<OpenedSession>;
  /**
   * Ends the session of this request permanently. `principal`: whose it was, null when the request had none. `cookie`: the `Set-Cookie` that
   * clears it.
   */
  closeSession(request: Request): Promise<{ readonly cookie: string; readonly principal: Principal | null }>;
};

/** A new session of the console: its cookie, when it ends, and whose it is. */
export type OpenedSession = {
  readonly ok: true;
  readonly cookie: string;
  readonly expiresAt: EpochMs;
  readonly principal: Principal;
};

/** Longer texts are no keys. */
const KEY_CHARACTERS = 512;
/** Shorter admin keys are refused: docs/contract.md, "Who calls". */
const ADMIN_KEY_CHARACTERS = 24;
const PLATFORM_ADMIN: Principal = {
  org: PLATFORM_ORG,
  user: PLATFORM_ADMIN_USER,
  roles: ROLES,
  credential: "admin",
  credentialCreatedAt: 0,
  credentialExpiresAt: null,
  credentialCreatedBy: null,
  root: PLATFORM_ADMIN_USER,
  forOthers: true,
  platformAdmin: true,
};

/** Fails closed: a platform key that is too short opens nothing. */
export function defineAuth(ports: AuthPorts): Auth {
  const adminApiKey = ports.adminApiKey.length >= ADMIN_KEY_CHARACTERS ? ports.adminApiKey : null;
  /** The bearer text (RFC 6750 section 2.1); null when there is none. */
  const bearerOf = (request: Request): string | null =>
    /^Bearer +([\x21-\x7e]{1,15000})$/i.exec(request.headers.get("Authorization") ?? "")?.[1] ?? null;

  /** The bearer as a reference to a key; null when it is none or not whole. */
  const keyReference = async (token: string | null): Promise<SessionReference | null> => {
    if (token === null || token.length > KEY_CHARACTERS) return null;
    if (adminApiKey !== null && (await sameSecret(token, adminApiKey))) return { kind: "admin" };
    return (await isWholeApiKey(token)) ? { kind: "key", hash: await sha256Hex(token) } : null;
  };

  const fromProvider = async (token: string, header: Issuer["header"]): Promise<Principal | null> => {
    const vouched = await vouchedFor(ports, token, header);
    return vouched === null ? null : principalOfLogin(vouched);
  };

  const cookieReference = async (request: Request): Promise<SessionReference | null> => {
    const value = countedCookie(request);
    const session = value === null ? null : await openSession(value, ports.now(), ports.adminApiKey, ports.sessionMac);
    if (value === null || session === null || (await ports.sessions.isEnded(await sha256Hex(value)))) return null;
    return session;
  };

  const resolve = async (reference: SessionReference, request: Request): Promise<Principal | null> => {
    if (reference.kind === "admin") return adminApiKey === null ? null : PLATFORM_ADMIN;
    if (reference.kind === "login") return resolveLogin(ports.issuers, reference.login);
    const key = await ports.keyByHash(reference.hash);
    return key !== null && isGood(key, request, ports.now()) ? principalOf(key) : null;
  };

  const opened = async (reference: SessionReference, principal: Principal, until: EpochMs | null = null): Promise<OpenedSession> => {
    const expiresAt = Math.min(ports.now() + SESSION_MS, until ?? Number.POSITIVE_INFINITY);
    const value = await sealSession(reference, expiresAt, ports.adminApiKey, ports.sessionMac);
    return { ok: true, cookie: sessionCookie(value), expiresAt, principal };
  };

  const openTokenSession = async (token: string): ReturnType<Auth["openSession"]> => {
    const vouched = isTokenForm(token) ? await vouchedFor(ports, token, "authorization") : null;
    const until = vouched?.expiresAt ?? 0;
    if (vouched === null || vouched.roles.length === 0 || until <= ports.now()) return { ok: false, key: null };
    const { issuer, subject, org, user, roles, signedInAt } = vouched;
    const login: Login = { issuer: issuer.issuer, subject, org, user, roles, at: signedInAt, token: true };
    return opened({ kind: "login", login }, await principalOfLogin(vouched), until);
  };

  return {
    async authenticate(request) {
      // A bearer that is wrong is not made good by anything else that came: the caller means the one it names.
      if (request.headers.has("Authorization")) {
        const token = bearerOf(request);
        const reference = await keyReference(token);
        if (reference !== null) return resolve(reference, request);
        return token !== null && isTokenForm(token) ? fromProvider(token, "authorization") : null;
      }
      const cookie = await cookieReference(request);
      if (cookie !== null) return resolve(cookie, request);
      const assertion = request.headers.get("Cf-Access-Jwt-Assertion");
      return assertion !== null && isAsked(request) ? fromProvider(assertion, "cf-access-jwt-assertion") : null;
    },
    mintApiKey: () => mintApiKey(ports.random),
    async openSession(request) {
      const token = bearerOf(request);
      const reference = await keyReference(token);
      if (reference === null) return token === null ? { ok: false, key: null } : openTokenSession(token);
      const principal = await resolve(reference, request);
      if (principal === null) return { ok: false, key: reference.kind === "key" ? await ports.keyByHash(reference.hash) : null };
      return opened(reference, principal);
    },
    async openLoginSession(vouched) {
      const { issuer, subject, org, user, roles } = vouched;
      const at = ports.now();
      const principal = { ...(await principalOfLogin(vouched)), credentialCreatedAt: at };
      return opened({ kind: "login", login: { issuer: issuer.issuer, subject, org, user, roles, at } }, principal);
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

/**
 * Cloudflare Access puts its header on whatever passes it, a page of another site's request too. So from a browser it counts like a
 * cookie; a service's request has neither cookies nor an origin.
 */
const isAsked = (request: Request): boolean =>
  comesFromConsole(request) || !["Cookie", "Origin", "Sec-Fetch-Site"].some((name) => request.headers.has(name));

/** The person of a login, while its issuer is configured and may still name that org. */
async function resolveLogin(issuers: readonly Issuer[], login: Login): Promise<Principal | null> {
  const issuer = issuers.find(
    ({ issuer: name, login: byLogin, header, org }) =>
      name === login.issuer &&
      (login.token === true ? header === "authorization" : byLogin !== null) &&
      ("fixed" in org ? org.fixed === login.org : org.among.includes(login.org)),
  );
  return issuer === undefined ? null : principalOfLogin({ ...login, issuer, signedInAt: login.at, expiresAt: null });
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
  chain: key.chain,
  credentialCreatedAt: Date.parse(key.created_at),
  credentialExpiresAt: Date.parse(key.expires_at),
  credentialCreatedBy: key.created_by,
  root: key.root,
  forOthers: key.for_others,
  platformAdmin: isPlatformAdmin(key.org, key.roles),
});
