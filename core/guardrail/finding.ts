/** What a detector saw. Offsets are UTF-16 units; a finding never holds the text it found. */
export type Channel = "user" | "tool_output" | "model_output";
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

/** The kind of a finding: personal data, a placeholder that a client typed (`LITERAL`), or an instruction to the model. */
export type FindingType = PlaceholderType | "injection" | "jailbreak";

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
};
