/** What a detector saw. Offsets are UTF-16 units; a finding never holds the text it found. */
import type { Action } from "./rules/action.ts";
import { CONTENT_CATEGORIES, type RuleName } from "./rules/settings.ts";

/** The three channels that texts come over. */
export const CHANNELS = ["user", "tool_output", "model_output"] as const;
/** One of them. */
export type Channel = (typeof CHANNELS)[number];
/**
 * Whose words a text is. `developer`: what whoever built the application wrote (system messages, tool descriptions, schemas); it is redacted and never judged
 * as an attack. `data`: what a client has turned into vectors; it is judged as a tool's answer is, and flagged at most.
 */
export type Speaker = Channel | "developer" | "data";
/**
 * What the guardrails decide about a text, in order of severity. `review` is reserved for content categories; no detector gives it today.
 */
export type Verdict = "pass" | "redact" | "flag" | "review" | "block";

/** Kinds of personal data; the placeholder of the n-th value of a kind is `{{KIND_n}}`. */
export const PERSONAL_DATA_TYPES = [
  "EMAIL",
  "PHONE",
  "CREDIT_CARD",
  "IBAN",
  "SSN",
  "NATIONAL_ID",
  "PASSPORT",
  "BIRTH_DATE",
  "LICENSE_PLATE",
  "IP",
  "MAC",
  "IMEI",
  "CRYPTO_ADDRESS",
  "PERSON",
  "ADDRESS",
  "LOCATION",
  "ORG",
  "SECRET",
] as const;
/** A kind of personal data. PERSISTED: in placeholders and findings. */
export type PersonalDataType = (typeof PERSONAL_DATA_TYPES)[number];
/** `LITERAL`: what a client typed in the form of a placeholder. */
export type PlaceholderType = PersonalDataType | "LITERAL";

/** Hits of rules that are about neither personal data nor instructions (`rules/`). PERSISTED: in findings. */
const RULE_TYPES = [
  "prompt_leak",
  "content",
  ...CONTENT_CATEGORIES,
  "topics",
  "max_chars",
  "format",
  "tone",
  "forbid",
  "require",
  "grounded_in",
] as const;
/** See `RULE_TYPES`. */
export type RuleType = (typeof RULE_TYPES)[number];

/** The kind of a finding: personal data, a placeholder that a client typed (`LITERAL`), an instruction to the model, or the hit of a rule. */
export type FindingType = PlaceholderType | "injection" | "jailbreak" | RuleType;

/** A hit that is no personal data: what `guardrail_violations_total` counts. */
export const isViolation = ({ type }: { readonly type: unknown }): boolean =>
  isInstruction({ type }) || (RULE_TYPES as readonly unknown[]).includes(type);

/** Findings that mean an attack or forbidden content. The other rules are about form: a missing phrase, a tone, an answer that is too long. */
export const ATTACK_TYPES = ["injection", "jailbreak", "prompt_leak", "content", ...CONTENT_CATEGORIES] as const;
/** What the alert `guardrail-violations` counts. */
export const isAttack = ({ type }: { readonly type: unknown }): boolean => (ATTACK_TYPES as readonly unknown[]).includes(type);

/** An instruction that the content tries to give: reported as `injection_detected`, and withheld rather than redacted. */
export const isInstruction = ({ type }: { readonly type: unknown }): boolean => type === "injection" || type === "jailbreak";

/** The error code of content that was refused for these findings. */
export const refusalCode = (findings: readonly { readonly type: FindingType }[]): "injection_detected" | "content_blocked" =>
  findings.some(isInstruction) ? "injection_detected" : "content_blocked";

/** One place in a text that a detector reports. It names the place and never holds the text. */
export type Finding = {
  readonly type: FindingType;
  readonly start: number;
  readonly end: number;
  /** 0 to 1. */
  readonly score: number;
  readonly detector: string;
  /** As of `FindingSummary`. */
  readonly rule?: RuleName;
  readonly action?: Action;
};

/** Maximum findings of one value that go on record one by one; further ones are counted together. */
export const FINDINGS_TOLD = 30;

/** A finding without its place: what journals and audit entries may hold. */
export type FindingSummary = {
  readonly type: FindingType;
  readonly detector: string;
  readonly count: number;
  readonly score: number;
  readonly pointer: string;
  /** The rule that was broken (rules/settings.ts), and what was done about it. Absent: personal data, or a finding from before rules. */
  readonly rule?: RuleName;
  readonly action?: Action;
};

/** The first findings one by one, those after them counted by kind: what goes on record. */
export function toldFindings(findings: readonly FindingSummary[]): readonly FindingSummary[] {
  const rest = Map.groupBy(findings.slice(FINDINGS_TOLD), ({ type, detector }) => `${type}/${detector}`);
  const counted = [...rest.values()].flatMap(([first, ...others]): FindingSummary[] => {
    if (first === undefined) return [];
    const count = others.reduce((sum, finding) => sum + finding.count, first.count);
    return [{ ...first, count, score: Math.max(first.score, ...others.map((finding) => finding.score)), pointer: "" }];
  });
  return [...findings.slice(0, FINDINGS_TOLD), ...counted];
}
