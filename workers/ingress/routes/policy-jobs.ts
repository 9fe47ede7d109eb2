/** Replays and analyses of an org's policies: answered at once where they end within ten seconds, else jobs that can be asked about. */
import { z } from "@hono/zod-openapi";
import type { Refusal } from "../../../core/errors/problem.ts";
import { unknownId } from "../../../core/errors/unknown-name.ts";
import { hasIdForm, mintId } from "../../../core/ids.ts";
import { analysisView, type PolicyJobView, type PolicyTask, policyJobLine, policyJobView, replayView } from "../../../core/policy/job.ts";
import { err, ok, type Result } from "../../../core/result.ts";
import { claim } from "../../use-cases/idempotency.ts";
import { type AnyCall, type Endpoint, endpointsOf, reply } from "../endpoint.ts";
import type { IngressPorts } from "../ports.ts";
import { REPLAYED, repeatable } from "../repeat.ts";
import { listOf } from "../schemas/answers.ts";
import { policyVersion } from "../schemas/names.ts";
import { PolicyAnalysis, PolicyJob, PolicyJobLine, PolicyReplay } from "../schemas/policy-views.ts";
import { idempotencyHeader, pageOf, pageQuery } from "../schemas/requests.ts";

/** Runs whose decisions are made again, unless the request says otherwise. */
const RUNS = 100;
const RETRY = { "Retry-After": "5" };

const params = { version: policyVersion };
const Replay = z.strictObject({ runs: z.int().min(1).max(1_000).optional() }).openapi("ReplayPolicies");
const longer = { description: "it takes longer than ten seconds: `GET /v1/policy-jobs/{id}` says how far it is", schema: PolicyJob };
const refusals = ["not_found", "rate_limited", "idempotency_key_reused"] as const;

export function policyJobRoutes(ports: IngressPorts): Endpoint[] {
  const endpoint = endpointsOf(ports);
  return [
    endpoint({
      method: "post",
      path: "/v1/policies/{version}/replay",
      operationId: "replayPolicies",
      tag: "policies",
      summary: "Makes the org's recorded decisions again, as if the version were in force",
      action: "policy.write",
      params,
      headers: idempotencyHeader,
      body: Replay,
      bodyForm: "optional",
      answers: { 200: { description: "the decisions that it would change", schema: PolicyReplay }, 202: longer },
      refusals,
      async handle(call) {
        const worked = await work(ports, call, call.params.version, { kind: "replay", runs: call.body?.runs ?? RUNS }, call.body ?? {});
        if (!worked.ok) return worked;
        const { job, state, headers } = worked.value;
        if (job !== null) return reply(202, job, headers);
        return state?.kind === "replay" ? reply(200, replayView(state), headers) : err(unknownId("policy version", call.params.version));
      },
    }),
    endpoint({
      method: "post",
      path: "/v1/policies/{version}/analysis",
      operationId: "analysePolicies",
      tag: "policies",
      summary: "Says what the version would allow and deny beside what is in force, with examples",
      action: "policy.write",
      params,
      headers: idempotencyHeader,
      answers: { 200: { description: "what it changes", schema: PolicyAnalysis }, 202: longer },
      refusals,
      async handle(call) {
        const worked = await work(ports, call, call.params.version, { kind: "analysis" }, {});
        if (!worked.ok) return worked;
        const { job, state, headers } = worked.value;
        if (job !== null) return reply(202, job, headers);
        return state?.kind === "analysis"
          ? reply(200, analysisView(state), headers)
          : err(unknownId("policy version", call.params.version));
      },
    }),
    endpoint({
      method: "get",
      path: "/v1/policy-jobs",
      operationId: "listPolicyJobs",
      tag: "policies",
      summary: "Lists the org's replays and analyses that took longer than their requests, newest first, for seven days",
      action: "policy.write",
      query: pageQuery,
      answers: { 200: { description: "a page of jobs", schema: listOf(PolicyJobLine) } },
      async handle({ principal, query }) {
        const { data, next_cursor } = await ports.policyWork.list(principal.org, pageOf(query));
        return reply(200, { data: data.map(({ job, progress }) => policyJobLine(job, progress)), next_cursor });
      },
    }),
    endpoint({
      method: "get",
      path: "/v1/policy-jobs/{id}",
      operationId: "getPolicyJob",
      tag: "policies",
      summary: "Returns a replay or an analysis: how far it is, and its result once it is completed",
      action: "policy.write",
      params: { id: z.string().max(64) },
      answers: { 200: { description: "the job", schema: PolicyJob } },
      async handle({ principal, params: { id } }) {
        const found = hasIdForm("job", id) ? await ports.policyWork.get(principal.org, id) : null;
        if (found === null) return err(unknownId("job", id));
        return reply(200, policyJobView(found), found.status === "running" ? RETRY : {});
      },
    }),
  ];
}

type Call = AnyCall & { readonly headers: { readonly "Idempotency-Key"?: string | undefined } };
type State = Extract<Awaited<ReturnType<IngressPorts["policyWork"]["run"]>>, { ok: true }>["value"] & { kind: "done" };
type Worked = {
  readonly job: PolicyJobView | null;
  readonly state: State["state"] | null;
  readonly headers: Readonly<Record<string, string>>;
};

/** What a key stands for is the job. Work that ended within its request kept nothing: it is done again, over the record as it is now. */
async function work(ports: IngressPorts, call: Call, version: string, task: PolicyTask, sent: unknown): Promise<Result<Worked, Refusal>> {
  const { org, user } = call.principal;
  const claimed = await claim<"done" | "accepted">(ports, call, repeatable(call, sent), mintId("job", call.at, ports.random(10)));
  if (!claimed.ok) return claimed;
  const { id, replayed, settle, release } = claimed.value;
  const kept = call.headers["Idempotency-Key"] === undefined ? null : await ports.policyWork.get(org, id);
  if (kept !== null) {
    await settle("accepted"); // of a first try that began the job and did not come to say so
    return ok({ job: policyJobView(kept), state: null, headers: { ...RETRY, ...REPLAYED } });
  }
  const ran = await ports.policyWork.run({ id, org, user, traceId: call.trace.traceId, version, task });
  if (!ran.ok) {
    if (replayed === null) await release();
    return ran;
  }
  const again = replayed === null ? {} : REPLAYED;
  if (ran.value.kind === "done") {
    if (replayed === null) await settle("done");
    return ok({ job: null, state: ran.value.state, headers: again });
  }
  await settle("accepted");
  call.waitUntil(ran.value.rest);
  return ok({ job: policyJobView(ran.value.job), state: null, headers: { ...RETRY, ...again } });
}
