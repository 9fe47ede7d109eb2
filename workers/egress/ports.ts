/** What the egress needs from the rest of the platform, and whom it lets through. */
import type { EgressRefusal, HostClass } from "../../core/net/egress.ts";
import type { EpochMs } from "../../core/time.ts";

/**
 * Whose requests these are: one call of one tool. Travels as the props of the entrypoint, so it is plain data. The platform writes it;
 * sandboxed code never sees it.
 */
export type EgressGrant = {
  readonly v: 1;
  readonly org: string;
  readonly tool: string;
  readonly run: string;
  /** The step, as in the call's key. */
  readonly activity: string;
  readonly traceId: string;
  /** Different for each attempt: what is counted is counted under it. */
  readonly call: string;
  /** The tool's `egress`. */
  readonly hosts: readonly string[];
  /** Host → name of the secret that is sent there as `Authorization: Bearer`. */
  readonly secrets: { readonly [host: string]: string };
  /** Plain http of the code goes out as https, except to a private host of a developer's machine: a container's own TLS ends nowhere. */
  readonly meansHttps?: true;
  /** Nothing is sent from then on. */
  readonly until: EpochMs;
};

/** A request that was not sent, or an answer that was not handed on. */
export type RefusedRequest = {
  readonly grant: EgressGrant;
  readonly refusal: EgressRefusal;
  readonly host: HostClass;
  readonly method: string;
};

/** What cannot be read or looked up MUST throw: the request is refused then. */
export type EgressPorts = {
  /** The org's `egress`; null: it has none. */
  readonly orgHosts: (org: string) => Promise<readonly string[] | null>;
  readonly secret: (org: string, name: string) => Promise<{ readonly value: string; readonly hosts: readonly string[] } | null>;
  /** IPv4 and IPv6 addresses of a name, as URLs write them. null: names are not looked up in this deployment. */
  readonly resolve: ((hostname: string) => Promise<readonly string[]>) | null;
  /** Puts a refusal on record. */
  readonly refused: (refused: RefusedRequest) => Promise<void>;
  readonly fetch: typeof fetch;
  readonly now: () => EpochMs;
  /** `host` or `host:port` of this deployment. */
  readonly ownHosts: readonly string[];
  readonly allowPrivateHosts: boolean;
};
