/** `/v1/dead-letters`: runs that ended badly, and what people do with them. A dead letter has its run's id under another prefix. */
import { z } from "@hono/zod-openapi";
import { type Refusal, refuse } from "../../../core/errors/problem.ts";
import { hasIdForm, type RunId, withPrefix } from "../../../core/ids.ts";
import { err, ok, type Result } from "../../../core/result.ts";
import { deadLetterOf } from "../../../core/run/outside/dead-letter.ts";
import type { RunView } from "../../../core/run/outside/view.ts";
import type { Answer } from "../context.ts";
import { type Call, type Endpoint, endpointsOf, type NoFields } from "../endpoint.ts";
import { claim, REPLAYED } from "../idempotency.ts";
import { keptText } from "../kept-text.ts";
import type { IngressPorts } from "../ports.ts";
import { roomFor, shownTo, unknown } from "../runs.ts";
import { listOf } from "../schemas/answers.ts";
import { reasonText } from "../schemas/names.ts";
import { idempotencyHeader, pageOf, pageQuery } from "../schemas/requests.ts";
import { DeadLetter, Run } from "../schemas/views.ts";
import { notStopped } from "../stops.ts";

/** How long a redrive waits for the run it asked for. */
const HANDOVER_MS = 10_000;

const params = { id: z.string() };

export function deadLetterRoutes(ports: IngressPorts): Endpoint[] {
  const endpoint = endpointsOf(ports);
  return [
    endpoint({
      method: "get",
      path: "/v1/dead-letters",
      tag: "people",
      summary: "The org's dead letters, newest first",
      action: "dead_letter.read",
      query: pageQuery,
      answers: { 200: { description: "a page of dead letters", schema: listOf(DeadLetter) } },
      handle: async ({ principal, query }) => ok({ status: 200, body: await ports.store.deadLetters.list(principal.org, pageOf(query)) }),
    }),
    endpoint({
      method: "post",
      path: "/v1/dead-letters/{id}/redrive",
      tag: "people",
      summary: "A new run that takes up where this one ended",
      action: "dead_letter.redrive",
      params,
      headers: idempotencyHeader,
      answers: { 202: { description: "the new run", schema: Run } },
      refusals: ["conflict", "kill_switch_active", "idempotency_key_reused"],
      handle: (call) => redrive(ports, call),
    }),
    endpoint({
      method: "post",
      path: "/v1/dead-letters/{id}/discard",
      tag: "people",
      summary: "Closes a dead letter without doing anything",
      action: "dead_letter.discard",
      params,
      body: z.strictObject({ reason: reasonText }),
      answers: { 200: { description: "the dead letter, discarded", schema: DeadLetter } },
      refusals: ["conflict", "injection_detected"],
      async handle(call) {
        const found = await findDead(ports, call.principal.org, call.params.id);
        if (!found.ok) return found;
        const reason = keptText(ports, call.body.reason, "/reason");
        if (!reason.ok) return reason;
        const discarded = await ports.runs(found.value.id).discard(call.principal.user, reason.value);
        return discarded.ok ? ok({ status: 200, body: deadLetterOf(discarded.value) }) : discarded;
      },
    }),
  ];
}

async function findDead(ports: IngressPorts, org: string, id: string): Promise<Result<{ id: RunId; view: RunView }, Refusal>> {
  const runId = hasIdForm("dl", id) ? await ports.keys.parseRunId(org, withPrefix("run", id)) : null;
  const view = runId === null ? null : await ports.runs(runId).view();
  if (runId === null || view === null || view.org !== org || view.dead_letter?.id !== id) return err(unknown);
  return ok({ id: runId, view });
}

/** Marks the dead letter and waits for the run that its object starts. */
async function handOver({ runs }: IngressPorts, dead: RunId, by: string, id: string): Promise<Result<RunView, Refusal>> {
  const marked = await runs(dead).redrive(by, id);
  if (!marked.ok) return marked;
  const begun = await runs(id).awaitBirth(HANDOVER_MS);
  return begun === null ? err(refuse("overloaded", "the new run is being created; read it by its id in a moment")) : ok(begun);
}

async function redrive(ports: IngressPorts, call: Call<typeof params, NoFields, typeof idempotencyHeader, z.ZodType>): Promise<Answer> {
  const { principal } = call;
  const found = await findDead(ports, principal.org, call.params.id);
  if (!found.ok) return found;
  const freshId = await ports.keys.mintRunId(principal.org, call.at);
  const claimed = await claim(ports, call, call.headers["Idempotency-Key"], {}, freshId);
  if (!claimed.ok) return claimed;
  const { id, replayed, settle, release } = claimed.value;
  const reply = async (run: RunView, headers: Record<string, string>): Promise<Answer> =>
    ok({ status: 202, body: await shownTo(ports, principal, run), headers: { Location: `/v1/runs/${run.id}`, ...headers } });
  // A first try that broke off after the new run began has an answer to give: the run itself.
  const begun = id === freshId ? null : await ports.runs(id).view();
  if (begun !== null) {
    await settle(202);
    return reply(begun, REPLAYED);
  }
  if (replayed !== null) return err(unknown);
  const open = await notStopped(ports, { org: principal.org, workflow: found.value.view.workflow }, call.trace.traceId);
  const room = open.ok ? await roomFor(ports, principal.org, id) : open;
  const redriven = room.ok ? await handOver(ports, found.value.id, principal.user, id) : room;
  if (!redriven.ok) {
    ports.store.runs.release(principal.org, id);
    // `overloaded`: the new run may be on its way; the claim keeps its id, so that the same request finds it.
    if (!room.ok || redriven.error.code !== "overloaded") await release();
    return redriven;
  }
  await settle(202);
  return reply(redriven.value, {});
}
