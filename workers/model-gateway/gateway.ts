/**
 * The model gateway: exactly one upstream request per call, on OpenAI's chat completions wire. The answer is bounded, read with
 * distrust, checked against its schema, then redacted and scanned. Retries, fallbacks and budgets are the run's.
 */
import type { FindingSummary } from "../../core/guardrail/finding.ts";
import { type ChatAnswer, readChatAnswer } from "../../core/model/answer.ts";
import { boundTokens, estimateTokens } from "../../core/model/estimate.ts";
import type { TokenUsage } from "../../core/model/message.ts";
import type { Failure, ModelCall, ModelOutcome } from "../../core/run/call.ts";
import { retryAfterMs } from "../../core/tool/retry-after.ts";
import { parseUntrusted } from "../../core/untrusted-json.ts";
import { readBody } from "../kit/body.ts";
import { type Deadline, DeadlineError, startDeadline } from "../kit/deadline.ts";
import { failure, failureOfStatus } from "./failure.ts";
import { judgeAnswer } from "./judge.ts";
import type { ModelGatewayPorts } from "./ports.ts";
import { requestBody } from "./request-body.ts";
import { toolNames } from "./tool-names.ts";
import { bearerFor, findUpstream, headersFor } from "./upstream.ts";

/** Most bytes of an answer, and of an error's body, that are read. */
export const ANSWER_BYTES = 5 * 1024 * 1024;
const ERROR_BYTES = 64 * 1024;

export type ModelGateway = { readonly call: (call: ModelCall, signal: AbortSignal) => Promise<ModelOutcome> };

/** What is known so far; reported whatever the end. */
type Progress = { usage: TokenUsage | null; findings: readonly FindingSummary[]; upstream: { [name: string]: string } };

export function defineModelGateway(ports: ModelGatewayPorts): ModelGateway {
  return {
    call: async (call, signal) => {
      const startedAt = ports.now();
      const deadline = startDeadline(call.timeoutMs, signal);
      const progress: Progress = { usage: null, findings: [], upstream: {} };
      const result = await perform(ports, call, deadline, progress).catch((error: unknown) => failed(interrupted(error)));
      deadline.end();
      return { result, ...progress, durationMs: Math.max(0, ports.now() - startedAt) };
    },
  };
}

async function perform(ports: ModelGatewayPorts, call: ModelCall, deadline: Deadline, progress: Progress): Promise<ModelOutcome["result"]> {
  const { context } = call;
  const entry = await deadline.within(ports.model(context.org, call.model));
  if (entry === null) return failed(failure("permanent", "not_found", "the model is not registered"));
  const upstream = findUpstream(entry, ports);
  if (!upstream.ok) return failed(upstream.error);
  const bearer = await deadline.within(bearerFor(upstream.value, entry, context.org, ports));
  if (!bearer.ok) return failed(bearer.error);

  const names = toolNames(call.tools);
  const headers = new Headers(headersFor(upstream.value, call, await deadline.within(ports.hashUser(context.user))));
  if (bearer.value !== null) headers.set("authorization", `Bearer ${bearer.value}`);
  const init = {
    method: "POST",
    headers,
    body: JSON.stringify(requestBody(entry, call, names)),
    redirect: "manual",
    signal: deadline.signal,
  } as const;
  const send = ports.fetch; // a platform's `fetch` refuses to be called as somebody's method
  const sent = upstream.value.rehearsal ? ports.rehearsal(new Request(upstream.value.url, init)) : send(upstream.value.url.href, init);
  const response = await deadline.within(sent).catch(rethrowDeadline);
  if (response === null) return failed(failure("transient", "upstream_unavailable", "the connection to the model's upstream failed"));

  progress.upstream = factsOf(response);
  const good = response.status >= 200 && response.status <= 299;
  const body = await readBody(response, good ? ANSWER_BYTES : ERROR_BYTES, deadline);
  const parsed = body.ok ? parseUntrusted(body.text) : null;
  if (!good) {
    const wait = retryAfterMs(response.headers.get("retry-after"), ports.now());
    return failed(failureOfStatus(response.status, parsed?.ok ? parsed.value : null, wait));
  }
  if (!body.ok) return failed(unreadable(body.reason));
  const answer = parsed?.ok ? readChatAnswer(parsed.value, entry.context) : null;
  if (!answer?.ok) return failed(failure("transient", "upstream_unavailable", "the model's upstream answered in another format"));
  progress.usage = settleUsage(answer.value, call, progress.upstream);
  if (answer.value.finish !== null) note(progress.upstream, "finish_reason", answer.value.finish);
  if (answer.value.rehearsal) progress.upstream["rehearsal"] = "true";
  const judged = await judgeAnswer(ports.guard, call, answer.value, names, bearer.value, deadline);
  progress.findings = judged.findings;
  return judged.result;
}

/** What the upstream counted, or, where it said nothing or nonsense, an upper bound: spending is never counted too low. */
function settleUsage(answer: ChatAnswer, call: ModelCall, upstream: Progress["upstream"]): TokenUsage {
  if (answer.usage.kind === "reported") return answer.usage.tokens;
  upstream["usage"] = answer.usage.kind === "absent" ? "estimated" : "estimated, the upstream's numbers are implausible";
  const asked = answer.calls.length === 0 ? "" : JSON.stringify(answer.calls);
  return {
    input: estimateTokens(call.messages, call.schema?.schema ?? null, call.tools),
    output: boundTokens(answer.text ?? "") + boundTokens(asked),
    cachedInput: 0,
  };
}

function factsOf(response: Response): { [name: string]: string } {
  const facts: { [name: string]: string } = { status: String(response.status) };
  note(facts, "log_id", response.headers.get("cf-aig-log-id"));
  note(facts, "cache", response.headers.get("cf-aig-cache-status"));
  note(facts, "request_id", response.headers.get("cf-aig-request-id") ?? response.headers.get("x-request-id"));
  return facts;
}

/** Upstream facts go into journals: only short identifiers pass, never sentences. */
function note(facts: { [name: string]: string }, name: string, value: string | null): void {
  if (value !== null && /^[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}$/.test(value)) facts[name] = value;
}

function unreadable(reason: "too_large" | "cut" | "not_text"): Failure {
  if (reason === "cut") return failure("transient", "upstream_unavailable", "the model's answer was cut short");
  const what = reason === "too_large" ? `is larger than ${ANSWER_BYTES} bytes` : "is not UTF-8";
  return failure("permanent", "output_invalid", `the model's answer ${what}`);
}

const failed = (why: Failure): ModelOutcome["result"] => ({ ok: false, failure: why });

function rethrowDeadline(error: unknown): null {
  if (error instanceof DeadlineError) throw error;
  return null;
}

function interrupted(error: unknown): Failure {
  if (!(error instanceof DeadlineError)) return failure("transient", "internal", "the call could not be made");
  return error.reason === "timeout"
    ? failure("transient", "timeout", "the model did not answer in time")
    : failure("transient", "cancelled", "the call was given up");
}
