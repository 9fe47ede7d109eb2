/** A few texts as vectors by the model that a collection names. Never throws and never takes long. */
import { mintId } from "../../core/ids.ts";
import { errorName, type Log, logLine } from "../../core/telemetry/log-line.ts";
import type { EpochMs } from "../../core/time.ts";
import type { EmbedTexts } from "../governed-call/embedding-call.ts";
import type { Guard } from "../guardrail/ports.ts";
import type { EmbeddingPorts } from "./embedding.ts";

/** Of one call for up to 64 texts. */
const TIMEOUT_MS = 10_000;

/** What asking a model needs. */
export type AskModelPorts = {
  readonly now: () => EpochMs;
  readonly random: (bytes: number) => Uint8Array;
  readonly scrub: Guard["scrub"];
  readonly embedTexts: EmbedTexts;
  readonly log: Log;
};

/** Asks a registered model. Its cost belongs to no run: the call has an id of its own. */
export function defineAskModel({ now, random, scrub, embedTexts, log }: AskModelPorts): EmbeddingPorts["ask"] {
  return async ({ text: form, names, ...by }, model, given) => {
    try {
      const texts = form === "raw" ? given.map((text) => scrub(text, names).text) : given;
      const asker = { ...by, subject: by.user, run: mintId("run", now(), random(10)), activity: "knowledge" };
      const call = { wanted: { model }, texts, asker, timeoutMs: TIMEOUT_MS, for: "knowledge", resource: "knowledge" } as const;
      return (await embedTexts(call))?.vectors ?? null;
    } catch (error) {
      log(logLine("knowledge.not_embedded", { org: by.org, upstream: model, error: errorName(error) }));
      return null;
    }
  };
}
