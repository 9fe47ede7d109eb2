/**
 * Tokens of identity providers in, callers out (RFC 7519, RFC 9068, OpenID Connect Core 1.0). Signature, issuer, audience and times are
 * jose's to check; which of them are asked for, and what the claims mean here, is said in this file. Whatever is wrong gives null.
 */
import { createLocalJWKSet, decodeJwt, errors, type JWTPayload, type JWTVerifyOptions, jwtVerify } from "jose";
import { type ClaimedHolder, holderOf } from "../../../core/access/claims.ts";
import { isReservedUser, LOGIN_ROOT, PLATFORM_ADMIN_USER } from "../../../core/access/person.ts";
import { isPlatformAdmin, type Principal } from "../../../core/access/principal.ts";
import { flawOfName } from "../../../core/guardrail/pii/personal-name.ts";
import type { JsonObject } from "../../../core/json.ts";
import type { EpochMs } from "../../../core/time.ts";
import { sha256Hex } from "../api-key.ts";
import type { Issuer, TokenHeader } from "./issuers.ts";
import type { Providers } from "./provider.ts";

/** How far the issuer's clock may be off from ours, for `exp`, `nbf` and `iat`. */
const SKEW_SECONDS = 60;
/** A token is three base64url parts (RFC 7515 section 7.1). Longer ones are refused unread: headers are bounded to 128 kB, not to this. */
const FORM = /^[\w-]{1,4096}\.[\w-]{1,8192}\.[\w-]{1,2048}$/;
/** `typ` of access tokens and ID tokens; other kinds (`logout+jwt`, `secevent+jwt` …) are made for something else. */
const TYPES: ReadonlySet<string | undefined> = new Set([undefined, "JWT", "jwt", "at+jwt", "application/at+jwt"]);

/** Whether the text looks like a token at all. */
export const isTokenForm = (text: string): boolean => FORM.test(text);

/** What tokens are checked with. */
export type TokenPorts = { readonly issuers: readonly Issuer[]; readonly providers: Providers; readonly now: () => EpochMs };

/** Somebody that an issuer vouches for. */
export type Vouched = ClaimedHolder & {
  readonly issuer: Issuer;
  readonly subject: string;
  /** When the holder signed in, as far as the token says (`auth_time`, else `iat`), at most now. */
  readonly signedInAt: EpochMs;
  /** When the token ends; null: of a session, which says that itself. */
  readonly expiresAt: EpochMs | null;
};

/** The holder of a token that came in this header; null when it is none of ours. Throws `ProviderUnavailable`. */
export async function vouchedFor(ports: TokenPorts, token: string, header: TokenHeader): Promise<Vouched | null> {
  const claimed = isTokenForm(token) ? unverified(token) : null;
  if (claimed === null) return null;
  for (const issuer of ports.issuers) {
    if (issuer.header !== header || issuer.issuer !== claimed.iss || !namesOne(claimed.aud, issuer.audience)) continue;
    const claims = await verified(ports, issuer, token, issuer.audience);
    const vouched = claims === null ? null : vouchedBy(ports, issuer, claims);
    if (vouched !== null) return vouched;
  }
  return null;
}

/** The holder that the verified claims name. */
export function vouchedBy({ now }: Pick<TokenPorts, "now">, issuer: Issuer, claims: JWTPayload): Vouched | null {
  const holder = holderOf(claims as JsonObject, issuer);
  if (holder === null || holder.user === PLATFORM_ADMIN_USER || isReservedUser(holder.user) || !mayName(holder.user)) return null;
  const { auth_time: authTime } = claims;
  const seconds = typeof authTime === "number" ? authTime : (claims.iat ?? now() / 1000);
  // Some providers leave `sub` out of access tokens; the user is who they are then.
  const subject = typeof claims.sub === "string" && claims.sub !== "" ? claims.sub : holder.user;
  const expiresAt = typeof claims.exp === "number" ? claims.exp * 1000 : null;
  return { ...holder, issuer, subject, signedInAt: Math.min(now(), seconds * 1000), expiresAt };
}

/** As with names that are sent, but for a plain mail address: whoever configured the claim chose to have it on record. */
const mayName = (user: string): boolean => PLAIN_MAIL.test(user) || flawOfName(user) === null;
const PLAIN_MAIL = /^[a-z0-9._%+-]{1,64}@[a-z0-9.-]{1,255}$/i;

/** The claims of a token that this issuer made for one of the audiences; null when it is not, or not any more. Throws `ProviderUnavailable`. */
export async function verified(ports: TokenPorts, issuer: Issuer, token: string, audience: readonly string[]): Promise<JWTPayload | null> {
  const options: JWTVerifyOptions = {
    issuer: issuer.issuer,
    audience: [...audience],
    algorithms: [...issuer.algorithms],
    clockTolerance: SKEW_SECONDS,
    currentDate: new Date(ports.now()),
    requiredClaims: ["exp"],
  };
  for (const missed of [false, true]) {
    const { keys } = await ports.providers.published(issuer, missed);
    try {
      const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet(keys), options);
      return TYPES.has(protectedHeader.typ) && isMade(payload, ports.now()) ? payload : null;
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey) continue; // perhaps the issuer rotated its keys
      if (error instanceof errors.JWKSMultipleMatchingKeys) {
        const payload = await firstThatFits(error, token, options);
        return payload !== null && isMade(payload, ports.now()) ? payload : null;
      }
      return null;
    }
  }
  return null;
}

/** The last second of the year 9999, which RFC 3339 can still write: an issuer beyond it counts in milliseconds, or wrong. */
const LAST_SECOND = 253_402_300_799;
const isTime = (seconds: unknown): boolean => typeof seconds === "number" && seconds >= 0 && seconds <= LAST_SECOND;

/** A token whose times are none, or that says it was made in the future, was made by a clock or an issuer that cannot be relied on. */
const isMade = ({ iat, exp, nbf, auth_time: authTime }: JWTPayload, now: EpochMs): boolean =>
  [iat, exp, nbf, authTime].every((time) => time === undefined || isTime(time)) && (iat === undefined || iat <= now / 1000 + SKEW_SECONDS);

/** A token without `kid` beside several keys of its kind: whichever verifies it. */
async function firstThatFits(keys: errors.JWKSMultipleMatchingKeys, token: string, options: JWTVerifyOptions): Promise<JWTPayload | null> {
  for await (const key of keys) {
    const result = await jwtVerify(token, key, options).catch(() => null);
    if (result !== null) return TYPES.has(result.protectedHeader.typ) ? result.payload : null;
  }
  return null;
}

/** The caller that the issuer vouches for. The credential's name is stable for the person, and says nothing of them. */
export async function principalOf({ org, user, roles, issuer, subject, signedInAt, expiresAt }: Vouched): Promise<Principal> {
  const login = (await sha256Hex(`${issuer.issuer}\n${subject}`)).slice(0, 26);
  return {
    org,
    user,
    roles,
    credential: `login_${login}`,
    credentialCreatedAt: signedInAt,
    credentialExpiresAt: expiresAt,
    credentialCreatedBy: null,
    // One login is one person, whatever user its claims name from one day to the next.
    root: `${LOGIN_ROOT}${login}`,
    forOthers: issuer.forOthers,
    platformAdmin: isPlatformAdmin(org, roles),
  };
}

function unverified(token: string): JWTPayload | null {
  try {
    return decodeJwt(token);
  } catch {
    return null;
  }
}

const namesOne = (aud: string | string[] | undefined, audience: readonly string[]): boolean =>
  (Array.isArray(aud) ? aud : [aud]).some((name) => name !== undefined && audience.includes(name));
