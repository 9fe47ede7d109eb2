/** What answers about an org's policies look like. */
import { z } from "@hono/zod-openapi";
import { anyJson } from "./names.ts";

const Rule = z
  .object({ role: z.string(), tool: z.string(), resource: z.string(), effect: z.enum(["allow", "deny", "ask"]) })
  .openapi("PermissionRule");

/** A version of an org's policies. */
export const PolicyVersion = z
  .object({
    version: z.string(),
    status: z.enum(["draft", "active"]),
    note: z.string().nullable(),
    created_at: z.string(),
    created_by: z.string(),
    cedar: z.string().optional(),
    rules: z.array(Rule).optional(),
  })
  .openapi("PolicyVersion");

/** A request to put a version in force. */
export const PolicyActivation = z
  .object({
    id: z.string(),
    kind: z.enum(["policies", "permissions"]),
    version: z.string(),
    status: z.enum(["pending", "active", "superseded"]),
    reason: z.string(),
    requested_by: z.string(),
    requested_at: z.string(),
    approved_by: z.string().nullable(),
    activated_at: z.string().nullable(),
  })
  .openapi("PolicyActivation");

const decision = z.enum(["allow", "deny", "ask"]);

/** The decisions that a version would change. */
export const PolicyReplay = z
  .object({
    decisions: z.int(),
    changed: z.array(
      z.object({
        run: z.string(),
        step: z.string().nullable(),
        action: z.string(),
        resource: z.string(),
        before: decision,
        after: decision,
        policies: z.array(z.string()),
      }),
    ),
    truncated: z.boolean().openapi({ description: "there are more decisions than were made again, or more changes than are listed" }),
  })
  .openapi("PolicyReplay");

const Example = z
  .object({
    role: z.string(),
    user: z.string(),
    action: z.string(),
    effect: z.enum(["none", "read", "write"]),
    approval: z.enum(["never", "always", "policy"]),
    name: z.string(),
    resources: z.string(),
    context: anyJson,
    before: decision,
    after: decision,
    policies: z.array(z.string()),
  })
  .openapi("PolicyExample");

/** What a version would change, over the finite domain. */
export const PolicyAnalysis = z
  .object({
    never_applies: z.array(z.string()),
    widened: z.array(Example),
    narrowed: z.array(Example),
    sampled: z
      .boolean()
      .openapi({ description: "not every combination was asked: `never_applies` may name a policy that decides something" }),
  })
  .openapi("PolicyAnalysis");

/** A permission matrix that waits for its second person. */
export const Activated = z.object({ id: z.string(), version: z.string() }).openapi("PermissionsRequested");

/** The permission matrix in force. */
export const Permissions = z.object({ version: z.string().nullable(), rules: z.array(Rule) }).openapi("Permissions");

const jobFields = {
  id: z.string().openapi({ example: "job_01JCZ5M1R5T0000000000000ZZ" }),
  kind: z.enum(["replay", "analysis"]),
  version: z.string(),
  status: z.enum(["running", "completed", "failed"]),
  progress: z.object({ done: z.int(), of: z.int() }).openapi({ description: "runs of a replay, questions of an analysis" }),
  asked_by: z.string(),
  asked_at: z.iso.datetime(),
  completed_at: z.iso.datetime().nullable(),
  expires_at: z.iso.datetime(),
};

/** A replay or an analysis that takes longer than its request. */
export const PolicyJob = z
  .object({
    ...jobFields,
    result: z.union([PolicyReplay, PolicyAnalysis]).nullable().openapi({ description: "null until it is completed" }),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
  })
  .openapi("PolicyJob");

/** One in a list. */
export const PolicyJobLine = z.object(jobFields).openapi("PolicyJobLine");
