/**
 * `POST /v1/runs`. The order is the contract's: what can be refused without keeping anything comes first; personal data is taken
 * out and instructions are looked for before anything of the input is kept.
 */
import { type Refusal, refuse } from "../../../core/errors/problem.ts";
import type { RunId } from "../../../core/ids.ts";
import { isObject, type Json, type JsonObject } from "../../../core/json.ts";
import type { Stops } from "../../../core/kill-switch/stops.ts";
import { fromUsd } from "../../../core/money.ts";
import { err, ok, type Result } from "../../../core/result.ts";
import type { RunStart } from "../../../core/run/machine/birth.ts";
import { FINAL_STATUSES, type RunView } from "../../../core/run/outside/view.ts";
import type { WorkflowVersionView } from "../../../core/workflow/view.ts";
import type { Answer } from "../context.ts";
import { type Call, type Endpoint, endpointsOf, type NoFields } from "../endpoint.ts";
import { type Claim, claim, REPLAYED } from "../idempotency.ts";
import type { IngressPorts } from "../ports.ts";
import { auditRecord } from "../record.ts";
import { roomFor, shownTo, unknown } from "../runs.ts";
import { idempotencyHeader, preferHeader, waitSeconds } from "../schemas/requests.ts";
import { Run } from "../schemas/views.ts";
import { budgetOf, flawOfInput, flawOfStart, StartBody, workflowOf } from "../start-request.ts";
import { notStopped } from "../stops.ts";

const headers = { ...idempotencyHeader, ...preferHeader };
type StartCall = Call<NoFields, NoFields, typeof headers, typeof StartBody>;

export function startRunRoutes(ports: IngressPorts): Endpoint[] {
  return [
    endpointsOf(ports)({
      method: "post",
      path: "/v1/runs",
      tag: "runs",
      summary: "Starts a run",
      action: "run.start",
      headers,
      body: StartBody,
      answers: {
        202: { description: "the run, under way", schema: Run },
        200: { description: "the finished run, when it ended within `Prefer: wait`", schema: Run },
      },
      refusals: ["idempotency_key_reused", "injection_detected", "kill_switch_active", "rate_limited"],
      handle: (call) => startRun(ports, call),
    }),
  ];
}

async function startRun(ports: IngressPorts, call: StartCall): Promise<Answer> {
  const { principal, body } = call;
  const mistaken = await flawOfStart(ports, call);
  if (mistaken !== null) return err(mistaken);
  const workflow = await workflowOf(ports, call);
  if (workflow === null) return err(unknown);
  const stops = await notStopped(ports, { org: principal.org, workflow: workflow.name }, call.trace.traceId);
  if (!stops.ok) return stops;
  const unfit = flawOfInput(workflow, body);
  if (unfit !== null) return err(unfit);
  const freshId = await ports.keys.mintRunId(principal.org, call.at);
  const claimed = await claim(ports, call, call.headers["Idempotency-Key"], body, freshId);
  if (!claimed.ok) return claimed;
  const first = claimed.value;
  if (first.replayed !== null) return replay(ports, call, first.id, first.replayed);
  const room = await roomFor(ports, principal.org, first.id);
  if (!room.ok) {
    await first.release();
    return room;
  }
  try {
    return await begin(ports, call, first, workflow, stops.value);
  } catch (error) {
    // If it began all the same, the index will count it.
    ports.store.runs.release(principal.org, first.id);
    throw error;
  }
}

async function begin(ports: IngressPorts, call: StartCall, first: Claim, workflow: WorkflowVersionView, stops: Stops): Promise<Answer> {
  const { org } = call.principal;
  const admitted = await admit(ports, call, first);
  if (!admitted.ok) {
    ports.store.runs.release(org, first.id);
    return admitted;
  }
  const wait = waitSeconds(call.headers.Prefer);
  const waitMs = (wait ?? 0) * 1000;
  const run = await ports.runs(first.id).start(startOf(call, first.id as RunId, workflow, admitted.value), stops, waitMs);
  if (FINAL_STATUSES.includes(run.status)) ports.store.runs.release(org, run.id);
  const status = waitMs > 0 && FINAL_STATUSES.includes(run.status) ? 200 : 202;
  await first.settle(status);
  return runReply(ports, call, run, status, {});
}

type AdmittedRun = { readonly input: Json; readonly metadata: JsonObject; readonly findings: RunStart["inputFindings"] };

/** Input and metadata are admitted together, so that one that is refused leaves nothing of the other behind. */
async function admit(ports: IngressPorts, call: StartCall, first: Claim): Promise<Result<AdmittedRun, Refusal>> {
  const { principal, body } = call;
  const context = { org: principal.org, run: first.id, subject: body.subject ?? principal.user };
  const { value, verdict, findings } = await ports.guard.admit(context, "user", "input", {
    input: body.input as Json,
    metadata: body.metadata ?? {},
  });
  if (verdict !== "block" && isObject(value) && isObject(value["metadata"])) {
    return ok({ input: value["input"] ?? null, metadata: value["metadata"], findings });
  }
  await ports.store.audit.record(
    principal.org,
    auditRecord(ports, call, {
      type: "guardrail.blocked",
      action: "run.start",
      resource: `workflow/${body.workflow}`,
      decision: "deny",
      data: { findings: findings.map(({ type, detector, count, pointer }) => ({ type, detector, count, pointer })) },
    }),
  );
  await first.release();
  return err(refuse("injection_detected", "the content was refused"));
}

function startOf(call: StartCall, id: RunId, workflow: WorkflowVersionView, admitted: AdmittedRun): RunStart {
  const { principal, body, trace } = call;
  const { usd, tokens } = budgetOf(workflow, body);
  return {
    id,
    org: principal.org,
    user: principal.user,
    roles: principal.roles,
    subject: body.subject ?? principal.user,
    definition: workflow.definition,
    version: workflow.version,
    digest: workflow.digest,
    input: admitted.input,
    inputFindings: admitted.findings,
    budget: { usd: fromUsd(usd), tokens },
    deadlineAt: body.deadline === undefined ? null : Date.parse(body.deadline),
    metadata: admitted.metadata,
    traceId: trace.traceId,
    parentSpanId: trace.parentSpanId,
    redrive: null,
    parent: null,
    callbackUrl: body.callback_url ?? null,
  };
}

/** The first answer's status, with the run as it is now. */
async function replay(ports: IngressPorts, call: StartCall, id: string, status: number): Promise<Answer> {
  const run = await ports.runs(id).view();
  return run === null ? err(unknown) : runReply(ports, call, run, status, REPLAYED);
}

async function runReply(
  ports: IngressPorts,
  call: StartCall,
  run: RunView,
  status: number,
  extra: Record<string, string>,
): Promise<Answer> {
  const wait = waitSeconds(call.headers.Prefer);
  const applied = wait === null ? {} : { "Preference-Applied": `wait=${wait}` };
  const headers = { Location: `/v1/runs/${run.id}`, ...applied, ...extra };
  return ok({ status, body: await shownTo(ports, call.principal, run), headers });
}
