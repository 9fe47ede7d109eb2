/** `POST /v1/runs/{id}/signals/{name}`: news from outside for a run. New work, so the kill switch is asked; redacted before anything keeps it. */
import { z } from "@hono/zod-openapi";
import { refuse } from "../../../core/errors/problem.ts";
import { mintId } from "../../../core/ids.ts";
import type { Json } from "../../../core/json.ts";
import { err, ok } from "../../../core/result.ts";
import { SIGNAL_NAME } from "../../../core/workflow/names.ts";
import type { Answer } from "../context.ts";
import { type Call, type Endpoint, endpointsOf, type NoFields } from "../endpoint.ts";
import { claim, REPLAYED } from "../idempotency.ts";
import type { IngressPorts } from "../ports.ts";
import { auditRecord } from "../record.ts";
import { findRun, shownTo } from "../runs.ts";
import { anyJson } from "../schemas/names.ts";
import { idempotencyHeader } from "../schemas/requests.ts";
import { Run } from "../schemas/views.ts";
import { notStopped } from "../stops.ts";

const params = {
  id: z.string(),
  name: z.string().regex(SIGNAL_NAME, "is not the name of a signal").openapi({ example: "parcel-delivered" }),
};
type SignalCall = Call<typeof params, NoFields, typeof idempotencyHeader, typeof anyJson>;

export function signalRoutes(ports: IngressPorts): Endpoint[] {
  return [
    endpointsOf(ports)({
      method: "post",
      path: "/v1/runs/{id}/signals/{name}",
      tag: "runs",
      summary: "Tells a run something; a signal that nobody awaits yet is kept until a step does",
      action: "run.signal",
      params,
      headers: idempotencyHeader,
      body: anyJson,
      answers: { 202: { description: "the run", schema: Run } },
      refusals: ["conflict", "idempotency_key_reused", "injection_detected", "kill_switch_active"],
      handle: (call) => signal(ports, call),
    }),
  ];
}

async function signal(ports: IngressPorts, call: SignalCall): Promise<Answer> {
  const { principal, params: path } = call;
  const found = await findRun(ports, call, path.id, "run.signal");
  if (!found.ok) return found;
  const { id, view } = found.value;
  const open = await notStopped(ports, { org: view.org, workflow: view.workflow }, call.trace.traceId);
  if (!open.ok) return open;
  const claimed = await claim(ports, call, call.headers["Idempotency-Key"], call.body, mintId("sig", call.at, ports.random(10)));
  if (!claimed.ok) return claimed;
  const { id: signalId, replayed, settle, release } = claimed.value;
  if (replayed !== null) return ok({ status: replayed, body: await shownTo(ports, principal, view), headers: REPLAYED });
  // What the run's own user says is theirs to get back; what anybody else says is not.
  const origin = principal.user === view.user ? "input" : "tool";
  const context = { org: view.org, run: view.id, subject: view.subject };
  const { value, verdict, findings } = await ports.guard.admit(context, "user", origin, call.body as Json);
  if (verdict === "block") {
    const fact = {
      type: "guardrail.blocked",
      action: "run.signal",
      resource: `run/${id}`,
      decision: "deny",
      data: { findings: findings.map(({ type, detector, count, pointer }) => ({ type, detector, count, pointer })) },
    } as const;
    await ports.store.audit.record(view.org, auditRecord(ports, call, fact));
    await release();
    return err(refuse("injection_detected", "the content was refused"));
  }
  const told = await ports.runs(id).signal({ id: signalId, name: path.name, body: value, findings, by: principal.user });
  if (!told.ok) {
    await release();
    return told;
  }
  await settle(202);
  return ok({ status: 202, body: await shownTo(ports, principal, told.value) });
}
