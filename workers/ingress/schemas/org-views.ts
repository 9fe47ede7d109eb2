/** Shapes of answers about orgs, traffic, feedback and replays, for the OpenAPI document. */
import { z } from "@hono/zod-openapi";
import { DATA_CLASSES } from "../../../core/label/label.ts";
import { MOST_DAYS, REGION } from "../../../core/model/requirements.ts";
import { DESTINATION_KINDS } from "../../../core/notice/destination.ts";
import { NOTICE_TOPICS } from "../../../core/notice/notice.ts";
import { OrgGuardrailsShape } from "./guardrail-shapes.ts";
import { workflowName } from "./names.ts";
import { Run, workflowVersionFields } from "./views.ts";

const time = z.iso.datetime();

const requestLimit = z
  .strictObject({ per_minute: z.int().min(1).max(1_000_000_000).optional(), at_once: z.int().min(1).max(1_000_000).optional() })
  .optional();
/** Limits of requests that an org sets for itself. */
const RequestLimits = z.strictObject({ key: requestLimit, user: requestLimit, org: requestLimit }).openapi("RequestLimits", {
  description:
    "requests a minute and requests under way at once: of each key, of each user, of the whole org; absent: no limit but the deployment's for each key",
});

const limitChange = z
  .strictObject({
    per_minute: z.int().min(1).max(1_000_000_000).nullable().optional(),
    at_once: z.int().min(1).max(1_000_000).nullable().optional(),
  })
  .nullable()
  .optional();
/** A change of those limits: field by field, and null takes a limit away. */
export const RequestLimitsChange = z
  .strictObject({ key: limitChange, user: limitChange, org: limitChange })
  .openapi("RequestLimitsChange", { description: "replaces the limits field by field; null takes one away" });

const dataClass = z.enum(DATA_CLASSES);
const requirement = z
  .strictObject({
    region: z.array(z.string().regex(REGION, "is not the name of a region")).max(50).optional(),
    retention: z.union([z.literal("none"), z.int().min(0).max(MOST_DAYS)]).optional(),
    trains: z.literal(false).optional(),
  })
  .optional();
/** What an org requires of models, by class of data. */
export const ModelRequirements = z
  .strictObject({ public: requirement, internal: requirement, confidential: requirement, restricted: requirement })
  .openapi("ModelRequirements", {
    description:
      "what a model must have registered to be given data of the class or a higher one: one of the regions, a retention of at most so many days, `trains: false`",
  });
/** The highest class that may go to each sink. */
export const SinkClasses = z
  .strictObject({
    callbacks: dataClass.optional(),
    reviews: dataClass.optional(),
    hosts: z.record(z.string().max(260), dataClass).optional(),
  })
  .openapi("SinkClasses", {
    description: "the highest class of data that may go to callbacks, to people who decide reviews, and to hosts of tools",
  });
/** From which score on a write waits for a person, or is denied. */
export const RiskLimits = z
  .strictObject({
    review_over: z.number().min(0).max(100).nullable().optional(),
    block_over: z.number().min(0).max(100).nullable().optional(),
  })
  .openapi("RiskLimits", { description: "scores from 0 to 100; 70 and 90 by default" });

const days = z.int().min(0).max(36_500).nullable().optional();
/** When runs are deleted by the class of their data, and how long evidence is kept. */
export const RetentionChange = z
  .strictObject({
    public: days,
    internal: days,
    confidential: days,
    restricted: days,
    audit_years: z.int().min(0).max(100).nullable().optional(),
  })
  .openapi("RetentionChange", {
    description:
      "days after its end until a run whose data reached the class is deleted, with its reviews, feedback and personal data; the shorter of it and `retention_days` holds; a class without days keeps its runs in the archive as long as the evidence, `audit_years` (7 by default)",
  });
const daysOrNull = z.int().nullable();
const Retention = z.object({
  public: daysOrNull,
  internal: daysOrNull,
  confidential: daysOrNull,
  restricted: daysOrNull,
  audit_years: z.int(),
});

/** What an org says of money beside its calls. */
export const OrgCostsShape = z
  .strictObject({
    people: z
      .strictObject({
        usd_per_hour: z.number().min(0).max(100_000),
        minutes_at_most: z
          .number()
          .min(0)
          .max(1_440)
          .optional()
          .openapi({ description: "what one decision counts at most; 15 by default" }),
      })
      .optional()
      .openapi({ description: "what an hour of the people who decide costs; runs keep the price that holds at their start" }),
    outcomes: z
      .array(
        z.strictObject({
          workflow: workflowName,
          minutes_saved: z.number().min(0).max(1_000_000).optional().openapi({ description: "minutes of work that a completed run saves" }),
          success_usd: z.number().min(0).max(1_000_000_000).optional().openapi({ description: "dollars that a completed run is worth" }),
        }),
      )
      .max(500)
      .optional()
      .openapi({ description: "what a completed run is worth, by workflow (`GET /v1/costs/outcomes`)" }),
  })
  .openapi("OrgCosts", { description: "replaced as a whole" });

const Witness = z.object({ name: z.string(), url: z.string(), key: z.string() });
const topics = z.array(z.enum(NOTICE_TOPICS));
/** Whom the org has told. */
export const NotifyDestination = z
  .strictObject({
    kind: z.enum(DESTINATION_KINDS),
    url: z.string().max(2_048).optional(),
    to: z.string().max(320).optional(),
    secret: z
      .string()
      .min(1)
      .max(500)
      .optional()
      .openapi({ description: "a webhook's `whsec_…`, PagerDuty's routing key, Opsgenie's API key; kept when left out" }),
    on: topics.max(20).optional().openapi({ description: "all by default" }),
  })
  .openapi("NotifyDestination");
const ShownDestination = z
  .object({ kind: z.enum(DESTINATION_KINDS), url: z.string().optional(), to: z.string().optional(), on: topics, has_secret: z.boolean() })
  .openapi("ShownDestination");

const onUnusual = z.enum(["flag", "refuse"]);
/** What is done about an unusual use of a tool's credentials. */
export const CredentialRules = z
  .strictObject({
    burst: onUnusual.nullable().optional(),
    new_destination: onUnusual.nullable().optional(),
    new_scope: onUnusual.nullable().optional(),
  })
  .openapi("CredentialRules", {
    description: "`flag` (default): an unusual use of a tool's credentials is on record; `refuse`: it is refused as well",
  });

/** An org's settings, with every default filled in. */
export const Org = z
  .object({
    org: z.string(),
    jurisdiction: z.null(),
    callback_hosts: z.array(z.string()),
    egress: z.array(z.string()).nullable(),
    retention_days: z.number().int(),
    retention: Retention,
    require_client_certificate: z.boolean(),
    notify: z.array(z.union([z.string(), ShownDestination])),
    max_runs: z.number().int(),
    limits: RequestLimits,
    kept_answers: z.enum(["own", "shared"]),
    guardrails: z.union([OrgGuardrailsShape, z.null()]),
    risk: z.object({ review_over: z.number(), block_over: z.number() }),
    models: ModelRequirements,
    oversight: z.object({ decoy_percent: z.number() }),
    assisted_review: z.enum(["off", "at_once", "after_judgement"]),
    accepts: SinkClasses,
    credentials: z.object({ burst: onUnusual, new_destination: onUnusual, new_scope: onUnusual }),
    traces: z.object({ percent: z.number(), slow_ms: z.number(), dear_usd: z.number(), content: z.boolean() }),
    costs: OrgCostsShape,
    witnesses: z.array(Witness),
    witnesses_change: z
      .object({ id: z.string(), witnesses: z.array(Witness), requested_by: z.string(), requested_at: time })
      .nullable()
      .openapi({ description: "a list that waits for a second person; null: none does" }),
    created_at: time,
    callback_secret_made_at: time.nullable(),
  })
  .openapi("Org");

const secret = z.string().openapi({ example: "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDAAAAAAAAAAA=", description: "shown once" });
/** An org's settings after a change. A new org's callback secret is included, once. */
export const ChangedOrg = Org.extend({
  callback_secret: secret.optional(),
  warnings: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
}).openapi("ChangedOrg");
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
