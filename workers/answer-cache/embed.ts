/**
 * A question as a vector, by the org's own embedding model: a call of a model like any other. Kill switch, money, breaker, in this
 * order; on record with the money. What the text holds of personal data is redacted before it gets here, and a model that is to see
 * none of it, not even redacted, is not asked.
 *
 * Never throws and never takes long: without a vector a question is only like itself.
 */
import type { AuditRecord } from "../../core/audit/record.ts";
import type { Amount } from "../../core/budget/amount.ts";
import { findPlaceholders } from "../../core/guardrail/placeholder.ts";
import { mintId } from "../../core/ids.ts";
import type { JsonObject } from "../../core/json.ts";
import type { EmbeddingAnswer } from "../../core/model/embedding.ts";
import type { ModelEntry } from "../../core/model/entry.ts";
import { boundTokens } from "../../core/model/estimate.ts";
import { costOf } from "../../core/model-call/cost.ts";
import { embeddingUsage } from "../../core/model-call/usage.ts";
import { toUsd } from "../../core/money.ts";
import type { Result } from "../../core/result.ts";
import type { CallContext, Failure } from "../../core/run/calls/call.ts";
import { type EpochMs, toRfc3339 } from "../../core/time.ts";
import type { AnswerCachePorts } from "./ports.ts";

/** Vectors of a question come in tens of milliseconds; past this the model itself is nearer. */
const TIMEOUT_MS = 1_500;
const TASK = "embed";

type Asking = {
  readonly entry: ModelEntry;
  readonly body: JsonObject;
  readonly context: CallContext;
  readonly timeoutMs: number;
  readonly inputs: number;
};

export type EmbedPorts = {
  readonly now: () => EpochMs;
  readonly random: (bytes: number) => Uint8Array;
  /** The models that the org registered: none that stands in for a missing one. */
  readonly registered: (org: string) => Promise<readonly ModelEntry[]>;
  /** Throws when it is not known: then nothing is asked. */
  readonly isStopped: (subject: { readonly org: string; readonly workflow: string; readonly model: string }) => Promise<boolean>;
  readonly reserve: (request: {
    readonly org: string;
    readonly user: string;
    readonly call: string;
    readonly worst: Amount;
    readonly records: readonly AuditRecord[];
  }) => Promise<
    Result<{ readonly settle: (spent: Amount | null, records: readonly AuditRecord[], when: "now") => Promise<void> }, unknown>
  >;
  /** null: the upstream rests. */
  readonly admit: (
    entry: ModelEntry,
    timeoutMs: number,
  ) => Promise<{ readonly ended: (failure: Failure | null, durationMs: number) => Promise<void> } | null>;
  readonly ask: (asking: Asking) => Promise<{ readonly result: Result<EmbeddingAnswer, Failure>; readonly durationMs: number }>;
};

export function defineEmbed(ports: EmbedPorts): AnswerCachePorts["embed"] {
  return async (context, text) => {
    try {
      const entry = modelFor(await ports.registered(context.org), text);
      if (entry === null || (await ports.isStopped({ org: context.org, workflow: context.workflow, model: entry.id }))) return null;
      return await embed(ports, entry, context, text);
    } catch {
      return null;
    }
  };
}

/** The cheapest that has the task by name: a model that has every task is no embedding model. */
function modelFor(registered: readonly ModelEntry[], text: string): ModelEntry | null {
  const isPersonal = findPlaceholders(text).length > 0;
  const able = registered.filter(({ tasks, pii }) => tasks.includes(TASK) && !(isPersonal && pii === "never"));
  return able.sort((a, b) => a.price.input - b.price.input || (a.id < b.id ? -1 : 1))[0] ?? null;
}

async function embed(ports: EmbedPorts, entry: ModelEntry, context: CallContext, text: string): ReturnType<AnswerCachePorts["embed"]> {
  const amountOf = (tokens: number): Amount => costOf(entry, embeddingUsage(tokens, tokens));
  const bound = boundTokens(text);
  if (bound > entry.context) return null;
  const worst = amountOf(bound);
  const { org, user } = context;
  const calling = recordOf(ports, context, "model.calling", { model: entry.id, reserved_usd: toUsd(worst.microUsd), for: "answer-cache" });
  const reserved = await ports.reserve({ org, user, call: mintId("run", ports.now(), ports.random(10)), worst, records: [calling] });
  if (!reserved.ok) return null;
  const health = await ports.admit(entry, TIMEOUT_MS);
  if (health === null) {
    await reserved.value.settle({ microUsd: 0, tokens: 0 }, [], "now");
    return null;
  }
  const body = { model: entry.upstream_id, input: [text], encoding_format: "float" };
  const { result, durationMs } = await ports.ask({ entry, body, context, timeoutMs: TIMEOUT_MS, inputs: 1 });
  const [vector] = result.ok ? result.value.vectors : [];
  const spent = result.ok ? amountOf(result.value.tokens ?? bound) : null;
  const called = recordOf(ports, context, "model.called", {
    model: entry.id,
    ok: result.ok,
    ...(spent === null ? {} : { tokens_in: spent.tokens, usd: toUsd(spent.microUsd) }),
    ...(result.ok ? {} : { code: result.error.code }),
    for: "answer-cache",
  });
  await Promise.all([health.ended(result.ok ? null : result.error, durationMs), reserved.value.settle(spent, [called], "now")]);
  return vector === undefined ? null : { vector, model: entry.id, tokens: spent?.tokens ?? null };
}

function recordOf({ now, random }: EmbedPorts, context: CallContext, type: string, data: JsonObject): AuditRecord {
  const at = now();
  return {
    event_id: mintId("evt", at, random(10)),
    timestamp: toRfc3339(at),
    trace_id: context.traceId,
    event_type: type,
    actor: { type: "user", id: context.user },
    action: "model.embed",
    resource: `run/${context.run}/${context.activity}`,
    decision: null,
    policy_version: null,
    risk_score: null,
    data,
  };
}
