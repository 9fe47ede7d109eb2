/** `PUT /v1/models/{provider}/{name}`. */
import { refuse } from "../../../core/errors/problem.ts";
import { checkModel } from "../../../core/model/check.ts";
import type { ModelEntry } from "../../../core/model/entry.ts";
import { err } from "../../../core/result.ts";
import { secretFlaw } from "../../../core/tool/warnings.ts";
import { edgeRule, forbid } from "../../use-cases/access.ts";
import { auditRecord } from "../../use-cases/record.ts";
import { type Endpoint, endpointsOf, reply } from "../endpoint.ts";
import type { IngressPorts } from "../ports.ts";
import { ModelBody } from "../schemas/manifests.ts";
import { modelPart } from "../schemas/names.ts";
import { RegisteredModel } from "../schemas/views.ts";

export function modelRoutes(ports: IngressPorts): Endpoint[] {
  return [
    endpointsOf(ports)({
      method: "put",
      path: "/v1/models/{provider}/{name}",
      operationId: "putModel",
      tag: "models",
      summary: "Registers a pinned model; the slash in the id may be written as `%2F`",
      action: "model.write",
      params: { provider: modelPart, name: modelPart },
      body: ModelBody,
      answers: { 200: { description: "the model with every default filled in", schema: RegisteredModel } },
      async handle(call) {
        const id = `${call.params.provider}/${call.params.name}`;
        const upstream = call.body["base_url"];
        if (upstream !== undefined && upstream !== null && !call.principal.platformAdmin) {
          const detail = "only the platform's admins set a model's `base_url`";
          return err(await forbid(ports, call, "model.write", `model/${id}`, detail, edgeRule("platform_admin")));
        }
        const checked = checkModel(id, call.body, { allowPrivateHosts: ports.settings.allowPrivateHosts });
        if (!checked.ok) return err(refuse("invalid_request", "the model is invalid", checked.error));
        const record = auditRecord(ports, call, {
          type: "model.registered",
          action: "model.write",
          resource: `model/${id}`,
          decision: "allow",
        });
        await ports.store.models.put(call.principal.org, checked.value, record);
        return reply(200, { ...checked.value, warnings: await warningsOf(ports, call.principal.org, checked.value) });
      },
    }),
  ];
}

/** What will fail although the model is valid. */
async function warningsOf(
  { store }: IngressPorts,
  org: string,
  { secret, base_url }: ModelEntry,
): Promise<{ path: string; message: string }[]> {
  if (secret === null) return [];
  const hosts = (await store.secrets.get(org, secret))?.hosts ?? null;
  const message = secretFlaw(secret, hosts, base_url ?? "");
  return message === null ? [] : [{ path: "/secret", message }];
}
