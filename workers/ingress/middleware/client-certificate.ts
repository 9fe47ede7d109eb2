/** Orgs that ask for it: their callers come with a client certificate that Cloudflare verified (mTLS at the zone). */

import { type Action, edgeRule, forbid } from "../../use-cases/access.ts";
import type { IngressMiddleware } from "../context.ts";
import type { IngressPorts } from "../ports.ts";
import { problemResponse } from "../problem.ts";

/** `cf.tlsClientAuth` of a request (developers.cloudflare.com/workers/runtime-apis/request, "IncomingRequestCfProperties"): the edge sets it, no client can. */
export function hasClientCertificate(request: Request): boolean {
  const { cf } = request as { cf?: { tlsClientAuth?: { certVerified?: unknown; certRevoked?: unknown } } };
  return cf?.tlsClientAuth?.certVerified === "SUCCESS" && cf.tlsClientAuth.certRevoked !== "1";
}

/** After authentication, before the org is changed: what counts is the caller's own org. The platform admin's key belongs to none. */
export const requireClientCertificate = (ports: IngressPorts, action: Action): IngressMiddleware => {
  return async (context, next) => {
    const principal = context.get("principal");
    if (principal.credential === "admin" || hasClientCertificate(context.req.raw)) return next();
    const { require_client_certificate: required } = await ports.store.orgs.settings(principal.org);
    if (!required) return next();
    const asked = { principal, trace: context.get("trace") };
    const detail = "callers of this org must present a verified client certificate";
    return problemResponse(context, await forbid(ports, asked, action, "org", detail, edgeRule("client_certificate")));
  };
};
