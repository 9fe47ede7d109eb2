/**
 * The variable `OIDC_ISSUERS` (docs/contract.md, "Who calls"): whose tokens count here, and how their claims are read. One entry that
 * cannot be used makes the whole variable count for nothing, so that a typing error never widens who gets in.
 */
import { z } from "zod";
import type { ClaimMapping } from "../../../core/access/claims.ts";
import { ROLES } from "../../../core/access/principal.ts";
import { refuseHost } from "../../../core/net/public-host.ts";

/** Signatures with a public key (RFC 7518 section 3.1, RFC 8037, RFC 9864): no `none`, and no HMAC that a public key could be mistaken for. */
const ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"] as const;
/** Entries at most; each may cost a fetch of its own. */
const MOST_ISSUERS = 32;

/** Where a token of this issuer comes in. Cloudflare Access puts its own into a header of its own. */
export type TokenHeader = "authorization" | "cf-access-jwt-assertion";

/** One entry. */
export type Issuer = ClaimMapping & {
  /** `iss` of its tokens, compared as text. */
  readonly issuer: string;
  /** A token names one of these in `aud`. */
  readonly audience: readonly string[];
  readonly algorithms: readonly string[];
  /** null: as the issuer's discovery document says (OpenID Connect Discovery 1.0 section 4). */
  readonly jwksUri: string | null;
  readonly header: TokenHeader;
  /** Its holders may start runs about other people. */
  readonly forOthers: boolean;
  /** How people sign in to the console; null: they do not. */
  readonly login: { readonly clientId: string; readonly scope: string; readonly label: string } | null;
};

/** The entries, or what is wrong with the variable: then no token counts. */
export type Issuers = { readonly issuers: readonly Issuer[]; readonly problems: readonly string[] };

const ORG = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/);
const CLAIM = z.string().min(1).max(256);
const Entry = z
  .strictObject({
    issuer: z.string().max(512),
    audience: z.union([z.string().min(1).max(512), z.array(z.string().min(1).max(512)).min(1).max(16)]),
    algorithms: z.array(z.enum(ALGORITHMS)).min(1),
    jwks_uri: z.string().max(1024).optional(),
    org: ORG.optional(),
    org_claim: CLAIM.optional(),
    orgs: z.array(ORG).min(1).max(1_000).optional(),
    user_claim: CLAIM.default("sub"),
    roles: z.array(z.enum(ROLES)).optional(),
    roles_claim: CLAIM.optional(),
    for_others: z.boolean().default(false),
    header: z.enum(["authorization", "cf-access-jwt-assertion"]).default("authorization"),
    login: z
      .strictObject({
        client_id: z.string().min(1).max(512),
        scope: z.string().max(512).default("openid"),
        label: z.string().max(64).optional(),
      })
      .optional(),
  })
  .superRefine((entry, context) => {
    const wrong = (message: string): void => context.addIssue({ code: "custom", message });
    if ((entry.org === undefined) === (entry.org_claim === undefined)) wrong("needs either `org` or `org_claim` with `orgs`");
    if ((entry.org_claim === undefined) !== (entry.orgs === undefined)) wrong("`org_claim` and `orgs` come together");
    if ((entry.roles === undefined) === (entry.roles_claim === undefined)) wrong("needs either `roles` or `roles_claim`");
  });

/** Reads the variable. `self`: `iss` of this deployment's own credentials, which are made for tools and never for callers. */
export function readIssuers(variable: string | null, allowPrivateHosts: boolean, self: string): Issuers {
  if (variable === null) return { issuers: [], problems: [] };
  const problems: string[] = [];
  let entries: unknown;
  try {
    entries = JSON.parse(variable);
  } catch {
    return { issuers: [], problems: ["is not JSON"] };
  }
  const parsed = z.array(Entry).max(MOST_ISSUERS).safeParse(entries);
  if (!parsed.success) {
    for (const { path, message } of parsed.error.issues) problems.push(`${path.length === 0 ? "" : `/${path.join("/")}: `}${message}`);
    return { issuers: [], problems };
  }
  for (const [index, { issuer, jwks_uri }] of parsed.data.entries()) {
    if (issuer === self) problems.push(`/${index}/issuer: is this deployment itself, whose tokens are for tools`);
    for (const [field, text] of [["issuer", issuer] as const, ["jwks_uri", jwks_uri] as const]) {
      const refused = text === undefined ? null : refuseUrl(text, allowPrivateHosts);
      if (refused !== null) problems.push(`/${index}/${field}: ${refused}`);
    }
  }
  return problems.length > 0 ? { issuers: [], problems } : { issuers: parsed.data.map(toIssuer), problems };
}

/** Why the address may not be asked; null: it may. */
export function refuseUrl(text: string, allowPrivateHosts: boolean): string | null {
  const url = URL.parse(text);
  if (url === null) return "is not a URL";
  const refusal = refuseHost(url, allowPrivateHosts);
  return refusal === null ? null : `may not be called (${refusal})`;
}

function toIssuer(entry: z.output<typeof Entry>): Issuer {
  const { org_claim: claim, orgs: among = [], login } = entry;
  return {
    issuer: entry.issuer,
    audience: typeof entry.audience === "string" ? [entry.audience] : entry.audience,
    algorithms: entry.algorithms,
    jwksUri: entry.jwks_uri ?? null,
    org: claim === undefined ? { fixed: entry.org ?? "" } : { claim, among },
    userClaim: entry.user_claim,
    roles: entry.roles_claim === undefined ? { fixed: entry.roles ?? [] } : { claim: entry.roles_claim },
    header: entry.header,
    forOthers: entry.for_others,
    login: login === undefined ? null : { clientId: login.client_id, scope: login.scope, label: login.label ?? new URL(entry.issuer).host },
  };
}
