/** One call of a tool outside a run: its input is redacted and scanned as a run's is, and the call is on record, attempt and outcome. */
import { NOTHING_YET } from "../../core/access/circumstances.ts";
import { layerOfReasons } from "../../core/audit/layer.ts";
import { type Refusal, refuse } from "../../core/errors/problem.ts";
import { unknownName } from "../../core/errors/unknown-name.ts";
import { withoutPerson } from "../../core/guardrail/rules/action.ts";
import { judgeInput } from "../../core/guardrail/rules/judge.ts";
import { type Rules, rulesOfOrg } from "../../core/guardrail/rules/merge.ts";
import type { Json } from "../../core/json.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { ToolOutcome } from "../../core/run/calls/call.ts";
import type { ToolManifest } from "../../core/tool/manifest.ts";
import type { ExactJson } from "../../core/untrusted-json.ts";
import { takeInt64 } from "../../core/workflow/int64.ts";
import { validate } from "../../core/workflow/schema.ts";
import { denied } from "./access.ts";
import type { UseCasePorts } from "./ports.ts";
import { auditRecord, type Fact } from "./record.ts";
import type { Requester } from "./requester.ts";
import { notStopped } from "./stops.ts";

/** How the tool answered or failed. A call that a guard or the policy refused is a refusal, not an outcome. */
export async function testTool(
  ports: UseCasePorts,
  by: Requester,
  { tool, sent }: { readonly tool: string; readonly sent: ExactJson },
): Promise<Result<ToolOutcome, Refusal>> {
  const { org } = by.principal;
  const refusal = await denied(ports, by, "tool.test");
  if (refusal !== null) return err(refusal);
  const manifest = await ports.store.tools.get(org, tool, null);
  if (manifest === null) {
    const proposed = (await ports.store.tools.stored(org, [tool])).findLast(({ status }) => status === "proposed");
    if (proposed === undefined) return err(unknownName("tool", tool, await ports.store.tools.names(org)));
    const { version } = proposed.manifest;
    const what = `nobody has approved \`${tool}\` yet: POST /v1/tools/${tool}/approve {"version": ${version}}, by another person than who imported it`;
    return err(refuse("not_found", what));
  }
  if (manifest.kind === "workflow") {
    const message = `\`${tool}\` is a workflow: start a run of \`${manifest.workflow.name}\` to try it`;
    return err(refuse("invalid_request", message));
  }
  const open = await notStopped(ports, { org, tool: manifest.name }, by.trace.traceId);
  if (!open.ok) return open;
  const taken = takeInt64(manifest.input, sent);
  if (!taken.ok) {
    const message = "is a number that a double does not hold, and the schema has no `int64` here";
    return err(refuse("invalid_request", "the input does not fit the tool's schema", [{ path: `/input${taken.error}`, message }]));
  }
  const input = taken.value;
  const invalid = validate(manifest.input, input);
  if (invalid.length > 0) {
    const errors = invalid.map(({ path, message }) => ({ path: `/input${path}`, message }));
    return err(refuse("invalid_request", "the input does not fit the tool's schema", errors));
  }
  const unattended = await refusedUnattended(ports, by, manifest);
  if (unattended !== null) return err(unattended);
  const called = await callOnRecord(ports, by, manifest, input);
  if (!called.ok || called.value.result.ok) return called;
  const { failure } = called.value.result;
  return failure.class === "safety" ? err(refuse(failure.code, failure.message)) : called;
}

/** What a run may not do, or not without asking a person, is refused here: nobody waits for an answer. */
async function refusedUnattended(ports: UseCasePorts, by: Requester, { name, version }: ToolManifest): Promise<Refusal | null> {
  const { org, user, roles } = by.principal;
  const { epoch } = await ports.killSwitch.stops();
  const question = {
    kind: "tool",
    caller: { org, user, roles },
    workflow: "tool-test",
    run: `test_${by.trace.traceId}`,
    tool: name,
    chosenBy: "definition", // a person did, and the input is that person's own word
    untrusted: [],
    compensation: false,
    soFar: NOTHING_YET,
  } as const;
  const answer = await ports.authorize(question, epoch);
  if (answer.kind === "refused") return refuse(answer.code, answer.message);
  if (answer.kind !== "tool") return refuse("internal", "the policy gave no answer about a tool");
  const { decision, policyVersion, reasons, told } = answer.permission;
  if (decision === "allow") return null;
  const resource = `tool/${name}@${version}`;
  const data = { reasons: [...reasons] };
  const layer = layerOfReasons(reasons);
  const fact = { type: "policy.decided", action: "tool.test", resource, decision, policyVersion, data, layer } as const;
  await ports.store.audit.record(org, auditRecord(ports, by, fact));
  const why = decision === "ask" ? "a person has to approve this call, and nobody is asked in a test" : "the policy denies this call";
  return refuse("policy_denied", `${why}${told === undefined ? "" : `: ${told}`} (${reasons.join(", ") || "no policy permits it"})`);
}

async function callOnRecord(
  ports: UseCasePorts,
  by: Requester,
  manifest: ToolManifest,
  input: Json,
): Promise<Result<ToolOutcome, Refusal>> {
  const { principal, trace } = by;
  const { name: tool, version, effect } = manifest;
  const record = (fact: Pick<Fact, "type" | "action" | "data" | "decision" | "layer">) =>
    ports.store.audit.record(principal.org, auditRecord(ports, by, { ...fact, resource: `tool/${tool}@${version}` }));
  // Its placeholders resolve under an id of its own.
  const run = `test_${trace.traceId}`;
  const rules = rulesOfOrg((await ports.store.orgs.settings(principal.org)).guardrails);
  const judged = judgeInput(input, rules.input);
  if (withoutPerson(judged.action) === "block") {
    await record({ type: "guardrail.blocked", action: "tool.test", decision: "deny", layer: "guard" });
    return err(refuse("content_blocked", "the content was refused"));
  }
  const context = { org: principal.org, run, subject: principal.user };
  const asked = [rules.input.names, withoutPerson(rules.input.injection)] as const; // nobody waits for a person here
  const admitted = await ports.guard.admit(context, "user", "input", input, ...asked);
  for (const { type, detector, count, pointer, score } of admitted.findings) {
    const data = { channel: "user", type, detector, count, score, pointer: `/input${pointer}` };
    await record({ type: "guardrail.flagged", action: "guardrail.scan", data });
  }
  if (admitted.verdict === "block") {
    await record({ type: "guardrail.blocked", action: "tool.test", decision: "deny", layer: "guard" });
    return err(refuse("injection_detected", "the content was refused"));
  }
  await record({ type: "tool.called", action: "tool.test", data: { tool, version, effect, attempt: 1, key: `${run}/${tool}` } });
  const outcome = await call(ports, by, manifest, admitted.value, run, rules);
  for (const { type, pointer } of outcome.openings) {
    await record({ type: "personal_data.opened", action: "personal_data.open", decision: "allow", data: { tool, type, pointer } });
  }
  const { result, status, durationMs } = outcome;
  const code = result.ok ? {} : { code: result.failure.code };
  const data = { tool, attempt: 1, ok: result.ok, status, duration_ms: durationMs, ...code };
  await record({ type: "tool.answered", action: "tool.test", data });
  return ok(outcome);
}

/** Governed as in a run. `input`: redacted. `run`: under which its placeholders resolve. */
async function call(
  ports: UseCasePorts,
  by: Requester,
  manifest: ToolManifest,
  input: Json,
  run: string,
  { tools }: Rules,
): Promise<ToolOutcome> {
  const { org, user } = by.principal;
  const { traceId } = by.trace;
  const { name, version, timeout_ms } = manifest;
  const { epoch } = await ports.killSwitch.stops();
  const who = { org, run, user, subject: user, workflow: "tool-test", version: 1, activity: name };
  const context = { ...who, key: `${run}/${name}`, traceId, spanId: traceId.slice(0, 16), killEpoch: epoch };
  const ruled = { injection: withoutPerson(tools.injection), ...(tools.names ? ({ names: true } as const) : {}) };
  return ports.callTool({ context, tool: name, version, input, timeoutMs: timeout_ms, ...ruled });
}
