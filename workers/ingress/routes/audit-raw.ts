/** `/v1/audit/raw`: what each store has of the org's log, as it lies there. `npm run audit:fsck` compares it. */
import { z } from "@hono/zod-openapi";
import { refuse } from "../../../core/errors/problem.ts";
import { err, ok } from "../../../core/result.ts";
import { type Endpoint, endpointsOf, reply } from "../endpoint.ts";
import type { IngressPorts } from "../ports.ts";
import { listOf } from "../schemas/answers.ts";
import { after } from "../schemas/requests.ts";
import { AuditRawPage, AuditRawSegment, AuditStanding } from "../schemas/views.ts";

const BYTES = { "Content-Type": "application/octet-stream", "Content-Disposition": "attachment", "Cache-Control": "no-store" };

export function auditRawRoutes(ports: IngressPorts): Endpoint[] {
  const endpoint = endpointsOf(ports);
  return [
    endpoint({
      method: "get",
      path: "/v1/audit/raw",
      operationId: "getAuditStanding",
      tag: "evidence",
      summary: "Returns where the log's object stands, and the newest checkpoint in R2",
      action: "audit.read",
      answers: { 200: { description: "the standing", schema: AuditStanding } },
      async handle({ principal: { org } }) {
        const { head, fork, checkpoint, tree, published } = await ports.rawAudit.standing(org);
        const shownHead = head === null ? null : { seq: head.seq, hash: head.hash, integrated_seq: head.integratedSeq };
        const shownFork = fork === null ? null : { kind: fork.kind, size: fork.size, published_size: fork.publishedSize };
        return reply(200, { head: shownHead, fork: shownFork, checkpoint, published, tree: tree === null ? null : { ...tree } });
      },
    }),
    endpoint({
      method: "get",
      path: "/v1/audit/raw/pages",
      operationId: "listAuditRawPages",
      tag: "evidence",
      summary: "Lists the raw pages of D1 that begin after a number",
      action: "audit.read",
      query: { after },
      answers: { 200: { description: "a page of pages", schema: listOf(AuditRawPage) } },
      async handle({ principal: { org }, query }) {
        const data = await ports.rawAudit.pages(org, query.after ?? 0);
        return reply(200, { data: data.map((page) => ({ ...page })), next_cursor: nextOf(data) });
      },
    }),
    endpoint({
      method: "get",
      path: "/v1/audit/raw/segments",
      operationId: "listAuditRawSegments",
      tag: "evidence",
      summary: "Lists the segments that begin after a number, as D1 knows of them",
      action: "audit.read",
      query: { after },
      answers: { 200: { description: "a page of segments", schema: listOf(AuditRawSegment) } },
      async handle({ principal: { org }, query }) {
        const data = await ports.rawAudit.segments(org, query.after ?? 0);
        return reply(200, { data: data.map((segment) => ({ ...segment })), next_cursor: nextOf(data) });
      },
    }),
    endpoint({
      method: "get",
      path: "/v1/audit/raw/object",
      operationId: "getAuditRawObject",
      tag: "evidence",
      summary:
        "Returns an object of the bucket of audit logs, by its key without the org: `sealed/tile/0/000`, `sealed/segment/0000000000000001.jsonl.gz`",
      action: "audit.read",
      query: { key: z.string().max(210) },
      answers: { 200: { description: "its bytes", schema: z.string(), type: "application/octet-stream" } },
      async handle({ principal: { org }, query }) {
        const body = await ports.rawAudit.object(org, query.key);
        if (body === null) return err(refuse("not_found", "the bucket has no such object of this org"));
        return ok({ response: new Response(body, { headers: BYTES }) });
      },
    }),
  ];
}

/** The list goes on after the last one's first number; the last answer is empty. */
const nextOf = (data: readonly { readonly first_seq: number }[]): string | null => {
  const last = data.at(-1);
  return last === undefined ? null : String(last.first_seq);
};
