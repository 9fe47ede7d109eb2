/**
 * The guardrails that an org or a definition asks for, rule by rule; what is absent is not asked for. docs/guardrails.md says what each rule
 * means. The shapes hold no behaviour: `read.ts` makes them from what somebody sent, `merge.ts` makes the rules of a run.
 *
 * PERSISTED: in definitions and in the settings of orgs.
 */
import type { Action } from "./action.ts";

/** The categories of content. PERSISTED. */
export const CONTENT_CATEGORIES = ["violence", "hate", "sexual", "self_harm", "illegal"] as const;
/** See `CONTENT_CATEGORIES`. */
export type ContentCategory = (typeof CONTENT_CATEGORIES)[number];
/** An action for each category that is named. */
export type ContentRule = { readonly [C in ContentCategory]?: Action };

/** What a text may be about. `allow`: it is about one of these; empty: about anything. `deny`: it is about none of these. */
export type TopicsRule = { readonly allow: readonly string[]; readonly deny: readonly string[]; readonly action: Action };
/** `n`: maximum characters (Unicode code points) of an answer. */
export type LengthRule = { readonly n: number; readonly action: Action };
/** The forms that an answer can be asked to have. */
export const FORMATS = ["any", "plain", "markdown", "json"] as const;
/** See `FORMATS`. */
export type FormatRule = { readonly is: (typeof FORMATS)[number]; readonly action: Action };
/** `want`: the tone, in the developer's words. */
export type ToneRule = { readonly want: string; readonly action: Action };
/** Phrases and patterns (core/pattern). Of `require` each has to occur, of `forbid` none may. */
export type PhrasesRule = { readonly phrases: readonly string[]; readonly patterns: readonly string[]; readonly action: Action };
/** `steps`: on whose outputs each sentence of the answer has to rest. `min`: how far, 0 to 1 (docs/guardrails.md, "Grounded answers"). */
export type GroundedRule = { readonly steps: readonly string[]; readonly min: number; readonly action: Action };

/**
 * What holds where a model that is to judge (`moderate`) does not answer. `open`: the built-in detector's word stands. `closed`: the rule counts as broken.
 * In order of strictness.
 */
export const FAILURES = ["open", "closed"] as const;
/** See `FAILURES`. */
export type OnFailure = (typeof FAILURES)[number];

/** What is asked of a user's input. `max_chars`: maximum characters of all its texts together. */
export type InputSettings = {
  readonly injection?: Action;
  readonly content?: ContentRule;
  readonly topics?: TopicsRule;
  /** Names, places, organisations and addresses count as personal data. */
  readonly names?: boolean;
  readonly max_chars?: number;
  readonly on_failure?: OnFailure;
};
/** What is asked of tools' answers. */
export type ToolsSettings = { readonly injection?: Action; readonly names?: boolean };
/** What is asked of a model's answer that becomes an output. */
export type OutputSettings = {
  readonly injection?: Action;
  readonly prompt_leak?: Action;
  readonly content?: ContentRule;
  readonly topics?: TopicsRule;
  readonly max_chars?: LengthRule;
  readonly format?: FormatRule;
  readonly tone?: ToneRule;
  readonly forbid?: PhrasesRule;
  readonly require?: PhrasesRule;
  readonly grounded_in?: GroundedRule;
  readonly on_failure?: OnFailure;
};

/** How soon a person takes over. `off`: nobody does. In order of strictness. PERSISTED. */
export const PRIORITIES = ["off", "normal", "high"] as const;
/** See `PRIORITIES`. */
export type Priority = (typeof PRIORITIES)[number];
/** A model is unsure: the number at `pointer` (RFC 6901) of its answer is below `at`. */
export type ConfidenceRule = { readonly at: number; readonly pointer: string };
/** When a person takes over (docs/hand-over.md). `failures`: failed attempts of one step. `to`: who takes over, in the developer's words. */
export type HandOverSettings = {
  readonly asked?: Priority;
  readonly confidence_below?: ConfidenceRule;
  readonly failures?: number;
  readonly negative_tone?: Priority;
  readonly high_stakes?: Priority;
  readonly guardrail?: Priority;
  readonly to?: string;
};

/** `guardrails` of a definition. */
export type GuardrailSettings = {
  readonly input?: InputSettings;
  readonly tools?: ToolsSettings;
  readonly output?: OutputSettings;
  readonly hand_over?: HandOverSettings;
};
/** `guardrails` of a step: of what its model answers. */
export type StepGuardrails = { readonly output: OutputSettings };

/** The rules by name, as `may_weaken` and findings name them. */
export const RULES = [
  "input.injection",
  "input.content",
  "input.topics",
  "input.names",
  "input.max_chars",
  "input.on_failure",
  "tools.injection",
  "tools.names",
  "output.injection",
  "output.prompt_leak",
  "output.content",
  "output.topics",
  "output.max_chars",
  "output.format",
  "output.tone",
  "output.forbid",
  "output.require",
  "output.grounded_in",
  "output.on_failure",
  "hand_over.asked",
  "hand_over.confidence_below",
  "hand_over.failures",
  "hand_over.negative_tone",
  "hand_over.high_stakes",
  "hand_over.guardrail",
] as const;
/** See `RULES`. */
export type RuleName = (typeof RULES)[number];

/** `guardrails` of an org. `may_weaken`: rules that a definition may make weaker, and the org weaker than the platform. */
export type OrgGuardrails = GuardrailSettings & { readonly may_weaken: readonly RuleName[] };
