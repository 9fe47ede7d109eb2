/** Whether a credential is one that the platform made for one call of one tool (docs/contract.md, "Tools"). Anything unsure is a no. */
import { type JWTVerifyGetKey, jwtVerify } from "jose";
import type { ShopState } from "./app.ts";

/** Seconds by which two clocks may differ. */
const CLOCK_TOLERANCE = 2;

/** `keys`: the platform's public keys (`createRemoteJWKSet`, `createLocalJWKSet`). */
export function verifyWith(keys: JWTVerifyGetKey): NonNullable<ShopState["authorise"]> {
  return async (bearer, { audience, scope }) => {
    try {
      const { payload } = await jwtVerify(bearer, keys, {
        algorithms: ["EdDSA", "Ed25519"],
        audience,
        requiredClaims: ["exp", "iat", "sub", "jti", "org", "scope"],
        clockTolerance: CLOCK_TOLERANCE,
      });
      // A scope ends with its org: `read:orders:org:acme`.
      const wanted = `${scope}:org:${payload["org"]}`;
      return String(payload["scope"]).split(" ").includes(wanted);
    } catch {
      return false;
    }
  };
}
