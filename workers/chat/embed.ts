/** `POST /v1/embeddings`: texts as vectors, governed like a chat. What is embedded is the redacted text. */

import type { Amount } from "../../core/budget/amount.ts";
import { boundInputs, type EmbeddingRequest, embeddingBody, embeddingList, readEmbeddingRequest } from "../../core/chat/embedding.ts";
import { type Refusal, refuse } from "../../core/errors/problem.ts";
import type { FindingSummary } from "../../core/guardrail/finding.ts";
import { refusalCode } from "../../core/guardrail/finding.ts";
import { withoutPerson } from "../../core/guardrail/rules/action.ts";
import { judgeInput } from "../../core/guardrail/rules/judge.ts";
import type { Json } from "../../core/json.ts";
import { worstCase } from "../../core/model-call/cost.ts";
import { embeddingUsage, unreadUsage } from "../../core/model-call/usage.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { answerHeaders } from "./answer.ts";
import type { Attempt, Chosen } from "./attempt.ts";
import { type Call, openCall } from "./call.ts";
import { climb, type Step } from "./ladder.ts";
import { onRecord } from "./plain.ts";
import type { Asked, ChatPorts, Reply } from "./ports.ts";
import { blockedRecord, findingRecords } from "./records.ts";
import { routeCall } from "./route.ts";

type Embedded = { readonly vectors: readonly (readonly number[])[]; readonly tokens: number; readonly chosen: Chosen };

export async function embed(ports: ChatPorts, asked: Asked): Promise<Result<Reply, Refusal>> {
  const read = readEmbeddingRequest(asked.body);
  if (!read.ok) return err(refuse("invalid_request", "the request is invalid", read.error));
  const call = await openCall(ports, asked, "embed");
  try {
    const guarded = await guardInputs(ports, call, read.value);
    if (!guarded.ok) return guarded;
    const request = guarded.value;
    const input = boundInputs(request.inputs);
    // A window holds one input at a time.
    const longest = Math.max(...request.inputs.map((text) => boundInputs([text])));
    const routed = await routeCall(ports, call, { wish: request.wish, expectedTokens: longest, maxTokens: 0, wishes: {} });
    if (!routed.ok) return routed;
    const worstOf = ({ candidate }: Chosen): Amount => worstCase(candidate, input, 0);
    const embedded = await climb(ports, call, routed.value, { worstOf, prompt: () => ({ inputs: request.inputs }) }, (attempt) =>
      embedOn(ports, call, request, attempt, input),
    );
    if (!embedded.ok) return embedded;
    const { vectors, tokens, chosen } = embedded.value;
    const model = chosen.candidate.id;
    return ok({
      status: 200,
      body: embeddingList(model, vectors, request.encoding, tokens),
      headers: answerHeaders(call, model, "miss", { cost: true, ignored: request.ignored }),
    });
  } finally {
    call.end();
  }
}

async function guardInputs(ports: ChatPorts, call: Call, request: EmbeddingRequest): Promise<Result<EmbeddingRequest, Refusal>> {
  const rules = call.rules.input;
  const judged = judgeInput([...request.inputs], rules);
  if (withoutPerson(judged.action) === "block") return refused(ports, call, "content_blocked", judged.findings);
  const { value, verdict, findings } = await call.guard.admit(call.guardContext, "data", "input", [...request.inputs], rules.names);
  const placed = [...judged.findings, ...findings].map((finding) => ({ ...finding, pointer: `/input${finding.pointer}` }));
  if (verdict === "block" || !Array.isArray(value)) {
    return refused(ports, call, refusalCode(findings), placed);
  }
  call.records.push(...findingRecords(ports, call, "user", placed));
  return ok({ ...request, inputs: value.map((item: Json) => String(item)) });
}

async function refused(ports: ChatPorts, call: Call, code: ReturnType<typeof refusalCode>, findings: readonly FindingSummary[]) {
  await ports.record(call.asked.principal.org, blockedRecord(ports, call, code, findings));
  return err(refuse(code, "the content was refused", [{ path: "/input", message: "was refused" }]));
}

async function embedOn(ports: ChatPorts, call: Call, request: EmbeddingRequest, attempt: Attempt, input: number): Promise<Step<Embedded>> {
  const { chosen } = attempt;
  const body = embeddingBody(chosen.entry.upstream_id, request);
  const asking = { entry: chosen.entry, body, context: call.exchange, timeoutMs: ports.timeouts.attemptMs, inputs: request.inputs.length };
  const { result, upstream, unread, durationMs } = await ports.upstream.embed(asking, call.signal);
  if (!result.ok) {
    attempt.end({ failure: result.error, usage: unreadUsage(unread, () => input), upstream, durationMs });
    if (result.error.class === "safety") return { kind: "refuse", refusal: refuse("content_blocked", result.error.message) };
    return { kind: "next", failure: result.error };
  }
  const usage = embeddingUsage(result.value.tokens, input);
  const vectors = result.value.vectors.map((vector) => [...vector]);
  attempt.end({ failure: null, usage, upstream, durationMs, answer: { value: vectors, isText: false } });
  const unrecorded = await onRecord(attempt);
  if (unrecorded !== null) return { kind: "refuse", refusal: unrecorded };
  return { kind: "done", value: { vectors: result.value.vectors, tokens: usage.input, chosen } };
}
