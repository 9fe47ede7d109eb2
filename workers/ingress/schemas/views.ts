/** Shapes of answers, for the OpenAPI document. What the routes send is typed by the rooms' own views. */

import { z } from "@hono/zod-openapi";
import { ROLES } from "../../../core/access/principal.ts";
import { LAYERS } from "../../../core/audit/layer.ts";
import { RISK_LEVELS } from "../../../core/card/card.ts";
import { PERSONAL_DATA_TYPES } from "../../../core/guardrail/finding.ts";
import { HAND_OVER_REASONS } from "../../../core/guardrail/hand-over/hand-over.ts";
import type { Json } from "../../../core/json.ts";
import { RUN_STATUSES } from "../../../core/run/outside/view.ts";
import { PLATFORM_SERVICES, RECALLED, type ToolKind } from "../../../core/tool/manifest.ts";
import type { Definition, JsonSchema } from "../../../core/workflow/definition.ts";
import { describing, listOf } from "./answers.ts";
import { anyJson } from "./names.ts";
import { ReachNews } from "./reach-views.ts";
import { jsonObject } from "./requests.ts";
import { Risk, RiskFactor } from "./risk-views.ts";

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
    citations: z
      .array(
        z.object({
          document: z.string(),
          revision: z.number().int(),
          chunk: z.string().openapi({ example: "returns@2#0" }),
          start: z.number().int(),
          end: z.number().int(),
          title: z.string().optional(),
          source: z.string().nullable().optional(),
        }),
      )
      .optional()
      .openapi({ description: "where the passages stand that the answer of a step under `grounded_in` rests on" }),
    error: z.object({ code: z.string(), message: z.string(), error: z.string().optional(), field: z.string().optional() }).nullable(),
    stale: z.literal(true).optional(),
    usage: z.union([Usage, z.null()]),
    started_at: time.nullable(),
    ended_at: time.nullable(),
  })
  .openapi("Step");

/** A run with its steps. */
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
    flags: z.array(z.enum(["degraded", "partial", "budget_exceeded", "stale", "truncated"])),
    usage: Usage,
    budget: z.object({ usd: z.number(), tokens: z.number().int() }),
    risk_score: z.number().nullable(),
    risk: Risk.optional(),
    steps: z.array(Step),
    hand_over: z
      .object({
        status: z.enum(["confirming", "raised", "replied", "handed_back", "released", "rejected", "declined", "withdrawn"]),
        reason: z.enum(HAND_OVER_REASONS),
        priority: z.enum(["normal", "high"]),
        to: z.string().nullable(),
        at: time,
        until: time.optional(),
        review: z.string().optional(),
        signal: z.string().optional().openapi({ description: "the signal by which the user says whether a person is to take over" }),
        undone: z.array(z.string()).optional().openapi({
          description: "writes of which nobody knows whether they happened, and which the reply left as they are",
        }),
        message: z.string().openapi({ description: "what the user is told: who comes, and by when" }),
      })
      .optional()
      .openapi({ description: "the run's last hand-over to a person" }),
    waiting_for: z.object({ kind: z.string(), id: z.string().optional(), since: time, until: time.optional() }).nullable(),
    paused: z
      .object({ by: z.string(), reason: z.string(), at: time, parent: z.string().optional() })
      .optional()
      .openapi({ description: "a person paused it; `parent`: by pausing this parent run" }),
    session: z.string().optional(),
    metadata: jsonObject,
    trace_id: z.string(),
    created_at: time,
    started_at: time.nullable(),
    ended_at: time.nullable(),
    redrive_of: z.string().optional(),
    parent: z.string().optional(),
    erased_at: time.optional().openapi({ description: "set when the run's person was erased, and all content with them" }),
    dead_letter: z
      .object({ id: z.string(), status: z.enum(["open", "redriven", "discarded"]), undone: z.array(z.string()) })
      .optional()
      .openapi({ description: "set when the run ended as a dead letter" }),
  })
  .openapi("Run");

/** A run as lists show it. */
export const RunLine = describing<Json>(
  Run.omit({ input: true, output: true, steps: true }).openapi("RunLine", {
    description: "a run in a list: without input, output and steps",
  }),
);

/** A run's spans in OpenTelemetry's JSON form. */
export const RunTrace = describing<Json>(
  z.object({ resourceSpans: z.array(jsonObject) }).openapi("RunTrace", { description: "OTLP JSON" }),
);

/** An event of a run's journal, as clients see it. */
export const RunEvent = z
  .object({
    seq: z.number().int(),
    type: z.string().openapi({ example: "step.completed" }),
    at: time,
    step: z.string().optional(),
    data: anyJson,
  })
  .openapi("Event");

/** An API key without its secret. */
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
    rotated_from: z.string().nullable().openapi({ description: "the key that this one replaced; null: none" }),
    last_used_at: time.nullable().openapi({ description: "accurate to five minutes; null: never used" }),
  })
  .openapi("ApiKey");
/** A new API key with its secret, which is shown once. */
export const NewApiKey = ApiKey.extend({
  key: z.string().optional().openapi({ description: "shown only in this answer; absent when the answer is repeated" }),
}).openapi("NewApiKey");

/** The fields of a version of a workflow without its definition. */
export const workflowVersionFields = {
  name: z.string(),
  version: z.number().int(),
  digest: z.string(),
  status: z.enum(["active", "retired"]),
  created_at: time,
};
/** A version of a workflow with its definition. */
export const WorkflowVersion = z
  .object({
    ...workflowVersionFields,
    definition: describing<Definition>(z.looseObject({ name: z.string() })).openapi({
      type: "object",
      description: "with every default filled in",
    }),
  })
  .openapi("WorkflowVersion");
const warnings = z
  .array(z.object({ path: z.string(), message: z.string() }))
  .openapi({ description: "what will fail or mislead, or probably so; `path` is a JSON Pointer into the definition" });
/** The version that a registration made or found, and warnings about it. */
export const RegisteredWorkflow = WorkflowVersion.pick({ name: true, version: true, digest: true, status: true })
  .extend({
    percent: z.number().openapi({ description: "percentage of users whose runs start with this version" }),
    warnings,
    reach: ReachNews,
  })
  .openapi("RegisteredWorkflow");
/** The result of a dry run of a registration. */
export const CheckedWorkflow = z
  .object({ name: z.string(), digest: z.string(), dry_run: z.literal(true), warnings, reach: ReachNews })
  .openapi("CheckedWorkflow");

const jsonSchema = describing<JsonSchema>(z.union([z.boolean(), z.record(z.string(), z.unknown())])).openapi({
  description: "JSON Schema 2020-12",
});
/** The fields that only tools of one kind have. */
const toolBindings = {
  workflow: z.object({ name: z.string() }).optional(),
  http: z
    .object({
      url: z.string(),
      method: z.enum(["GET", "POST", "PUT", "PATCH", "DELETE"]),
      headers: z.record(z.string(), z.string()),
      secret: z.string().nullable(),
      query: z.array(z.string()).optional(),
    })
    .optional(),
  mcp: z.object({ url: z.string(), tool: z.string(), secret: z.string().nullable() }).optional(),
  container: z.object({ language: z.enum(["python"]), code: z.string().nullable() }).optional(),
  platform: z
    .object({ service: z.enum(PLATFORM_SERVICES) })
    .optional()
    .openapi({ description: "of built-in tools alone" }),
  isolate: z.object({ code: z.string(), secrets: z.record(z.string(), z.string()).optional() }).optional(),
} satisfies { readonly [K in ToolKind]: z.ZodType };
const dataClass = z.enum(["public", "internal", "confidential", "restricted"]);
/** A tool's manifest with every default filled in. */
const Tool = z
  .object({
    name: z.string(),
    version: z.number().int(),
    description: z.string(),
    effect: z.enum(["none", "read", "write"]),
    kind: z.enum(Object.keys(toolBindings) as ToolKind[]),
    ...toolBindings,
    input: jsonSchema,
    output: jsonSchema,
    timeout_ms: z.number().int(),
    idempotency: z.union([z.enum(["key", "none"]), z.object({ lookup: z.string() })]),
    scopes: z.array(z.string()),
    approval: z.enum(["never", "always", "policy"]),
    guarded: z.array(z.string()),
    personal_data: z.record(z.string(), z.array(z.enum([...PERSONAL_DATA_TYPES, RECALLED]))),
    sensitivity: dataClass,
    cache_ms: z.number().int().optional(),
    compensate: z.object({ tool: z.string(), input: anyJson }).optional(),
    max_age_ms: z.number().int().optional(),
    rate: z.object({ per_minute: z.number().int() }).optional(),
    breaker: z
      .object({ failures: z.number().int(), window_ms: z.number().int(), open_ms: z.number().int(), successes: z.number().int() })
      .optional(),
    fallback: z.string().optional(),
    errors: z.array(z.object({ error: z.string(), message: z.string() })).optional(),
    price: z.object({ per_call_usd: z.number(), output_pointer: z.string().optional() }).optional(),
    accepts: dataClass.optional(),
    egress: z.array(z.string()).optional(),
    fresh: z.boolean().optional(),
    allow: z.object({ roles: z.array(z.string()) }).nullable(),
  })
  .openapi("Tool");
/** Where an import found a version, and what of it is pinned. */
const toolOrigin = z
  .object({
    kind: z.enum(["mcp", "openapi"]),
    url: z.string().nullable().openapi({ description: "address of the server or document; null: the document was sent along" }),
    item: z.string().openapi({ description: "the tool's name at its server, or method and path of its operation" }),
    description_sha256: z.string(),
    schema_sha256: z.string().openapi({ description: "SHA-256 of the canonical `[input, output]`" }),
    proposed_by: z.string(),
    proposed_at: z.string(),
    approved_by: z.string().optional(),
    approved_at: z.string().optional(),
  })
  .nullable()
  .openapi({ description: "null: registered by hand" });
/** A version of a tool with its standing. */
export const StoredToolView = Tool.extend({
  status: z.enum(["active", "proposed"]).openapi({ description: "a proposed version is used by nobody until a second person approves it" }),
  origin: toolOrigin,
}).openapi("StoredTool");
/** A tool, and the versions that an import proposes in its place. */
export const ToolWithProposals = StoredToolView.extend({ proposals: z.array(StoredToolView) }).openapi("ToolWithProposals");
/** What a tool's credentials are used for. */
export const ToolCredentials = z
  .object({
    tool: z.string(),
    version: z.number().int(),
    destinations: z.array(z.object({ destination: z.string(), known: z.boolean() })).openapi({
      description: "origins that the version in force sends credentials to; known: some went there before, or an admin admitted it",
    }),
    scopes: z.array(z.object({ scope: z.string(), known: z.boolean() })),
    usual_per_minute: z.number().openapi({ description: "the most credentials in a minute, halved for each day since" }),
  })
  .openapi("ToolCredentials");
/** What came of an import. */
export const ImportedTools = z
  .object({
    tools: z.array(
      z.object({
        name: z.string(),
        version: z.number().int(),
        status: z.enum(["proposed", "active"]).openapi({ description: "`active`: the version in force is as the source describes it" }),
        effect: z.enum(["none", "read", "write"]),
        hints: z
          .object({ read_only: z.boolean().optional(), destructive: z.boolean().optional(), idempotent: z.boolean().optional() })
          .optional()
          .openapi({ description: "what the source claims of the tool; nothing follows from it" }),
        replaces: z
          .object({ version: z.number().int(), changed: z.array(z.enum(["description", "schema"])) })
          .optional()
          .openapi({ description: "the version in force, and what the source has changed since" }),
      }),
    ),
    refused: z.array(z.object({ name: z.string(), reason: z.string() })),
  })
  .openapi("ImportedTools");

/** `warnings`: keywords in its schemas that have no effect. */
export const RegisteredTool = Tool.extend({ warnings: z.array(z.object({ path: z.string(), message: z.string() })) }).openapi(
  "RegisteredTool",
);
/** How a tool answered a test call. */
export const ToolTest = z
  .object({
    ok: z.boolean(),
    output: anyJson,
    error: z
      .object({
        code: z.string(),
        message: z.string(),
        error: z.string().optional(),
        field: z.string().optional(),
        layer: z.enum(LAYERS).optional(),
      })
      .nullable(),
    status: z.number().int().nullable(),
    duration_ms: z.number(),
    findings: z.array(
      z.object({ type: z.string(), detector: z.string(), count: z.number().int(), score: z.number(), pointer: z.string() }),
    ),
  })
  .openapi("ToolTest");

/** What a model takes beside what every model does. */
export const ModelParametersView = z.object({
  passes: z.array(z.string()).optional(),
  output_limit: z.enum(["max_tokens", "max_completion_tokens"]).optional(),
  temperature: z.boolean().optional(),
  json_schema: z.enum(["strict", "plain", "none"]).optional(),
  parallel_tool_calls: z.boolean().optional(),
  refuses: z.array(z.string()).optional(),
  developer: z.boolean().optional(),
  default_temperature: z.boolean().optional(),
  default_limit: z.int().optional(),
});

/** What people should know of a model or workflow. */
export const Card = z
  .object({
    purpose: z.string(),
    limitations: z.string().optional(),
    evaluation: z.string().optional(),
    contact: z.string().optional(),
    url: z.string().optional(),
  })
  .openapi("Card");
/** Who judged the risk of a model or workflow, and when. */
export const RiskAssessment = z
  .object({
    level: z.enum(RISK_LEVELS),
    summary: z.string(),
    measures: z.string().optional(),
    assessed_by: z.string(),
    assessed_on: z.string(),
  })
  .openapi("RiskAssessment");
/** A model's entry with every default filled in. */
const Model = z
  .object({
    id: z.string(),
    base_url: z.string().nullable(),
    secret: z.string().nullable(),
    upstream_id: z.string(),
    price: z.object({ input: z.number(), output: z.number(), cached_input: z.number().nullable() }),
    context: z.number().int(),
    tasks: z.array(z.string()),
    pii: z.enum(["never", "redacted", "allowed"]),
    latency_ms: z.number().nullable(),
    quality: z.number().nullable(),
    pinned: z.boolean(),
    accepts: dataClass.optional(),
    region: z.string().optional(),
    retention: z.union([z.literal("none"), z.number().int()]).optional(),
    trains: z.boolean().optional(),
    card: Card.optional(),
    risk_assessment: RiskAssessment.optional(),
    parameters: ModelParametersView.optional(),
  })
  .openapi("Model");
/** A model that was registered, and what will fail although it is valid. */
export const RegisteredModel = Model.extend({ warnings: z.array(z.object({ path: z.string(), message: z.string() })) }).openapi(
  "RegisteredModel",
);
/** A secret without its value, and the hosts it may be sent to. */
export const Secret = z.object({ name: z.string(), hosts: z.array(z.string()) }).openapi("Secret");

/** A value as a reviewer sees it. */
const ShownValue = z.union([z.object({ value: anyJson, truncated: z.literal(true).optional() }), z.object({ withheld: z.string() })]);

/** What a reviewer sees beside the proposal. */
const ReviewContext = z
  .object({
    input: ShownValue,
    trace: z.array(
      z.object({
        ...{ step: z.string(), kind: z.string(), status: z.string(), attempts: z.number().int() },
        output: ShownValue.optional(),
        error: z.object({ code: z.string(), message: z.string() }).optional(),
      }),
    ),
    effects: z
      .array(
        z.object({
          ...{ step: z.string(), tool: z.string(), version: z.number().int().nullable(), effect: z.string() },
          undo: z.object({ tool: z.string() }).nullable(),
          description: z.string().optional(),
          hosts: z.array(z.string()).optional(),
        }),
      )
      .openapi({ description: "the calls that follow from an approval, and what would undo each" }),
    untrusted: z
      .array(z.object({ at: z.string(), sources: z.array(z.string()) }))
      .openapi({ description: "places of the proposal (JSON Pointers) that hold what somebody untrusted said" }),
    changes: z
      .array(z.object({ step: z.string(), input: ShownValue }))
      .optional()
      .openapi({ description: "inputs that a person gave steps when the run was redriven; covered by `digest`" }),
  })
  .openapi("ReviewContext");

/** A question to a person, and its decision once there is one. */
export const Review = z
  .object({
    id: z.string(),
    run: z.string(),
    step: z.string(),
    reason: z.enum(["step", "policy", "budget", "guardrail", "unknown_outcome", "hand_over"]).optional(),
    trigger: z.enum(HAND_OVER_REASONS).optional().openapi({ description: "of a hand-over: why a person takes over" }),
    priority: z.enum(["normal", "high"]).optional(),
    to: z.string().nullable().optional(),
    summary: z.string().optional(),
    conversation: z
      .array(z.object({ role: z.enum(["user", "assistant", "tool", "system"]), text: z.string(), step: z.string().optional() }))
      .optional(),
    severity: z.enum(["critical", "high", "medium"]),
    status: z.enum(["pending", "approved", "rejected", "modified", "escalated", "expired", "cancelled"]),
    risk: z.object({ score: z.number().nullable(), factors: z.array(RiskFactor) }),
    policy: z.object({ version: z.string().nullable(), decision: z.string().nullable(), reasons: z.array(z.string()).optional() }),
    context: ReviewContext.optional().openapi({ description: "what people are shown beside the proposal; absent in lists" }),
    shown: z.string().optional().openapi({
      description:
        "SHA-256 of the RFC 8785 JSON of what is shown: `run`, `step`, `reason`, the fields of a hand-over, `risk`, `policy`, `context`, `proposal`, `digest`",
    }),
    proposal: anyJson,
    digest: z.string(),
    due_at: time,
    approvals_needed: z.number().int(),
    sample_of: z.string().optional().openapi({ description: "the review that passed without a person and is looked at here" }),
    decoy: z.literal(true).optional().openapi({ description: "it was planted, and nobody asked it; shown once it is decided" }),
    approvers: z
      .object({ operation: z.string(), roles: z.array(z.string()), users: z.array(z.string()) })
      .optional()
      .openapi({ description: "who decides, where the registry of approvers had an entry; with the next in line who have joined" }),
    meaning: z
      .object({ approve: z.string(), modify: z.string(), reject: z.string() })
      .optional()
      .openapi({ description: "of a write of unknown outcome: what each action does" }),
    suggestion: z
      .union([
        z.object({ status: z.enum(["pending", "hidden", "failed"]) }),
        z.object({
          status: z.literal("ready"),
          action: z.enum(["approve", "reject", "escalate"]),
          reason: z.string(),
          model: z.string(),
          at: time,
        }),
      ])
      .optional()
      .openapi({
        description: "what a model would decide (`assisted_review` of the org); its text is untrusted. `hidden`: until you have judged",
      }),
    changed: z.object({ by: z.string(), at: time, reason: z.string(), from: anyJson }).optional().openapi({
      description: "a person changed the proposal and everybody has to approve the change; `proposal` and `digest` are those of the change",
    }),
    approvals: z.array(z.object({ by: z.string(), at: time })),
    decision: z
      .object({ action: z.string(), by: z.string(), reason: z.string(), at: time, proposal: anyJson.optional() })
      .nullable()
      .openapi({ description: "`proposal` is present only for `modify`: what was approved instead of the original proposal" }),
    created_at: time,
    closed_at: time.nullable().optional(),
  })
  .openapi("Review");

/** A run that left something for a person. */
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

/** An active or lifted kill switch. */
export const Switch = z
  .object({
    ...{ id: z.string(), scope: z.string(), active: z.boolean(), epoch: z.number().int(), by: z.string(), at: time },
    reason: z.string().nullable(),
    thrown_again: z.object({ by: z.string(), at: time, reason: z.string().nullable() }).optional(),
  })
  .openapi("Switch");
/** A request for recovery that waits for a second person. */
const Recovery = z
  .object({
    ...{ id: z.string(), switch: z.string(), scope: z.string(), reason: z.string(), by: z.string(), at: time },
    expires_at: time,
  })
  .openapi("Recovery");
/** All active switches, and how much work they still wait for. */
export const Switches = z
  .object({ switches: z.array(Switch), recoveries: z.array(Recovery), in_flight: z.number().int(), drained_at: time.nullable() })
  .openapi("Switches");

/** Drills of the kill switch, newest first. Milliseconds after the throw; null: not known (yet). */
export const Drills = z
  .object({
    data: z.array(
      z.object({
        id: z.string(),
        at: time,
        scope: z.string(),
        status: z.enum(["running", "done"]),
        runs: z.number().int(),
        revoked_ms: z.number().int().nullable(),
        last_dispatch_ms: z.number().int().nullable(),
        drained_ms: z.number().int().nullable(),
      }),
    ),
    next_cursor: z.string().nullable(),
  })
  .openapi("Drills");

/** An entry of the audit chain. */
const AuditEntry = describing<Json>(
  z
    .object({
      event_id: z.string(),
      version: z.literal(2).optional().openapi({ description: "absent: version 1, in which persons are named" }),
      seq: z.number().int(),
      timestamp: time,
      trace_id: z.string().nullable(),
      event_type: z.string(),
      actor: z.object({ type: z.enum(["user", "system", "agent", "dashboard"]), id: z.string() }),
      action: z.string(),
      resource: z.string(),
      decision: z.enum(["allow", "deny", "ask"]).nullable(),
      policy_version: z.string().nullable(),
      risk_score: z.number().nullable(),
      data: anyJson,
      prev_hash: z.string(),
      hash: z.string(),
      key_id: z.string(),
      signature: z.string(),
    })
    .openapi("AuditEntry"),
);
/** A page of entries, with who is behind the pseudonyms in it. */
export const AuditEntries = listOf(AuditEntry)
  .extend({
    persons: z.record(z.string(), z.string()).nullable().openapi({
      description: "who is behind the pseudonyms in `data`; whoever was erased is not in it. null: the vault cannot say at the moment",
    }),
  })
  .openapi("AuditEntries");

const base64 = z.string().openapi({ description: "32 bytes, in base64" });

/** RFC 6962 section 2.1.1. */
export const InclusionProof = z
  .object({
    seq: z.int(),
    size: z.int().openapi({ description: "entries that the checkpoint covers" }),
    leaf_hash: base64,
    proof: z.array(base64),
    checkpoint: z.string().openapi({ description: "the signed note that the proof leads to" }),
  })
  .openapi("InclusionProof");

/** RFC 6962 section 2.1.2. */
export const ConsistencyProof = z.object({ from: z.int(), to: z.int(), proof: z.array(base64) }).openapi("ConsistencyProof");

/** The result of checking the audit chain. */
export const AuditVerdict = z
  .object({
    ok: z.boolean(),
    checked: z.number().int(),
    problems: z.array(z.object({ seq: z.number().int(), code: z.string(), message: z.string() })),
    head: z.object({ seq: z.number().int(), hash: z.string() }).nullable(),
    from: z.number().int().nullable().openapi({ description: "the first entry of those that this call went on from" }),
    again: z.number().int().openapi({ description: "how many older entries it went through again; they count in `checked`" }),
    checkpoint: z
      .object({ size: z.number().int(), root: z.string() })
      .nullable()
      .openapi({ description: "the newest checkpoint, with which what is stored was compared" }),
    next_cursor: z
      .string()
      .nullable()
      .openapi({ description: "not null: there is more to check; ask again, with `cursor` in a full check" }),
  })
  .openapi("AuditVerdict");

/** Where the object of an org's audit log stands, and the newest checkpoint in R2. */
export const AuditStanding = z
  .object({
    head: z
      .object({ seq: z.number().int(), hash: z.string(), integrated_seq: z.number().int() })
      .nullable()
      .openapi({ description: "the last number given, and up to which D1 has everything" }),
    tree: z.object({ size: z.number().int(), root: z.string() }).nullable(),
    checkpoint: z.string().nullable().openapi({ description: "what the object signed last" }),
    published: z.string().nullable().openapi({ description: "what R2 has" }),
    fork: z.object({ kind: z.string(), size: z.number().int(), published_size: z.number().int().nullable() }).nullable(),
  })
  .openapi("AuditStanding");

/** A page of the audit chain, as D1 has it. */
export const AuditRawPage = z
  .object({ first_seq: z.number().int(), last_seq: z.number().int(), run: z.string().nullable(), entries: z.string() })
  .openapi("AuditRawPage");

/** A segment of the audit chain, as D1 knows of it. */
export const AuditRawSegment = z
  .object({
    first_seq: z.number().int(),
    last_seq: z.number().int(),
    last_hash: z.string(),
    trimmed: z.boolean().openapi({ description: "D1 has dropped its pages" }),
    pruned: z.boolean().openapi({ description: "the retention of its entries is over" }),
  })
  .openapi("AuditRawSegment");

/** What the guardrails say about each text of a check. */
export const GuardrailResults = z
  .object({
    results: z.array(
      z.object({
        verdict: z.enum(["pass", "redact", "flag", "review", "block"]),
        findings: z.array(
          z.object({
            type: z.string(),
            start: z.number().int(),
            end: z.number().int(),
            score: z.number(),
            detector: z.string(),
            rule: z.string().optional().openapi({ description: "of a broken rule: its name, like `output.forbid`" }),
            action: z.string().optional().openapi({ description: "of a broken rule: what a run would do" }),
          }),
        ),
        redacted: z.string(),
      }),
    ),
  })
  .openapi("GuardrailResults");
