/** A signal from outside, admitted by the guard under the run. */
import type { FindingSummary } from "../../guardrail/finding.ts";
import type { Json } from "../../json.ts";
import type { Spent } from "./event.ts";

/** What one signal brings. The journal keeps it as `signal.received`. */
export type RunSignal = {
  /** `sig_…`: a signal delivered twice is one. */
  readonly id: string;
  readonly name: string;
  /** Redacted. */
  readonly body: Json;
  readonly findings: readonly FindingSummary[];
  /** What asking a model about it (`moderate`) cost. Absent: none was asked. */
  readonly moderated?: Spent;
  readonly by: string;
  /** The sender's credential speaks for `by` (`speaksForUser`). */
  readonly own: boolean;
};
