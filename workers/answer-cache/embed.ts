/**
 * A question as a vector, by the org's own embedding model: a governed call of a model like any other (workers/governed-call), on
 * record with the money. What the text holds of personal data is redacted before it gets here, and a model that is to see none of
 * it, not even redacted, is not asked.
 *
 * Never throws and never takes long: without a vector a question is only like itself.
 */
import { actingAs } from "../../core/audit/persons.ts";
import { type AuditRecord, auditRecord } from "../../core/audit/record.ts";
import type { Asker } from "../../core/cache/question.ts";
import { findPlaceholders } from "../../core/guardrail/placeholder.ts";
import { mintId } from "../../core/ids.ts";
import type { JsonObject } from "../../core/json.ts";
import type { EmbeddingAnswer } from "../../core/model/embedding.ts";
import type { ModelEntry } from "../../core/model/entry.ts";
import { boundTokens } from "../../core/model/estimate.ts";
import { worstCase } from "../../core/model-call/cost.ts";
import { embeddingUsage } from "../../core/model-call/usage.ts";
import { toUsd } from "../../core/money.ts";
import type { Result } from "../../core/result.ts";
import type { Failure } from "../../core/run/calls/call.ts";
import { errorName, type Log, logLine } from "../../core/telemetry/log-line.ts";
import type { EpochMs } from "../../core/time.ts";
import type { OpenGovernedCall } from "../governed-call/governed-call.ts";
import type { AnswerCachePorts } from "./ports.ts";

/** Vectors of a question come in tens of milliseconds; past this the model itself is nearer. */
const TIMEOUT_MS = 1_500;
const TASK = "embed";

type Asking = {
  readonly entry: ModelEntry;
  readonly body: JsonObject;
  readonly context: Asker;
  readonly timeoutMs: number;
  readonly inputs: number;
};
type Asked = {
  readonly result: Result<EmbeddingAnswer, Failure>;
  readonly upstream: { readonly [name: string]: string };
  readonly durationMs: number;
};

/** What embedding a question needs. */
export type EmbedPorts = {
  readonly now: () => EpochMs;
  readonly random: (bytes: number) => Uint8Array;
  /** The models that the org registered: none that stands in for a missing one. */
  readonly registered: (org: string) => Promise<readonly ModelEntry[]>;
  readonly log: Log;
  readonly governed: OpenGovernedCall;
  readonly ask: (asking: Asking) => Promise<Asked>;
};

/** Never throws; null: the question has no vector. */
export function defineEmbed(ports: EmbedPorts): AnswerCachePorts["embed"] {
  return async (asker, text) => {
    try {
      const entry = modelFor(await ports.registered(asker.org), text);
      return entry === null ? null : await embed(ports, entry, asker, text);
    } catch (error) {
      ports.log(logLine("answers.not_embedded", { org: asker.org, run: asker.run, error: errorName(error) }));
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

async function embed(ports: EmbedPorts, entry: ModelEntry, asker: Asker, text: string): ReturnType<AnswerCachePorts["embed"]> {
  const bound = boundTokens(text);
  if (bound > entry.context) return null;
  const worst = worstCase(entry, bound, 0);
  const { org, user, workflow } = asker;
  const model = entry.id;
  const opened = await ports.governed({
    user,
    costs: { run: asker.run, workflow, kind: "embedding", trace: asker.traceId },
    subject: { org, workflow, model },
    entry,
    model: entry,
    worst,
    timeoutMs: TIMEOUT_MS,
    settles: "now",
    content: { run: asker.run, subject: asker.subject, prompt: { inputs: [text] } },
    reserve: (promptSha256) => ({
      id: mintId("run", ports.now(), ports.random(10)),
      records: [
        recordOf(ports, asker, "model.calling", {
          model,
          prompt_sha256: promptSha256,
          reserved_usd: toUsd(worst.microUsd),
          for: "answer-cache",
        }),
      ],
    }),
    isPressed: () => false,
    unused: () => [],
  });
  if (!opened.ok) {
    if ("givenBack" in opened.error) await opened.error.givenBack;
    return null;
  }
  const body = { model: entry.upstream_id, input: [text], encoding_format: "float" };
  const { result, upstream, durationMs } = await ports.ask({ entry, body, context: asker, timeoutMs: TIMEOUT_MS, inputs: 1 });
  const failure = result.ok ? null : result.error;
  const usage = result.ok ? embeddingUsage(result.value.tokens, bound) : null;
  const answer = result.ok ? { answer: { value: result.value.vectors.map((one) => [...one]), isText: false } } : {};
  await opened.value.end({ failure, usage, upstream, durationMs, ...answer }, (_taken, spent, answerSha256) => [
    recordOf(ports, asker, "model.called", {
      model,
      ok: result.ok,
      answer_sha256: answerSha256,
      ...(spent === null ? {} : { tokens_in: spent.tokens, usd: toUsd(spent.microUsd) }),
      ...(failure === null ? {} : { code: failure.code }),
      for: "answer-cache",
    }),
  ]);
  const [vector] = result.ok ? result.value.vectors : [];
  return vector === undefined ? null : { vector, model, tokens: usage?.input ?? null };
}

function recordOf({ now, random }: EmbedPorts, asker: Asker, type: string, data: JsonObject): AuditRecord {
  const at = now();
  return auditRecord({
    id: mintId("evt", at, random(10)),
    at,
    traceId: asker.traceId,
    type,
    actor: actingAs(asker.user, true),
    action: "model.embed",
    resource: `run/${asker.run}/${asker.activity}`,
    data,
  });
}
