/** `/v1/reviews`: what waits for a person, and what the person says. Who may not decide is the review queue's to say. */

import { z } from "@hono/zod-openapi";
import { refuse } from "../../../core/errors/problem.ts";
import { hasIdForm } from "../../../core/ids.ts";
import type { Json } from "../../../core/json.ts";
import { err } from "../../../core/result.ts";
import { toRfc3339 } from "../../../core/time.ts";
import { decideReview, readReview } from "../../use-cases/decide-review.ts";
import { type Endpoint, endpointsOf, reply } from "../endpoint.ts";
import type { IngressPorts } from "../ports.ts";
import { listOf } from "../schemas/answers.ts";
import { anyJson, instant, reasonText } from "../schemas/names.ts";
import { pageOf, pageQuery } from "../schemas/requests.ts";
import { Review } from "../schemas/views.ts";

const STATUSES = ["pending", "approved", "rejected", "modified", "escalated", "expired", "cancelled"] as const;
const params = { id: z.string() };

/** Judgements of the last 90 days. */
const OVERSIGHT_MS = 90 * 24 * 3_600_000;

const Oversight = z
  .object({
    since: z.iso.datetime(),
    data: z.array(
      z.object({
        reviewer: z.string(),
        ...{ judged: z.number().int(), approved: z.number().int(), rejected: z.number().int(), modified: z.number().int() },
        seconds: z.object({ median: z.number(), p90: z.number() }).openapi({ description: "from when the review was opened" }),
        agreement: z.object({ of: z.number().int(), agreed: z.number().int() }),
        samples: z.number().int(),
        decoys: z.object({ of: z.number().int(), caught: z.number().int() }),
        suggestions: z
          .object({ of: z.number().int(), followed: z.number().int(), seen: z.number().int() })
          .openapi({ description: "reviews of which a model had suggested a decision; `seen`: the person could see it before their own" }),
      }),
    ),
  })
  .openapi("Oversight");

const Decision = z
  .strictObject({
    action: z.enum(["approve", "reject", "modify", "escalate"]),
    reason: reasonText,
    changes: anyJson.optional().openapi({ description: "for `modify`: merged into the proposal (RFC 7396)" }),
    digest: z
      .string()
      .regex(/^[0-9a-f]{64}$/, "is the review's `digest`")
      .optional()
      .openapi({ description: "digest of the proposal that was shown; refused when it is no longer the current one" }),
  })
  .openapi("Decision");

export function reviewRoutes(ports: IngressPorts): Endpoint[] {
  const endpoint = endpointsOf(ports);
  return [
    endpoint({
      method: "get",
      path: "/v1/reviews",
      operationId: "listReviews",
      tag: "people",
      summary: "Lists the org's reviews",
      action: "review.read",
      query: {
        ...pageQuery,
        status: z.enum(STATUSES).optional(),
        order: z
          .enum(["newest", "urgency"])
          .optional()
          .openapi({ description: "`urgency`: open reviews, the most urgent first, and of these the oldest" }),
      },
      answers: { 200: { description: "a page of reviews", schema: listOf(Review) } },
      async handle({ principal, query }) {
        // The queue's cursor is the last id that was shown.
        if (query.cursor !== undefined && !hasIdForm("rev", query.cursor)) {
          const errors = [{ path: "query.cursor", message: "is not a cursor returned by this list" }];
          return err(refuse("invalid_request", "the query is invalid", errors));
        }
        return reply(200, await ports.reviews(principal.org).list(query.status ?? null, pageOf(query), query.order));
      },
    }),
    endpoint({
      method: "get",
      path: "/v1/reviews/oversight",
      operationId: "getOversight",
      tag: "people",
      summary: "Returns figures of each reviewer: how many judged, how long it took, how often they agree, and how many decoys they caught",
      action: "review.oversight",
      query: { since: instant.optional().openapi({ description: "judgements from then on; by default of 90 days" }) },
      answers: { 200: { description: "reviewers, those with most judgements first", schema: Oversight } },
      async handle({ principal, query, at }) {
        const since = query.since === undefined ? at - OVERSIGHT_MS : Date.parse(query.since);
        const data = await ports.reviews(principal.org).oversight(since);
        return reply(200, { since: toRfc3339(since), data: data.map((one) => ({ ...one })) });
      },
    }),
    endpoint({
      method: "get",
      path: "/v1/reviews/{id}",
      operationId: "getReview",
      tag: "people",
      summary: "Returns a review; who started a run reads the one about its estimated cost, too",
      // Who reads depends on the review.
      action: "self.read",
      params,
      answers: { 200: { description: "the review", schema: Review } },
      async handle({ params: { id }, waitUntil, ...by }) {
        const review = await readReview(ports, by, id, waitUntil);
        return review.ok ? reply(200, review.value) : review;
      },
    }),
    endpoint({
      method: "post",
      path: "/v1/reviews/{id}/decision",
      operationId: "decideReview",
      tag: "people",
      summary: "Decides a review; the person who started the run cannot decide it, and only its approvers can",
      // Who decides depends on the review: whom the registry of approvers names may, though no reviewer.
      action: "self.read",
      params,
      body: Decision,
      answers: { 200: { description: "the review as decided", schema: Review } },
      refusals: ["second_person_required", "conflict", "injection_detected"],
      async handle({ params: sent, body, ...call }) {
        const { action, reason, changes, digest } = body;
        const command = { review: sent.id, action, reason, changes: changes as Json | undefined, digest: digest ?? null };
        const decided = await decideReview(ports, call, command);
        return decided.ok ? reply(200, decided.value) : decided;
      },
    }),
  ];
}
