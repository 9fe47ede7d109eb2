/** `POST /v1/runs/{id}/feedback`: what a person thinks of a run. One line a person and run; the newest counts. */
import { z } from "@hono/zod-openapi";
import { mintId } from "../../../core/ids.ts";
import { err } from "../../../core/result.ts";
import type { FeedbackView } from "../../../core/run/outside/view.ts";
import { toRfc3339 } from "../../../core/time.ts";
import { claim } from "../../use-cases/idempotency.ts";
import { keptText } from "../../use-cases/kept-text.ts";
import { auditRecord } from "../../use-cases/record.ts";
import { findRun, unknown } from "../../use-cases/runs.ts";
import type { Answer } from "../context.ts";
import { type Call, type Endpoint, endpointsOf, type NoFields, reply } from "../endpoint.ts";
import type { IngressPorts } from "../ports.ts";
import { REPLAYED, repeatable, STATUS } from "../repeat.ts";
import { reasonText } from "../schemas/names.ts";
import { Feedback } from "../schemas/org-views.ts";
import { idempotencyHeader } from "../schemas/requests.ts";

const params = { id: z.string() };
const Body = z.strictObject({ score: z.number().min(-1).max(1), comment: reasonText.optional() }).openapi("GiveFeedback");

export function feedbackRoutes(ports: IngressPorts): Endpoint[] {
  return [
    endpointsOf(ports)({
      method: "post",
      path: "/v1/runs/{id}/feedback",
      operationId: "giveFeedback",
      tag: "runs",
      summary: "A score from -1 to 1, with a comment if you like; said again, it replaces what you said before",
      action: "run.feedback",
      params,
      headers: idempotencyHeader,
      body: Body,
      answers: {
        201: { description: "kept", schema: Feedback },
        200: { description: "kept in place of what you said before", schema: Feedback },
      },
      refusals: ["idempotency_key_reused", "injection_detected"],
      handle: (call) => give(ports, call),
    }),
  ];
}

async function give(
  ports: IngressPorts,
  call: Call<typeof params, NoFields, typeof idempotencyHeader, typeof Body>,
): Promise<Answer<200 | 201, FeedbackView>> {
  const { principal, body, at } = call;
  const found = await findRun(ports, call, call.params.id, "run.feedback");
  if (!found.ok) return found;
  const comment = body.comment === undefined ? null : keptText(ports, body.comment, "/comment");
  if (comment !== null && !comment.ok) return comment;
  const run = found.value.id;
  const claimed = await claim<"done" | "created">(ports, call, repeatable(call, body), mintId("fb", at, ports.random(10)));
  if (!claimed.ok) return claimed;
  const { id, replayed, settle } = claimed.value;
  if (replayed !== null) {
    const kept = await ports.store.feedback.of(principal.org, run, principal.user);
    return kept === null ? err(unknown) : reply(STATUS[replayed], kept, REPLAYED);
  }
  const record = auditRecord(ports, call, {
    type: "run.feedback_given",
    action: "run.feedback",
    resource: `run/${run}`,
    decision: "allow",
    data: { score: body.score, commented: comment !== null },
  });
  const feedback = {
    id,
    run,
    user: principal.user,
    score: body.score,
    comment: comment === null ? null : comment.value,
    created_at: toRfc3339(at),
  };
  const { view, created } = await ports.store.feedback.put(principal.org, feedback, record);
  const outcome = created ? "created" : "done";
  await settle(outcome);
  return reply(STATUS[outcome], view);
}
