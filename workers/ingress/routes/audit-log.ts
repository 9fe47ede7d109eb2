/** The org's audit log as it is published: signed checkpoints, proofs, and the tiles that anybody can compute both from (C2SP tlog-tiles). */
import { z } from "@hono/zod-openapi";
import { type Refusal, refuse } from "../../../core/errors/problem.ts";
import { err, ok, type Result } from "../../../core/result.ts";
import type { Unproven, Unpublished } from "../../../durable-objects/audit-log/audit-log.ts";
import { type Endpoint, endpointsOf, reply } from "../endpoint.ts";
import type { IngressPorts } from "../ports.ts";
import { entryNumber } from "../schemas/requests.ts";
import { ConsistencyProof, InclusionProof } from "../schemas/views.ts";

const NOTE = { "Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store" };
/** A tile never changes; it belongs to the org, so no shared cache keeps it. */
const TILE = { "Content-Type": "application/octet-stream", "Cache-Control": "private, max-age=31536000, immutable" };

export function auditLogRoutes(ports: IngressPorts): Endpoint[] {
  const endpoint = endpointsOf(ports);
  /** By this host a log is named that nothing has named before. */
  const hostOf = (request: Request): string => new URL(ports.settings.publicUrl ?? request.url).host;
  const checkpoint = (path: string, operationId: string, summary: string): Endpoint =>
    endpoint({
      method: "get",
      path,
      operationId,
      tag: "evidence",
      summary,
      action: "audit.read",
      answers: { 200: { description: "the newest checkpoint: a C2SP signed note", schema: z.string(), type: "text/plain" } },
      refusals: ["conflict"],
      async handle({ principal: { org }, request }) {
        const note = await ports.auditLog(org).checkpoint(org, hostOf(request));
        return note.ok ? ok({ response: new Response(note.value, { headers: NOTE }) }) : err(refusalOf(note.error));
      },
    });
  return [
    checkpoint("/v1/audit/checkpoint", "getAuditCheckpoint", "Returns the newest signed checkpoint of the org's audit log"),
    checkpoint("/v1/audit/log/checkpoint", "getAuditLogCheckpoint", "Returns the newest checkpoint, where C2SP tlog-tiles has it"),
    endpoint({
      method: "get",
      path: "/v1/audit/log/tile/{tile}",
      operationId: "getAuditLogTile",
      tag: "evidence",
      summary: "Returns a tile or a bundle of entries, as C2SP tlog-tiles names them: `0/x001/x234/067`, `1/000.p/7`, `entries/000`",
      action: "audit.read",
      params: { tile: z.string().max(60) },
      answers: {
        200: {
          description: "hashes of 32 bytes each, or entries behind their lengths",
          schema: z.string(),
          type: "application/octet-stream",
        },
      },
      async handle({ principal: { org }, params }) {
        const bytes = await ports.auditLog(org).tile(org, params.tile);
        if (bytes === null) return err(refuse("not_found", "the newest checkpoint covers no such tile"));
        return ok({ response: new Response(bytes as Uint8Array<ArrayBuffer>, { headers: TILE }) });
      },
    }),
    endpoint({
      method: "get",
      path: "/v1/audit/proof",
      operationId: "getAuditProof",
      tag: "evidence",
      summary: "Proves that an entry is in the log that the newest checkpoint stands for",
      action: "audit.read",
      query: { seq: entryNumber },
      answers: { 200: { description: "the proof, hashes in base64", schema: InclusionProof } },
      refusals: ["conflict"],
      async handle({ principal: { org }, query, request }) {
        const proof = await ports.auditLog(org).proof(org, hostOf(request), query.seq);
        return proof.ok ? reply(200, proof.value) : err(refusalOf(proof.error, `entry ${query.seq}`));
      },
    }),
    endpoint({
      method: "get",
      path: "/v1/audit/consistency",
      operationId: "getAuditConsistency",
      tag: "evidence",
      summary: "Proves that the log with `to` entries only adds to the log with `from`",
      action: "audit.read",
      query: { from: entryNumber, to: entryNumber },
      answers: { 200: { description: "the proof, hashes in base64; empty when both are the same", schema: ConsistencyProof } },
      refusals: ["conflict"],
      async handle({ principal: { org }, query: { from, to }, request }) {
        const order = inOrder(from, to);
        if (!order.ok) return order;
        const proof = await ports.auditLog(org).consistency(org, hostOf(request), from, to);
        return proof.ok ? reply(200, proof.value) : err(refusalOf(proof.error, `a log with ${to} entries`));
      },
    }),
  ];
}

function inOrder(from: number, to: number): Result<void, Refusal> {
  if (from <= to) return ok(undefined);
  return err(refuse("invalid_request", "the query is invalid", [{ path: "query.from", message: "is greater than `to`" }]));
}

function refusalOf(why: Unpublished | Unproven, asked = "this"): Refusal {
  switch (why.code) {
    case "empty":
      return refuse("not_found", "the audit log has no entry yet");
    case "catching_up":
      return refuse("conflict", "the tree over the older entries of this audit log is being built; ask again in a minute");
    case "beyond":
      return refuse("not_found", `${asked} is beyond the end of the audit log: it has ${why.size} entries`);
    case "uncovered":
      return refuse(
        "conflict",
        `${asked} is not covered by a checkpoint yet; the newest covers ${why.covered} entries, and within a minute there is another`,
      );
    case "forked": {
      const { size, publishedSize } = why.fork;
      const published = publishedSize === null ? "it has lost its last checkpoint" : `its last checkpoint has ${publishedSize} entries`;
      return refuse(
        "conflict",
        `the audit log signs nothing, since it does not agree with what it published: ${published}, and its object has ${size}`,
      );
    }
  }
}
