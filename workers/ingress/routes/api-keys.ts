/** `/v1/api-keys`: who may call. A key's text is in one answer only, the first. */
import { z } from "@hono/zod-openapi";
import { abroad, PLATFORM_ADMIN_USER, rootOfNewKey } from "../../../core/access/person.ts";
import { type Principal, ROLES } from "../../../core/access/principal.ts";
import type { ApiKeyView } from "../../../core/access/view.ts";
import { type Refusal, refuse } from "../../../core/errors/problem.ts";
import { hasIdForm, mintId } from "../../../core/ids.ts";
import { err, ok, type Result } from "../../../core/result.ts";
import { toRfc3339 } from "../../../core/time.ts";
import type { ApiKeyRow } from "../../store/ports.ts";
import { edgeRule, forbid } from "../../use-cases/access.ts";
import { claim } from "../../use-cases/idempotency.ts";
import { auditRecord } from "../../use-cases/record.ts";
import { unknown } from "../../use-cases/runs.ts";
import type { Answer } from "../context.ts";
import { type Call, type Endpoint, endpointsOf, type NoFields, reply } from "../endpoint.ts";
import { ORG_HEADER } from "../middleware/act-in-org.ts";
import type { IngressPorts } from "../ports.ts";
import { REPLAYED, repeatable } from "../repeat.ts";
import { addressRange } from "../schemas/address-range.ts";
import { listOf } from "../schemas/answers.ts";
import { instant, orgName, userName } from "../schemas/names.ts";
import { idempotencyHeader, pageOf, pageQuery } from "../schemas/requests.ts";
import { ApiKey, NewApiKey } from "../schemas/views.ts";

/** docs/contract.md, "Who calls": 90 days. */
const DEFAULT_LIFE_MS = 90 * 24 * 60 * 60_000;

const Body = z
  .strictObject({
    org: orgName.optional(),
    user: userName.refine((user) => user !== PLATFORM_ADMIN_USER, "is reserved"),
    roles: z.array(z.enum(ROLES)).min(1).max(ROLES.length),
    expires_at: instant.optional().openapi({ description: "90 days from now by default" }),
    allow_from: z
      .array(addressRange)
      .max(64)
      .optional()
      .openapi({ description: "address ranges the key may be used from; any by default" }),
    for_others: z.boolean().optional().openapi({ description: "may start runs about other people" }),
  })
  .openapi("CreateApiKey");
type CreateCall = Call<NoFields, NoFields, typeof idempotencyHeader, typeof Body>;

export function apiKeyRoutes(ports: IngressPorts): Endpoint[] {
  const endpoint = endpointsOf(ports);
  return [
    endpoint({
      method: "post",
      path: "/v1/api-keys",
      operationId: "createApiKey",
      tag: "api keys",
      summary: "Makes a key; an org exists from its first key on",
      action: "key.write",
      headers: idempotencyHeader,
      body: Body,
      answers: { 201: { description: "the key; its text is shown this once", schema: NewApiKey } },
      refusals: ["idempotency_key_reused"],
      handle: (call) => createKey(ports, call),
    }),
    endpoint({
      method: "get",
      path: "/v1/api-keys",
      operationId: "listApiKeys",
      tag: "api keys",
      summary: "The org's keys that are in force",
      action: "key.read",
      query: pageQuery,
      answers: { 200: { description: "a page of keys", schema: listOf(ApiKey) } },
      handle: async ({ principal, query }) => reply(200, await ports.store.keys.list(principal.org, pageOf(query))),
    }),
    endpoint({
      method: "delete",
      path: "/v1/api-keys/{id}",
      operationId: "revokeApiKey",
      tag: "api keys",
      summary: "Revokes a key at once; its console sessions end with it",
      action: "key.write",
      params: { id: z.string() },
      answers: { 204: { description: "revoked" } },
      async handle(call) {
        const { id } = call.params;
        if (!hasIdForm("key", id)) return err(unknown);
        const record = auditRecord(ports, call, { type: "key.revoked", action: "key.write", resource: `api-key/${id}`, decision: "allow" });
        const revoked = await ports.store.keys.revoke(call.principal.org, id, call.at, record);
        return revoked ? reply(204, undefined) : err(unknown);
      },
    }),
  ];
}

async function createKey(ports: IngressPorts, call: CreateCall): Promise<Answer<201, ApiKeyView & { readonly key?: string }>> {
  const org = await orgOf(ports, call);
  if (!org.ok) return org;
  const principal: Principal = { ...call.principal, org: org.value };
  const expiresAt = call.body.expires_at === undefined ? call.at + DEFAULT_LIFE_MS : Date.parse(call.body.expires_at);
  if (expiresAt <= call.at)
    return err(refuse("invalid_request", "the body is invalid", [{ path: "/expires_at", message: "is in the past" }]));
  const freshId = mintId("key", call.at, ports.random(10));
  const claimed = await claim<"created">(ports, call, repeatable(call, call.body), freshId);
  if (!claimed.ok) return claimed;
  const { id, replayed, settle } = claimed.value;
  const made = id === freshId ? null : await ports.store.keys.get(org.value, id);
  // Made by the first try, whose answer may be lost: its text is nowhere any more.
  if (made !== null) {
    await settle("created");
    return reply(201, made, REPLAYED);
  }
  if (replayed !== null) return err(unknown);
  const minted = await ports.auth.mintApiKey();
  const view: ApiKeyView = {
    id,
    org: org.value,
    user: call.body.user,
    roles: [...new Set(call.body.roles)],
    created_at: toRfc3339(call.at),
    expires_at: toRfc3339(expiresAt),
    allow_from: call.body.allow_from ?? [],
    for_others: call.body.for_others ?? false,
    last4: minted.last4,
  };
  const root = rootOfNewKey(org.value === call.principal.org ? call.principal : abroad(call.principal, call.principal.org));
  const row: ApiKeyRow = { ...view, hash: minted.hash, created_by: call.principal.user, root };
  const { user, roles, expires_at, allow_from, for_others } = view;
  const record = auditRecord(
    ports,
    { principal, trace: call.trace },
    {
      type: "key.created",
      action: "key.write",
      resource: `api-key/${id}`,
      decision: "allow",
      data: { user, roles, expires_at, allow_from, for_others, root },
    },
  );
  await ports.store.keys.create(row, record);
  await settle("created");
  return reply(201, { ...view, key: minted.key });
}

/** The org of the new key: the body's and the header's agree, and another org's key is the platform admin's to make. */
async function orgOf(ports: IngressPorts, call: CreateCall): Promise<Result<string, Refusal>> {
  const { body, principal, request } = call;
  const org = body.org ?? principal.org;
  if (org === principal.org) return ok(org);
  if (!principal.platformAdmin) {
    const detail = "only the platform's admins make keys of another org";
    return err(await forbid(ports, call, "key.write", "api-key", detail, edgeRule("platform_admin")));
  }
  if (!request.headers.has(ORG_HEADER)) return ok(org);
  return err(refuse("invalid_request", "the body is invalid", [{ path: "/org", message: `differs from the header \`${ORG_HEADER}\`` }]));
}
