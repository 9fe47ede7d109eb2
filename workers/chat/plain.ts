/** A whole answer: asked for, judged, asked for again where it does not fit, twice at most (API.md, "Workflows"). */

import type { Amount } from "../../core/budget/amount.ts";
import type { Said } from "../../core/chat/completion.ts";
import { worstCost } from "../../core/chat/cost.ts";
import type { ChatMessage } from "../../core/chat/messages.ts";
import type { ChatRequest } from "../../core/chat/request.ts";
import { boundInput, boundOutput, upstreamBody } from "../../core/chat/wire.ts";
import { type Refusal, refuse } from "../../core/errors/problem.ts";
import type { ChatAnswer } from "../../core/model/answer.ts";
import type { TokenUsage } from "../../core/model/message.ts";
import type { Result } from "../../core/result.ts";
import type { Attempt, Chosen } from "./attempt.ts";
import type { Call } from "./call.ts";
import { type Judged, judgeChat } from "./judge.ts";
import { type Again, climb, killed, type Step } from "./ladder.ts";
import type { ChatPorts, Facts, WholeAnswer } from "./ports.ts";
import { findingRecords } from "./records.ts";

export const CORRECTIONS = 2;

/** As it came, for its schemas; as it may go out. */
export type Requested = { readonly sent: ChatRequest; readonly guarded: ChatRequest };

export type Given = {
  readonly said: Said;
  readonly chosen: Chosen;
  readonly upstream: Facts;
  /** Nothing of it was found, nothing of it was filled in: it may be kept. */
  readonly isPlain: boolean;
};

/** How long an answer may be in a model's window. */
export const roomFor = ({ candidate }: Chosen, input: number, limit: number): number =>
  Math.max(1, Math.min(limit, candidate.context - input));

export async function answerWhole(
  ports: ChatPorts,
  call: Call,
  requested: Requested,
  candidates: readonly Chosen[],
): Promise<Result<Given, Refusal>> {
  const { guarded } = requested;
  let corrections: readonly ChatMessage[] = [];
  const worstOf = (chosen: Chosen): Amount => {
    const input = boundInput(guarded, corrections);
    return worstCost(chosen.candidate, input, roomFor(chosen, input, guarded.limit.tokens));
  };
  return climb(ports, call, candidates, worstOf, async (first, again) => {
    corrections = [];
    return converse(ports, call, requested, first, again, (added) => {
      corrections = [...corrections, ...added];
      return corrections;
    });
  });
}

/** `correct`: adds messages to those that asked again so far, and gives them all. `asked`: how often it was asked again already. */
export async function converse(
  ports: ChatPorts,
  call: Call,
  { sent, guarded }: Requested,
  first: Attempt,
  again: Again,
  correct: (added: readonly ChatMessage[]) => readonly ChatMessage[],
  asked = 0,
): Promise<Step<Given>> {
  let attempt = first;
  let corrections = correct([]);
  for (let round = asked; ; round++) {
    const { chosen } = attempt;
    const input = boundInput(guarded, corrections);
    const maxTokens = roomFor(chosen, input, guarded.limit.tokens);
    const body = upstreamBody(chosen.entry, { request: guarded, corrections, maxTokens, stream: false });
    const asking = { entry: chosen.entry, body, context: call.exchange, timeoutMs: ports.timeouts.attemptMs };
    const { result, upstream, durationMs } = await ports.upstream.ask(asking, call.signal);
    if (!result.ok) {
      attempt.end({ failure: result.error, usage: null, upstream, durationMs });
      if (result.error.class === "safety") return { kind: "refuse", refusal: refuse("content_blocked", result.error.message) };
      return { kind: "next", failure: result.error };
    }
    const usage = usageOf(result.value.answer, input);
    const judged = await judge(call, sent, result.value);
    const records = findingRecords(ports, call, "model_output", judged.findings);
    const note =
      judged.kind === "said" ? undefined : judged.kind === "blocked" ? "refused by the guardrails" : "does not fit what was asked";
    attempt.end({ failure: null, usage, upstream, durationMs, records, ...(note === undefined ? {} : { note }) });
    const unrecorded = await onRecord(attempt);
    if (unrecorded !== null) return { kind: "refuse", refusal: unrecorded };
    if (judged.kind === "said") {
      const isPlain = judged.findings.length === 0 && !call.memory.holdsPersonalData();
      return { kind: "done", value: { said: judged.said, chosen, upstream, isPlain } };
    }
    if (judged.kind === "blocked") return { kind: "done", value: { said: BLOCKED, chosen, upstream, isPlain: false } };
    if (call.isStopped()) return { kind: "refuse", refusal: killed() };
    if (round === CORRECTIONS)
      return { kind: "refuse", refusal: refuse("output_invalid", "the model's answer does not fit what was asked") };
    corrections = correct(judged.correction);
    const next = await again();
    if (!next.ok) return next.error;
    attempt = next.value;
  }
}

/** There was an answer, and the guardrails let nothing of it through. */
export const BLOCKED: Said = { text: null, refusal: null, calls: [], finish: "content_filter" };

/** A guard that cannot judge has judged: nothing of the answer is shown. */
const judge = (call: Call, sent: ChatRequest, { answer, secrets }: WholeAnswer): Promise<Judged> =>
  judgeChat(call.guard, call.guardContext, sent, answer, secrets).catch((): Judged => ({ kind: "blocked", findings: [] }));

/** null: the attempt is on record, and the client may hear of it. */
export const onRecord = (attempt: Attempt): Promise<Refusal | null> =>
  attempt.onRecord.then(
    () => null,
    () => refuse("overloaded", "the call could not be put on record; its answer is withheld"),
  );

/** What the upstream counted, or, where it said nothing or nonsense, an upper bound: spending is never counted too low. */
export function usageOf(answer: ChatAnswer, input: number): TokenUsage {
  const { usage, text, calls } = answer;
  const saidSomething = (text ?? "") !== "" || calls.length > 0;
  if (usage.kind === "reported" && !(usage.tokens.output === 0 && saidSomething)) return usage.tokens;
  const asked = calls.map(({ name, arguments: given }) => ({ name, arguments: given }));
  return { input, output: boundOutput(text, asked), cachedInput: 0 };
}
