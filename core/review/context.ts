/** What a reviewer is shown beside the question. PERSISTED: in cases. Fields may be added, never renamed. */
import type { Json } from "../json.ts";

/** A value as a reviewer sees it: whole, cut to a text, or not at all. */
export type ShownValue = { readonly value: Json; readonly truncated?: true } | { readonly withheld: string };

/** A step that has begun. */
export type PastStep = {
  readonly step: string;
  readonly kind: string;
  readonly status: string;
  readonly attempts: number;
  readonly output?: ShownValue;
  readonly error?: { readonly code: string; readonly message: string };
};

/** A call that follows from an approval. `undo`: the tool that would undo it; null: nothing would. */
export type Effect = {
  readonly step: string;
  readonly tool: string;
  readonly version: number | null;
  readonly effect: string;
  readonly undo: { readonly tool: string } | null;
  /** As its manifest says. Absent: it was not known when the case was opened. */
  readonly description?: string;
  /** Hosts that it sends to. */
  readonly hosts?: readonly string[];
};

/** A place of the proposal (JSON Pointer) that holds what somebody untrusted said. */
export type Untrusted = { readonly at: string; readonly sources: readonly string[] };

/** Everything beside the question. */
export type ReviewContext = {
  readonly input: ShownValue;
  readonly trace: readonly PastStep[];
  readonly effects: readonly Effect[];
  readonly untrusted: readonly Untrusted[];
  /** Inputs that a person gave steps when the run was redriven, in place of their definition's. Absent: none. */
  readonly changes?: readonly { readonly step: string; readonly input: ShownValue }[];
};

/**
 * What keeps a question from passing without a person: an untrusted value reaches a guarded field, the risk is over the org's limit, an
 * instruction was found in the run, a write is in doubt, a person changed an input when the run was redriven, or what would be
 * approved as trusted is not.
 */
export type Taint = "guarded" | "over_risk" | "instruction" | "doubt" | "changed" | "untrusted";
