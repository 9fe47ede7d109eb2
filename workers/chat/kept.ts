/** Kept answers for chats that ask for them: only of questions without personal data, and only of answers in which nothing was found. */
import type { ResponseFormat } from "../../core/chat/format.ts";
import type { ChatRequest } from "../../core/chat/request.ts";
import { ERRORS } from "../../core/errors/codes.ts";
import type { Refusal } from "../../core/errors/problem.ts";
import type { Json } from "../../core/json.ts";
import type { Message } from "../../core/model/message.ts";
import type { ModelCall, ModelOutcome } from "../../core/run/calls/call.ts";
import type { CacheNote } from "./answer.ts";
import type { Chosen } from "./attempt.ts";
import type { Call } from "./call.ts";
import type { Given } from "./plain.ts";
import type { ChatPorts } from "./ports.ts";
import type { Talk } from "./talk.ts";

export type KeptAnswer = Given & { readonly cache: CacheNote };

export type Lookup = {
  readonly hit: KeptAnswer | null;
  readonly keep: (given: Given) => void;
  /** For when nobody answered: an answer past its time. null: there is none, or the refusal is not one of trouble upstream. */
  readonly stale: (refusal: Refusal) => Promise<KeptAnswer | null>;
};

const NOTHING: Lookup = { hit: null, keep: () => undefined, stale: async () => null };

export async function lookUp(ports: ChatPorts, call: Call, { guarded }: Talk, candidates: readonly Chosen[]): Promise<Lookup> {
  const [chosen] = candidates;
  const isPlain = guarded.tools.length === 0 && !call.memory.holdsPersonalData();
  if (guarded.wishes.cache === "none" || !isPlain || chosen === undefined) return NOTHING;
  const found = await ports.kept.find(modelCall(call, guarded, chosen, ports.timeouts.attemptMs));
  return {
    hit: found.hit === null ? null : answerFrom(found.hit, chosen),
    keep: (given) => {
      if (!given.isPlain || given.chosen !== chosen || given.said.finish !== "stop") return;
      call.asked.waitUntil(found.keep(outcomeFrom(given, guarded.format)));
    },
    stale: async (refusal) => {
      if (ERRORS[refusal.code].status < 500 && refusal.code !== "rate_limited") return null;
      if (refusal.code === "kill_switch_active") return null;
      const stale = await found.stale();
      return stale === null ? null : answerFrom(stale, chosen);
    },
  };
}

/** The question as the kept answers name it: everything that an answer depends on takes part. */
function modelCall(call: Call, request: ChatRequest, { candidate }: Chosen, timeoutMs: number): ModelCall {
  const { org, user } = call.asked.principal;
  const { format, settings, stop } = request;
  const conversation: Json = request.messages.map((message) => ({ ...message })) as unknown as Json;
  return {
    context: { ...call.exchange, subject: user, version: 1, key: `${call.run}/chat`, killEpoch: 0, org },
    model: candidate.id,
    messages: request.messages.map(
      ({ role, content }): Message => ({ role: role === "user" || role === "system" ? role : "system", content: content ?? "" }),
    ),
    schema: format.kind === "json_schema" ? { name: format.name, schema: format.schema } : null,
    tools: [],
    maxTokens: request.limit.tokens,
    temperature: request.temperature,
    timeoutMs,
    cache: request.wishes.cache,
    isLastResort: true,
    chat: { conversation, settings, stop: [...stop], format: format.kind },
  };
}

function answerFrom({ result, cached, upstream }: ModelOutcome, chosen: Chosen): KeptAnswer | null {
  if (!("output" in result) || cached === undefined) return null;
  const text = typeof result.output === "string" ? result.output : JSON.stringify(result.output);
  return {
    said: { text, refusal: null, calls: [], finish: "stop" },
    chosen,
    upstream,
    isPlain: true,
    cache: cached === "semantic" ? "semantic-hit" : "hit",
  };
}

function outcomeFrom({ said, upstream }: Given, format: ResponseFormat): ModelOutcome {
  const output: Json = format.kind === "json_schema" ? (JSON.parse(said.text ?? "null") as Json) : (said.text ?? "");
  return { result: { ok: true, output }, usage: null, durationMs: 0, findings: [], upstream: { ...upstream, finish_reason: "stop" } };
}
