/** `POST /v1/credentials/introspect` (RFC 7662): is a credential that was made for a tool still good? */
import { z } from "@hono/zod-openapi";
import type { JsonObject } from "../../../core/json.ts";
import { auditRecord } from "../../use-cases/record.ts";
import { type Endpoint, endpointsOf, reply } from "../endpoint.ts";
import type { IngressPorts } from "../ports.ts";
import { describing } from "../schemas/answers.ts";

const Introspection = describing<JsonObject>(
  z
    .looseObject({
      active: z.boolean(),
      iss: z.string(),
      sub: z.string(),
      aud: z.string(),
      exp: z.int(),
      iat: z.int(),
      jti: z.string(),
      scope: z.string(),
    })
    .partial({ iss: true, sub: true, aud: true, exp: true, iat: true, jti: true, scope: true })
    .openapi("Introspection", { description: "RFC 7662; for an inactive credential, only `active`" }),
);

export function credentialRoutes(ports: IngressPorts): Endpoint[] {
  return [
    endpointsOf(ports)({
      method: "post",
      path: "/v1/credentials/introspect",
      operationId: "introspectCredential",
      tag: "credentials",
      summary: "Says whether a credential that was issued for a tool is active",
      action: "credential.introspect",
      bodyForm: "form-or-json",
      body: z.strictObject({ token: z.string().min(1).max(8_192), token_type_hint: z.string().max(64).optional() }).openapi("Introspect"),
      answers: { 200: { description: "its claims, or only `active: false`", schema: Introspection } },
      async handle(call) {
        const { principal, body } = call;
        const found = await ports.keys.introspect(body.token, principal.platformAdmin ? null : principal.org);
        // Of another org's credential nothing is told, not even that it exists.
        const own = principal.platformAdmin || found["org"] === principal.org;
        if (found["active"] === true && own) return reply(200, found);
        // A credential that is shown again, or that is not the org's, is evidence; what was shown is not kept.
        const fact = { type: "credential.refused", action: "credential.introspect", resource: "credential", decision: "deny" } as const;
        await ports.store.audit.record(principal.org, auditRecord(ports, call, { ...fact, layer: "identity" }));
        return reply(200, { active: false });
      },
    }),
  ];
}
