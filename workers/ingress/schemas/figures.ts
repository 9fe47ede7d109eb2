/** What the routes of costs, explanations and health answer. */
import { z } from "@hono/zod-openapi";
import { ANOMALY_METRICS } from "../../../core/anomaly/tally.ts";
import type { CostView, PathPart } from "../../../core/explain/explain.ts";

const count = z.number().int().min(0);
const dollars = z.number();

const costNode: z.ZodType<CostView> = z
  .lazy(() =>
    z.object({
      name: z.string(),
      usd: dollars,
      calls: count.optional(),
      ms: z.number().optional(),
      children: z.array(costNode).optional(),
    }),
  )
  .openapi("CostNode", {
    type: "object",
    required: ["name", "usd"],
    properties: {
      name: { type: "string" },
      usd: { type: "number" },
      calls: { type: "integer", minimum: 0 },
      ms: { type: "number", description: "how long a person took" },
      children: { type: "array", items: { $ref: "#/components/schemas/CostNode" } },
    },
  }) as z.ZodType<CostView>;
const ms = z.number();

const pathPart: z.ZodType<PathPart> = z
  .lazy(() => z.object({ step: z.string(), ms, what: z.string(), run: z.string().optional(), within: z.array(pathPart).optional() }))
  .openapi("PathPart", {
    type: "object",
    required: ["step", "ms", "what"],
    properties: {
      step: { type: "string" },
      ms: { type: "number" },
      what: { type: "string", description: "what the time went to: a call, a pause, a person, a line" },
      run: { type: "string", description: "the child run that had the time" },
      within: { type: "array", items: { $ref: "#/components/schemas/PathPart" }, description: "that run's own critical path" },
    },
  }) as z.ZodType<PathPart>;

/** `GET /v1/runs/{id}/explain`. */
export const Explanation = z
  .object({
    run: z.string(),
    cost: costNode,
    beside: costNode.openapi({ description: "what no ledger pays: people's decisions, and the platform itself, estimated; not in `cost`" }),
    time: z.object({
      total_ms: ms,
      critical_path: z.array(pathPart),
      waiting_ms: ms,
      retry_ms: ms,
      queue_ms: ms,
    }),
    causes: z.array(z.object({ cause: z.string(), what: z.string(), step: z.string().nullable(), ms, usd: dollars })),
    waste: z.array(z.object({ what: z.string(), usd: dollars, ms })),
    what_ifs: z.array(
      z.object({ what: z.string(), step: z.string(), usd: dollars.openapi({ description: "dollars that it would have saved" }) }),
    ),
    decisions: z.array(z.object({ step: z.string().nullable(), what: z.string(), why: z.string() })),
    child_runs: z
      .array(z.object({ run: z.string(), step: z.string(), workflow: z.string(), usd: dollars, ms }))
      .openapi({ description: "the dearest first; `cost` and `critical_path` enter those that the caller may see" }),
    median: z.object({ usd: dollars, ms, runs: count }).nullable(),
    summary: z.string(),
  })
  .openapi("Explanation");

const share = z.number().min(0).max(1);

/** `GET /v1/health/workflows`. */
export const WorkflowHealthList = z
  .object({
    minutes: count.openapi({ description: "the window that the figures are of, up to now" }),
    data: z.array(
      z.object({
        workflow: z.string(),
        runs: count.openapi({ description: "runs that ended in the window" }),
        success_rate: share.nullable().openapi({ description: "the share of them that completed" }),
        duration_ms: z.object({ p50: ms.nullable(), p95: ms.nullable(), p99: ms.nullable() }),
        tool_failure_rate: share.nullable(),
        cost_usd: z.object({ p50: dollars.nullable(), p95: dollars.nullable() }),
        waiting: count.openapi({ description: "runs that wait now" }),
        feedback: z.number().nullable().openapi({ description: "the mean score of feedback given in the window, -1 to 1" }),
        quality: z.number().nullable(),
        slo: z
          .object({
            success: share,
            p95_ms: ms.nullable(),
            budget_left: share.openapi({ description: "the share of the window's allowed failures that is left" }),
          })
          .optional(),
      }),
    ),
  })
  .openapi("WorkflowHealth");

/** `GET /v1/anomalies`. */
export const AnomalyList = z
  .object({
    data: z.array(
      z.object({
        at: z.iso.datetime().openapi({ description: "when it was first seen" }),
        metric: z.enum(ANOMALY_METRICS),
        workflow: z.string().openapi({ description: "`(chat)`: model calls of chats" }),
        value: z.number().openapi({
          description: "seconds or dollars of a typical run (geometric mean), or the share of runs; of the look that was farthest off",
        }),
        expected: z.tuple([z.number(), z.number()]).openapi({ description: "what is in this range is no anomaly" }),
        score: z.number().openapi({ description: "distance from the ordinary in standard deviations" }),
        status: z.enum(["open", "cleared"]),
      }),
    ),
    next_cursor: z.string().nullable(),
  })
  .openapi("Anomalies");

const beside = {
  storage_usd: dollars.optional().openapi({ description: "the platform's own cost, an estimate; in no ledger" }),
  people_usd: dollars
    .optional()
    .openapi({ description: "what people's decisions cost, where the org says what an hour does; in no ledger" }),
  people_minutes: z.number().optional(),
  runs: count.optional().openapi({ description: "runs that ended" }),
  completed: count.optional().openapi({ description: "runs that completed" }),
};

/** `GET /v1/costs`. */
export const Costs = z
  .object({
    data: z.array(
      z
        .object({ usd: dollars, tokens_in: count, tokens_out: count, calls: count, ...beside })
        .catchall(z.union([z.string(), z.number(), z.boolean(), z.null()]))
        .openapi({
          description:
            "a group; beside its sums it has the dimensions asked for by name, null where its calls have none; a value of the metadata as it is, of an object or a list its JSON text",
        }),
    ),
    total_usd: dollars.openapi({ description: "the sum of `usd` over all groups" }),
    total: z.object(beside).optional().openapi({ description: "what `include` asked for, over all groups; `usd` has none of it" }),
  })
  .openapi("Costs");

/** `GET /v1/costs/outcomes`. */
export const Outcomes = z
  .object({
    data: z.array(
      z.object({
        workflow: z.string(),
        runs: count.openapi({ description: "runs that ended" }),
        completed: count,
        usd: dollars.openapi({ description: "what their calls cost, as the ledger has it" }),
        storage_usd: dollars,
        people_usd: dollars,
        total_usd: dollars.openapi({ description: "the sum of the three" }),
        usd_per_success: dollars.nullable(),
        hours_saved: z.number().nullable().openapi({ description: "null: the org does not say what a success saves" }),
        value_usd: dollars.nullable().openapi({ description: "what the completed runs were worth; null: the org does not say" }),
        net_usd: dollars.nullable().openapi({ description: "`value_usd` without `total_usd`" }),
        break_even: z
          .object({
            successes: count.openapi({ description: "completed runs that pay for `total_usd`" }),
            success_rate: z
              .number()
              .nullable()
              .openapi({ description: "the share of `runs` that this is; over 1: not even if every run completed" }),
            reached: z.boolean(),
          })
          .nullable(),
      }),
    ),
  })
  .openapi("Outcomes");

const side = z.object({
  usd: dollars.nullable(),
  tokens_in: z.number().nullable(),
  tokens_out: z.number().nullable(),
  calls: z.number().nullable(),
});

/** `POST /v1/costs/reconcile`. */
export const Reconciliation = z
  .object({
    from: z.string(),
    to: z.string().openapi({ description: "the day after the last" }),
    rows: z.object({
      read: count,
      left_out: count,
      skipped: z.array(z.object({ row: count, why: z.string() })).openapi({ description: "the first twenty that were left out" }),
    }),
    data: z.array(
      z.object({
        day: z.string(),
        model: z.string().openapi({ description: "as its upstream names it" }),
        models: z.array(z.string()).openapi({ description: "our names of it" }),
        status: z.enum(["differs", "only_ours", "only_theirs"]),
        ours: side.nullable(),
        theirs: side.nullable(),
        difference_usd: dollars.nullable().openapi({ description: "theirs without ours; null: the export tells of no money" }),
      }),
    ),
    equal: count.openapi({ description: "days and models on which both agree" }),
    total: z.object({ ours_usd: dollars, theirs_usd: dollars.nullable(), difference_usd: dollars.nullable() }),
  })
  .openapi("Reconciliation");
