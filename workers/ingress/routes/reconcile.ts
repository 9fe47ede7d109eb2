/** `POST /v1/costs/reconcile`: the ledger beside an upstream's own account of what was used. Nothing is kept. */
import { z } from "@hono/zod-openapi";
import { seesAllRuns } from "../../../core/access/principal.ts";
import { readCostQuestion } from "../../../core/costs/question.ts";
import { type LedgerUse, reconcile } from "../../../core/costs/reconcile.ts";
import { type ExportedUse, readGatewayLogs, readUsageCsv, type UsageExport } from "../../../core/costs/usage-export.ts";
import { type FieldError, type Refusal, refuse } from "../../../core/errors/problem.ts";
import { fromUsd } from "../../../core/money.ts";
import { err, ok, type Result } from "../../../core/result.ts";
import { type EpochMs, fromRfc3339 } from "../../../core/time.ts";
import type { CostLine } from "../../store/costs.ts";
import { type Endpoint, endpointsOf, reply } from "../endpoint.ts";
import type { IngressPorts } from "../ports.ts";
import { Reconciliation } from "../schemas/figures.ts";

const DAY_MS = 24 * 60 * 60_000;
/** Days of one comparison. */
const MOST_DAYS = 92;
/** Dollars that a line may differ by where nobody says: exports round to cents. */
const TOLERANCE_USD = 0.01;

const column = z.string().min(1).max(200).optional();
const tokens = z.number().int().min(0).nullable().optional();
const Body = z
  .strictObject({
    csv: z.string().optional().openapi({ description: "a provider's export of usage or cost, with its header" }),
    logs: z
      .array(
        z.object({
          created_at: z.string().max(40),
          provider: z.string().max(128).optional(),
          model: z.string().min(1).max(256),
          cached: z.boolean().optional(),
          tokens_in: tokens,
          tokens_out: tokens,
          cost: z.number().nullable().optional(),
        }),
      )
      .max(10_000)
      .optional()
      .openapi({ description: "`result` of AI Gateway's list of logs; further fields are ignored" }),
    columns: z
      .strictObject({ day: column, model: column, tokens_in: column, tokens_out: column, usd: column, calls: column })
      .optional()
      .openapi({ description: "what the CSV calls its columns, where they are not found by themselves" }),
    provider: z.string().max(128).optional().openapi({ description: "compares only our models of this provider" }),
    from: z.iso.date().optional().openapi({ description: "the first day; by default the export's" }),
    to: z.iso.date().optional().openapi({ description: "the day after the last; by default the export's" }),
    tolerance: z
      .strictObject({ usd: z.number().min(0).max(1_000_000).optional(), percent: z.number().min(0).max(100).optional() })
      .optional()
      .openapi({ description: "what a line may differ by, whichever is more; 0.01 dollars and 0 % by default" }),
  })
  .openapi("Reconcile");
type Sent = z.infer<typeof Body>;

export function reconcileRoutes(ports: IngressPorts): Endpoint[] {
  return [
    endpointsOf(ports)({
      method: "post",
      path: "/v1/costs/reconcile",
      operationId: "reconcileCosts",
      tag: "costs",
      summary: "Compares the ledger with an upstream's own export, by day and model, and returns the differences",
      action: "run.read",
      body: Body,
      answers: { 200: { description: "the differences, the largest first", schema: Reconciliation } },
      async handle({ body, principal, at }) {
        if (!seesAllRuns(principal))
          return err(refuse("forbidden", "the ledger of the whole org is compared: a role that sees all of its runs may do this"));
        const read = readExport(body);
        if (!read.ok) return err(invalid(read.error));
        const days = daysOf(body, read.value.uses);
        if (!days.ok) return err(invalid(days.error));
        const { from, to } = days.value;
        const question = readCostQuestion({ from, to, by: "day,model" }, at);
        if (!question.ok) return err(invalid(question.error));
        const answer = await ports.costs.ask(principal.org, null, question.value);
        if (!answer.ok) return err(invalid([{ path: "/from", message: "is before the time that costs are kept for" }]));
        if (answer.value.data.some((line) => line["day"] === null))
          return err(invalid([{ path: "/to", message: "makes too many days and models for one comparison; take fewer days" }]));
        const names = new Map((await ports.store.models.list(principal.org)).map(({ id, upstream_id }) => [id, upstream_id]));
        const tolerance = { microUsd: fromUsd(body.tolerance?.usd ?? TOLERANCE_USD), percent: body.tolerance?.percent ?? 0 };
        const within = read.value.uses.filter(({ day }) => midnight(day) >= from && midnight(day) < to);
        const compared = reconcile(answer.value.data.flatMap(ledgerUse), within, names, body.provider ?? null, tolerance);
        const { rows, left_out, skipped } = read.value;
        return reply(200, { from: dateOf(from), to: dateOf(to), rows: { read: rows, left_out, skipped }, ...compared });
      },
    }),
  ];
}

const invalid = (errors: readonly FieldError[]): Refusal => refuse("invalid_request", "the export cannot be compared", errors);

function readExport({ csv, logs, columns = {} }: Sent): Result<UsageExport, readonly FieldError[]> {
  if ((csv === undefined) === (logs === undefined)) return err([{ path: "", message: "has either `csv` or `logs`" }]);
  return csv === undefined ? ok(readGatewayLogs(logs ?? [])) : readUsageCsv(csv, columns);
}

/** The days that are compared: those asked for, else from the export's first to its last. `to` is not among them. */
function daysOf(body: Sent, uses: readonly ExportedUse[]): Result<{ from: EpochMs; to: EpochMs }, readonly FieldError[]> {
  const days = uses.map(({ day }) => midnight(day));
  const [first, last] = days.reduce(([low, high], day) => [Math.min(low, day), Math.max(high, day)], [Infinity, -Infinity]);
  const from = body.from === undefined ? first : midnight(body.from);
  const to = body.to === undefined ? last + DAY_MS : midnight(body.to);
  const place = body.csv === undefined ? "/logs" : "/csv";
  if (!Number.isFinite(from) || !Number.isFinite(to)) return err([{ path: place, message: "has no row that can be read" }]);
  if (from >= to) return err([{ path: "/from", message: "is not before `to`" }]);
  if (to - from > MOST_DAYS * DAY_MS) return err([{ path: "/to", message: `is more than ${MOST_DAYS} days after \`from\`` }]);
  return ok({ from, to });
}

const midnight = (day: string): EpochMs => fromRfc3339(`${day}T00:00:00Z`) ?? Number.NaN;
const dateOf = (at: EpochMs): string => new Date(at).toISOString().slice(0, 10);

/** Tools are no model, and no upstream of models tells of them. */
const ledgerUse = ({ day, model, usd, tokens_in, tokens_out, calls }: CostLine): LedgerUse[] =>
  typeof day === "string" && typeof model === "string"
    ? [{ day, model, microUsd: Math.round(usd * 1_000_000), tokens_in, tokens_out, calls }]
    : [];
