/**
 * What a run would cost, before anybody starts it. Refuses what a start would refuse; looks up and counts, starts nothing, keeps
 * nothing and calls no model. An estimate is no new work: it is answered under a kill switch too.
 */
import { type Refusal, refuse } from "../../core/errors/problem.ts";
import { estimateOf } from "../../core/estimate/estimate.ts";
import { walk } from "../../core/estimate/walk.ts";
import { judgeInput } from "../../core/guardrail/rules/judge.ts";
import { PLATFORM_GUARDRAILS } from "../../core/guardrail/rules/merge.ts";
import { isObject, type Json } from "../../core/json.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { runRulesOf } from "../../core/workflow/guardrails.ts";
import type { WorkflowVersionView } from "../../core/workflow/view.ts";
import { lookUp } from "./estimate-lookup.ts";
import type { UseCasePorts } from "./ports.ts";
import type { Requester } from "./requester.ts";
import { budgetOf, findWorkflow, fitted, flawOfRequest, type RunRequest } from "./run-request.ts";

/** What a run of this request would cost. Starts, keeps and calls nothing. */
export async function estimate(
  ports: UseCasePorts,
  by: Requester,
  request: RunRequest,
): Promise<Result<ReturnType<typeof estimateOf>, Refusal>> {
  const flaw = await flawOfRequest(ports, by, request);
  if (flaw !== null) return err(flaw);
  const found = await findWorkflow(ports, by, request);
  if (!found.ok) return found;
  const workflow = found.value;
  const fits = fitted(workflow, request);
  if (!fits.ok) return fits;
  const { guardrails } = await ports.store.orgs.settings(by.principal.org);
  const rules = (runRulesOf(guardrails, workflow.definition)?.rules ?? PLATFORM_GUARDRAILS).input;
  if (judgeInput(fits.value.input, rules).action === "block") return err(refuse("content_blocked", "the content was refused"));
  const { value, verdict } = await ports.estimates.preview({ input: fits.value.input, metadata: request.metadata }, rules);
  if (verdict === "block" || !isObject(value)) return err(refuse("injection_detected", "the content was refused"));
  const input = value["input"] ?? null;
  return ok(await estimateOfInput(ports, by, workflow, request, input));
}

/** The estimate of a request that fits, for its input as it was admitted. */
export async function estimateOfInput(
  ports: UseCasePorts,
  by: Pick<Requester, "principal">,
  workflow: WorkflowVersionView,
  request: RunRequest,
  input: Json,
): Promise<ReturnType<typeof estimateOf>> {
  const [known, past] = await Promise.all([
    lookUp(ports, by.principal, workflow.definition, input),
    ports.estimates.pastCosts(by.principal.org, workflow.name, workflow.version),
  ]);
  const { usd, tokens } = budgetOf(workflow, request);
  const { cost } = walk(workflow.definition, { known: input }, known);
  return estimateOf(cost, past, { microUsd: usd, tokens });
}
