/**
 * A question as a vector, by the org's own embedding model. What the text holds of personal data is redacted before it gets here.
 *
 * Never throws and never takes long: without a vector a question is only like itself.
 */
import { errorName, type Log, logLine } from "../../core/telemetry/log-line.ts";
import type { EmbedTexts } from "../governed-call/embedding-call.ts";
import type { AnswerCachePorts } from "./ports.ts";

/** Vectors of a question come in tens of milliseconds; past this the model itself is nearer. */
const TIMEOUT_MS = 1_500;
/** By name: a model that has every task is no embedding model. */
const WANTED = { task: "embed" } as const;

/** What embedding a question needs. */
export type EmbedPorts = { readonly embedTexts: EmbedTexts; readonly log: Log };

/** Never throws; null: the question has no vector. */
export function defineEmbed({ embedTexts, log }: EmbedPorts): AnswerCachePorts["embed"] {
  return async (asker, text) => {
    try {
      const resource = `run/${asker.run}/${asker.activity}`;
      const embedded = await embedTexts({ wanted: WANTED, texts: [text], asker, timeoutMs: TIMEOUT_MS, for: "answer-cache", resource });
      const [vector = null] = embedded?.vectors ?? [];
      return embedded === null || vector === null ? null : { vector, model: embedded.model, tokens: embedded.tokens };
    } catch (error) {
      log(logLine("answers.not_embedded", { org: asker.org, run: asker.run, error: errorName(error) }));
      return null;
    }
  };
}
