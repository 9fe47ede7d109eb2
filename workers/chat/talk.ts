/** What is said to a model in one call: the guarded request and what was added because an answer did not fit; and its size. */
import type { PromptContent } from "../../core/audit/content.ts";
import type { Amount } from "../../core/budget/amount.ts";
import { idInside } from "../../core/chat/call-ids.ts";
import type { ChatMessage } from "../../core/chat/messages.ts";
import type { ChatRequest } from "../../core/chat/request.ts";
import { boundInput, ignoredBy, upstreamBody } from "../../core/chat/wire.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import { distinctIds } from "../../core/model-call/asked-calls.ts";
import { worstCase } from "../../core/model-call/cost.ts";
import type { Chosen } from "./attempt.ts";

/** The conversation of one call with a model. It grows when an answer has to be corrected. */
export type Talk = {
  /** As it came: its schemas speak of real values. */
  readonly sent: ChatRequest;
  /** As it may go out. */
  readonly guarded: ChatRequest;
  /** An upper bound in practice of the tokens read, corrections included. */
  input(): number;
  /** The expected tokens of the request alone. */
  readonly expected: number;
  worstOf(chosen: Chosen): Amount;
  /** What is asked, for the record. */
  prompt(): PromptContent;
  bodyFor(chosen: Chosen, stream: boolean): JsonObject;
  /** Names of the body's fields that the caller did not ask for. */
  readonly own: readonly string[];
  /** Names of the fields that said nothing to this model: as registered, and as its upstream refuses them (`leaveOut`). */
  ignoredBy(chosen: Chosen): readonly string[];
  /** What the last exchange did not send, since the model refuses it. */
  leaveOut(fields: readonly string[]): void;
  correct(added: readonly ChatMessage[]): void;
  /** Another model begins without the corrections of the last one. */
  restart(): void;
};

/** The messages with ids of calls that no call before them has: many servers count from 0 in every turn. */
function withFreshIds(more: readonly ChatMessage[], before: readonly ChatMessage[]): readonly ChatMessage[] {
  const idsOf = (messages: readonly ChatMessage[]): readonly string[] =>
    messages.flatMap((message) => (message.role === "assistant" ? message.toolCalls.map(({ id }) => id) : []));
  const said = idsOf(more);
  const known = idsOf(before);
  const ids = distinctIds(said, [...known, ...known.map(idInside)]);
  const fresh = new Map(said.map((id, index) => [id, ids[index] ?? id]));
  return more.map((message): ChatMessage => {
    if (message.role === "tool") return { ...message, toolCallId: fresh.get(message.toolCallId) ?? message.toolCallId };
    if (message.role !== "assistant") return message;
    return { ...message, toolCalls: message.toolCalls.map((call) => ({ ...call, id: fresh.get(call.id) ?? call.id })) };
  });
}

/** By how much the bound lies over what is expected (core/model/estimate.ts). */
const MARGIN = 1.3;

/** Begins the conversation. `sent`: the request as it came; `guarded`: the same after the guardrails. */
export function openTalk(sent: ChatRequest, guarded: ChatRequest): Talk {
  // Counting a megabyte takes time, so it is done once.
  const own = boundInput(guarded);
  let corrections: readonly ChatMessage[] = [];
  let added = 0;
  let leftOut: readonly string[] = [];
  const expected = Math.ceil(own / MARGIN);
  /** Of the answer: as many as were asked for, or as the window leaves beside what is expected to be read. */
  const roomIn = ({ candidate }: Chosen): number =>
    Math.max(1, Math.min(guarded.limit.tokens, candidate.context - expected - Math.ceil(added / MARGIN)));
  return {
    sent,
    guarded,
    expected,
    own: sent.limit.isDefault ? [sent.limit.field] : [],
    input: () => own + added,
    worstOf: (chosen) => worstCase(chosen.candidate, own + added, roomIn(chosen)),
    prompt: () => {
      const { messages, tools, format } = guarded;
      const all = [...messages, ...corrections] as unknown as readonly Json[];
      return { messages: all, tools: tools as unknown as readonly Json[], schema: format as unknown as Json };
    },
    bodyFor: (chosen, stream) => upstreamBody(chosen.entry, { request: guarded, corrections, maxTokens: roomIn(chosen), stream }),
    ignoredBy: ({ entry }) => [...new Set([...ignoredBy(guarded, entry), ...leftOut])].sort(),
    leaveOut(fields) {
      leftOut = fields;
    },
    correct(more) {
      corrections = [...corrections, ...withFreshIds(more, [...guarded.messages, ...corrections])];
      added = boundInput({ ...guarded, messages: corrections, tools: [], format: { kind: "text" } });
    },
    restart() {
      corrections = [];
      added = 0;
      leftOut = [];
    },
  };
}
