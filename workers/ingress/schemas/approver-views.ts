/** Shapes of the registry of approvers, as it is sent and as it is shown. */
import { z } from "@hono/zod-openapi";
import type { ApproverRule } from "../../../core/review/approvers.ts";
import { errorRate, type Tally } from "../../../core/review/auto.ts";
import { userName } from "./names.ts";

/** A year. */
const MOST_MINUTES = 525_600;
const MOST_PEOPLE = 100;
const MOST_STAGES = 10;

const minutes = z.number().int("is a whole number").min(1, "is at least 1").max(MOST_MINUTES, "is at most a year");
const roles = z
  .array(z.string().max(64))
  .max(MOST_PEOPLE)
  .openapi({ example: ["reviewer"] });
const users = z.array(userName).max(MOST_PEOPLE);

/** `PUT /v1/approvers/{operation}`. */
export const PutApprovers = z
  .strictObject({
    roles: roles.optional(),
    users: users.optional(),
    approvals_needed: z
      .number()
      .int("is 1 or 2")
      .min(1, "is 1 or 2")
      .max(2, "is 1 or 2")
      .optional()
      .openapi({ description: "1 by default; always different people, none of them the one who started the run" }),
    due_minutes: minutes.optional().openapi({ description: "by default 15, 60 or 240 by severity" }),
    // biome-ignore lint/suspicious/noThenProperty: the contract calls it so
    then: z
      .array(z.strictObject({ roles: roles.optional(), users: users.optional(), after_minutes: minutes }))
      .max(MOST_STAGES)
      .optional()
      .openapi({ description: "who joins when nobody has decided so many minutes after the review was opened" }),
    auto_approve: z
      .strictObject({
        risk_below: z.number().min(0).max(100),
        sample: z.number().min(0).max(1).optional().openapi({ description: "the share that is reviewed afterwards; 0.1 by default" }),
      })
      .optional()
      .openapi({ description: "a lower risk passes without a person" }),
  })
  .openapi("PutApprovers");

/** An entry. */
export const ApproverEntry = z
  .object({
    operation: z.string(),
    roles: z.array(z.string()),
    users: z.array(z.string()),
    approvals_needed: z.number().int(),
    due_minutes: z.number().int().optional(),
    // biome-ignore lint/suspicious/noThenProperty: the contract calls it so
    then: z.array(z.object({ roles: z.array(z.string()), users: z.array(z.string()), after_minutes: z.number().int() })),
    auto_approve: z.object({ risk_below: z.number(), sample: z.number() }).optional(),
    auto_approved: z
      .object({
        ...{ passed: z.number().int(), sampled: z.number().int(), judged: z.number().int(), wrong: z.number().int() },
        error_rate: z.object({ value: z.number(), low: z.number(), high: z.number() }).nullable(),
      })
      .optional()
      .openapi({
        description:
          "what passed without a person; `error_rate` is the share of the judged samples that should not have, with its 95 % Wilson interval",
      }),
  })
  .openapi("Approvers");

/** An entry that was just set. */
export const ApproverEntryKept = ApproverEntry.extend({
  warnings: z.array(z.object({ path: z.string(), message: z.string() })),
}).openapi("ApproversSet");

/** An entry as HTTP shows it. */
export const approverView = ({ next, roles: ruleRoles, users: ruleUsers, ...rule }: ApproverRule, tally?: Tally) => ({
  ...rule,
  ...(tally === undefined ? {} : { auto_approved: { ...tally, error_rate: errorRate(tally) } }),
  roles: [...ruleRoles],
  users: [...ruleUsers],
  // biome-ignore lint/suspicious/noThenProperty: the contract calls it so
  then: next.map((stage) => ({ roles: [...stage.roles], users: [...stage.users], after_minutes: stage.after_minutes })),
});
