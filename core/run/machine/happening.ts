/**
 * What can happen to a run from outside: a start, an answer, a decision, a signal, the passing of time. A happening is not stored: what
 * the machine decides because of it is (event.ts). The machine asks nobody, so the moment brings the time and what is stopped.
 */

import type { Role } from "../../access/principal.ts";
import type { LeaseAnswer } from "../../budget/lease.ts";
import type { Json } from "../../json.ts";
import type { Stops } from "../../kill-switch/stops.ts";
import type { Labels } from "../../label/labels.ts";
import type { ReviewDecision, Severity } from "../../review/case.ts";
import type { EpochMs } from "../../time.ts";
import type { AuthorityAnswer } from "../../workflow/authority.ts";
import type { LookupAnswer, ModelOutcome, ToolOutcome } from "../calls/call.ts";
import type { RunFlag, RunStatus } from "../outside/view.ts";
import type { RunSignal } from "./signal.ts";
import type { StepError, Usage } from "./state.ts";

/** When a happening is offered to the machine. */
export type Moment = {
  readonly at: EpochMs;
  /** What is stopped. null: nobody could say, so nothing may be sent. */
  readonly stops: Stops | null;
};

/** Everything that can happen to a run. An answer names the call or the question that it is for: a late one is refused. */
export type Happening =
  | { readonly kind: "start" }
  /** Time passed: the run looks again at what is due. */
  | { readonly kind: "tick" }
  | { readonly kind: "authorized"; readonly activity: string; readonly answer: AuthorityAnswer }
  | { readonly kind: "tool.answered"; readonly activity: string; readonly call: number; readonly outcome: ToolOutcome }
  | { readonly kind: "model.answered"; readonly activity: string; readonly call: number; readonly outcome: ModelOutcome }
  | { readonly kind: "tool.looked_up"; readonly activity: string; readonly call: number; readonly answer: LookupAnswer }
  /** The object died while this call was under way: whether it arrived is not known. */
  | { readonly kind: "interrupted"; readonly activity: string; readonly call: number }
  | {
      readonly kind: "review.opened";
      readonly activity: string;
      readonly step: string;
      readonly key: string;
      readonly id: string;
      readonly until: EpochMs | null;
    }
  | { readonly kind: "review.decided"; readonly activity: string; readonly decision: ReviewDecision }
  | { readonly kind: "review.escalated"; readonly activity: string; readonly id: string; readonly severity: Severity }
  | { readonly kind: "review.withdrawn"; readonly ids: readonly string[] }
  | {
      readonly kind: "child.ended";
      readonly activity: string;
      readonly run: string;
      readonly ok: boolean;
      readonly output: Json;
      /** Of the output. Absent: the child noted none. */
      readonly labels?: Labels;
      /** An instruction was found in the answer of one of its tools. */
      readonly instruction?: true;
      readonly error: StepError | null;
      readonly flags: readonly RunFlag[];
      readonly usage: Usage;
      readonly held: { readonly micro_usd: number; readonly tokens: number };
      /** The child made writes, and nothing has undone them. */
      readonly wrote?: true;
      /** Something that it did could not be undone. */
      readonly stuck?: true;
    }
  /** A completed child run has undone its steps: `failed`: not all that can be undone is; `left`: writes stay that nothing undoes. */
  | { readonly kind: "child.undone"; readonly activity: string; readonly run: string; readonly failed: boolean; readonly left: boolean }
  /** The parent of this completed run is undone: so is this run. */
  | { readonly kind: "undo" }
  /** The org's ledger has answered the run's `n`th request. */
  | { readonly kind: "budget.answered"; readonly n: number; readonly answer: LeaseAnswer }
  | { readonly kind: "parent.told" }
  | { readonly kind: "callback.answered"; readonly attempt: number; readonly result: "delivered" | "retry" | "gone" }
  | ({ readonly kind: "signal" } & RunSignal)
  /** A queue consumer asks for the call that a message named. */
  | { readonly kind: "call.take"; readonly activity: string; readonly call: number }
  | { readonly kind: "cancel"; readonly by: string; readonly reason: string }
  | {
      readonly kind: "dead_letter.redriven";
      readonly by: string;
      readonly root?: string | null;
      readonly run: string;
      readonly roles?: readonly Role[];
    }
  | { readonly kind: "dead_letter.handed_over"; readonly run: string }
  | { readonly kind: "dead_letter.discarded"; readonly by: string; readonly reason: string }
  /** The machine threw over this: what it was for fails (broken.ts). */
  | { readonly kind: "broken"; readonly over: Happening }
  /** It threw over that, too: the run ends as it is. */
  | { readonly kind: "collapsed"; readonly over: Happening };

/** Why a happening was not taken. A refusal is an answer, not an exception: the state does not change. */
export type Refused = {
  readonly code: "run.refused";
  readonly status: RunStatus;
  readonly happening: Happening["kind"];
  readonly why: string;
};
