/**
 * The tool gateway: one governed HTTP call of one tool. The order is fixed: open personal data → check the input → check the
 * address → look for a kept answer → send → bound, parse and check the answer → redact and scan it. A kept answer is checked,
 * redacted and scanned like one that was sent. Outcomes are data; nothing is retried here.
 */

import type { FindingSummary } from "../../core/guardrail/finding.ts";
import type { Json } from "../../core/json.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { Failure, Opening, ToolCall, ToolOutcome } from "../../core/run/calls/call.ts";
import { ageOnArrival } from "../../core/tool/age.ts";
import type { ToolEffect, ToolManifest } from "../../core/tool/manifest.ts";
import { retryAfterMs } from "../../core/tool/retry-after.ts";
import { parseUntrusted, withoutSecrets } from "../../core/untrusted-json.ts";
import { knownPath } from "../../core/workflow/known-path.ts";
import { validate } from "../../core/workflow/schema.ts";
import type { Admitted, GuardContext } from "../guardrail/ports.ts";
import { readBody } from "../kit/body.ts";
import { type Deadline, DeadlineError, startDeadline } from "../kit/deadline.ts";
import { withholdingBreaks } from "../kit/withheld.ts";
import { failure, failureOfStatus, withoutAnswer } from "./failure.ts";
import { findKept, type Kept } from "./kept-results.ts";
import { openPersonalData } from "./personal-data.ts";
import type { ToolGatewayPorts } from "./ports.ts";
import { addressOf, prepare } from "./prepare.ts";

/** Most bytes of an answer that are read. */
export const ANSWER_BYTES = 1024 * 1024;

export type ToolGateway = { readonly call: (call: ToolCall, signal: AbortSignal) => Promise<ToolOutcome> };

/** What is known so far: an interruption is judged by it, and it is reported whatever the end. */
type Progress = {
  effect: ToolEffect;
  /** The request may have reached the tool. */
  left: boolean;
  status: number | null;
  openings: readonly Opening[];
  findings: readonly FindingSummary[];
  isKept: boolean;
};

export function defineToolGateway(ports: ToolGatewayPorts): ToolGateway {
  return {
    call: async (call, signal) => {
      const startedAt = ports.now();
      const deadline = startDeadline(call.timeoutMs, signal);
      const progress: Progress = { effect: "write", left: false, status: null, openings: [], findings: [], isKept: false };
      const result = await perform(ports, call, deadline, progress).catch((error: unknown) => err(interrupted(error, progress)));
      deadline.end();
      return {
        result: result.ok ? { ok: true, output: result.value } : { ok: false, failure: result.error },
        status: progress.status,
        durationMs: Math.max(0, ports.now() - startedAt),
        openings: progress.openings,
        findings: progress.findings,
        ...(progress.isKept ? { cached: "exact" } : {}),
      };
    },
  };
}

async function perform(ports: ToolGatewayPorts, call: ToolCall, deadline: Deadline, progress: Progress): Promise<Result<Json, Failure>> {
  const { context } = call;
  const manifest = await deadline.within(ports.manifest(context.org, call.tool, call.version));
  if (manifest === null) return err(failure("permanent", "not_found", "the tool is not registered in this version"));
  progress.effect = manifest.effect;

  const guarded: GuardContext = { org: context.org, run: context.run, subject: context.subject };
  const opened = await deadline.within(openPersonalData(ports.guard, guarded, manifest, call.input)).catch(rethrowDeadline);
  if (opened === null) return err(failure("safety", "content_blocked", "the guardrails could not open the input, so nothing was sent"));
  progress.openings = opened.openings;
  const misfit = validate(manifest.input, opened.input)[0];
  if (misfit !== undefined) {
    return err(
      failure("permanent", "invalid_request", `the input breaks the tool's schema at \`${knownPath(manifest.input, misfit.path)}\``),
    );
  }

  const address = await addressOf(ports, context.org, manifest, opened.input, deadline);
  if (!address.ok) return address;
  const kept = await deadline.within(findKept(ports, call, manifest, opened.input));
  const again = await giveAgain(ports, guarded, manifest, kept, deadline, progress);
  if (again !== undefined) return ok(again);
  const request = await prepare(ports, call, manifest, address.value, deadline);
  if (!request.ok) return request;
  const send = ports.fetch; // a platform's `fetch` refuses to be called as somebody's method
  progress.left = true;
  const askedAt = ports.now();
  const response = await deadline
    .within(send(request.value.url, { ...request.value.init, signal: deadline.signal }))
    .catch(rethrowDeadline);
  if (response === null) return err(withoutAnswer(manifest.effect, true, "upstream_unavailable", "the connection to the tool failed"));
  progress.status = response.status;
  if (response.status < 200 || response.status > 299) {
    void response.body?.cancel().catch(() => undefined); // an error's body is the other side's words
    return err(failureOfStatus(response.status, retryAfterMs(response.headers.get("retry-after"), ports.now())));
  }
  const arrivedAt = ports.now();
  const age = ageOnArrival({ date: response.headers.get("date"), age: response.headers.get("age") }, askedAt, arrivedAt);
  if (manifest.max_age_ms !== undefined && age > manifest.max_age_ms) {
    void response.body?.cancel().catch(() => undefined);
    // Somebody on the way answered for the tool: a read may be made again, and whether a write was made nobody knows.
    return err(withoutAnswer(manifest.effect, true, "tool_error", "the tool's answer is older than its `max_age_ms`"));
  }
  const answer = await readAnswer(response, manifest, deadline);
  if (!answer.ok) return answer;
  const mayBeKept = !/(^|[\s,])no-store([\s,;]|$)/i.test(response.headers.get("cache-control") ?? "");
  const admitted = await admit(ports, guarded, manifest, answer.value, request.value.secrets, deadline, progress);
  if (!admitted.ok) return admitted;
  // A good answer is not lost because it could not be kept.
  if (mayBeKept) await deadline.within(kept.keep(answer.value, admitted.value, arrivedAt - age)).catch(() => undefined);
  return ok(admitted.value.value);
}

/** undefined: nothing is kept, or what is does not stand today's judgement. */
async function giveAgain(
  ports: ToolGatewayPorts,
  guarded: GuardContext,
  manifest: ToolManifest,
  { output, drop }: Kept,
  deadline: Deadline,
  progress: Progress,
): Promise<Json | undefined> {
  if (output === undefined) return undefined;
  const judged: Progress = { ...progress };
  const admitted = await admit(ports, guarded, manifest, output, [], deadline, judged);
  if (!admitted.ok || admitted.value.verdict !== "pass" || judged.findings.length > 0) {
    await deadline.within(drop());
    return undefined;
  }
  progress.isKept = true;
  return admitted.value.value;
}

async function readAnswer(response: Response, manifest: ToolManifest, deadline: Deadline): Promise<Result<Json, Failure>> {
  const type = response.headers.get("content-type");
  if (type !== null && !/^\s*(application|text)\/([\w.+-]+\+)?json\s*(;|$)/i.test(type)) {
    void response.body?.cancel().catch(() => undefined);
    if (response.status !== 204) return err(failure("permanent", "output_invalid", "the tool's answer is not declared as JSON"));
  }
  const body = await readBody(response, ANSWER_BYTES, deadline);
  if (!body.ok) {
    if (body.reason === "cut") return err(withoutAnswer(manifest.effect, true, "upstream_unavailable", "the tool's answer was cut short"));
    const what = body.reason === "too_large" ? `is larger than ${ANSWER_BYTES} bytes` : "is not UTF-8";
    return err(failure("permanent", "output_invalid", `the tool's answer ${what}`));
  }
  if (response.status === 204) return ok(null);
  const parsed = parseUntrusted(body.text);
  if (parsed.ok) return parsed;
  const what = parsed.error === "too_deep" ? "is nested too deeply" : "is not JSON";
  return err(failure("permanent", "output_invalid", `the tool's answer ${what}`));
}

async function admit(
  ports: ToolGatewayPorts,
  guarded: GuardContext,
  manifest: ToolManifest,
  answer: Json,
  secrets: readonly string[],
  deadline: Deadline,
  progress: Progress,
): Promise<Result<Admitted, Failure>> {
  const { value, count } = withoutSecrets(answer, secrets);
  if (count > 0) progress.findings = [{ type: "SECRET", detector: "echoed-credential", count, score: 1, pointer: "" }];
  const misfit = validate(manifest.output, value)[0];
  if (misfit !== undefined) {
    return err(
      failure("permanent", "output_invalid", `the tool's answer breaks its schema at \`${knownPath(manifest.output, misfit.path)}\``),
    );
  }
  const admitted = await deadline.within(ports.guard.admit(guarded, "tool_output", "tool", value)).catch(rethrowDeadline);
  if (admitted === null) return err(failure("safety", "content_blocked", "the guardrails could not judge the tool's answer"));
  progress.findings = [...progress.findings, ...admitted.findings];
  // A withheld string alone is no failure: the run reads the marker. Nothing at all, or a broken schema, is.
  const refused = admitted.verdict === "block" && admitted.value === null;
  if (refused || withholdingBreaks(manifest.output, value, admitted)) {
    return err(failure("safety", "injection_detected", "the tool's answer carried an instruction and was refused"));
  }
  return ok(admitted);
}

/** For work whose failure has a meaning of its own (null); the deadline's end goes on upwards. */
function rethrowDeadline(error: unknown): null {
  if (error instanceof DeadlineError) throw error;
  return null;
}

function interrupted(error: unknown, progress: Progress): Failure {
  const { effect, left } = progress;
  if (!(error instanceof DeadlineError)) return withoutAnswer(effect, left, "internal", "the call could not be made");
  return error.reason === "timeout"
    ? withoutAnswer(effect, left, "timeout", "the tool did not answer in time")
    : withoutAnswer(effect, left, "cancelled", "the call was cancelled");
}
