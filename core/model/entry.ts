import type { Card, RiskAssessment } from "../card/card.ts";
import type { DataClass } from "../label/label.ts";

/** A model as the registry keeps it: where it is, what it costs, what it may see. PERSISTED: in D1 by (org, id). */
export type ModelEntry = {
  /** `{provider}/{name}`, a pinned version. */
  readonly id: string;
  /** null: the deployment's `AI_GATEWAY_URL`, or, for provider `bulkhead`, the rehearsal model inside this Worker. */
  readonly base_url: string | null;
  readonly secret: string | null;
  /** What the upstream calls it. */
  readonly upstream_id: string;
  /** Dollars per million tokens. */
  readonly price: { readonly input: number; readonly output: number; readonly cached_input: number | null };
  /** Window in tokens: input and answer together. */
  readonly context: number;
  readonly tasks: readonly string[];
  readonly pii: "never" | "redacted" | "allowed";
  readonly latency_ms: number | null;
  readonly quality: number | null;
  readonly pinned: boolean;
  /** The highest class of data that it may be given. Absent: any. */
  readonly accepts?: DataClass;
  /** Where it runs, as its provider names it (`eu`, `us-east-1`). Absent: nobody said. */
  readonly region?: string;
  /** How long its provider keeps what it was sent, in days; `none`: not at all. Absent: nobody said. */
  readonly retention?: "none" | number;
  /** Whether its provider trains on what it was sent. Absent: nobody said. */
  readonly trains?: boolean;
  /** What people should know of it, and who judged its risk. */
  readonly card?: Card;
  readonly risk_assessment?: RiskAssessment;
  /** What its upstream takes beside what every model does. Absent: nothing is known. */
  readonly parameters?: ModelParameters;
};

/** What a model's upstream takes. PERSISTED: with its entry. */
export type ModelParameters = {
  /** Official fields of a chat that go on to it as they came: names out of core/chat/official-fields.ts. */
  readonly passes?: readonly string[];
  /** The name that it has for the most tokens of an answer; absent: the caller's name, or `max_tokens`. */
  readonly output_limit?: "max_tokens" | "max_completion_tokens";
  /** False: none is sent. */
  readonly temperature?: boolean;
  /** `strict`: a schema with `strict` where it qualifies, which is the default; `plain`: one without it; `none`: one in words. */
  readonly json_schema?: "strict" | "plain" | "none";
  /** False: it does not take the parameter. */
  readonly parallel_tool_calls?: boolean;
};

/** A model that may not answer a call, and why. `for`: what it refuses, where that is its class or what the org requires of models. */
export type RejectedModel = { readonly id: string; readonly why: string; readonly for?: "class" | "requirement" };

/**
 * A model that may answer, as it was when that was decided. PERSISTED: in the journal of a run, with the routing. What is optional
 * came later, or was not known.
 */
export type ModelCandidate = {
  readonly id: string;
  readonly price: ModelEntry["price"];
  readonly context: number;
  /** What it may see; text with a person's data in it comes redacted to all. */
  readonly pii?: ModelEntry["pii"];
  /** Micro-dollars for the expected input and every token of the answer. */
  readonly expected_micro_usd?: number;
  /** As registered, blended with what was measured. */
  readonly latency_ms?: number;
  readonly quality?: number;
};
