/** Texts that judge one rule about how people write a kind of personal data. */
import type { PersonalDataType } from "../../../core/guardrail/finding.ts";

/** Of `hits` and `freshHits` the stretch in marks («…») is found as `type`; in `misses` and `freshMisses` nothing is found as `type`. */
export type Spelling = {
  readonly title: string;
  readonly type: PersonalDataType;
  /** The rule was made with these. */
  readonly hits: readonly string[];
  readonly misses: readonly string[];
  /** Written when the rule stood. `firstSeen`: how many of them were as they should be when they were judged for the first time. */
  readonly freshHits: readonly string[];
  readonly freshMisses: readonly string[];
  readonly firstSeen: { readonly hits: number; readonly misses: number };
};
