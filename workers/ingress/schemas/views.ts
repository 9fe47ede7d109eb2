/** Shapes of answers, for the OpenAPI document. What the routes send is typed by the rooms' own views. */
import { z } from "@hono/zod-openapi";
import { ROLES } from "../../../core/access/principal.ts";
import { RUN_STATUSES } from "../../../core/run/outside/view.ts";
import { anyJson } from "./names.ts";
import { jsonObject } from "./requests.ts";

const time = z.iso.datetime().openapi({ example: "2026-10-01T12:00:00.000Z" });

const Usage = z
  .object({
    tokens_in: z.number().int(),
    tokens_out: z.number().int(),
    usd: z.number(),
    model_calls: z.number().int(),
    tool_calls: z.number().int(),
    cache_hits: z.number().int(),
  })
  .openapi("Usage");

const Step = z
  .object({
    id: z.string(),
    kind: z.string(),
    status: z.enum(["pending", "running", "waiting", "completed", "failed", "skipped", "compensated"]),
    attempts: z.number().int(),
    output: anyJson,
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
    usage: Usage.nullable(),
    started_at: time.nullable(),
    ended_at: time.nullable(),
  })
  .openapi("Step");

export const Run = z
  .object({
    id: z.string().openapi({ example: "run_01JCZ5M1R5T0000000000000ZZ" }),
    org: z.string(),
    user: z.string(),
    subject: z.string(),
    workflow: z.string(),
    version: z.number().int(),
    status: z.enum(RUN_STATUSES),
    input: anyJson,
    output: anyJson,
    error: z.object({ code: z.string(), message: z.string(), step: z.string().nullable() }).nullable(),
    flags: z.array(z.enum(["degraded", "partial", "budget_exceeded", "stale"])),
    usage: Usage,
    budget: z.object({ usd: z.number(), tokens: z.number().int() }),
    risk_score: z.number().nullable(),
    steps: z.array(Step),
    waiting_for: z.object({ kind: z.string(), id: z.string().optional(), since: time, until: time.optional() }).nullable(),
    metadata: jsonObject,
    trace_id: z.string(),
    created_at: time,
    started_at: time.nullable(),
    ended_at: time.nullable(),
    redrive_of: z.string().optional(),
    dead_letter: z.string().optional(),
  })
  .openapi("Run");

export const RunLine = Run.partial().openapi("RunLine", { description: "a run as lists show it, without input, output and steps" });

export const RunEvent = z
  .object({
    seq: z.number().int(),
    type: z.string().openapi({ example: "step.completed" }),
    at: time,
    step: z.string().optional(),
    data: anyJson,
  })
  .openapi("Event");

export const ApiKey = z
  .object({
    id: z.string(),
    org: z.string(),
    user: z.string(),
    roles: z.array(z.enum(ROLES)),
    created_at: time,
    expires_at: time,
    allow_from: z.array(z.string()),
    for_others: z.boolean(),
    last4: z.string(),
  })
  .openapi("ApiKey");
export const NewApiKey = ApiKey.extend({
  key: z.string().optional().openapi({ description: "shown once, here; absent when replayed" }),
}).openapi("NewApiKey");

export const WorkflowVersion = z
  .object({
    name: z.string(),
    version: z.number().int(),
    digest: z.string(),
    status: z.enum(["active", "retired"]),
    created_at: time,
    definition: jsonObject,
  })
  .openapi("WorkflowVersion");
export const RegisteredWorkflow = WorkflowVersion.pick({ name: true, version: true, digest: true, status: true }).openapi(
  "RegisteredWorkflow",
);

export const Tool = z
  .looseObject({ name: z.string(), version: z.number().int(), effect: z.enum(["none", "read", "write"]), kind: z.string() })
  .openapi("Tool");
export const ToolTest = z
  .object({
    ok: z.boolean(),
    output: anyJson,
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
    status: z.number().int().nullable(),
    duration_ms: z.number(),
    findings: z.array(jsonObject),
  })
  .openapi("ToolTest");
export const Model = z.looseObject({ id: z.string(), upstream_id: z.string() }).openapi("Model");
export const Secret = z.object({ name: z.string(), hosts: z.array(z.string()) }).openapi("Secret");

export const Review = z
  .looseObject({
    id: z.string(),
    run: z.string(),
    step: z.string(),
    severity: z.enum(["critical", "high", "medium"]),
    status: z.enum(["pending", "approved", "rejected", "modified", "escalated", "expired", "cancelled"]),
    risk: z.object({ score: z.number().nullable(), factors: z.array(z.string()) }),
    policy: z.object({ version: z.string().nullable(), decision: z.string().nullable() }),
    proposal: anyJson,
    digest: z.string(),
    due_at: time,
    approvals_needed: z.number().int(),
    approvals: z.array(z.object({ by: z.string(), at: time })),
    decision: z.looseObject({ action: z.string(), by: z.string(), reason: z.string(), at: time }).nullable(),
    created_at: time,
  })
  .openapi("Review");

export const DeadLetter = z
  .object({
    id: z.string(),
    run: z.string(),
    workflow: z.string(),
    step: z.string().nullable(),
    reason: z.object({ code: z.string(), message: z.string() }),
    undone: z.array(z.string()),
    status: z.enum(["open", "redriven", "discarded"]),
    created_at: time,
  })
  .openapi("DeadLetter");

export const Switch = z
  .object({ id: z.string(), scope: z.string(), active: z.boolean(), epoch: z.number().int(), by: z.string(), at: time })
  .openapi("Switch");
export const Switches = z
  .object({ switches: z.array(Switch), in_flight: z.number().int(), drained_at: time.nullable() })
  .openapi("Switches");

export const AuditEntry = z
  .looseObject({ event_id: z.string(), seq: z.number().int(), hash: z.string(), prev_hash: z.string() })
  .openapi("AuditEntry");
export const AuditVerdict = z
  .object({
    ok: z.boolean(),
    checked: z.number().int(),
    problems: z.array(z.object({ seq: z.number().int(), code: z.string(), message: z.string() })),
    head: z.object({ seq: z.number().int(), hash: z.string() }).nullable(),
  })
  .openapi("AuditVerdict");

export const GuardrailResults = z
  .object({
    results: z.array(
      z.object({
        verdict: z.enum(["pass", "redact", "flag", "review", "block"]),
        findings: z.array(
          z.object({ type: z.string(), start: z.number().int(), end: z.number().int(), score: z.number(), detector: z.string() }),
        ),
        redacted: z.string(),
      }),
    ),
  })
  .openapi("GuardrailResults");
