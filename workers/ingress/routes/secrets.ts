/** `PUT /v1/secrets/{name}`: written, never read. The value is sealed before anything keeps it, and no answer has it. */
import { z } from "@hono/zod-openapi";
import { auditRecord } from "../../use-cases/record.ts";
import { type Endpoint, endpointsOf, reply } from "../endpoint.ts";
import type { IngressPorts } from "../ports.ts";
import { secretName } from "../schemas/names.ts";
import { Secret } from "../schemas/views.ts";

/** A host as a URL writes it, with a port where it is not the scheme's own. */
const HOST = /^(?:\[[0-9a-f:.]{2,45}\]|[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?)(?::\d{1,5})?$/;

export function secretRoutes(ports: IngressPorts): Endpoint[] {
  return [
    endpointsOf(ports)({
      method: "put",
      path: "/v1/secrets/{name}",
      operationId: "putSecret",
      tag: "secrets",
      summary: "Stores a secret, encrypted; it is sent only to the named hosts",
      action: "secret.write",
      params: { name: secretName },
      body: z
        .strictObject({
          // What a header can carry (RFC 9110 section 5.5): anything else would be found out at the first call.
          value: z
            .string()
            .min(1)
            .max(8_192)
            .regex(/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/, "has visible ASCII characters only"),
          hosts: z.array(z.string().max(260).regex(HOST, "is not a host")).min(1).max(20),
        })
        .openapi("PutSecret"),
      answers: { 200: { description: "kept", schema: Secret } },
      async handle(call) {
        const { name } = call.params;
        const { org } = call.principal;
        const hosts = [...new Set(call.body.hosts)];
        const sealed = await ports.keys.sealSecret(org, name, call.body.value);
        const record = auditRecord(ports, call, {
          type: "secret.written",
          action: "secret.write",
          resource: `secret/${name}`,
          decision: "allow",
          data: { hosts },
        });
        await ports.store.secrets.put(org, name, sealed, hosts, record);
        return reply(200, { name, hosts });
      },
    }),
  ];
}
