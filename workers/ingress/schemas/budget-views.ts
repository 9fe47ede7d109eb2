/** Budgets as requests write them and answers show them. */
import { z } from "@hono/zod-openapi";
import { EVERY_USER } from "../../../core/budget/lease.ts";
import { userName, workflowName } from "./names.ts";

const USER_PREFIX = "user:";
const WORKFLOW_PREFIX = "workflow:";

const MOST_USD = 1_000_000_000;
const MOST_TOKENS = 1_000_000_000_000_000;

/** Whole micro-dollars, written as dollars. */
const usd = z
  .number()
  .min(0)
  .max(MOST_USD)
  .refine((value) => Math.round(value * 1_000_000) / 1_000_000 === value, "has at most six decimals")
  .nullable()
  .optional();

/** The body that sets caps. A field that is left out is no cap. */
export const PutBudget = z
  .strictObject({
    usd_per_day: usd,
    usd_per_month: usd,
    tokens_per_month: z.int().min(0).max(MOST_TOKENS).nullable().optional(),
    usd_per_run: usd,
  })
  .openapi("PutBudget", {
    description: "replaces the caps of the scope: what is absent or null is not capped; a user without any cap is under `user:*`",
  });

/** The scope of a budget, in the path. */
export const budgetScope = z
  .string()
  .refine(
    isScope,
    "is `org`, `user:ID`, `user:*`, `workflow:NAME` or `deployment`; a user is an opaque id, no mail address or phone number",
  )
  .openapi({ example: "workflow:support-refund" });

function isScope(text: string): boolean {
  if (text === "org" || text === "deployment" || text === EVERY_USER) return true;
  if (text.startsWith(USER_PREFIX)) return userName.safeParse(text.slice(USER_PREFIX.length)).success;
  return text.startsWith(WORKFLOW_PREFIX) && workflowName.safeParse(text.slice(WORKFLOW_PREFIX.length)).success;
}

const cap = z
  .object({
    limit: z.number().nullable(),
    spent: z.number(),
    held: z.number().openapi({ description: "worst cases of calls whose cost nobody reported" }),
    leased: z.number().openapi({ description: "reserved by runs and calls in progress" }),
    left: z.number().nullable(),
    period: z.string().openapi({ example: "2026-11-20" }),
    resets_at: z.iso.datetime(),
  })
  .openapi("BudgetCap", { description: "dollars or tokens; `limit` and `left` are null when there is no cap" });

/** The caps of a scope and what counts against them. */
export const Budget = z
  .object({
    scope: z.string(),
    usd_per_day: cap,
    usd_per_month: cap,
    tokens_per_month: cap,
    usd_per_run: z.object({ limit: z.number() }).nullable(),
  })
  .openapi("Budget");

/** A page of budgets. */
export const Budgets = z.object({ data: z.array(Budget), next_cursor: z.string().nullable() }).openapi("Budgets");
