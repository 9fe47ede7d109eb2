/**
 * The model gateway: one upstream request per call (a form that the model refuses is mended and sent again), on OpenAI's chat completions wire. A run's answer is read with
 * distrust, checked against its schema, then redacted and scanned; `asking.ts` serves those who judge for themselves. Retries,
 * fallbacks and budgets are the caller's.
 */
import type { FindingSummary } from "../../core/guardrail/finding.ts";
import { estimateTokens } from "../../core/model/estimate.ts";
import type { TokenUsage } from "../../core/model/message.ts";
import { settledUsage, unreadUsage } from "../../core/model-call/usage.ts";
import type { Failure, ModelCall, ModelOutcome } from "../../core/run/calls/call.ts";
import { type Deadline, startDeadline } from "../kit/deadline.ts";
import { type Askings, defineAskings } from "./asking.ts";
import { type Counted, type ExchangePorts, exchange, type Facts, interrupted, note, readAnswer } from "./exchange.ts";
import { failure, failureOfTold } from "./failure.ts";
import { judgeAnswer } from "./judge.ts";
import { type Lessons, openLessons } from "./lessons.ts";
import type { ModelGatewayPorts } from "./ports.ts";
import { ownFields, requestBody } from "./request-body.ts";
import { toolNames } from "./tool-names.ts";

export { ANSWER_BYTES } from "./exchange.ts";

/** Everything that can be asked of a model. */
export type ModelGateway = Askings & {
  /** A run's call. */
  readonly call: (call: ModelCall, signal: AbortSignal) => Promise<ModelOutcome>;
  /** What the model takes: as it is registered, and what its upstream taught this isolate. */
  readonly takenBy: Lessons["takenBy"];
};

/** What is known so far; reported whatever the end. */
type Progress = { usage: TokenUsage | null; findings: readonly FindingSummary[]; readonly upstream: Facts };

/** The gateway over the given ports. One per isolate: it remembers which parameters upstreams refuse. */
export function defineModelGateway(given: ModelGatewayPorts): ModelGateway {
  const ports: ExchangePorts = { ...given, lessons: openLessons() };
  return {
    ...defineAskings(ports),
    takenBy: ports.lessons.takenBy,
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

async function perform(ports: ExchangePorts, call: ModelCall, deadline: Deadline, progress: Progress): Promise<ModelOutcome["result"]> {
  const { context, timeoutMs } = call;
  const entry = await deadline.within(ports.model(context.org, call.model));
  if (entry === null) return failed(failure("permanent", "not_found", "the model is not registered"));
  const names = toolNames(call.tools);
  const body = requestBody(entry, call, names);
  const asked = { entry, path: "/chat/completions", body, context, timeoutMs, own: ownFields(body) } as const;
  let bearer: string | null = null;
  const counted: Counted = { unread: null };
  const answer = await exchange(ports, asked, deadline, progress.upstream, (reply) => {
    bearer = reply.bearer;
    const facts = progress.upstream;
    return readAnswer(reply.response, { now: ports.now(), facts, counted, sent: body, ceiling: entry.context }, deadline);
  });
  const boundInput = (): number => estimateTokens(call.messages, call.schema?.schema ?? null, call.tools);
  if (!answer.ok) {
    progress.usage = unreadUsage(counted.unread, boundInput);
    return failed(answer.error);
  }
  const usage = settledUsage(answer.value, boundInput);
  progress.usage = usage.tokens;
  if (usage.told !== "reported") progress.upstream["usage"] = ESTIMATED[usage.told];
  if (answer.value.finish !== null) note(progress.upstream, "finish_reason", answer.value.finish);
  if (answer.value.rehearsal) progress.upstream["rehearsal"] = "true";
  if (answer.value.broke !== undefined) return failed(failureOfTold(answer.value.broke, ports.now(), body));
  const judged = await judgeAnswer(ports.guard, call, answer.value, names, bearer, deadline);
  progress.findings = judged.findings;
  return judged.result;
}

/** In the run's record, where the numbers are ours, or not all of the upstream's. */
const ESTIMATED = {
  absent: "estimated",
  partial: "estimated where the upstream's numbers are missing or implausible",
  odd: "the upstream's, without details that are implausible",
} as const;

const failed = (why: Failure): ModelOutcome["result"] => ({ ok: false, failure: why });
