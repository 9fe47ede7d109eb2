/** What the rest of the platform asks of the guardrails. Every method fails closed: when it throws, nothing was admitted. */
import type { FindingSummary, PlaceholderType, Speaker, Verdict } from "../../core/guardrail/finding.ts";
import type { Action } from "../../core/guardrail/rules/action.ts";
import type { Json } from "../../core/json.ts";

/** Whose text it is: placeholders resolve in this run only, values lie under the subject's key. */
export type GuardContext = { readonly org: string; readonly run: string; readonly subject: string };

/** What became of a value, and what was found in it. */
export type Admitted = {
  /** The value with placeholders where personal data was, keys included; with a marker where an instruction was withheld. */
  readonly value: Json;
  readonly verdict: Verdict;
  readonly findings: readonly FindingSummary[];
  /** What the rule about instructions does; absent: none was found that has to be acted on. */
  readonly action?: Action;
  /** Where a person has to decide: `value` with the instructions withheld. */
  readonly withheld?: Json;
};

/** What becomes of values that earlier runs of the person put in, beside those of this run's input. */
export type OpenRecalled = "no" | "also" | "only";

/** The guardrails as other rooms ask them. */
export type Guard = {
  /**
   * Scans and redacts everything in `value` before anything keeps it. `origin` "input" marks values that the run's own user gets
   * back. A blocked value of a user or a model is stored nowhere: `verdict` is "block" and `value` null. `names`: whether people,
   * places, organisations and addresses are found, too; they are not where nothing is said. `injection`: what is done about an instruction,
   * `block` by default. Under `redact` and `retry` the texts that hold one are withheld; under `review` and `flag` they stay.
   */
  admit(
    context: GuardContext,
    speaker: Speaker,
    origin: "input" | "tool" | "model",
    value: Json,
    names?: boolean,
    injection?: Action,
  ): Promise<Admitted>;
  /** For texts that belong to no run (reasons, comments): personal data is replaced permanently. */
  scrub(text: string, names?: boolean): { readonly text: string; readonly verdict: Verdict; readonly findings: readonly FindingSummary[] };
  /**
   * Placeholders of the listed types in a value are replaced by what this run's input put in. `recalled`: whether also, or only, by what
   * earlier runs of the same person put in and this run has out of a session or a memory; "no" by default. All others stay.
   */
  open(
    context: GuardContext,
    value: Json,
    types: readonly PlaceholderType[],
    recalled?: OpenRecalled,
  ): Promise<{ readonly value: Json; readonly opened: readonly PlaceholderType[] }>;
  /** The whole output for the run's own user: every placeholder of this run's input becomes its value again. */
  reveal(context: GuardContext, value: Json): Promise<Json>;
};

/** What the guard asks of the org's `Vault` object. */
export type VaultPort = {
  /** One placeholder per value, in order; the same value gets the same placeholder. Durable when it answers. */
  assign(
    org: string,
    request: {
      readonly run: string;
      readonly subject: string;
      readonly origin: "input" | "tool" | "model";
      readonly values: readonly { readonly type: PlaceholderType; readonly value: string }[];
    },
  ): Promise<readonly string[]>;
  /** Values of placeholders of this run; null for what the run never made, or what was not put in by its input when `inputOnly`. */
  open(
    org: string,
    request: {
      readonly run: string;
      readonly placeholders: readonly string[];
      readonly inputOnly: boolean;
      /** Beside values of the input: those of this person that the run has out of a session or a memory. */
      readonly recalledOf?: string;
      /** With `recalledOf`: these alone. */
      readonly recalledOnly?: boolean;
    },
  ): Promise<readonly (string | null)[]>;
};
