/** A tool's call outside a run: its input is redacted and scanned as a run's is, and the call is on record, attempt and outcome. */
import type { Principal } from "../../core/access/principal.ts";
import { type Refusal, refuse } from "../../core/errors/problem.ts";
import type { Json } from "../../core/json.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { ToolOutcome } from "../../core/run/calls/call.ts";
import type { ToolManifest } from "../../core/tool/manifest.ts";
import type { Trace } from "./context.ts";
import type { IngressPorts } from "./ports.ts";
import { auditRecord, type Fact } from "./record.ts";

type Test = { readonly principal: Principal; readonly trace: Trace };

/** `input` fits the tool's schema, as it was sent. */
export async function testTool(
  ports: IngressPorts,
  test: Test,
  manifest: ToolManifest,
  input: Json,
): Promise<Result<ToolOutcome, Refusal>> {
  const { principal, trace } = test;
  const { name: tool, version, effect } = manifest;
  const record = (fact: Pick<Fact, "type" | "action" | "data" | "decision">) =>
    ports.store.audit.record(principal.org, auditRecord(ports, test, { ...fact, resource: `tool/${tool}@${version}` }));
  // Its placeholders resolve under an id of its own.
  const run = `test_${trace.traceId}`;
  const admitted = await ports.guard.admit({ org: principal.org, run, subject: principal.user }, "user", "input", input);
  for (const { type, detector, count, pointer, score } of admitted.findings) {
    const data = { channel: "user", type, detector, count, score, pointer: `/input${pointer}` };
    await record({ type: "guardrail.flagged", action: "guardrail.scan", data });
  }
  if (admitted.verdict === "block") {
    await record({ type: "guardrail.blocked", action: "tool.test", decision: "deny" });
    return err(refuse("injection_detected", "the content was refused"));
  }
  await record({ type: "tool.called", action: "tool.test", data: { tool, version, effect, attempt: 1, key: `${run}/${tool}` } });
  const outcome = await ports.testTool(principal, manifest, admitted.value, { run, traceId: trace.traceId });
  for (const { type, pointer } of outcome.openings) {
    await record({ type: "personal_data.opened", action: "personal_data.open", decision: "allow", data: { tool, type, pointer } });
  }
  const { result, status, durationMs } = outcome;
  const code = result.ok ? {} : { code: result.failure.code };
  const data = { tool, attempt: 1, ok: result.ok, status, duration_ms: durationMs, ...code };
  await record({ type: "tool.answered", action: "tool.test", data });
  return ok(outcome);
}
