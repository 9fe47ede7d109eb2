/** `/v1/runs/{id}` and the list: reading, cancelling, the trace. Starting and events have files of their own. */

import { z } from "@hono/zod-openapi";
import { seesAllRuns } from "../../../core/access/principal.ts";
import { refuse } from "../../../core/errors/problem.ts";
import { unknownId } from "../../../core/errors/unknown-name.ts";
import { err, ok } from "../../../core/result.ts";
import { RUN_STATUSES } from "../../../core/run/outside/view.ts";
import { cancelRun } from "../../use-cases/cancel-run.ts";
import { pauseRun, resumeRun } from "../../use-cases/pause-run.ts";
import { findRun, findRunWithJournal, shownTo } from "../../use-cases/runs.ts";
import { type Endpoint, endpointsOf, reply } from "../endpoint.ts";
import type { IngressPorts } from "../ports.ts";
import { listOf } from "../schemas/answers.ts";
import { anyJson, reasonText, sessionFilter, userFilter, workflowName } from "../schemas/names.ts";
import { instant, pageOf, pageQuery } from "../schemas/requests.ts";
import { Run, RunLine, RunTrace } from "../schemas/views.ts";

const id = z.string().openapi({ example: "run_01JCZ5M1R5T0000000000000ZZ" });

/** docs/contract.md, "Runs". */
const traceId = z.string().regex(/^[0-9a-f]{32}$/, "has 32 hex digits in lower case, as `trace_id` of a run has");

export function runRoutes(ports: IngressPorts): Endpoint[] {
  const endpoint = endpointsOf(ports);
  return [
    endpoint({
      method: "get",
      path: "/v1/runs",
      operationId: "listRuns",
      tag: "runs",
      summary: "Lists runs, newest first; the role `caller` sees only its own",
      action: "run.read",
      query: {
        ...pageQuery,
        status: z.enum(RUN_STATUSES).optional(),
        workflow: workflowName.optional(),
        user: userFilter.optional(),
        session: sessionFilter.optional(),
        trace_id: traceId.optional(),
        since: instant.optional(),
        until: instant.optional(),
      },
      answers: { 200: { description: "a page of runs", schema: listOf(RunLine) } },
      async handle({ principal, query }) {
        const own = seesAllRuns(principal) ? null : principal.user;
        if (own !== null && query.user !== undefined && query.user !== own) return reply(200, { data: [], next_cursor: null });
        const filter = {
          status: query.status ?? null,
          workflow: query.workflow ?? null,
          user: own ?? query.user ?? null,
          session: query.session ?? null,
          traceId: query.trace_id ?? null,
          since: query.since ?? null,
          until: query.until ?? null,
        };
        return reply(200, await ports.store.runs.list(principal.org, filter, pageOf(query)));
      },
    }),
    endpoint({
      method: "get",
      path: "/v1/runs/{id}",
      operationId: "getRun",
      tag: "runs",
      summary: "Returns a run",
      action: "run.read",
      params: { id },
      answers: { 200: { description: "the run", schema: Run } },
      async handle(call) {
        const found = await findRun(ports, call, call.params.id, "run.read");
        return found.ok ? reply(200, await shownTo(ports, call.principal, found.value.view)) : found;
      },
    }),
    endpoint({
      method: "post",
      path: "/v1/runs/{id}/cancel",
      operationId: "cancelRun",
      tag: "runs",
      summary: "Cancels a run: no new step starts, completed steps are compensated, and the run ends as `cancelled`",
      action: "run.cancel",
      params: { id },
      body: z.strictObject({ reason: reasonText }),
      answers: { 202: { description: "the run, which is ending", schema: Run } },
      refusals: ["conflict", "injection_detected"],
      async handle(call) {
        const cancelled = await cancelRun(ports, call, { run: call.params.id, reason: call.body.reason });
        return cancelled.ok ? reply(202, cancelled.value) : cancelled;
      },
    }),
    endpoint({
      method: "post",
      path: "/v1/runs/{id}/pause",
      operationId: "pauseRun",
      tag: "runs",
      summary: "Pauses a run: calls in flight are awaited, nothing new is sent until a person resumes it",
      action: "run.read",
      params: { id },
      body: z.strictObject({ reason: reasonText }),
      answers: { 200: { description: "the run, paused", schema: Run } },
      refusals: ["conflict", "injection_detected"],
      async handle(call) {
        const paused = await pauseRun(ports, call, { run: call.params.id, reason: call.body.reason });
        return paused.ok ? reply(200, paused.value) : paused;
      },
    }),
    endpoint({
      method: "post",
      path: "/v1/runs/{id}/resume",
      operationId: "resumeRun",
      tag: "runs",
      summary: "Lets a run that a person paused go on; what was allowed before is decided again",
      action: "run.read",
      params: { id },
      answers: { 200: { description: "the run", schema: Run } },
      refusals: ["conflict"],
      async handle(call) {
        const resumed = await resumeRun(ports, call, { run: call.params.id });
        return resumed.ok ? reply(200, resumed.value) : resumed;
      },
    }),
    endpoint({
      method: "get",
      path: "/v1/runs/{id}/steps/{step}/output",
      operationId: "getStepOutput",
      tag: "runs",
      summary: "Returns the output of one step, whatever its size",
      action: "run.read",
      params: { id, step: z.string().max(200) },
      answers: { 200: { description: "the output, with placeholders where personal data was", schema: anyJson } },
      refusals: ["conflict"],
      async handle(call) {
        const found = await findRunWithJournal(ports, call, call.params.id, "run.read");
        if (!found.ok) return found;
        const output = await ports.runs(found.value.id, found.value.view.org).stepOutput(call.params.step);
        if (output === null) return err(refuse("not_found", "the run has no step with this id"));
        return ok({ response: new Response(output, { headers: { "Content-Type": "application/json" } }) });
      },
    }),
    endpoint({
      method: "get",
      path: "/v1/runs/{id}/trace",
      operationId: "getRunTrace",
      tag: "runs",
      summary: "Returns the run's spans as OTLP JSON",
      action: "run.read",
      params: { id },
      answers: { 200: { description: "spans", schema: RunTrace } },
      refusals: ["conflict"],
      async handle(call) {
        const found = await findRunWithJournal(ports, call, call.params.id, "run.read");
        if (!found.ok) return found;
        const trace = await ports.runs(found.value.id, found.value.view.org).spans();
        return trace === null ? err(unknownId("run", call.params.id)) : reply(200, trace);
      },
    }),
  ];
}
