/**
 * Texts as vectors by a registered model, for whoever needs them inside the platform (a kept answer's question, a collection's chunks, a search):
 * a helper call (helper-models.ts), governed like any other (governed-call.ts), on record with its money. What happens without vectors is the
 * caller's to decide.
 */
import { actingAs } from "../../core/audit/persons.ts";
import { type AuditRecord, auditRecord } from "../../core/audit/record.ts";
import type { Asker } from "../../core/cache/question.ts";
import { holdsRedacted } from "../../core/guardrail/placeholder.ts";
import { mintId } from "../../core/ids.ts";
import type { JsonObject } from "../../core/json.ts";
import type { EmbeddingAnswer } from "../../core/model/embedding.ts";
import type { ModelEntry } from "../../core/model/entry.ts";
import { boundTokens } from "../../core/model/estimate.ts";
import type { Unread } from "../../core/model/unread.ts";
import { worstCase } from "../../core/model-call/cost.ts";
import { embeddingUsage, unreadUsage } from "../../core/model-call/usage.ts";
import { toUsd } from "../../core/money.ts";
import type { Result } from "../../core/result.ts";
import type { Failure } from "../../core/run/calls/call.ts";
import type { EpochMs } from "../../core/time.ts";
import type { CallEnd, OpenGovernedCall } from "./governed-call.ts";
import type { HelperModels, Wanted } from "./helper-models.ts";

type Asking = {
  readonly entry: ModelEntry;
  readonly body: JsonObject;
  readonly context: Asker;
  readonly timeoutMs: number;
  readonly inputs: number;
};
type Asked = { readonly result: Result<EmbeddingAnswer, Failure>; readonly unread: Unread | null } & Pick<
  CallEnd,
  "upstream" | "durationMs"
>;

/** What an embedding call needs. */
export type EmbeddingCallPorts = {
  readonly now: () => EpochMs;
  readonly random: (bytes: number) => Uint8Array;
  readonly helpers: Pick<HelperModels, "allowed">;
  readonly governed: OpenGovernedCall;
  readonly ask: (asking: Asking) => Promise<Asked>;
};

/** What is embedded, by what, and for whom. */
export type EmbeddingCall = {
  readonly wanted: Wanted;
  /** Redacted. */
  readonly texts: readonly string[];
  /** Its `workflow` is empty where no workflow asks. */
  readonly asker: Asker;
  readonly timeoutMs: number;
  /** What needs the vectors, and the audit log's name of what they are for. */
  readonly for: "answer-cache" | "knowledge";
  readonly resource: string;
};

/**
 * A vector for each text, in their order; null: no model may be given this one, because of the placeholders in it. `tokens` null: the upstream did not
 * count them.
 */
export type Embedded = {
  readonly model: string;
  readonly vectors: readonly (readonly number[] | null)[];
  readonly tokens: number | null;
};

/** Makes the call; null: no model may be given any of the texts, a text is longer than it reads, something governs the call away, or the model failed. */
export type EmbedTexts = (call: EmbeddingCall) => Promise<Embedded | null>;

/** Throws what its ports throw: the caller decides what an internal failure means. */
export const defineEmbeddingCalls =
  (ports: EmbeddingCallPorts): EmbedTexts =>
  (call) =>
    embed(ports, call);

async function embed(ports: EmbeddingCallPorts, call: EmbeddingCall): Promise<Embedded | null> {
  const whole = await embedAll(ports, call);
  if (whole !== "none allowed") return whole;
  const isPlain = call.texts.map((text) => !holdsRedacted(text));
  if (isPlain.every((plain) => plain)) return null;
  const plain = call.texts.filter((_, at) => isPlain[at]);
  const some = plain.length === 0 ? null : await embedAll(ports, { ...call, texts: plain });
  if (some === null || some === "none allowed") return null;
  const vectors = [...some.vectors];
  return { ...some, vectors: isPlain.map((plain) => (plain ? (vectors.shift() ?? null) : null)) };
}

async function embedAll(ports: EmbeddingCallPorts, call: EmbeddingCall): Promise<Embedded | "none allowed" | null> {
  const { wanted, texts, asker, timeoutMs } = call;
  const { org, user, run } = asker;
  const bounds = texts.map(boundTokens);
  // A window holds one text at a time.
  const longest = Math.max(0, ...bounds);
  const [entry] = await ports.helpers.allowed(asker, wanted, { texts, expectedTokens: longest, maxTokens: 0 });
  if (entry === undefined) return "none allowed";
  const model = entry.id;
  const bound = bounds.reduce((sum, one) => sum + one, 0);
  const worst = worstCase(entry, bound, 0);
  const workflow = asker.workflow === "" ? undefined : asker.workflow;
  const recordOf = (type: string, data: JsonObject): AuditRecord => {
    const at = ports.now();
    const id = mintId("evt", at, ports.random(10));
    const actor = actingAs(user, true);
    return auditRecord({ id, at, traceId: asker.traceId, type, actor, action: "model.embed", resource: call.resource, data });
  };
  const opened = await ports.governed({
    user,
    costs: { run, workflow, kind: "embedding", trace: asker.traceId },
    subject: { org, model, ...(workflow === undefined ? {} : { workflow }) },
    content: { run, subject: asker.subject, prompt: { inputs: texts } },
    entry,
    model: entry,
    worst,
    timeoutMs,
    settles: "now",
    reserve: (promptSha256) => ({
      id: mintId("run", ports.now(), ports.random(10)),
      records: [recordOf("model.calling", { model, prompt_sha256: promptSha256, reserved_usd: toUsd(worst.microUsd), for: call.for })],
    }),
    isPressed: () => false,
    unused: () => [],
  });
  if (!opened.ok) {
    if ("givenBack" in opened.error) await opened.error.givenBack;
    return null;
  }
  const body = { model: entry.upstream_id, input: [...texts], encoding_format: "float" };
  const { result, upstream, unread, durationMs } = await ports.ask({ entry, body, context: asker, timeoutMs, inputs: texts.length });
  const failure = result.ok ? null : result.error;
  const usage = result.ok ? embeddingUsage(result.value.tokens, bound) : unreadUsage(unread, () => bound);
  const answer = result.ok ? { answer: { value: result.value.vectors.map((one) => [...one]), isText: false } } : {};
  await opened.value.end({ failure, usage, upstream, durationMs, ...answer }, (_taken, spent, answerSha256) => [
    recordOf("model.called", {
      model,
      ok: result.ok,
      answer_sha256: answerSha256,
      ...(spent === null ? {} : { tokens_in: spent.tokens, usd: toUsd(spent.microUsd) }),
      ...(failure === null ? {} : { code: failure.code }),
      for: call.for,
    }),
  ]);
  return result.ok ? { model, vectors: result.value.vectors, tokens: usage?.input ?? null } : null;
}
