/**
 * An upstream's stream with the guard in it: what may be sent of each piece, and at the end what the whole came to. Text passes
 * through the secrets' filter, the guard and the caller's own values, in that order.
 */
import { finishOf, type Said } from "../../core/chat/completion.ts";
import type { ChatMessage } from "../../core/chat/messages.ts";
import type { ChatRequest } from "../../core/chat/request.ts";
import { openSecretFilter } from "../../core/chat/secret-filter.ts";
import { openWholeText } from "../../core/chat/whole-text.ts";
import type { Finding, FindingSummary } from "../../core/guardrail/finding.ts";
import { withoutPerson } from "../../core/guardrail/rules/action.ts";
import { openFiller } from "../../core/guardrail/stream/filler.ts";
import type { StreamStep } from "../../core/guardrail/stream/step.ts";
import { isObject, type Json } from "../../core/json.ts";
import type { ChatAnswer } from "../../core/model/answer.ts";
import { mayBeWrittenCalls } from "../../core/model-call/refused-turn.ts";
import type { Failure } from "../../core/run/calls/call.ts";
import type { OpenedAnswer } from "../model-gateway/asking.ts";
import type { Facts } from "../model-gateway/exchange.ts";
import type { Chosen } from "./attempt.ts";
import type { Call } from "./call.ts";
import { besideOf, isCallInWords, judgeChat, withBeside } from "./judge.ts";
import type { ChatPorts } from "./ports.ts";
import { readUpstream } from "./upstream-stream.ts";

/** What one read of the guarded stream gives. */
export type Piece =
  | { readonly kind: "text"; readonly text: string }
  /** What is left to send, the end included. */
  | { readonly kind: "end"; readonly said: Said }
  /** The guard refused the rest. */
  | { readonly kind: "stopped" }
  /** What was held to the end held personal data where no placeholder fits. */
  | { readonly kind: "unfit"; readonly why: string }
  /** What was held to the end is not what was asked for. */
  | { readonly kind: "invalid"; readonly errors: readonly string[]; readonly correction: readonly ChatMessage[] }
  | { readonly kind: "broken"; readonly failure: Failure };

/** Where this is a call in words, every text of its form is one. */
const SHORTEST_CALL = '{"calls":[{"name":"","input":{}}]}';

/** Puts the guard into an upstream's stream. The caller MUST read it to its end or cancel it. */
export function guardStream(
  ports: ChatPorts,
  call: Call,
  sent: ChatRequest,
  opened: Extract<OpenedAnswer, { kind: "stream" }>,
  { candidate }: Chosen,
) {
  const { idleMs, streamMs } = ports.timeouts;
  const { secrets } = opened;
  const upstream = readUpstream(opened, { idleMs, streamMs, ceiling: candidate.context, now: ports.now }, call.signal);
  const whole = openWholeText();
  const filter = openSecretFilter(secrets);
  const guard = ports.openText({
    onInstruction: withoutPerson(call.rules.output.injection),
    number: (type, value) => call.memory.assign(type, value, "model"),
    isKnown: (placeholder) => call.memory.valueOf(placeholder, false) !== null,
  });
  const filler = openFiller(call.memory.inputValues());
  const found: Finding[] = [];
  /** The words that came through the guard, with placeholders; and what was judged at the end. */
  let words = "";
  let held: Json = null;
  /** Text that may yet turn out to be a call's, which is no answer; null: something was sent. */
  let pending: string | null = isCallInWords(sent, SHORTEST_CALL) ? "" : null;
  let judgedFindings: readonly FindingSummary[] = [];

  const passed = (step: StreamStep): string => {
    found.push(...step.findings);
    words += step.text;
    return filler.push(step.text);
  };
  const finish = async (): Promise<Piece> => {
    const rest = guard.push(filter.push(whole.end()) + filter.end());
    const text = passed(rest);
    if (rest.stopped !== null) return { kind: "stopped" };
    const last = guard.end();
    const isUnsent = pending !== null;
    const tail = (pending ?? "") + text + passed(last) + filler.end();
    if (last.stopped !== null) return { kind: "stopped" };
    return ending(upstream.answer(), tail, isUnsent);
  };
  const ending = async (answer: ChatAnswer, tail: string, isUnsent: boolean): Promise<Piece> => {
    const isSilent = (answer.text ?? "").trim() === "";
    const { toolChoice } = sent;
    const isForced = toolChoice === "required" || (toolChoice !== null && typeof toolChoice !== "string");
    const said: Said = { text: tail, refusal: null, calls: [], finish: finishOf(answer.finish, 0) };
    const isInWords = isUnsent && isCallInWords(sent, answer.text ?? "");
    if (!isSilent && !isForced && !isInWords && answer.calls.length === 0 && !answer.refused) {
      if (answer.opaque === undefined) return { kind: "end", said };
      const beside = await besideOf(call.guard, call.guardContext, answer, secrets).catch(() => null);
      judgedFindings = beside?.findings ?? [];
      return { kind: "end", said: withBeside(said, beside?.opaque ?? []) };
    }
    // The words were guarded as they came: what is judged here is what was held.
    const whole = { ...answer, text: answer.calls.length > 0 || answer.refused ? null : answer.text };
    const judged = await judgeChat(call.guard, call.guardContext, sent, whole, secrets, call.rules.output, (inquire) =>
      call.moderate("redacted", inquire),
    ).catch(() => null);
    judgedFindings = judged?.findings ?? [];
    held = judged?.redacted ?? null;
    if (judged === null || judged.kind === "blocked" || judged.kind === "broken") return { kind: "stopped" };
    if (judged.kind === "unfit") return { kind: "unfit", why: judged.why };
    if (judged.kind === "invalid") return { kind: "invalid", errors: judged.errors, correction: judged.correction };
    return { kind: "end", said: { ...judged.said, text: tail === "" ? judged.said.text : tail } };
  };

  return {
    /** The next thing to send. Nothing comes after what is no text. */
    async next(): Promise<Piece> {
      for (;;) {
        const read = await upstream.next();
        if (!read.ok) return { kind: "broken", failure: read.error };
        if (read.value === null) return finish();
        if (read.value === "") continue;
        const step = guard.push(filter.push(whole.push(read.value)));
        const text = passed(step);
        if (step.stopped !== null) {
          upstream.cancel();
          return { kind: "stopped" };
        }
        if (text === "") continue;
        if (pending === null) return { kind: "text", text };
        pending += text;
        if (mayBeWrittenCalls(pending)) continue;
        const begun = pending;
        pending = null;
        return { kind: "text", text: begun };
      }
    },
    answer: () => upstream.answer(),
    told: () => upstream.told(),
    owed: () => upstream.owed(),
    /** The error that the upstream told, before anything else, teaches what another request would do without. */
    teaches: (): boolean => {
      const told = upstream.told();
      return told !== null && opened.learn(told);
    },
    /** What the model said so far, redacted; null: nothing. */
    redacted: (): Json => (words === "" ? held : { text: words, ...(isObject(held) ? { held } : {}) }),
    findings: (): readonly FindingSummary[] => [...summed(found), ...judgedFindings],
    isRehearsal: () => upstream.answer().rehearsal,
    facts: (facts: Facts): Facts => {
      const { finish, rehearsal } = upstream.answer();
      const isWord = finish !== null && /^[a-z_]{1,32}$/.test(finish);
      return { ...facts, ...(isWord ? { finish_reason: finish } : {}), ...(rehearsal ? { rehearsal: "true" } : {}), stream: "true" };
    },
    cancel: () => upstream.cancel(),
    cutOff: upstream.cutOff,
  };
}

function summed(findings: readonly Finding[]): readonly FindingSummary[] {
  const counted = new Map<string, FindingSummary>();
  for (const { type, detector, score } of findings) {
    const known = counted.get(`${type} ${detector}`);
    const count = (known?.count ?? 0) + 1;
    counted.set(`${type} ${detector}`, { type, detector, pointer: "/text", count, score: Math.max(score, known?.score ?? 0) });
  }
  return [...counted.values()];
}
