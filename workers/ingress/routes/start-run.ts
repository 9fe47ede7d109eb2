/** `POST /v1/runs`. What a start goes through is `use-cases/start-run.ts`. */
import { ok } from "../../../core/result.ts";
import type { RunView } from "../../../core/run/outside/view.ts";
import { startRun } from "../../use-cases/start-run.ts";
import type { Answer } from "../context.ts";
import { type Call, type Endpoint, endpointsOf, type NoFields } from "../endpoint.ts";
import type { IngressPorts } from "../ports.ts";
import { repeatable, replyOf } from "../repeat.ts";
import { idempotencyHeader, preferHeader, waitSeconds } from "../schemas/requests.ts";
import { Run } from "../schemas/views.ts";
import { runRequest, StartBody } from "../start-request.ts";

const headers = { ...idempotencyHeader, ...preferHeader };
type StartCall = Call<NoFields, NoFields, typeof headers, typeof StartBody>;

export function startRunRoutes(ports: IngressPorts): Endpoint[] {
  return [
    endpointsOf(ports)({
      method: "post",
      path: "/v1/runs",
      operationId: "startRun",
      longNumbersIn: "/input/",
      tag: "runs",
      summary: "Starts a run",
      action: "run.start",
      headers,
      body: StartBody,
      answers: {
        202: { description: "the run, in progress", schema: Run },
        200: { description: "the finished run, when it ended within `Prefer: wait`", schema: Run },
      },
      refusals: ["idempotency_key_reused", "injection_detected", "kill_switch_active", "rate_limited"],
      handle: (call) => start(ports, call),
    }),
  ];
}

async function start(ports: IngressPorts, call: StartCall): Promise<Answer<200 | 202, RunView>> {
  const request = runRequest(call.body, call.request);
  if (!request.ok) return request;
  const wait = waitSeconds(call.headers.Prefer);
  const command = { ...request.value, waitMs: (wait ?? 0) * 1000 };
  const started = await startRun(ports, call, command, repeatable(call, call.body));
  if (!started.ok) return started;
  const { run } = started.value;
  const reply = replyOf(started.value, run);
  const applied = wait === null ? {} : { "Preference-Applied": `wait=${wait}` };
  return ok({ ...reply, headers: { Location: `/v1/runs/${run.id}`, ...applied, ...reply.headers } });
}
