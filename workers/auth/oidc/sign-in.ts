/**
 * Signing in to the console at an identity provider: the authorization code flow (OpenID Connect Core 1.0 section 3.1) with PKCE
 * (RFC 7636), state and nonce. What must survive between the two steps lies in a cookie of ten minutes under our digest; the server
 * remembers nothing. Knows nothing of sessions or routes.
 */
import { base64url } from "jose";
import type { EpochMs } from "../../../core/time.ts";
import { sameSecret } from "../constant-time.ts";
import type { Issuer } from "./issuers.ts";
import { fetchJson, type ProviderPorts, type Providers } from "./provider.ts";
import { type Vouched, verified, vouchedBy } from "./tokens.ts";

/** `Lax`: the provider's redirect is a navigation from another site, and must bring it. */
const COOKIE = "__Host-bulkhead-login";
/** docs/contract.md: the cookie of a sign-in under way lives ten minutes. */
const UNDER_WAY_MS = 10 * 60_000;
/** An answer of the provider (RFC 6749 section 4.1.2): printable, bounded. */
const CODE = /^[\x20-\x7e]{1,4096}$/;

/** What signing in needs from outside. */
export type SignInPorts = ProviderPorts & {
  readonly issuers: readonly Issuer[];
  readonly providers: Providers;
  readonly random: (bytes: number) => Uint8Array;
  /** HMAC-SHA-256, hex, under a key of this deployment. */
  readonly mac: (text: string) => Promise<string>;
  /** The secret of a client that has one, by its id; without one the client is public, and PKCE alone protects the code. */
  readonly clientSecret: (clientId: string) => string | null;
};

/** Why nobody was signed in: what the person may read, without a word of the provider's. */
export type SignInRefusal = "no_provider" | "unavailable" | "not_begun_here" | "refused_by_provider" | "not_let_in";

/** Somebody who may sign in somewhere: what the console shows. */
export type SignInChoice = { readonly issuer: string; readonly label: string };

type UnderWay = {
  readonly until: EpochMs;
  readonly issuer: string;
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
};

/** Where people of this deployment sign in. */
const signInChoices = (issuers: readonly Issuer[]): SignInChoice[] =>
  issuers.flatMap(({ issuer, login }) => (login === null ? [] : [{ issuer, label: login.label }]));

/** What the ingress asks. */
export type SignIn = {
  /** The `Set-Cookie` that ends a sign-in under way. */
  readonly cleared: string;
  readonly choices: readonly SignInChoice[];
  readonly begin: (wanted: string | null, callback: string) => ReturnType<typeof beginSignIn>;
  readonly finish: (request: Request, callback: string) => ReturnType<typeof finishSignIn>;
};

/** Fitted to its ports, once for each isolate. */
export const defineSignIn = (ports: SignInPorts): SignIn => ({
  cleared: `${COOKIE}=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax`,
  choices: signInChoices(ports.issuers),
  begin: (wanted, callback) => beginSignIn(ports, wanted, callback),
  finish: (request, callback) => finishSignIn(ports, request, callback),
});

/** The first step: where the browser goes, and the cookie it takes along. `issuer`: null is the only one there is. */
async function beginSignIn(
  ports: SignInPorts,
  wanted: string | null,
  callback: string,
): Promise<
  { readonly ok: true; readonly location: string; readonly cookie: string } | { readonly ok: false; readonly why: SignInRefusal }
> {
  const offered = ports.issuers.filter(({ login, issuer }) => login !== null && (wanted === null || issuer === wanted));
  const [issuer] = offered;
  if (issuer === undefined || issuer.login === null || offered.length > 1) return { ok: false, why: "no_provider" };
  const { endpoints } = await ports.providers.published(issuer, false);
  if (endpoints.authorization === null || endpoints.token === null) return { ok: false, why: "unavailable" };
  const secret = (): string => base64url.encode(ports.random(32));
  const underWay: UnderWay = {
    until: ports.now() + UNDER_WAY_MS,
    issuer: issuer.issuer,
    state: secret(),
    nonce: secret(),
    verifier: secret(),
  };
  const location = new URL(endpoints.authorization);
  const { clientId, scope } = issuer.login;
  const challenge = base64url.encode(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(underWay.verifier))));
  const query = { response_type: "code", client_id: clientId, redirect_uri: callback, scope, state: underWay.state, nonce: underWay.nonce };
  for (const [name, value] of Object.entries({ ...query, code_challenge: challenge, code_challenge_method: "S256" })) {
    location.searchParams.set(name, value);
  }
  const value = base64url.encode(JSON.stringify(underWay));
  const cookie = `${COOKIE}=${value}.${await ports.mac(value)}; Path=/; Max-Age=${UNDER_WAY_MS / 1000}; HttpOnly; Secure; SameSite=Lax`;
  return { ok: true, location: location.href, cookie };
}

/** The second step: who came back from the provider. Throws `ProviderUnavailable`. */
async function finishSignIn(
  ports: SignInPorts,
  request: Request,
  callback: string,
): Promise<{ readonly ok: true; readonly vouched: Vouched } | { readonly ok: false; readonly why: SignInRefusal }> {
  const { searchParams: query } = new URL(request.url);
  const underWay = await underWayOf(ports, request);
  if (underWay === null || !(await sameSecret(query.get("state") ?? "", underWay.state))) return { ok: false, why: "not_begun_here" };
  const issuer = ports.issuers.find((entry) => entry.issuer === underWay.issuer && entry.login !== null);
  if (issuer?.login == null) return { ok: false, why: "no_provider" };
  const code = query.get("code") ?? "";
  // RFC 9207: an answer that names another issuer than the one that was asked is somebody mixing two up.
  if (query.has("error") || !CODE.test(code) || (query.get("iss") ?? issuer.issuer) !== issuer.issuer)
    return { ok: false, why: "refused_by_provider" };
  const { clientId } = issuer.login;
  const idToken = await exchangeCode(ports, issuer, clientId, { code, redirect_uri: callback, code_verifier: underWay.verifier });
  if (idToken === null) return { ok: false, why: "refused_by_provider" };
  const claims = await verified(ports, issuer, idToken, [clientId]);
  // OpenID Connect Core 1.0 section 3.1.3.7: a token for several audiences was made for the client that `azp` names.
  if (claims !== null && (claims["azp"] ?? clientId) !== clientId) return { ok: false, why: "refused_by_provider" };
  if (claims === null || typeof claims["nonce"] !== "string" || !(await sameSecret(claims["nonce"], underWay.nonce))) {
    return { ok: false, why: "refused_by_provider" };
  }
  const vouched = vouchedBy(ports, issuer, claims);
  return vouched === null || vouched.roles.length === 0 ? { ok: false, why: "not_let_in" } : { ok: true, vouched };
}

/** RFC 6749 section 4.1.3, with the client's secret by HTTP Basic where it has one (section 2.3.1). null: no ID token came. */
async function exchangeCode(
  ports: SignInPorts,
  issuer: Issuer,
  clientId: string,
  fields: { readonly [name: string]: string },
): Promise<string | null> {
  const { endpoints } = await ports.providers.published(issuer, false);
  if (endpoints.token === null) return null;
  const secret = ports.clientSecret(clientId);
  const form = new URLSearchParams({ grant_type: "authorization_code", ...fields, ...(secret === null ? { client_id: clientId } : {}) });
  const basic = secret === null ? {} : { Authorization: `Basic ${btoa(`${encodeURIComponent(clientId)}:${encodeURIComponent(secret)}`)}` };
  const headers = { "Content-Type": "application/x-www-form-urlencoded", ...basic };
  const answer = await fetchJson(ports, endpoints.token, { method: "POST", headers, body: form.toString() });
  const idToken = answer?.["id_token"];
  return typeof idToken === "string" ? idToken : null;
}

async function underWayOf(ports: SignInPorts, request: Request): Promise<UnderWay | null> {
  const value = new RegExp(`(?:^|;\\s*)${COOKIE}=([\\w-]{1,2000})\\.([0-9a-f]{16,128})(?:;|$)`).exec(request.headers.get("Cookie") ?? "");
  if (value === null) return null;
  const [, sealed = "", digest = ""] = value;
  if (!(await sameSecret(await ports.mac(sealed), digest))) return null;
  const underWay = JSON.parse(new TextDecoder().decode(base64url.decode(sealed))) as UnderWay;
  return underWay.until > ports.now() ? underWay : null;
}
