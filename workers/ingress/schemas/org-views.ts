/** Shapes of answers about orgs, traffic, feedback and replays, for the OpenAPI document. */
import { z } from "@hono/zod-openapi";
import { OrgGuardrailsShape } from "./guardrail-shapes.ts";
import { Run, workflowVersionFields } from "./views.ts";

const time = z.iso.datetime();

const requestLimit = z
  .strictObject({ per_minute: z.int().min(1).max(1_000_000_000).optional(), at_once: z.int().min(1).max(1_000_000).optional() })
  .optional();
/** Limits of requests that an org sets for itself. */
export const RequestLimits = z.strictObject({ key: requestLimit, user: requestLimit, org: requestLimit }).openapi("RequestLimits", {
  description:
    "requests a minute and requests under way at once: of each key, of each user, of the whole org; absent: no limit but the deployment's for each key",
});

/** An org's settings, with every default filled in. */
export const Org = z
  .object({
    org: z.string(),
    jurisdiction: z.null(),
    callback_hosts: z.array(z.string()),
    egress: z.array(z.string()).nullable(),
    retention_days: z.number().int(),
    require_client_certificate: z.boolean(),
    notify: z.array(z.string()),
    max_runs: z.number().int(),
    limits: RequestLimits,
    kept_answers: z.enum(["own", "shared"]),
    guardrails: z.union([OrgGuardrailsShape, z.null()]),
    created_at: time,
    callback_secret_made_at: time.nullable(),
  })
  .openapi("Org");

const secret = z.string().openapi({ example: "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDAAAAAAAAAAA=", description: "shown once" });
/** An org's settings after a change. A new org's callback secret is included, once. */
export const ChangedOrg = Org.extend({ callback_secret: secret.optional() }).openapi("ChangedOrg");
/** A new secret that signs callbacks. */
export const CallbackSecret = z
  .object({ id: z.string(), org: z.string(), callback_secret: secret.optional() })
  .openapi("CallbackSecret", { description: "a repeated answer does not contain the secret" });

const share = z.object({ version: z.number().int(), percent: z.number() });
/** The shares of a workflow's versions, in percent. */
export const Traffic = z.object({ name: z.string(), versions: z.array(share) }).openapi("Traffic");
/** A version of a workflow as lists show it, with its share in percent. */
export const WorkflowVersionLine = z.object({ ...workflowVersionFields, percent: z.number() }).openapi("WorkflowVersionLine");

/** What a person thinks of a run. */
export const Feedback = z
  .object({ id: z.string(), run: z.string(), user: z.string(), score: z.number(), comment: z.string().nullable(), created_at: time })
  .openapi("Feedback");

/** The result of folding a run's journal again. */
export const Replay = z
  .object({
    identical: z.boolean(),
    diverged_at: z.number().int().optional().openapi({ description: "`seq` of the first event after which the two differ" }),
    run: Run,
  })
  .openapi("Replay");
