/** From findings to a verdict. The order is that of severity; a text has the most severe one that any finding gives it. */
import type { Finding, Verdict } from "./finding.ts";
import type { Action } from "./rules/action.ts";

const SEVERITY: readonly Verdict[] = ["pass", "redact", "flag", "review", "block"];

/** The most severe of the verdicts; `pass` when there is none. */
export const mostSevere = (verdicts: readonly Verdict[]): Verdict =>
  verdicts.reduce<Verdict>((worst, next) => (SEVERITY.indexOf(next) > SEVERITY.indexOf(worst) ? next : worst), "pass");

/** Detector names: a placeholder in an answer that the run did not make, and one that a client typed. */
export const FOREIGN_PLACEHOLDER = "foreign_placeholder";
/** Detector name of a placeholder that a client typed. */
export const TYPED_PLACEHOLDER = "typed_placeholder";

/** What a finding alone does to its text; instructions are judged by their channel's thresholds (injection/thresholds.ts) instead. */
export const verdictOfPersonalData = (finding: Finding): Verdict => (finding.detector === FOREIGN_PLACEHOLDER ? "flag" : "redact");

/** What the action comes to for a text on its own: an answer that would be asked for again does not go on. */
export const VERDICT_OF: { readonly [A in Action]: Verdict } = {
  off: "pass",
  flag: "flag",
  redact: "redact",
  truncate: "redact",
  retry: "block",
  review: "review",
  block: "block",
};
