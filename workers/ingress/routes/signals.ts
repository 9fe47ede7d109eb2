/** `POST /v1/runs/{id}/signals/{name}`: news from outside for a run. */
import { z } from "@hono/zod-openapi";
import type { Json } from "../../../core/json.ts";
import { ok } from "../../../core/result.ts";
import { SIGNAL_NAME } from "../../../core/workflow/names.ts";
import { signalRun } from "../../use-cases/signal-run.ts";
import { type Endpoint, endpointsOf } from "../endpoint.ts";
import type { IngressPorts } from "../ports.ts";
import { repeatable, replyOf } from "../repeat.ts";
import { anyJson } from "../schemas/names.ts";
import { idempotencyHeader } from "../schemas/requests.ts";
import { Run } from "../schemas/views.ts";

const params = {
  id: z.string(),
  name: z.string().regex(SIGNAL_NAME, "is not the name of a signal").openapi({ example: "parcel-delivered" }),
};

export function signalRoutes(ports: IngressPorts): Endpoint[] {
  return [
    endpointsOf(ports)({
      method: "post",
      path: "/v1/runs/{id}/signals/{name}",
      operationId: "signalRun",
      tag: "runs",
      summary: "Sends a signal to a run; it is kept until a step waits for it",
      action: "run.signal",
      params,
      headers: idempotencyHeader,
      body: anyJson,
      answers: { 202: { description: "the run", schema: Run } },
      refusals: ["conflict", "idempotency_key_reused", "injection_detected", "kill_switch_active"],
      async handle(call) {
        const { id: run, name } = call.params;
        const signalled = await signalRun(ports, call, { run, name, body: call.body as Json }, repeatable(call, call.body));
        return signalled.ok ? ok(replyOf(signalled.value, signalled.value.run)) : signalled;
      },
    }),
  ];
}
