/** A whole answer: asked for, judged, asked for again where it does not fit, twice at most (docs/contract.md, "Workflows"). */

import type { Said } from "../../core/chat/completion.ts";
import type { ChatRequest } from "../../core/chat/request.ts";
import { type Refusal, refuse } from "../../core/errors/problem.ts";
import type { Json } from "../../core/json.ts";
import type { ChatAnswer } from "../../core/model/answer.ts";
import { CORRECTIONS, EMPTY_ANSWER } from "../../core/model-call/corrections.ts";
import { settledUsage, unreadUsage } from "../../core/model-call/usage.ts";
import type { Result } from "../../core/result.ts";
import type { CallEnd } from "../governed-call/governed-call.ts";
import type { WholeAnswer } from "../model-gateway/asking.ts";
import type { Facts } from "../model-gateway/exchange.ts";
import type { Attempt, Chosen } from "./attempt.ts";
import type { Call } from "./call.ts";
import { type Judged, judgeChat } from "./judge.ts";
import { type Again, climb, killed, type Step } from "./ladder.ts";
import type { ChatPorts } from "./ports.ts";
import { findingRecords } from "./records.ts";
import type { Talk } from "./talk.ts";

/** A judged answer, and the model that gave it. */
export type Given = {
  readonly said: Said;
  readonly chosen: Chosen;
  readonly upstream: Facts;
  /** Nothing of it was found, nothing of it was filled in: it may be kept. */
  readonly isPlain: boolean;
};

/** The answer of the first candidate that gives one, as a whole. */
export function answerWhole(ports: ChatPorts, call: Call, talk: Talk, candidates: readonly Chosen[]): Promise<Result<Given, Refusal>> {
  return climb(ports, call, candidates, talk, (first, again, isLast) => {
    talk.restart();
    return converse(ports, call, talk, first, again, isLast);
  });
}

/** `isLast`: no other model is left to ask. `asked`: how often it was asked again already. */
export async function converse(
  ports: ChatPorts,
  call: Call,
  talk: Talk,
  first: Attempt,
  again: Again,
  isLast: boolean,
  asked = 0,
): Promise<Step<Given>> {
  let attempt = first;
  for (let round = asked; ; round++) {
    const { chosen } = attempt;
    const body = talk.bodyFor(chosen, false);
    const asking = { entry: chosen.entry, body, context: call.exchange, timeoutMs: ports.timeouts.attemptMs, own: talk.own };
    const { result, upstream, unread, durationMs } = await ports.upstream.ask(asking, call.signal);
    if (!result.ok) {
      attempt.end({ failure: result.error, usage: unreadUsage(unread, talk.input), upstream, durationMs });
      if (result.error.class === "safety") return { kind: "refuse", refusal: refuse("content_blocked", result.error.message) };
      return { kind: "next", failure: result.error };
    }
    talk.leaveOut(result.value.leftOut);
    const usage = settledUsage(result.value.answer, talk.input).tokens;
    const { broke } = result.value;
    if (broke !== undefined) {
      attempt.end({ failure: broke, usage, upstream, durationMs });
      return { kind: "next", failure: broke };
    }
    const judged = await judge(call, talk.sent, result.value);
    const records = findingRecords(ports, call, "model_output", judged.findings);
    const note =
      judged.kind === "said"
        ? undefined
        : judged.kind === "blocked" || judged.kind === "broken"
          ? "refused by the guardrails"
          : "does not fit what was asked";
    attempt.end({
      failure: null,
      usage,
      upstream,
      durationMs,
      records,
      ...saidBy(judged.redacted),
      ...(note === undefined ? {} : { note }),
    });
    const unrecorded = await onRecord(attempt);
    if (unrecorded !== null) return { kind: "refuse", refusal: unrecorded };
    if (judged.kind === "said") {
      const isPlain = judged.findings.length === 0 && !call.memory.holdsPersonalData();
      return { kind: "done", value: { said: judged.said, chosen, upstream, isPlain } };
    }
    if (judged.kind === "broken") return { kind: "refuse", refusal: BROKEN_RULE };
    if (judged.kind === "unfit") return { kind: "refuse", refusal: refuse("output_invalid", judged.why) };
    if (judged.kind === "blocked") return { kind: "done", value: { said: BLOCKED, chosen, upstream, isPlain: false } };
    if (call.isStopped()) return { kind: "refuse", refusal: killed() };
    if (isEmpty(result.value.answer) && !isLast) return { kind: "next", failure: EMPTY_ANSWER };
    if (round === CORRECTIONS) return { kind: "refuse", refusal: misfit(judged.errors) };
    talk.correct(judged.correction);
    const next = await again();
    if (!next.ok) return next.error;
    attempt = next.value;
  }
}

/** The answer breaks a rule of the org, and nothing of it is shown. */
export const BROKEN_RULE: Refusal = refuse("content_blocked", "the model's answer was refused by the guardrails of the org");

/** The refusal of an answer that does not fit; `errors` as a run says them: our words and the caller's schema, never the model's. */
export const misfit = (errors: readonly string[]): Refusal =>
  refuse("output_invalid", `the model's answer does not fit the requested format: ${errors.slice(0, 3).join("; ")}`);

/** There was an answer, and the guardrails let nothing of it through. */
export const BLOCKED: Said = { text: null, refusal: null, calls: [], finish: "content_filter" };

/** Without a word there is nothing that could be corrected. */
const isEmpty = ({ text, calls }: ChatAnswer): boolean => (text ?? "").trim() === "" && calls.length === 0;

/** What a model said, redacted, as the end of its attempt has it; null: the guard let nothing of it be kept. */
export const saidBy = (redacted: Json): Pick<CallEnd, "answer"> => (redacted === null ? {} : { answer: { value: redacted, isText: true } });

/** A guard that cannot judge has judged: nothing of the answer is shown. */
const judge = (call: Call, sent: ChatRequest, { answer, secrets }: WholeAnswer): Promise<Judged> =>
  judgeChat(call.guard, call.guardContext, sent, answer, secrets, call.rules.output, (inquire) => call.moderate("redacted", inquire)).catch(
    (): Judged => ({ kind: "blocked", redacted: null, findings: [] }),
  );

/** null: the attempt is on record, and the client may hear of it. */
export const onRecord = (attempt: Attempt): Promise<Refusal | null> =>
  attempt.onRecord.then(
    () => null,
    () => refuse("overloaded", "the call could not be recorded; its answer is withheld"),
  );
