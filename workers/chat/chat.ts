/** `POST /v1/chat/completions`: an app's call of a model, governed like a run's. Holds no state between calls. */
import { completion } from "../../core/chat/completion.ts";
import { type ChatRequest, readChatRequest } from "../../core/chat/request.ts";
import { type Refusal, refuse } from "../../core/errors/problem.ts";
import { triggerIn } from "../../core/guardrail/hand-over/hand-over.ts";
import { holdsBack } from "../../core/guardrail/rules/merge.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { answerHeaders, type CacheNote, headOf } from "./answer.ts";
import type { Chosen } from "./attempt.ts";
import { type Call, openCall } from "./call.ts";
import { embed } from "./embed.ts";
import { guardRequest } from "./guard-request.ts";
import { lookUp } from "./kept.ts";
import { openMisfits } from "./misfits.ts";
import { answerWhole, type Given } from "./plain.ts";
import type { Asked, ChatPort, ChatPorts, Reply } from "./ports.ts";
import { blockedRecord, findingRecords, handOverRecord } from "./records.ts";
import { routeCall } from "./route.ts";
import { answerStream, asStream } from "./stream.ts";
import { openTalk, type Talk } from "./talk.ts";

export function defineChat(ports: ChatPorts): ChatPort {
  const misfits = openMisfits(ports.now);
  return {
    async complete(asked) {
      const known = misfits.known(asked);
      if (known !== null) return err(known);
      const reply = await complete(ports, asked);
      if (!reply.ok) misfits.note(asked, reply.error);
      return reply;
    },
    embed: (asked) => embed(ports, asked),
  };
}

async function complete(ports: ChatPorts, asked: Asked): Promise<Result<Reply, Refusal>> {
  const read = readChatRequest(asked.body);
  if (!read.ok) return err(refuse("invalid_request", "the request is invalid", read.error));
  const call = await openCall(ports, asked, "chat");
  let isStreaming = false;
  try {
    const guarded = await guardCall(ports, call, read.value);
    if (!guarded.ok) return guarded;
    const talk = openTalk(read.value, guarded.value);
    const { wish, limit, wishes } = read.value;
    const route = { wish, expectedTokens: talk.expected, maxTokens: limit.tokens, wishes: wishes.model };
    const routed = await routeCall(ports, call, route);
    if (!routed.ok) return routed;
    // What has to be judged whole before anybody sees it is not streamed from the upstream; its caller gets a stream all the same.
    if (read.value.stream && read.value.format.kind === "text" && wishes.cache === "none" && !holdsBack(call.rules.output)) {
      const streamed = await answerStream(ports, call, talk, routed.value);
      isStreaming = streamed.ok;
      return streamed;
    }
    return await whole(ports, call, talk, routed.value);
  } finally {
    if (!isStreaming) call.end();
  }
}

async function guardCall(ports: ChatPorts, call: Call, request: ChatRequest): Promise<Result<ChatRequest, Refusal>> {
  const said = saidNow(request);
  const { hand_over: rules } = call.rules;
  call.handOver = rules === undefined || said === null ? null : triggerIn(said, rules);
  if (call.handOver !== null) call.records.push(handOverRecord(ports, call, call.handOver));
  const guarded = await guardRequest(call.guard, call.memory, call.guardContext, request, call.rules, (inquire) =>
    call.moderate("raw", inquire),
  );
  if (guarded.ok) {
    call.records.push(...findingRecords(ports, call, "user", guarded.value.findings));
    return ok(guarded.value.request);
  }
  const { code, path, findings } = guarded.error;
  // A request for a person counts, even in a message that is refused.
  for (const record of [...call.records, blockedRecord(ports, call, code, findings)]) await ports.record(call.asked.principal.org, record);
  return err(refuse(code, "the content was refused", [{ path, message: "was refused" }]));
}

/** What the user says with this request. null: nothing; what was said before a tool's answer, or before another message, was told with the answer to it. */
function saidNow({ messages }: ChatRequest): string | null {
  const at = messages.findLastIndex(({ role }) => role === "user");
  return messages.slice(at + 1).some(({ role }) => role === "tool") ? null : (messages[at]?.content ?? null);
}

async function whole(ports: ChatPorts, call: Call, talk: Talk, candidates: readonly Chosen[]): Promise<Result<Reply, Refusal>> {
  const kept = await lookUp(ports, call, talk, candidates);
  if (kept.hit !== null) {
    await Promise.all(call.records.map((record) => ports.record(call.asked.principal.org, record)));
    return ok(reply(call, talk, kept.hit, kept.hit.cache));
  }
  const given = await answerWhole(ports, call, talk, candidates);
  if (given.ok) {
    kept.keep(given.value);
    return ok(reply(call, talk, given.value, "miss"));
  }
  const stale = await kept.stale(given.error);
  if (stale === null) return given;
  call.tally.degraded.add("stale");
  return ok(reply(call, talk, stale, stale.cache));
}

function reply(call: Call, talk: Talk, given: Given, cache: CacheNote): Reply {
  if (talk.sent.stream) return asStream(call, talk, given, cache);
  const model = given.chosen.candidate.id;
  const head = headOf(call, model, given.upstream["rehearsal"] === "true");
  return {
    status: 200,
    body: completion(head, given.said, call.tally.usage),
    headers: answerHeaders(call, model, cache, { cost: true, ignored: talk.ignoredBy(given.chosen) }),
  };
}
