/**
 * What an issuer publishes: its discovery document and its keys. Each isolate keeps both and asks an issuer once in 30 seconds at most,
 * whatever tokens come in, so that made-up key ids are no way to flood it. Knows nothing of tokens.
 */
import type { JSONWebKeySet, JWK } from "jose";
import { isObject, type JsonObject } from "../../../core/json.ts";
import type { EpochMs } from "../../../core/time.ts";
import { readBody } from "../../kit/body.ts";
import { startDeadline } from "../../kit/deadline.ts";
import { type Issuer, refuseUrl } from "./issuers.ts";

/** docs/contract.md, "Who calls": https, no redirects, 64 kB, 5 s; one refetch per issuer in 30 s. */
const BOUNDS = { bytes: 64 * 1024, timeoutMs: 5_000, betweenMs: 30_000 };
/** Keys are asked for again after ten minutes: how long a withdrawn key is still believed while the issuer answers. */
const FRESH_MS = 10 * 60_000;
/** How long known keys are believed while the issuer does not answer. */
const STALE_MS = 60 * 60_000;
/** How often somebody looks whether the fetch that another request began is over. */
const LOOK_MS = 25;
/** RSA keys under 2,048 bits are none (NIST SP 800-131A Rev. 2, section 3): base64url characters of such a modulus. */
const RSA_MODULUS_CHARACTERS = 340;

/** What providers are asked with. */
export type ProviderPorts = {
  readonly fetch: typeof fetch;
  readonly now: () => EpochMs;
  readonly wait: (ms: number) => Promise<void>;
  readonly allowPrivateHosts: boolean;
};

/** Published facts of one issuer. */
export type Published = {
  readonly keys: JSONWebKeySet;
  readonly endpoints: { readonly authorization: string | null; readonly token: string | null };
};

/** Thrown when an issuer does not answer and nothing of it is known: the ingress answers 503. */
class ProviderUnavailable extends Error {
  override readonly name = "ProviderUnavailable";
  readonly code = "overloaded";
}

type Shelf = { published: Published | null; fetchedAt: EpochMs; triedAt: EpochMs | null; asking: boolean };

/** `missed`: a token named a key that is not among the known ones, so they are asked for again if it is time. */
export type Providers = { readonly published: (issuer: Issuer, missed: boolean) => Promise<Published> };

/** Built once for each isolate. */
export function defineProviders(ports: ProviderPorts): Providers {
  const shelves = new Map<string, Shelf>();

  const ask = async (shelf: Shelf, issuer: Issuer): Promise<void> => {
    shelf.asking = true;
    shelf.triedAt = ports.now();
    try {
      const published = await fetchPublished(ports, issuer);
      if (published === null) return;
      shelf.published = published;
      shelf.fetchedAt = ports.now();
    } finally {
      shelf.asking = false;
    }
  };

  /** A request does not wait for another one's promise, which ends with that request: it looks at what that one left. */
  const awaitOther = async (shelf: Shelf): Promise<void> => {
    for (let waited = 0; shelf.asking && waited < BOUNDS.timeoutMs * 2; waited += LOOK_MS) await ports.wait(LOOK_MS);
  };

  return {
    async published(issuer, missed) {
      const name = `${issuer.issuer}\n${issuer.jwksUri ?? ""}`;
      const shelf = shelves.get(name) ?? { published: null, fetchedAt: 0, triedAt: null, asking: false };
      shelves.set(name, shelf);
      const at = ports.now();
      const wanted = missed || shelf.published === null || at - shelf.fetchedAt >= FRESH_MS;
      if (wanted && (shelf.triedAt === null || at - shelf.triedAt >= BOUNDS.betweenMs)) await ask(shelf, issuer);
      else if (shelf.published === null) await awaitOther(shelf);
      if (shelf.published === null || ports.now() - shelf.fetchedAt >= STALE_MS)
        throw new ProviderUnavailable("an identity provider does not answer");
      return shelf.published;
    },
  };
}

/** null: the issuer did not answer, or not with what it should. */
async function fetchPublished(ports: ProviderPorts, issuer: Issuer): Promise<Published | null> {
  const needsDiscovery = issuer.jwksUri === null || issuer.login !== null;
  const discovered = needsDiscovery ? await fetchJson(ports, `${issuer.issuer.replace(/\/$/, "")}/.well-known/openid-configuration`) : {};
  // OpenID Connect Discovery 1.0, section 4.3: the document names the issuer it was asked of, exactly.
  if (discovered === null || (needsDiscovery && discovered["issuer"] !== issuer.issuer)) return null;
  const jwksUri = issuer.jwksUri ?? urlOf(discovered["jwks_uri"], ports);
  const set = jwksUri === null ? null : await fetchJson(ports, jwksUri);
  if (set === null || !Array.isArray(set["keys"])) return null;
  const keys = set["keys"].filter(isObject).filter(isUsable) as JWK[];
  const endpoints = {
    authorization: urlOf(discovered["authorization_endpoint"], ports),
    token: urlOf(discovered["token_endpoint"], ports),
  };
  return { keys: { keys }, endpoints };
}

/** Public keys for signatures: a symmetric key, a private one, one for encryption and a short one are left out. */
const isUsable = (key: JsonObject): boolean =>
  key["kty"] !== "oct" &&
  key["d"] === undefined &&
  (key["use"] === undefined || key["use"] === "sig") &&
  (key["kty"] !== "RSA" || (typeof key["n"] === "string" && key["n"].length >= RSA_MODULUS_CHARACTERS));

const urlOf = (value: unknown, ports: ProviderPorts): string | null =>
  typeof value === "string" && refuseUrl(value, ports.allowPrivateHosts) === null ? value : null;

/** A JSON object from an issuer; null when it does not come whole, in time and within the bounds. Throws nothing. */
export async function fetchJson(ports: ProviderPorts, url: string, init: RequestInit = {}): Promise<JsonObject | null> {
  const deadline = startDeadline(BOUNDS.timeoutMs, new AbortController().signal);
  try {
    const headers = { Accept: "application/json", ...init.headers };
    const response = await deadline.within(ports.fetch(url, { ...init, headers, redirect: "manual", signal: deadline.signal }));
    const body = await readBody(response, BOUNDS.bytes, deadline);
    if (response.status !== 200 || !body.ok) return null;
    const value: unknown = JSON.parse(body.text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  } finally {
    deadline.end();
  }
}
