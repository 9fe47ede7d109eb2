/** `/v1/audit`: what happened, in order, and whether the record of it still holds. */
import { z } from "@hono/zod-openapi";
import { type Refusal, refuse } from "../../../core/errors/problem.ts";
import { isObject } from "../../../core/json.ts";
import { err, ok, type Result } from "../../../core/result.ts";
import type { LogVerdict } from "../../audit/index.ts";
import { type Endpoint, endpointsOf, reply } from "../endpoint.ts";
import type { IngressPorts } from "../ports.ts";
import { userFilter } from "../schemas/names.ts";
import { after, cursor, DEFAULT_LIMIT, limit } from "../schemas/requests.ts";
import { AuditEntries, AuditVerdict } from "../schemas/views.ts";

const filter = z.string().max(128, "has at most 128 characters").optional();

export function auditRoutes(ports: IngressPorts): Endpoint[] {
  const endpoint = endpointsOf(ports);
  return [
    endpoint({
      method: "get",
      path: "/v1/audit/entries",
      operationId: "listAuditEntries",
      tag: "evidence",
      summary: "Lists entries of the org's chain after a `seq`, ascending",
      action: "audit.read",
      query: { after, limit, cursor, run: filter, user: userFilter.optional(), type: filter },
      answers: { 200: { description: "a page of entries", schema: AuditEntries } },
      async handle({ principal, query }) {
        const from = startOf(query);
        if (!from.ok) return from;
        const most = query.limit ?? DEFAULT_LIMIT;
        const sought = { after: from.value, run: query.run ?? null, user: query.user ?? null, type: query.type ?? null, limit: most + 1 };
        const { entries, goesOn } = await ports.store.audit.entries(principal.org, sought);
        const data = entries.slice(0, most);
        const last = data.at(-1);
        const next = entries.length > most && isObject(last) ? String(last["seq"]) : goesOn === null ? null : String(goesOn);
        const persons = await ports.store.audit.persons(principal.org, data);
        return reply(200, { data, next_cursor: next, persons: persons === null ? null : Object.fromEntries(persons) });
      },
    }),
    endpoint({
      method: "post",
      path: "/v1/audit/verify",
      operationId: "verifyAudit",
      tag: "evidence",
      summary:
        "Recomputes the org's chain from the stored rows: from where the last check ended, or with `full` from the beginning, in portions",
      action: "audit.verify",
      query: { full: z.enum(["true", "false"]).optional(), cursor: z.string().max(200).optional() },
      answers: { 200: { description: "the result of the check", schema: AuditVerdict } },
      async handle({ principal, query, request }) {
        const { full, cursor: given } = query;
        const host = new URL(ports.settings.publicUrl ?? request.url).host;
        const isFull = full === "true" || given !== undefined;
        const verdict = await ports.verifyAudit(principal.org, { full: isFull, cursor: given ?? null, host });
        return verdict.ok ? reply(200, shown(verdict.value)) : err(NO_CURSOR);
      },
    }),
  ];
}

const NO_CURSOR = refuse("invalid_request", "the query is invalid", [
  { path: "query.cursor", message: "is not a cursor returned by this check; leave it out to begin again" },
]);

const shown = ({ problems, head, checkpoint, ...rest }: LogVerdict) => ({
  ...rest,
  problems: problems.map((problem) => ({ ...problem })),
  head: head === null ? null : { seq: head.seq, hash: head.hash },
  checkpoint: checkpoint === null ? null : { ...checkpoint },
});

/** The list's cursor is a `seq`, as `after` is. */
function startOf(query: { after?: number | undefined; cursor?: string | undefined }): Result<number, Refusal> {
  if (query.cursor === undefined) return ok(query.after ?? 0);
  if (/^(0|[1-9]\d{0,15})$/.test(query.cursor)) return ok(Number(query.cursor));
  return err(
    refuse("invalid_request", "the query is invalid", [{ path: "query.cursor", message: "is not a cursor returned by this list" }]),
  );
}
