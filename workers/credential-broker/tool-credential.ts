/** Credentials for one call of a tool: short-lived JWTs (RFC 7519) signed with EdDSA (RFC 8037), and their introspection (RFC 7662). */
import { createLocalJWKSet, errors, importJWK, jwtVerify, SignJWT } from "jose";
import { mintId } from "../../core/ids.ts";
import type { JsonObject } from "../../core/json.ts";
import type { CallContext } from "../../core/run/calls/call.ts";
import type { ToolEffect } from "../../core/tool/manifest.ts";
import type { PublicJwk, SigningKey } from "../../durable-objects/key-ring/signing-key.ts";
import type { CredentialBrokerPorts } from "./ports.ts";

/** The call that a credential is made for. */
export type CredentialRequest = {
  readonly context: CallContext;
  readonly tool: string;
  readonly effect: ToolEffect;
  /** As the manifest lists them; each goes out with its org. */
  readonly scopes: readonly string[];
};

/** docs/contract.md, "Tools": at most a minute, ten seconds for what writes. */
const LIFETIME_SECONDS = { none: 60, read: 60, write: 10 } as const satisfies Record<ToolEffect, number>;
/** RFC 9068 names access tokens `at+jwt`; a credential of ours is none, and is not taken for one. */
const TYPE = "tool-credential+jwt";
/** RFC 6749 appendix A.4: what a scope token may consist of. */
const SCOPE_TOKEN = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

/** A key as it signs. Made of its JWK once: that takes longer than a signature. */
export type CredentialKey = { readonly kid: string; readonly signing: CryptoKey | Uint8Array };

/** Imports a signing key once, for many credentials. */
export const credentialKeyFrom = async ({ kid, privateJwk }: SigningKey): Promise<CredentialKey> => ({
  kid,
  signing: await importJWK({ ...privateJwk }, "EdDSA"),
});

/** A credential for one call of one tool. */
export async function mintToolCredential(
  request: CredentialRequest,
  key: CredentialKey,
  issuer: string,
  ports: Pick<CredentialBrokerPorts, "now" | "random">,
): Promise<string> {
  const { context, tool, effect, scopes } = request;
  const scope = scopes.map((name) => `${name}:org:${context.org}`);
  if (!scope.every((token) => SCOPE_TOKEN.test(token))) throw new Error("a scope of the tool has a character that scopes cannot have");
  const at = ports.now();
  const issuedAt = Math.floor(at / 1000);
  return new SignJWT({ act: context.user, org: context.org, scope: scope.join(" "), epoch: context.killEpoch })
    .setProtectedHeader({ alg: "EdDSA", kid: key.kid, typ: TYPE })
    .setIssuer(issuer)
    .setAudience(tool)
    .setSubject(context.run)
    .setJti(mintId("cred", at, ports.random(10)))
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + LIFETIME_SECONDS[effect])
    .sign(key.signing);
}

const INACTIVE: JsonObject = { active: false };

/** RFC 7662 section 2.2: `active: false` and not a word more for whatever is wrong. Throws only when the kill switch's epoch, the keys or earlier uses are out of reach. */
export async function introspectCredential(
  token: string,
  asker: string | null,
  keys: readonly PublicJwk[],
  issuer: string,
  ports: Pick<CredentialBrokerPorts, "now" | "killEpoch" | "firstUse">,
): Promise<JsonObject> {
  const keySet = createLocalJWKSet({ keys: keys.filter((key) => key.purpose === "credential").map((key) => ({ ...key })) });
  try {
    const { payload } = await jwtVerify(token, keySet, {
      issuer,
      algorithms: ["EdDSA"],
      typ: TYPE,
      currentDate: new Date(ports.now()),
      requiredClaims: ["aud", "sub", "act", "org", "scope", "jti", "iat", "exp", "epoch"],
    });
    const { epoch, jti, org } = payload;
    if (typeof org !== "string" || typeof jti !== "string" || (asker !== null && asker !== org)) return INACTIVE;
    if (typeof epoch !== "number" || (await ports.killEpoch()) > epoch) return INACTIVE;
    if (!(await ports.firstUse(org, jti))) return INACTIVE; // made for one call: whoever shows it again replays it
    return { active: true, token_type: "Bearer", ...(payload as JsonObject) };
  } catch (error) {
    if (error instanceof errors.JOSEError) return INACTIVE;
    throw error;
  }
}
