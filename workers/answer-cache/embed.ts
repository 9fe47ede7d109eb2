/**
 * A question as a vector, by the org's own embedding model. What the text holds of personal data is redacted before it gets here, and a
 * model that is to see none of it, not even redacted, is not asked.
 *
 * Never throws and never takes long: without a vector a question is only like itself.
 */
import { findPlaceholders } from "../../core/guardrail/placeholder.ts";
import type { ModelEntry } from "../../core/model/entry.ts";
import { errorName, type Log, logLine } from "../../core/telemetry/log-line.ts";
import type { EmbedTexts } from "../governed-call/embedding-call.ts";
import type { AnswerCachePorts } from "./ports.ts";

/** Vectors of a question come in tens of milliseconds; past this the model itself is nearer. */
const TIMEOUT_MS = 1_500;
const TASK = "embed";

/** What embedding a question needs. */
export type EmbedPorts = {
  /** The models that the org registered: none that stands in for a missing one. */
  readonly registered: (org: string) => Promise<readonly ModelEntry[]>;
  readonly embedTexts: EmbedTexts;
  readonly log: Log;
};

/** Never throws; null: the question has no vector. */
export function defineEmbed({ registered, embedTexts, log }: EmbedPorts): AnswerCachePorts["embed"] {
  return async (asker, text) => {
    try {
      const entry = modelFor(await registered(asker.org), text);
      if (entry === null) return null;
      const resource = `run/${asker.run}/${asker.activity}`;
      const embedded = await embedTexts({ entry, texts: [text], asker, timeoutMs: TIMEOUT_MS, for: "answer-cache", resource });
      const [vector] = embedded?.vectors ?? [];
      return vector === undefined ? null : { vector, model: entry.id, tokens: embedded?.tokens ?? null };
    } catch (error) {
      log(logLine("answers.not_embedded", { org: asker.org, run: asker.run, error: errorName(error) }));
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
