/** `/v1/reviews`: what waits for a person, and what the person says. Who may not decide is the review queue's to say. */
import { z } from "@hono/zod-openapi";
import { type Refusal, refuse } from "../../../core/errors/problem.ts";
import { hasIdForm } from "../../../core/ids.ts";
import type { Json } from "../../../core/json.ts";
import { err, ok, type Result } from "../../../core/result.ts";
import type { ReviewView } from "../../../core/review/view.ts";
import type { Answer } from "../context.ts";
import { type Call, type Endpoint, endpointsOf, type NoFields } from "../endpoint.ts";
import { keptText } from "../kept-text.ts";
import type { IngressPorts } from "../ports.ts";
import { auditRecord } from "../record.ts";
import { unknown } from "../runs.ts";
import { listOf } from "../schemas/answers.ts";
import { anyJson, reasonText } from "../schemas/names.ts";
import { pageOf, pageQuery } from "../schemas/requests.ts";
import { Review } from "../schemas/views.ts";

const STATUSES = ["pending", "approved", "rejected", "modified", "escalated", "expired", "cancelled"] as const;
const params = { id: z.string() };

const Decision = z
  .strictObject({
    action: z.enum(["approve", "reject", "modify", "escalate"]),
    reason: reasonText,
    changes: anyJson.optional().openapi({ description: "of `modify`: merged into the proposal (RFC 7396)" }),
    digest: z
      .string()
      .regex(/^[0-9a-f]{64}$/, "is the review's `digest`")
      .optional()
      .openapi({ description: "what was seen: another one is refused" }),
  })
  .openapi("Decision");
type DecideCall = Call<typeof params, NoFields, NoFields, typeof Decision>;

export function reviewRoutes(ports: IngressPorts): Endpoint[] {
  const endpoint = endpointsOf(ports);
  return [
    endpoint({
      method: "get",
      path: "/v1/reviews",
      tag: "people",
      summary: "The org's reviews",
      action: "review.read",
      query: { ...pageQuery, status: z.enum(STATUSES).optional() },
      answers: { 200: { description: "a page of reviews", schema: listOf(Review) } },
      async handle({ principal, query }) {
        // The queue's cursor is the last id that was shown.
        if (query.cursor !== undefined && !hasIdForm("rev", query.cursor)) {
          const errors = [{ path: "query.cursor", message: "is not a cursor returned by this list" }];
          return err(refuse("invalid_request", "the query is invalid", errors));
        }
        return ok({ status: 200, body: await ports.reviews(principal.org).list(query.status ?? null, pageOf(query)) });
      },
    }),
    endpoint({
      method: "get",
      path: "/v1/reviews/{id}",
      tag: "people",
      summary: "One review",
      action: "review.read",
      params,
      answers: { 200: { description: "the review", schema: Review } },
      async handle({ principal, params: { id } }) {
        const review = hasIdForm("rev", id) ? await ports.reviews(principal.org).read(id) : null;
        return review === null ? err(unknown) : ok({ status: 200, body: review });
      },
    }),
    endpoint({
      method: "post",
      path: "/v1/reviews/{id}/decision",
      tag: "people",
      summary: "Decides a review; never by who started the run",
      action: "review.decide",
      params,
      body: Decision,
      answers: { 200: { description: "the review as decided", schema: Review } },
      refusals: ["second_person_required", "conflict", "injection_detected"],
      handle: (call) => decide(ports, call),
    }),
  ];
}

async function decide(ports: IngressPorts, call: DecideCall): Promise<Answer> {
  const { principal, body, params: sent } = call;
  if ((body.changes !== undefined) !== (body.action === "modify")) {
    const message = body.action === "modify" ? "is required" : "goes with `modify` only";
    return err(refuse("invalid_request", "the body is invalid", [{ path: "/changes", message }]));
  }
  const review = hasIdForm("rev", sent.id) ? await ports.reviews(principal.org).read(sent.id) : null;
  if (review === null) return err(unknown);
  const reason = keptText(ports, body.reason, "/reason");
  if (!reason.ok) return reason;
  const changes = body.changes === undefined ? ok(null) : await admitChanges(ports, call, review, body.changes as Json);
  if (!changes.ok) return changes;
  const decided = await ports.reviews(principal.org).decide(review.id, {
    by: principal.user,
    action: body.action,
    reason: reason.value,
    changes: changes.value,
    digest: body.digest ?? null,
  });
  return decided.ok ? ok({ status: 200, body: decided.value }) : decided;
}

/** Changes become part of the run, so they go through the run's guardrails; personal data in them is not the run's user's input. */
async function admitChanges(ports: IngressPorts, call: DecideCall, review: ReviewView, changes: Json): Promise<Result<Json, Refusal>> {
  const { org } = call.principal;
  const runId = await ports.keys.parseRunId(org, review.run);
  const run = runId === null ? null : await ports.runs(runId).view();
  if (run === null) return err(unknown);
  const admitted = await ports.guard.admit({ org, run: run.id, subject: run.subject }, "user", "tool", changes);
  if (admitted.verdict !== "block") return ok(admitted.value);
  await ports.store.audit.record(
    org,
    auditRecord(ports, call, { type: "guardrail.blocked", action: "review.decide", resource: `review/${review.id}`, decision: "deny" }),
  );
  return err(refuse("injection_detected", "the content was refused", [{ path: "/changes", message: "was refused" }]));
}
