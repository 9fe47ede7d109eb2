/** The inventory, and exports of evidence. */
import { z } from "@hono/zod-openapi";
import { FRAMEWORKS } from "../../../core/compliance/export.ts";
import { DATA_CLASSES } from "../../../core/label/label.ts";
import { Card, RiskAssessment } from "./views.ts";

const time = z.iso.datetime();

/** A thing that ran. */
export const InventoryItem = z
  .object({
    kind: z.enum(["model", "tool", "workflow"]),
    name: z.string(),
    version: z.int().nullable(),
    registered: z.boolean().openapi({ description: "false: it ran, and the org has it no more" }),
    owner: z.string().nullable(),
    description: z.string().nullable(),
    classes: z.array(z.enum(DATA_CLASSES)).nullable().openapi({
      description: "of the data that a workflow's input names, that a tool answers with, or that a model accepts",
    }),
    first_used_at: time,
    last_used_at: time,
    card: Card.optional(),
    risk_assessment: RiskAssessment.optional(),
  })
  .openapi("InventoryItem");

/** An export of evidence that is made. */
export const ComplianceExport = z
  .object({
    id: z.string().openapi({ example: "exp_01JCZ5M1R5T0000000000000ZZ" }),
    framework: z.enum(FRAMEWORKS),
    status: z.enum(["running", "completed", "failed"]),
    from: time,
    to: time,
    asked_by: z.string(),
    asked_at: time,
    completed_at: time.nullable(),
    entries: z.int().openapi({ description: "audit entries that are written so far" }),
  })
  .openapi("ComplianceExport");
