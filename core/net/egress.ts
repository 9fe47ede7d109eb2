/**
 * Where sandboxed code may send a request, and what a redirect may carry on. Judges one request by its text and by lists; what a name
 * resolves to is looked up by the room (workers/egress).
 */
import { isListedHost } from "./listed-host.ts";
import { isPrivateHost, type ParsedUrl, refuseHost } from "./public-host.ts";

/** A URL as WHATWG URL splits it. `port` is empty where it is the scheme's own. */
export type EgressUrl = ParsedUrl & { readonly host: string; readonly port: string };

/** What one tool's code may reach. Hosts are written as in an org's `egress`. */
export type EgressRule = {
  /** The tool's own list. Empty: it reaches nothing. */
  readonly toolHosts: readonly string[];
  /** The org's list; null: it has none, and the tool's list alone decides. */
  readonly orgHosts: readonly string[] | null;
  /** Hosts of this deployment. Sandboxed code never calls them: it would act as a caller of its own platform. */
  readonly ownHosts: readonly string[];
  readonly allowPrivateHosts: boolean;
};

/** Why a request or its answer did not pass. PERSISTED: in audit entries. */
export type EgressRefusal =
  | "malformed"
  | "credentials_in_url"
  | "not_https"
  | "port"
  | "own_host"
  | "private_host"
  | "not_listed"
  | "not_listed_by_org"
  | "unresolved"
  | "resolves_to_private"
  | "method"
  | "upgrade"
  | "request_too_large"
  | "response_too_large"
  | "too_many_requests"
  | "too_many_redirects"
  | "secret_missing"
  | "secret_host"
  | "secret_echoed"
  | "closed";

/** What the author of the code does about a refusal; it names nothing of the request. "unreachable": the host did not answer. */
export const EGRESS_ADVICE: { readonly [R in EgressRefusal | "unreachable"]: string } = {
  malformed: "the URL names no host",
  credentials_in_url: "leave user and password out of the URL; the manifest's `secrets` puts a secret into the request",
  not_https: "use https",
  port: "use port 443",
  own_host: "code of a tool does not call its own platform",
  private_host: "the host is not public",
  not_listed: "list the host in the tool's `egress`",
  not_listed_by_org: "the org's `egress` does not list the host: an admin adds it with PUT /v1/orgs/{org}",
  unresolved: "the name of the host could not be looked up",
  resolves_to_private: "the name of the host leads to an address that is not public",
  method: "use GET, HEAD, POST, PUT, PATCH or DELETE",
  upgrade: "connections cannot be upgraded",
  request_too_large: "send at most 1 MiB",
  response_too_large: "the answer is larger than 8 MiB",
  too_many_requests: "a call sends at most 50 requests, with redirects",
  too_many_redirects: "five redirects are followed",
  secret_missing: "there is no such secret: PUT /v1/secrets/{name}",
  secret_host: "the secret's `hosts` do not list the host",
  secret_echoed: "the answer holds the secret in another form",
  closed: "the call is over",
  unreachable: "the host did not answer",
};

/** What an audit entry says of a refused request's host. The host itself may carry data out, so it is not recorded. */
export type HostClass = "listed" | "unlisted" | "private" | "own" | "unreadable";

/** Bounds of one call. Requests count redirects and refused requests too. Sizes are bytes of a body. */
export const EGRESS_LIMITS = {
  requests: 50,
  redirects: 5,
  requestBytes: 1024 * 1024,
  responseBytes: 8 * 1024 * 1024,
  /** Audit entries of one call; further refusals are counted in the last one's place only. */
  refusalsOnRecord: 10,
} as const;

const METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]);

/** null: a request with this method may be sent. CONNECT, TRACE and made-up methods are refused. */
export const refuseMethod = (method: string): EgressRefusal | null => (METHODS.has(method) ? null : "method");

/** null: the request may go there as far as its text tells. */
export function refuseEgress(url: EgressUrl, { toolHosts, orgHosts, ownHosts, allowPrivateHosts }: EgressRule): EgressRefusal | null {
  if (url.hostname === "") return "malformed";
  const refusal = refuseHost(url, allowPrivateHosts);
  if (refusal !== null) return refusal;
  if (isListedHost(url, ownHosts)) return "own_host";
  if (!allowPrivateHosts && url.port !== "") return "port";
  if (!isListedHost(url, toolHosts)) return "not_listed";
  return orgHosts === null || isListedHost(url, orgHosts) ? null : "not_listed_by_org";
}

/** null for a URL that could not be parsed. */
export function hostClass(url: EgressUrl | null, { toolHosts, ownHosts }: EgressRule): HostClass {
  if (url === null || url.hostname === "") return "unreadable";
  if (isListedHost(url, ownHosts)) return "own";
  if (isPrivateHost(url.hostname)) return "private";
  return isListedHost(url, toolHosts) ? "listed" : "unlisted";
}

/** Addresses that a name resolved to, each as a URL writes it (IPv6 in brackets). All must be public: any of them may be the one that is called. */
export function refuseAddresses(addresses: readonly string[]): EgressRefusal | null {
  if (addresses.length === 0) return "unresolved";
  return addresses.every((address) => isAddress(address) && !isPrivateHost(address)) ? null : "resolves_to_private";
}

/** IPv4 in dotted form or IPv6 in brackets: no name, so there is nothing to resolve. */
export const isAddress = (hostname: string): boolean => /^(\d{1,3}(\.\d{1,3}){3}|\[[0-9a-f:]+\])$/.test(hostname);

/** Statuses that send a request on (Fetch standard, "redirect status"). */
export const isRedirect = (status: number): boolean => [301, 302, 303, 307, 308].includes(status);

/** The method of the next request, and whether it carries the body (Fetch standard, "HTTP-redirect fetch", step 12). */
export function afterRedirect(status: number, method: string): { readonly method: string; readonly keepsBody: boolean } {
  const becomesGet = (status === 303 && method !== "GET" && method !== "HEAD") || ((status === 301 || status === 302) && method === "POST");
  return becomesGet ? { method: "GET", keepsBody: false } : { method, keepsBody: true };
}

const CREDENTIALS: ReadonlySet<string> = new Set([
  "authorization",
  "cookie",
  "proxy-authorization",
  "x-api-key",
  "api-key",
  "x-auth-token",
  "x-access-token",
]);

/** Headers that a redirect to another origin does not carry on. `name` in lower case. */
export const isCredentialHeader = (name: string): boolean => CREDENTIALS.has(name);

/** Headers of sandboxed code that are not passed on: those of one connection (RFC 9110 section 7.6.1), and what only the platform says. */
export const isWithheldHeader = (name: string): boolean =>
  /^(host|connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|content-length|expect|via|forwarded|x-forwarded-.*|x-real-ip|cf-.*|cdn-loop|true-client-ip|bulkhead-.*)$/.test(
    name,
  );
