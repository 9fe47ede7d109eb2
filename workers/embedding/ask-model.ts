/** A few texts as vectors by the model that a collection names. Never throws and never takes long. */
import { mintId } from "../../core/ids.ts";
import type { ModelEntry } from "../../core/model/entry.ts";
import { errorName, type Log, logLine } from "../../core/telemetry/log-line.ts";
import type { EpochMs } from "../../core/time.ts";
import type { EmbedTexts } from "../governed-call/embedding-call.ts";
import type { EmbeddingPorts } from "./embedding.ts";

/** Of one call for up to 64 texts. */
const TIMEOUT_MS = 10_000;

/** What asking a model needs. */
export type AskModelPorts = {
  readonly now: () => EpochMs;
  readonly random: (bytes: number) => Uint8Array;
  readonly registered: (org: string) => Promise<readonly ModelEntry[]>;
  readonly embedTexts: EmbedTexts;
  readonly log: Log;
};

/** Asks a registered model; null: it failed, was stopped or is not there. Its cost belongs to no run: the call has an id of its own. */
export function defineAskModel({ now, random, registered, embedTexts, log }: AskModelPorts): EmbeddingPorts["ask"] {
  return async ({ org, user, traceId, spanId }, model, texts) => {
    try {
      const entry = (await registered(org)).find(({ id }) => id === model) ?? null;
      if (entry === null) return null;
      const run = mintId("run", now(), random(10));
      const asker = { org, user, subject: user, run, workflow: "", activity: "knowledge", traceId, spanId };
      const embedded = await embedTexts({ entry, texts, asker, timeoutMs: TIMEOUT_MS, for: "knowledge", resource: "knowledge" });
      return embedded?.vectors ?? null;
    } catch (error) {
      log(logLine("knowledge.not_embedded", { org, upstream: model, error: errorName(error) }));
      return null;
    }
  };
}
