/** `/v1/api-keys`: who may call. A key's text is in one answer only, the first. */

import { z } from "@hono/zod-openapi";
import { abroad, PLATFORM_ADMIN_USER, rootOfNewKey } from "../../../core/access/person.ts";
import { type Principal, ROLES } from "../../../core/access/principal.ts";
import type { ApiKeyView } from "../../../core/access/view.ts";
import { type Refusal, refuse } from "../../../core/errors/problem.ts";
import { unknownId } from "../../../core/errors/unknown-name.ts";
import { hasIdForm, mintId } from "../../../core/ids.ts";
import { err, ok, type Result } from "../../../core/result.ts";
import { toRfc3339 } from "../../../core/time.ts";
import type { ApiKeyRow } from "../../store/ports.ts";
import { denied, edgeRule, forbid } from "../../use-cases/access.ts";
import { claim } from "../../use-cases/idempotency.ts";
import { auditRecord } from "../../use-cases/record.ts";
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

/** A key that was made for less does not live on by being rotated late. */
const MINIMUM_LIFE_MS = 60_000;
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
      .openapi({ description: "address ranges that the key may be used from; by default any" }),
    for_others: z.boolean().optional().openapi({ description: "may start runs about other people" }),
  })
  .openapi("CreateApiKey");
const RotateBody = z
  .strictObject({
    overlap_seconds: z
      .number()
      .int()
      .min(0)
      .max(30 * 86_400)
      .default(86_400)
      .openapi({ description: "how long the old key stays valid, at most until it expires" }),
  })
  .openapi("RotateApiKey");
const revokeQuery = {
  successors: z.enum(["true", "false"]).optional().openapi({
    description: "`true`: the keys that it rotated itself into, too, as for a key that leaked; also where it is revoked or over itself",
  }),
};
type RotateCall = Call<{ readonly id: z.ZodString }, NoFields, typeof idempotencyHeader, typeof RotateBody>;

const Caller = z
  .object({
    org: z.string(),
    user: z.string(),
    roles: z.array(z.enum(ROLES)),
    credential: z.string().openapi({ description: "`key_…`, `login_…` of an identity provider, or `admin`" }),
    for_others: z.boolean(),
    platform_admin: z.boolean(),
    expires_at: z.string().nullable().openapi({ description: "when the key expires; null: the platform knows no expiry" }),
  })
  .openapi("Caller");
type CreateCall = Call<NoFields, NoFields, typeof idempotencyHeader, typeof Body>;

export function apiKeyRoutes(ports: IngressPorts): Endpoint[] {
  const endpoint = endpointsOf(ports);
  return [
    endpoint({
      method: "post",
      path: "/v1/api-keys",
      operationId: "createApiKey",
      tag: "api keys",
      summary: "Creates a key; an org's first key creates the org",
      action: "key.write",
      headers: idempotencyHeader,
      body: Body,
      answers: { 201: { description: "the key; its text is shown only in this answer", schema: NewApiKey } },
      refusals: ["idempotency_key_reused"],
      handle: (call) => createKey(ports, call),
    }),
    endpoint({
      method: "get",
      path: "/v1/api-keys",
      operationId: "listApiKeys",
      tag: "api keys",
      summary: "Lists the org's valid keys",
      action: "key.read",
      query: pageQuery,
      answers: { 200: { description: "a page of keys", schema: listOf(ApiKey) } },
      handle: async ({ principal, query }) => reply(200, await ports.store.keys.list(principal.org, pageOf(query))),
    }),
    endpoint({
      method: "post",
      path: "/v1/api-keys/{id}/rotate",
      operationId: "rotateApiKey",
      tag: "api keys",
      summary:
        "Makes a new key with the same rights; the old one works until the overlap ends. A key may rotate itself, another one is an admin's to rotate",
      action: "key.rotate",
      params: { id: z.string() },
      headers: idempotencyHeader,
      body: RotateBody,
      bodyForm: "optional",
      answers: { 201: { description: "the new key; its text is shown only in this answer", schema: NewApiKey } },
      refusals: ["conflict", "idempotency_key_reused"],
      handle: (call) => rotateKey(ports, call),
    }),
    endpoint({
      method: "get",
      path: "/v1/me",
      operationId: "getCaller",
      tag: "api keys",
      summary: "Returns the caller",
      action: "self.read",
      answers: { 200: { description: "the caller, in the org that the request acts in", schema: Caller } },
      handle: async ({ principal }) => reply(200, callerOf(principal)),
    }),
    endpoint({
      method: "delete",
      path: "/v1/api-keys/{id}",
      operationId: "revokeApiKey",
      tag: "api keys",
      summary: "Revokes a key immediately, and with `successors=true` what it rotated itself into; their console sessions end too",
      action: "key.write",
      params: { id: z.string() },
      query: revokeQuery,
      answers: { 204: { description: "revoked" } },
      async handle(call) {
        const { id } = call.params;
        if (!hasIdForm("key", id)) return err(unknownId("key", id));
        const successors = call.query.successors === "true";
        const record = auditRecord(ports, call, {
          type: "key.revoked",
          action: "key.write",
          resource: `api-key/${id}`,
          decision: "allow",
          data: { successors },
        });
        const revoked = await ports.store.keys.revoke(call.principal.org, id, call.at, record, successors);
        return revoked ? reply(204, undefined) : err(unknownId("key", id));
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
  if (replayed !== null) return err(unknownId("key", id));
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
    rotated_from: null,
    last_used_at: null,
  };
  const root = rootOfNewKey(org.value === call.principal.org ? call.principal : abroad(call.principal, call.principal.org));
  const endsAt = call.body.expires_at === undefined ? null : view.expires_at;
  const row: ApiKeyRow = { ...view, hash: minted.hash, created_by: call.principal.user, root, chain: id, ends_at: endsAt };
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

const callerOf = ({ org, user, roles, credential, forOthers, platformAdmin, credentialExpiresAt }: Principal) => ({
  org,
  user,
  roles: [...roles],
  credential,
  for_others: forOthers,
  platform_admin: platformAdmin,
  expires_at: credentialExpiresAt === null ? null : toRfc3339(credentialExpiresAt),
});

/** Whoever the key is being taken from would keep it for ever, from overlap to overlap. */
const ROTATED_ALREADY = refuse("conflict", "this key was rotated already: the new key rotates itself, and an admin rotates either of them");

/**
 * The new key has the rights, the networks and the length of life of the old one, but one that rotates itself not beyond the end that was chosen for it. Whoever rotates another's key holds the new one, and
 * is at its root; a key that rotates itself stays in the same hands.
 */
async function rotateKey(ports: IngressPorts, call: RotateCall): Promise<Answer<201, ApiKeyView & { readonly key?: string }>> {
  const { principal, params, body, at } = call;
  const itself = params.id === principal.credential;
  if (!itself) {
    const refusal = await denied(ports, call, "key.write");
    if (refusal !== null) return err(refusal);
  }
  const old = hasIdForm("key", params.id) ? await ports.store.keys.holding(principal.org, params.id) : null;
  if (old === null) return err(unknownId("key", params.id));
  const freshId = mintId("key", at, ports.random(10));
  const claimed = await claim<"created">(ports, call, repeatable(call, body), freshId);
  if (!claimed.ok) return claimed;
  const { id, replayed, settle, release } = claimed.value;
  const made = id === freshId ? null : await ports.store.keys.get(principal.org, id);
  if (made !== null) {
    await settle("created");
    return reply(201, made, REPLAYED);
  }
  if (replayed !== null) return err(unknownId("key", id));
  if (itself && old.rotated) {
    await release();
    return err(ROTATED_ALREADY);
  }
  const minted = await ports.auth.mintApiKey();
  const life = Date.parse(old.expires_at) - Date.parse(old.created_at);
  const { org, user, roles, allow_from, for_others } = old;
  const full = at + Math.max(life, MINIMUM_LIFE_MS);
  // An end that was set for a key binds its successors, too; a rotation by an admin sets a new one.
  const expiresAt = itself && old.ends_at !== null ? Math.min(full, Date.parse(old.ends_at)) : full;
  const times = { created_at: toRfc3339(at), expires_at: toRfc3339(expiresAt), last_used_at: null };
  const view: ApiKeyView = { id, org, user, roles, allow_from, for_others, ...times, last4: minted.last4, rotated_from: params.id };
  const holder = itself
    ? { created_by: old.created_by, root: old.root, chain: old.chain, ends_at: old.ends_at }
    : { created_by: principal.user, root: rootOfNewKey(principal), chain: id, ends_at: old.ends_at === null ? null : view.expires_at };
  const record = auditRecord(ports, call, {
    type: "key.rotated",
    action: "key.rotate",
    resource: `api-key/${params.id}`,
    decision: "allow",
    data: { key: id, expires_at: view.expires_at, overlap_seconds: body.overlap_seconds, root: holder.root },
  });
  const overlapUntil = at + body.overlap_seconds * 1000;
  const rotated = await ports.store.keys.rotate(params.id, { ...view, ...holder, hash: minted.hash }, overlapUntil, record, itself);
  if (!rotated) {
    await release();
    return err(itself ? ROTATED_ALREADY : unknownId("key", params.id));
  }
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
