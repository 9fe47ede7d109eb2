/** What the kept answers need from the rest of the platform. */
import type { Grounds } from "../../core/cache/identity.ts";
import type { Asker } from "../../core/cache/question.ts";
import type { ModelEntry } from "../../core/model/entry.ts";
import type { Log } from "../../core/telemetry/log-line.ts";
import type { EpochMs } from "../../core/time.ts";
import type { Guard, VaultPort } from "../guardrail/ports.ts";
import type { KeptValues } from "./kept-values.ts";

/** `tokens`: what the upstream counted; null: it did not say. */
export type Embedded = { readonly vector: readonly number[]; readonly model: string; readonly tokens: number | null };

/** PERSISTED: the beginnings of names in KV, before the org, which has no slash in it. */
export const ANSWERS = "answer/v1/";
/** Prefix of the lists of near questions. */
export const NEAR_QUESTIONS = "near/v1/";
/** The tool gateway's own. */
export const TOOL_RESULTS = "tool/v1/";

/** What the cache needs from outside. */
export type AnswerCachePorts = {
  readonly now: () => EpochMs;
  readonly values: KeptValues;
  readonly guard: Pick<Guard, "admit">;
  readonly vault: Pick<VaultPort, "open">;
  readonly model: (org: string, id: string) => Promise<ModelEntry | null>;
  /** The versions of the policies and of the guardrails, as they are now. */
  readonly grounds: () => Grounds;
  /** HMAC-SHA-256, hex, under a key of this deployment. */
  readonly mac: (text: string) => Promise<string>;
  /**
   * A text's vector by the org's embedding model; null: the org has none that means anything (the rehearsal's does not count), or
   * it is out of reach. Without it `semantic` is `exact`. Does not throw.
   */
  readonly embed: (asker: Asker, text: string) => Promise<Embedded | null>;
  readonly log: Log;
};
