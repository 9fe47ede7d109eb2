/**
 * Starts a run. The order is the contract's: what can be refused without keeping anything comes first; personal data is taken
 * out and instructions are looked for before anything of the input is kept.
 */

import { speakerOf } from "../../core/access/person.ts";
import { type Refusal, refuse } from "../../core/errors/problem.ts";
import { unknownId } from "../../core/errors/unknown-name.ts";
import type { FindingSummary } from "../../core/guardrail/finding.ts";
import type { Action } from "../../core/guardrail/rules/action.ts";
import { PLATFORM_GUARDRAILS, type RunRules } from "../../core/guardrail/rules/merge.ts";
import { isObject, type Json, type JsonObject } from "../../core/json.ts";
import type { Stops } from "../../core/kill-switch/stops.ts";
import { CALLER } from "../../core/label/label.ts";
import { joined, whole } from "../../core/label/labels.ts";
import { labelsOfCallersInput } from "../../core/label/labels-of-input.ts";
import { fromUsd } from "../../core/money.ts";
import { peopleOf } from "../../core/org/costs.ts";
import { type SinkClasses, sinksOf } from "../../core/org/settings.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { RunStart } from "../../core/run/machine/birth.ts";
import { FINAL_STATUSES, type RunView } from "../../core/run/outside/view.ts";
import { WAITING_RUNS } from "../../core/session/session.ts";
import { traceRuleOf } from "../../core/trace/rule.ts";
import type { JsonSchema } from "../../core/workflow/definition.ts";
import { runRulesOf } from "../../core/workflow/guardrails.ts";
import type { WorkflowVersionView } from "../../core/workflow/view.ts";
import { placeForStart } from "./admission.ts";
import { bear } from "./bear.ts";
import { recordBlocked } from "./blocked.ts";
import { estimateOfInput } from "./estimate.ts";
import { type Claim, claim, type Outcome, type Repeatable } from "./idempotency.ts";
import { judgeSent } from "./judge-input.ts";
import type { UseCasePorts } from "./ports.ts";
import type { Requester } from "./requester.ts";
import { budgetOf, findWorkflow, fitted, flawOfRequest, type RunRequest, subjectOf } from "./run-request.ts";
import { roomFor, shownTo } from "./runs.ts";
import { barredByPolicy } from "./start-policy.ts";
import { notStopped } from "./stops.ts";

/** `waitMs`: how long to wait for the run's end; 0: not at all. */
export type StartRun = RunRequest & { readonly waitMs: number };

/** A run as its requester sees it. `done`: it ended while the requester waited. `replayed`: this outcome was given before. */
export type RunOutcome<O extends Outcome = "done" | "accepted"> = {
  readonly outcome: O;
  readonly run: RunView;
  readonly replayed: boolean;
};

/** The run that was started. When it resolves, the run is durable. The same idempotency key gives the same run. */
export async function startRun(
  ports: UseCasePorts,
  by: Requester,
  command: StartRun,
  repeat: Repeatable,
): Promise<Result<RunOutcome, Refusal>> {
  const place = await placeForStart(ports, by.principal.org, command.waitMs);
  if (!place.ok) {
    // Who is stopped is told so, and not to come again in two seconds, also while the platform is busy.
    const stops = await notStopped(ports, { org: by.principal.org, workflow: command.workflow }, by.trace.traceId);
    return stops.ok ? place : stops;
  }
  try {
    return await startAdmitted(ports, by, command, repeat);
  } finally {
    place.value.leave();
  }
}

async function startAdmitted(
  ports: UseCasePorts,
  by: Requester,
  command: StartRun,
  repeat: Repeatable,
): Promise<Result<RunOutcome, Refusal>> {
  const { org } = by.principal;
  const flaw = await flawOfRequest(ports, by, command);
  if (flaw !== null) return err(flaw);
  const workflow = await findWorkflow(ports, by, command);
  if (!workflow.ok) return workflow;
  const stops = await notStopped(ports, { org, workflow: workflow.value.name }, by.trace.traceId);
  if (!stops.ok) return stops;
  const barred = await barredByPolicy(ports, by, command, stops.value.epoch);
  if (barred !== null) return err(barred);
  const fits = fitted(workflow.value, command);
  if (!fits.ok) return fits;
  const claimed = await claim<"done" | "accepted">(ports, by, repeat, await ports.keys.mintRunId(org, by.at));
  if (!claimed.ok) return claimed;
  const first = claimed.value;
  if (first.replayed !== null) return replay(ports, by, first.id, first.replayed);
  const room = await roomFor(ports, org, first.id);
  if (!room.ok) {
    await first.release();
    return room;
  }
  try {
    return await begin(ports, by, fits.value, first, workflow.value, stops.value);
  } catch (error) {
    // If it began all the same, the index will count it.
    ports.store.runs.release(org, first.id);
    throw error;
  }
}

async function begin(
  ports: UseCasePorts,
  by: Requester,
  command: StartRun,
  first: Claim<"done" | "accepted">,
  workflow: WorkflowVersionView,
  stops: Stops,
): Promise<Result<RunOutcome, Refusal>> {
  const { org } = by.principal;
  const { guardrails: asked, accepts, traces, costs } = await ports.store.orgs.settings(org);
  const rules = runRulesOf(asked, workflow.definition);
  const admitted = await admit(ports, by, command, first.id, workflow.definition.input, rules);
  if (!admitted.ok) {
    await first.release();
    ports.store.runs.release(org, first.id);
    return admitted;
  }
  // Only where somebody is asked because of it: an estimate looks up every model and tool of the workflow.
  const estimate =
    workflow.definition.limits.confirm_over_usd === null ? null : await estimateOfInput(ports, by, workflow, command, admitted.value.input);
  const estimated = estimate === null ? {} : { estimate: { expected: fromUsd(estimate.usd.expected), max: fromUsd(estimate.usd.max) } };
  const place = await joinSession(ports, by, command, first.id);
  if (place !== null) {
    await first.release();
    ports.store.runs.release(org, first.id);
    return err(place);
  }
  const traced = ports.exportsTraces ? { trace: traceRuleOf(traces, by.trace.traceId) } : {};
  const run = await bear(
    ports,
    { ...startOf(by, command, first.id, workflow, admitted.value, rules, accepts), ...estimated, ...traced, ...peopleOf(costs) },
    stops,
    command.waitMs,
  );
  const ended = FINAL_STATUSES.includes(run.status);
  ports.store.runs.accepted(org, run.id);
  if (ended) ports.store.runs.release(org, run.id);
  const outcome = command.waitMs > 0 && ended ? "done" : "accepted";
  await first.settle(outcome);
  return ok({ outcome, run: await shownTo(ports, by.principal, run), replayed: false });
}

/** When to come again where a session is full, in seconds. */
const SESSION_RETRY_SECONDS = 5;

/** Takes the run's place in its session, so that its runs begin in the order of their starts. A place whose run is never born is given up. */
async function joinSession(ports: UseCasePorts, by: Requester, command: StartRun, run: string): Promise<Refusal | null> {
  if (command.session === null) return null;
  const joined = await ports.sessions(by.principal.org, subjectOf(by, command)).join(command.session, run);
  if (joined === "joined") return null;
  const full = refuse("rate_limited", `${WAITING_RUNS} runs of this session wait for their turn already`);
  return { ...full, retryAfterSeconds: SESSION_RETRY_SECONDS };
}

type AdmittedRun = {
  readonly input: Json;
  readonly metadata: JsonObject;
  readonly findings: RunStart["inputFindings"];
  readonly moderated: RunStart["inputModerated"] | null;
  readonly needsPerson: boolean;
};

/** Input and metadata are admitted together, so that one that is refused leaves nothing of the other behind. */
async function admit(
  ports: UseCasePorts,
  by: Requester,
  command: StartRun,
  run: string,
  schema: JsonSchema,
  ruled: RunRules | null,
): Promise<Result<AdmittedRun, Refusal>> {
  const context = { org: by.principal.org, run, subject: subjectOf(by, command) };
  const { input, metadata } = command;
  const { input: rules } = ruled?.rules ?? PLATFORM_GUARDRAILS;
  const own = context.subject === by.principal.user;
  const standing = joined(labelsOfCallersInput(schema, input) ?? whole(CALLER));
  const place = { run, workflow: command.workflow, activity: "input", standing, own } as const;
  const { judged, spent } = await judgeSent(ports, by, place, input, rules);
  // A person takes over what a rule refuses, where the rules say so; a length is no matter for a person.
  const isForPerson = (ruled?.rules.hand_over?.guardrail ?? "off") !== "off" && !judged.findings.some(isTooLong);
  if (judged.action === "block" && !isForPerson) {
    await recordBlocked(ports, by, "run.start", `workflow/${command.workflow}`, judged.findings);
    return err(refuse("content_blocked", "the content was refused"));
  }
  const look = (injection: Action) => ports.guard.admit(context, "user", "input", { input, metadata }, rules.names, injection);
  const first = await look(rules.injection);
  // The person sees that there was an instruction, and not the instruction.
  const isHandedOver = isForPerson && first.action === "block";
  const { value, verdict, action } = isHandedOver ? await look("redact") : first;
  const { findings } = first;
  if (verdict !== "block" && isObject(value) && isObject(value["metadata"])) {
    return ok({
      input: value["input"] ?? null,
      metadata: value["metadata"],
      findings: [...judged.findings, ...findings],
      moderated: spent,
      needsPerson: !isHandedOver && judged.action !== "block" && (judged.action === "review" || action === "review"),
    });
  }
  await recordBlocked(ports, by, "run.start", `workflow/${command.workflow}`, findings);
  return err(refuse("injection_detected", "the content was refused"));
}

const isTooLong = ({ rule, action }: FindingSummary): boolean => rule === "input.max_chars" && action === "block";

function startOf(
  by: Requester,
  command: StartRun,
  id: string,
  workflow: WorkflowVersionView,
  admitted: AdmittedRun,
  rules: RunRules | null,
  sinks: SinkClasses,
): RunStart {
  const { principal, trace } = by;
  const labels = labelsOfCallersInput(workflow.definition.input, admitted.input);
  return {
    id,
    org: principal.org,
    user: principal.user,
    starters: [speakerOf(principal)],
    roles: principal.roles,
    subject: subjectOf(by, command),
    definition: workflow.definition,
    version: workflow.version,
    digest: workflow.digest,
    input: admitted.input,
    ...(labels === null ? {} : { inputLabels: labels }),
    inputFindings: admitted.findings,
    ...(admitted.moderated ? { inputModerated: admitted.moderated } : {}),
    ...(rules === null ? {} : { guardrails: rules }),
    ...sinksOf(sinks),
    ...(admitted.needsPerson ? { inputReview: true } : {}),
    budget: budgetOf(workflow, command),
    deadlineAt: command.deadlineAt,
    ...(command.session === null ? {} : { session: command.session }),
    metadata: admitted.metadata,
    traceId: trace.traceId,
    parentSpanId: trace.parentSpanId,
    redrive: null,
    parent: null,
    callbackUrl: command.callbackUrl,
  };
}

/** The first outcome, with the run as it is now. */
async function replay(ports: UseCasePorts, by: Requester, id: string, outcome: "done" | "accepted"): Promise<Result<RunOutcome, Refusal>> {
  const run = await ports.runs(id, by.principal.org).view();
  return run === null ? err(unknownId("run", id)) : ok({ outcome, run: await shownTo(ports, by.principal, run), replayed: true });
}
