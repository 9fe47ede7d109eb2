/** Kept answers for chats that ask for them: only of questions without personal data, and only of answers in which nothing was found. */
import { NOTHING_YET } from "../../core/access/circumstances.ts";
import type { GivenAnswer } from "../../core/cache/kept-answer.ts";
import type { Lookup } from "../../core/cache/question.ts";
import type { ResponseFormat } from "../../core/chat/format.ts";
import type { ChatRequest } from "../../core/chat/request.ts";
import { passedOn } from "../../core/chat/wire.ts";
import { ERRORS } from "../../core/errors/codes.ts";
import type { Refusal } from "../../core/errors/problem.ts";
import { PLATFORM_GUARDRAILS, type Rules } from "../../core/guardrail/rules/merge.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import type { Message } from "../../core/model/message.ts";
import type { CacheUse } from "../../core/workflow/definition.ts";
import type { CacheNote } from "./answer.ts";
import type { Chosen } from "./attempt.ts";
import type { Call } from "./call.ts";
import type { Given } from "./plain.ts";
import type { ChatPorts } from "./ports.ts";
import type { Talk } from "./talk.ts";

/** An answer from the cache, with the note for its header. */
export type KeptAnswer = Given & { readonly cache: CacheNote };

/** What the cache has for a call, and how a new answer gets into it. */
export type Found = {
  readonly hit: KeptAnswer | null;
  readonly keep: (given: Given) => void;
  /** For when nobody answered: an answer past its time. null: there is none, or the refusal is not one of trouble upstream. */
  readonly stale: (refusal: Refusal) => Promise<KeptAnswer | null>;
};

const NOTHING: Found = { hit: null, keep: () => undefined, stale: async () => null };

/**
 * Looks for a kept answer of the first candidate. Finds nothing for calls with tools or personal data, and for those that do not ask for
 * it.
 */
export async function lookUp(ports: ChatPorts, call: Call, { guarded }: Talk, candidates: readonly Chosen[]): Promise<Found> {
  const [chosen] = candidates;
  const { cache } = guarded.wishes;
  const isPlain = guarded.tools.length === 0 && !call.memory.holdsPersonalData();
  if (cache === "none" || !isPlain || chosen === undefined) return NOTHING;
  // When nobody can say, the answer stays its user's own.
  const isShared = await ports.sharesAnswers(call.exchange.org).catch(() => false);
  const found = await ports.kept.find(lookupOf(call, guarded, chosen, cache, isShared));
  return {
    hit: found.hit === null ? null : answerFrom(found.hit, chosen),
    keep: (given) => {
      if (!given.isPlain || given.chosen !== chosen || given.said.finish !== "stop") return;
      call.asked.waitUntil(found.keep({ output: outputOf(given, guarded.format), finish: "stop", findings: 0 }));
    },
    stale: async (refusal) => {
      if (ERRORS[refusal.code].status < 500 && refusal.code !== "rate_limited" && refusal.isHopeless !== true) return null;
      if (refusal.code === "kill_switch_active") return null;
      const stale = await found.stale();
      return stale === null ? null : answerFrom(stale, chosen);
    },
  };
}

/** Everything that an answer depends on is part of the question; what a run's question has no field for stands under `chat`. */
function lookupOf(
  call: Call,
  request: ChatRequest,
  { candidate, entry }: Chosen,
  use: Exclude<CacheUse, "none">,
  isShared: boolean,
): Lookup {
  const { user, roles } = call.asked.principal;
  const { format, stop } = request;
  const settings = { ...request.settings, ...passedOn(request, entry) };
  const conversation: Json = request.messages.map((message) => ({ ...message })) as unknown as Json;
  return {
    question: {
      messages: request.messages.map(
        ({ role, content }): Message => ({ role: role === "user" || role === "system" ? role : "system", content: content ?? "" }),
      ),
      schema: format.kind === "json_schema" ? { name: format.name, schema: format.schema } : null,
      tools: [],
      maxTokens: request.limit.tokens,
      temperature: request.temperature ?? 0,
      chat: { conversation, settings, stop: [...stop], format: format.kind, ...rulesOf(call.rules), ...(isShared ? {} : { user }) },
    },
    model: candidate.id,
    asker: { ...call.exchange, subject: user, roles, soFar: NOTHING_YET },
    use,
  };
}

function answerFrom({ output, cached, facts }: GivenAnswer, chosen: Chosen): KeptAnswer {
  const text = typeof output === "string" ? output : JSON.stringify(output);
  return {
    said: { text, refusal: null, calls: [], finish: "stop" },
    chosen,
    upstream: facts,
    isPlain: true,
    cache: cached === "semantic" ? "semantic-hit" : "hit",
  };
}

const outputOf = ({ said }: Given, format: ResponseFormat): Json =>
  format.kind === "json_schema" ? (JSON.parse(said.text ?? "null") as Json) : (said.text ?? "");

/** An answer was judged by the rules of its time: other rules, another question. */
const rulesOf = (rules: Rules): JsonObject => (rules === PLATFORM_GUARDRAILS ? {} : { rules: rules.output as unknown as Json });
