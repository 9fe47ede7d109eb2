/** Shapes of answers about risk, for the OpenAPI document. */
import { z } from "@hono/zod-openapi";

const time = z.iso.datetime();

/** One part of a score. */
export const RiskFactor = z.object({
  factor: z.string().openapi({ example: "destination" }),
  points: z.number().int().openapi({ example: 10 }),
  why: z.string().openapi({ example: "the tool's host is not one of the org's own" }),
});

/** The risk of a call or of a run. */
export const Risk = z
  .object({ score: z.number().int().min(0).max(100), factors: z.array(RiskFactor) })
  .openapi("Risk", { description: "the points of the factors sum to the score; a run's risk is that of its riskiest call so far" });

/** An override of the risk block. */
export const Override = z
  .object({
    id: z.string(),
    run: z.string(),
    step: z.string(),
    reason: z.string(),
    status: z.enum(["pending", "active", "expired"]),
    by: z.string(),
    approvals_needed: z.number().int(),
    approvals: z.array(z.object({ by: z.string(), at: time })),
    expires_at: time,
    created_at: time,
  })
  .openapi("Override");
