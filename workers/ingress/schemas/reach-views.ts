/** Shapes of answers about what a version of a workflow can touch, for the OpenAPI document. */
import { z } from "@hono/zod-openapi";
import { DATA_CLASSES } from "../../../core/label/label.ts";
import { anyJson } from "./names.ts";

const dataClass = z.enum(DATA_CLASSES);
const most = dataClass.nullable().openapi({ description: "the highest class that may go there; null: any" });
const names = z.array(z.string());
const steps = names.openapi({ description: "as `workflow/step`" });

const ReachedSystem = z
  .object({
    tool: z.string(),
    version: z.number().int(),
    kind: z.enum(["http", "mcp", "container", "isolate", "workflow", "platform"]),
    effect: z.enum(["none", "read", "write"]),
    roles: z.array(z.enum(["call", "compensate", "fallback", "lookup"])),
    hosts: names.openapi({ description: "where its calls go; empty: they stay in the platform" }),
    server: z.string().nullable().openapi({ description: "the MCP server that the tool belongs to; null: to none" }),
    sensitivity: dataClass.openapi({ description: "the class of what it answers" }),
    accepts: most,
    steps,
  })
  .openapi("ReachedSystem");
const systems = z.array(ReachedSystem);

const candidate = z.object({
  id: z.string(),
  fallback: z.boolean().openapi({ description: "true: only after another one failed" }),
  region: z.string().nullable(),
  retention: z.union([z.literal("none"), z.number()]).nullable(),
  trains: z.boolean().nullable(),
  pii: z.enum(["never", "redacted", "allowed"]),
  accepts: most,
  given: dataClass
    .nullable()
    .openapi({ description: "the highest class that it is given under its `accepts` and what the org requires of models; null: nothing" }),
  host: z.string().nullable().openapi({ description: "null: the deployment's gateway, or the platform itself" }),
});

const change = z
  .object({
    what: z.enum(["system.read", "system.written", "system.none", "host", "data_class", "model", "approval", "workflow", "unknown"]),
    name: z.string(),
    before: anyJson.optional(),
    after: anyJson.optional(),
  })
  .openapi("ReachChange");
const changes = z.array(change);

/** What a version can touch, and how that differs from another version. */
export const WorkflowReach = z
  .object({
    workflow: z.string(),
    version: z.number().int(),
    systems: z.object({ read: systems, written: systems, none: systems }),
    hosts: z.array(z.object({ host: z.string(), own: z.boolean(), accepts: most, tools: names, models: names })),
    data_classes: z.array(z.object({ source: z.enum(["input", "tool"]), name: z.string(), at: z.string(), class: dataClass })),
    models: z.array(z.object({ asked: z.string().openapi({ example: "task:classify" }), steps, candidates: z.array(candidate) })),
    approvals: z.array(z.object({ step: z.string(), tool: z.string().nullable(), when: z.enum(["always", "maybe"]), why: names })),
    workflows: z.array(z.object({ workflow: z.string(), version: z.number().int(), steps })),
    callbacks: z.object({ hosts: names, accepts: most }),
    reviews: z.object({ accepts: most }),
    unknown: z.array(z.object({ kind: z.enum(["tool", "workflow", "model", "task"]), name: z.string(), steps })),
    complete: z.boolean().openapi({ description: "false: there is more than was followed" }),
    against: z.number().int().optional().openapi({ description: "the version that it is compared with" }),
    added: changes.optional(),
    removed: changes.optional(),
    changed: changes.optional(),
  })
  .openapi("WorkflowReach");

const short = z.array(change.pick({ what: true, name: true }));
/** The difference in short, where a version is registered. */
export const ReachNews = z
  .object({
    against: z.number().int().nullable().openapi({ description: "the version that most users' runs start with; null: there is none yet" }),
    added: short,
    removed: short,
    changed: short,
  })
  .openapi("ReachNews", { description: "what the version can touch, against the version in force" });
