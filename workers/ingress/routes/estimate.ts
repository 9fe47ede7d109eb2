/**
 * `POST /v1/runs/estimate`: what a run would cost, before anybody starts it. Refuses what a start would refuse; looks up and counts,
 * starts nothing, keeps nothing and calls no model. An estimate is no new work: it is answered under a kill switch too.
 */
import { z } from "@hono/zod-openapi";
import { refuse } from "../../../core/errors/problem.ts";
import { estimateOf } from "../../../core/estimate/estimate.ts";
import { walk } from "../../../core/estimate/walk.ts";
import { isObject, type Json } from "../../../core/json.ts";
import { fromUsd } from "../../../core/money.ts";
import { err, ok } from "../../../core/result.ts";
import type { Answer } from "../context.ts";
import { type Call, type Endpoint, endpointsOf, type NoFields } from "../endpoint.ts";
import { lookUp } from "../estimate-lookup.ts";
import type { IngressPorts } from "../ports.ts";
import { unknown } from "../runs.ts";
import { budgetOf, flawOfInput, flawOfStart, StartBody, workflowOf } from "../start-request.ts";

const spread = z.object({ expected: z.number().int(), max: z.number().int() });
const EstimateView = z
  .object({
    usd: z.object({
      low: z.number().openapi({ description: "what it hardly stays below" }),
      expected: z.number(),
      max: z.number().openapi({ description: "what it can cost at most: never above its budget" }),
    }),
    tokens: spread,
    model_calls: spread,
    within_budget: z.boolean().openapi({ description: "false: the run could come to its cap before its end" }),
  })
  .openapi("Estimate");

type EstimateCall = Call<NoFields, NoFields, NoFields, typeof StartBody>;

export function estimateRoutes(ports: IngressPorts): Endpoint[] {
  return [
    endpointsOf(ports)({
      method: "post",
      path: "/v1/runs/estimate",
      tag: "runs",
      summary: "What a run would cost; nothing is started and no model is called",
      action: "run.start",
      body: StartBody,
      answers: { 200: { description: "an interval of dollars, tokens and model calls", schema: EstimateView } },
      refusals: ["injection_detected"],
      handle: (call) => estimate(ports, call),
    }),
  ];
}

async function estimate(ports: IngressPorts, call: EstimateCall): Promise<Answer> {
  const { principal, body } = call;
  const mistaken = await flawOfStart(ports, call);
  if (mistaken !== null) return err(mistaken);
  const workflow = await workflowOf(ports, call);
  if (workflow === null) return err(unknown);
  const unfit = flawOfInput(workflow, body);
  if (unfit !== null) return err(unfit);
  const { value, verdict } = await ports.estimates.preview({ input: body.input as Json, metadata: body.metadata ?? {} });
  if (verdict === "block" || !isObject(value)) return err(refuse("injection_detected", "the content was refused"));
  const input = value["input"] ?? null;
  const [known, past] = await Promise.all([
    lookUp(ports, principal, workflow.definition, input),
    ports.estimates.pastCosts(principal.org, workflow.name, workflow.version),
  ]);
  const { usd, tokens } = budgetOf(workflow, body);
  const { cost } = walk(workflow.definition, { known: input }, known);
  return ok({ status: 200, body: estimateOf(cost, past, { microUsd: fromUsd(usd), tokens }) });
}
