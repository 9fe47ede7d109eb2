/**
 * What the claims of a verified token (RFC 7519 section 4) say about its holder: org, user and roles. Pure: nothing here verifies a
 * signature, and claims of a token that was not verified must never come here.
 */
import { type Json, type JsonObject, own, parsePointer } from "../json.ts";
import { valueAt } from "../json-pointer.ts";
import { ROLES, type Role } from "./principal.ts";

/** Where a deployment finds org, user and roles in an issuer's claims. A claim that begins with `/` is a JSON Pointer (RFC 6901). */
export type ClaimMapping = {
  /** The org of every holder, or the claim that names it and the orgs it may name. */
  readonly org: { readonly fixed: string } | { readonly claim: string; readonly among: readonly string[] };
  /** The claim that names the user, `sub` by default. */
  readonly userClaim: string;
  /** The roles of every holder, or the claim that lists them. */
  readonly roles: { readonly fixed: readonly Role[] } | { readonly claim: string };
};

/** A holder as the claims name them. */
export type ClaimedHolder = { readonly org: string; readonly user: string; readonly roles: readonly Role[] };

/** `user` of docs/contract.md, "Conventions". */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
const USER = /^[^\s/\u0000-\u001f\u007f-\u009f]{1,128}$/;

/**
 * null: the claims name no user, or no single org of the list. Role names that this platform does not know are left out; a holder
 * without a role is known and may do nothing.
 */
export function holderOf(claims: JsonObject, mapping: ClaimMapping): ClaimedHolder | null {
  const user = claimOf(claims, mapping.userClaim);
  if (typeof user !== "string" || !USER.test(user)) return null;
  const org = orgOf(claims, mapping.org);
  return org === null ? null : { org, user, roles: rolesOf(claims, mapping.roles) };
}

/** A claim that names several orgs of the list says nothing: which one is meant cannot be guessed. */
function orgOf(claims: JsonObject, org: ClaimMapping["org"]): string | null {
  if ("fixed" in org) return org.fixed;
  const named = new Set(wordsOf(claimOf(claims, org.claim), false).filter((name) => org.among.includes(name)));
  const [only] = named;
  return named.size === 1 && only !== undefined ? only : null;
}

function rolesOf(claims: JsonObject, roles: ClaimMapping["roles"]): readonly Role[] {
  if ("fixed" in roles) return roles.fixed;
  const named = wordsOf(claimOf(claims, roles.claim), true);
  return ROLES.filter((role) => named.includes(role));
}

/** A string is one word, or several with spaces between (as `scope` of RFC 8693 section 4.2 is written); a list is its strings. */
function wordsOf(claim: Json | undefined, spaced: boolean): string[] {
  if (typeof claim === "string") return spaced ? claim.split(" ") : [claim];
  return Array.isArray(claim) ? claim.filter((word) => typeof word === "string") : [];
}

function claimOf(claims: JsonObject, name: string): Json | undefined {
  const pointer = name.startsWith("/") ? parsePointer(name) : null;
  return pointer === null ? own(claims, name) : valueAt(claims, pointer);
}
