/** `POST /v1/credentials/introspect` (RFC 7662): is a credential that was made for a tool still good? */
import { z } from "@hono/zod-openapi";
import { ok } from "../../../core/result.ts";
import { type Endpoint, endpointsOf } from "../endpoint.ts";
import type { IngressPorts } from "../ports.ts";

export function credentialRoutes(ports: IngressPorts): Endpoint[] {
  return [
    endpointsOf(ports)({
      method: "post",
      path: "/v1/credentials/introspect",
      tag: "credentials",
      summary: "Whether a credential made for a tool is active",
      action: "credential.introspect",
      bodyForm: "form-or-json",
      body: z.strictObject({ token: z.string().min(1).max(8_192), token_type_hint: z.string().max(64).optional() }).openapi("Introspect"),
      answers: { 200: { description: "its claims, or `active: false` and nothing else", schema: z.looseObject({ active: z.boolean() }) } },
      async handle({ principal, body }) {
        const found = await ports.keys.introspect(body.token);
        // Of another org's credential nothing is told, not even that it exists.
        const own = principal.platformAdmin || found["org"] === principal.org;
        return ok({ status: 200, body: found["active"] === true && own ? found : { active: false } });
      },
    }),
  ];
}
