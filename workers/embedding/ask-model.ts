/**
 * A few texts as vectors by one of the org's embedding models: a governed call of a model like any other (workers/governed-call), on
 * record with the money. Never throws and never takes long.
 */
import { actingAs } from "../../core/audit/persons.ts";
import { type AuditRecord, auditRecord } from "../../core/audit/record.ts";
import type { Asker } from "../../core/cache/question.ts";
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
import type { EmbeddingAsker, EmbeddingPorts } from "./embedding.ts";

/** Of one call for up to 64 texts. */
const TIMEOUT_MS = 10_000;

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

/** What asking a model needs. */
export type AskModelPorts = {
  readonly now: () => EpochMs;
  readonly random: (bytes: number) => Uint8Array;
  readonly registered: (org: string) => Promise<readonly ModelEntry[]>;
  readonly log: Log;
  readonly governed: OpenGovernedCall;
  readonly ask: (asking: Asking) => Promise<Asked>;
};

/** Asks a registered model; null: it failed, was stopped or is not there. */
export function defineAskModel(ports: AskModelPorts): EmbeddingPorts["ask"] {
  return async (asker, model, texts) => {
    try {
      const entry = (await ports.registered(asker.org)).find(({ id }) => id === model) ?? null;
      return entry === null ? null : await ask(ports, entry, asker, texts);
    } catch (error) {
      ports.log(logLine("knowledge.not_embedded", { org: asker.org, upstream: model, error: errorName(error) }));
      return null;
    }
  };
}

async function ask(
  ports: AskModelPorts,
  entry: ModelEntry,
  asker: EmbeddingAsker,
  texts: readonly string[],
): ReturnType<EmbeddingPorts["ask"]> {
  const bounds = texts.map(boundTokens);
  if (Math.max(...bounds) > entry.context) return null;
  const bound = bounds.reduce((sum, one) => sum + one, 0);
  const worst = worstCase(entry, bound, 0);
  const { org, user } = asker;
  const model = entry.id;
  const id = mintId("run", ports.now(), ports.random(10));
  const opened = await ports.governed({
    user,
    costs: { run: id, workflow: undefined, kind: "embedding", trace: asker.traceId },
    subject: { org, model },
    content: { run: id, subject: user, prompt: { inputs: texts } },
    entry,
    model: entry,
    worst,
    timeoutMs: TIMEOUT_MS,
    settles: "now",
    reserve: (promptSha256) => ({
      id,
      records: [
        recordOf(ports, asker, "model.calling", {
          model,
          prompt_sha256: promptSha256,
          reserved_usd: toUsd(worst.microUsd),
          for: "knowledge",
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
  const body = { model: entry.upstream_id, input: [...texts], encoding_format: "float" };
  const context = { org, user, subject: user, run: id, workflow: "", activity: "knowledge", traceId: asker.traceId, spanId: asker.spanId };
  const { result, upstream, durationMs } = await ports.ask({ entry, body, context, timeoutMs: TIMEOUT_MS, inputs: texts.length });
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
      for: "knowledge",
    }),
  ]);
  return result.ok ? result.value.vectors : null;
}

function recordOf({ now, random }: AskModelPorts, asker: EmbeddingAsker, type: string, data: JsonObject): AuditRecord {
  const at = now();
  return auditRecord({
    id: mintId("evt", at, random(10)),
    at,
    traceId: asker.traceId,
    type,
    actor: actingAs(asker.user, true),
    action: "model.embed",
    resource: "knowledge",
    data,
  });
}
