/** `/v1/memories`: what is remembered of people. */
import { z } from "@hono/zod-openapi";
import { DATA_CLASSES } from "../../../core/label/label.ts";
import { MEMORY_TIERS, saysSomething } from "../../../core/memory/memory.ts";
import { ok } from "../../../core/result.ts";
import { changeMemory, forgetMemory, listMemories, readMemory, releaseMemory, remember } from "../../use-cases/memories.ts";
import { type Endpoint, endpointsOf, reply } from "../endpoint.ts";
import type { IngressPorts } from "../ports.ts";
import { repeatable, replyOf } from "../repeat.ts";
import { listOf } from "../schemas/answers.ts";
import { Memory } from "../schemas/memory-views.ts";
import { reasonText, userFilter, userName } from "../schemas/names.ts";
import { idempotencyHeader, limit, pageOf } from "../schemas/requests.ts";

const text = z.string().min(1).max(4_000).refine(saysSomething, "has no character that anybody sees: send what is to be remembered");
const ttl = z
  .number()
  .int()
  .min(1)
  .max(3_650)
  .openapi({ description: "days until it is forgotten; by default 365, 180, 90 or 30 by its class" });
const tier = z.enum(MEMORY_TIERS);
const sensitivity = z.enum(DATA_CLASSES);

const Body = z
  .strictObject({
    subject: userName.optional(),
    tier,
    text,
    pinned: z.boolean().optional(),
    sensitivity: sensitivity.optional(),
    ttl_days: ttl.optional(),
  })
  .openapi("NewMemory");
const Change = z
  .strictObject({
    subject: userName.optional().openapi({ description: "the memory's own: it is not changed" }),
    tier: tier.optional().openapi({ description: "the memory's own: it is not changed" }),
    text: text.optional(),
    pinned: z.boolean().optional(),
    sensitivity: sensitivity.optional(),
    ttl_days: ttl.optional(),
  })
  .openapi("MemoryChange");
const params = { id: z.string() };
const tag = "memory";
const aMemory = { description: "the memory", schema: Memory };

export function memoryRoutes(ports: IngressPorts): Endpoint[] {
  const endpoint = endpointsOf(ports);
  return [
    endpoint({
      method: "post",
      path: "/v1/memories",
      operationId: "createMemory",
      tag,
      summary: "Remembers something of a person",
      action: "memory.write",
      headers: idempotencyHeader,
      body: Body,
      answers: { 201: aMemory },
      refusals: ["conflict", "idempotency_key_reused", "injection_detected"],
      async handle(call) {
        const { subject = null, pinned = false, sensitivity: level = "internal", ttl_days: ttlDays = null, ...rest } = call.body;
        const sent = { ...rest, subject, pinned, sensitivity: level, ttlDays };
        const made = await remember(ports, call, sent, repeatable(call, call.body));
        return made.ok ? ok(replyOf({ outcome: "created" as const, replayed: made.value.replayed }, made.value.view)) : made;
      },
    }),
    endpoint({
      method: "get",
      path: "/v1/memories",
      operationId: "listMemories",
      tag,
      summary: "Lists what is remembered of a person, newest first; with `q`, what shares words with it, best first",
      action: "memory.read",
      query: {
        subject: userFilter.optional(),
        tier: tier.optional(),
        q: z.string().max(1_000).optional(),
        limit,
        cursor: z
          .string()
          .regex(/^mem_[0-9A-HJKMNP-TV-Z]{26}$/, "is not a cursor returned by this list")
          .optional(),
      },
      answers: { 200: { description: "a page of memories", schema: listOf(Memory) } },
      async handle(call) {
        const page = pageOf(call.query);
        const { subject = null, tier: only = null, q: query = null } = call.query;
        const found = await listMemories(ports, call, { subject, tier: only, query }, page.cursor, page.limit + 1);
        if (!found.ok) return found;
        const data = found.value.slice(0, page.limit);
        return reply(200, { data, next_cursor: query === null && found.value.length > page.limit ? (data.at(-1)?.id ?? null) : null });
      },
    }),
    endpoint({
      method: "get",
      path: "/v1/memories/{id}",
      operationId: "getMemory",
      tag,
      summary: "Returns a memory",
      action: "memory.read",
      params,
      answers: { 200: aMemory },
      async handle(call) {
        const found = await readMemory(ports, call, call.params.id);
        return found.ok ? reply(200, found.value) : found;
      },
    }),
    endpoint({
      method: "put",
      path: "/v1/memories/{id}",
      operationId: "changeMemory",
      tag,
      summary: "Corrects what is remembered",
      action: "memory.write",
      params,
      body: Change,
      answers: { 200: aMemory },
      refusals: ["conflict", "injection_detected"],
      async handle(call) {
        const { ttl_days: ttlDays, ...rest } = call.body;
        const changed = await changeMemory(ports, call, call.params.id, { ...rest, ttlDays });
        return changed.ok ? reply(200, changed.value) : changed;
      },
    }),
    endpoint({
      method: "delete",
      path: "/v1/memories/{id}",
      operationId: "deleteMemory",
      tag,
      summary: "Forgets it",
      action: "memory.write",
      params,
      answers: { 204: { description: "forgotten" } },
      async handle(call) {
        const gone = await forgetMemory(ports, call, call.params.id);
        return gone.ok ? reply(204, undefined) : gone;
      },
    }),
    endpoint({
      method: "post",
      path: "/v1/memories/{id}/release",
      operationId: "releaseMemory",
      tag,
      summary: "Lets a memory that is in quarantine count; not by who stored it",
      action: "memory.release",
      params,
      body: z.strictObject({ reason: reasonText.optional() }).openapi("ReleaseMemory"),
      bodyForm: "optional",
      answers: { 200: aMemory },
      refusals: ["conflict", "second_person_required", "injection_detected"],
      async handle(call) {
        const released = await releaseMemory(ports, call, call.params.id, call.body.reason ?? null);
        return released.ok ? reply(200, released.value) : released;
      },
    }),
  ];
}
