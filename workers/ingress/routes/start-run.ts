/**
 * `POST /v1/runs`. The order is the contract's: what can be refused without keeping anything comes first; personal data is taken
 * out and instructions are looked for before anything of the input is kept.
 */
import { z } from "@hono/zod-openapi";
import type { Refusal } from "../../../core/errors/problem.ts";
import { refuse } from "../../../core/errors/problem.ts";
import type { RunId } from "../../../core/ids.ts";
import { isObject, type Json, type JsonObject } from "../../../core/json.ts";
import { isListedHost } from "../../../core/net/listed-host.ts";
import { err, ok, type Result } from "../../../core/result.ts";
import { FINAL_STATUSES, type RunView } from "../../../core/run/view.ts";
import { flawOfUrl } from "../../../core/tool/url.ts";
import { validate } from "../../../core/workflow/schema.ts";
import type { Answer } from "../context.ts";
import { type Call, type Endpoint, endpointsOf, type NoFields } from "../endpoint.ts";
import { type Claim, claim, REPLAYED } from "../idempotency.ts";
import { edgeRule, forbid } from "../middleware/check-access.ts";
import type { IngressPorts, StartRun, WorkflowVersionView } from "../ports.ts";
import { auditRecord } from "../record.ts";
import { roomFor, shownTo, unknown } from "../runs.ts";
import { anyJson, instant, userName, workflowName } from "../schemas/names.ts";
import { idempotencyHeader, jsonObject, preferHeader, waitSeconds } from "../schemas/requests.ts";
import { Run } from "../schemas/views.ts";
import { notStopped } from "../stops.ts";

/** Notes of the caller's, not data to work on. */
const METADATA_CHARACTERS = 16_384;

const Body = z
  .strictObject({
    workflow: workflowName,
    version: z.int().min(1, "is a whole number from 1").optional(),
    input: anyJson,
    budget: z
      .strictObject({ usd: z.number().min(0).optional(), tokens: z.int().min(0).optional() })
      .optional()
      .openapi({ description: "lowers the definition's limits, never raises them" }),
    deadline: instant.optional(),
    subject: userName
      .optional()
      .openapi({ description: "whose data it is; another one than the caller's user needs a key with `for_others`" }),
    metadata: jsonObject
      .refine((value) => JSON.stringify(value).length <= METADATA_CHARACTERS, `has at most ${METADATA_CHARACTERS} characters`)
      .optional(),
    callback_url: z.string().max(2_048).optional().openapi({
      description: "gets a POST of the finished run, signed as Standard Webhooks say; its host is one of the org's `callback_hosts`",
    }),
  })
  .openapi("StartRun");

const headers = { ...idempotencyHeader, ...preferHeader };
type StartCall = Call<NoFields, NoFields, typeof headers, typeof Body>;

export function startRunRoutes(ports: IngressPorts): Endpoint[] {
  return [
    endpointsOf(ports)({
      method: "post",
      path: "/v1/runs",
      tag: "runs",
      summary: "Starts a run",
      action: "run.start",
      headers,
      body: Body,
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
  const mistaken = checkRequest(call) ?? (await checkSubject(ports, call)) ?? (await checkCallback(ports, call));
  if (mistaken !== null) return err(mistaken);
  const { workflows } = ports.store;
  const workflow = await (body.version === undefined
    ? workflows.choose(principal.org, body.workflow, principal.user)
    : workflows.get(principal.org, body.workflow, body.version));
  if (workflow === null) return err(unknown);
  const stops = await notStopped(ports, { org: principal.org, workflow: workflow.name }, call.trace.traceId);
  if (!stops.ok) return stops;
  const invalid = validate(workflow.definition.input, body.input as Json);
  if (invalid.length > 0) {
    const errors = invalid.map(({ path, message }) => ({ path: `/input${path}`, message }));
    return err(refuse("invalid_request", "the input does not fit the workflow's schema", errors));
  }
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

async function begin(
  ports: IngressPorts,
  call: StartCall,
  first: Claim,
  workflow: WorkflowVersionView,
  stops: StartRun["stops"],
): Promise<Answer> {
  const { org } = call.principal;
  const admitted = await admit(ports, call, first);
  if (!admitted.ok) {
    ports.store.runs.release(org, first.id);
    return admitted;
  }
  const wait = waitSeconds(call.headers.Prefer);
  const waitMs = typeof wait === "number" ? wait * 1000 : 0;
  const run = await ports.runs.start(birth(call, first.id as RunId, workflow, stops, admitted.value), waitMs);
  if (FINAL_STATUSES.includes(run.status)) ports.store.runs.release(org, run.id);
  const status = waitMs > 0 && FINAL_STATUSES.includes(run.status) ? 200 : 202;
  await first.settle(status);
  return runReply(ports, call, run, status, {});
}

function checkRequest({ body, at }: StartCall): Refusal | null {
  if (body.input === undefined)
    return refuse("invalid_request", "the body does not hold together", [{ path: "/input", message: "is required" }]);
  if (body.deadline !== undefined && Date.parse(body.deadline) <= at) {
    return refuse("invalid_request", "the body does not hold together", [{ path: "/deadline", message: "is in the past" }]);
  }
  return null;
}

/** Whose data it is: the caller's own user, or anybody for a key that was made for that. */
async function checkSubject(ports: IngressPorts, call: StartCall): Promise<Refusal | null> {
  const { principal, body } = call;
  if (body.subject === undefined || body.subject === principal.user || principal.forOthers) return null;
  const detail = "another person's data needs a key with `for_others`";
  return forbid(ports, call, "run.start", `workflow/${body.workflow}`, detail, edgeRule("for_others"));
}

/** Where the finished run goes: an address that may be called at all, on a host that the org listed. */
async function checkCallback(ports: IngressPorts, { principal, body }: StartCall): Promise<Refusal | null> {
  if (body.callback_url === undefined) return null;
  const { allowPrivateHosts } = ports.settings;
  const flaw = flawOfUrl(body.callback_url, { allowPrivateHosts, fields: false });
  const wrong = (message: string): Refusal =>
    refuse("invalid_request", "the body does not hold together", [{ path: "/callback_url", message }]);
  if (flaw !== null) return wrong(flaw);
  if (!URL.canParse(body.callback_url)) return wrong("is no URL");
  const { callback_hosts: hosts } = await ports.store.orgs.settings(principal.org);
  return isListedHost(new URL(body.callback_url), hosts) ? null : wrong("is on no host of the org's `callback_hosts`");
}

type AdmittedRun = { readonly input: Json; readonly metadata: JsonObject; readonly findings: StartRun["inputFindings"] };

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

function birth(call: StartCall, id: RunId, workflow: WorkflowVersionView, stops: StartRun["stops"], admitted: AdmittedRun): StartRun {
  const { principal, body, trace } = call;
  const { limits } = workflow.definition;
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
    budget: {
      usd: Math.min(limits.usd, body.budget?.usd ?? limits.usd),
      tokens: Math.min(limits.tokens, body.budget?.tokens ?? limits.tokens),
    },
    deadlineAt: body.deadline === undefined ? null : Date.parse(body.deadline),
    metadata: admitted.metadata,
    traceId: trace.traceId,
    parentSpanId: trace.parentSpanId,
    stops,
    redriveOf: null,
    callbackUrl: body.callback_url ?? null,
  };
}

/** The first answer's status, with the run as it is now. */
async function replay(ports: IngressPorts, call: StartCall, id: string, status: number): Promise<Answer> {
  const run = await ports.runs.get(id as RunId);
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
  const applied = typeof wait === "number" ? { "Preference-Applied": `wait=${wait}` } : {};
  const headers = { Location: `/v1/runs/${run.id}`, ...applied, ...extra };
  return ok({ status, body: await shownTo(ports, call.principal, run), headers });
}
