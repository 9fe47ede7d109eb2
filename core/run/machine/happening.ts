/**
 * What can happen to a run from outside: a start, an answer, a decision, a signal, the passing of time. A happening is not stored; the
 * decisions that the machine makes because of it are (event.ts). The machine makes no requests, so the moment carries the time and the stops.
 */

import type { Role } from "../../access/principal.ts";
import type { LeaseAnswer } from "../../budget/lease.ts";
import type { Json } from "../../json.ts";
import type { Stops } from "../../kill-switch/stops.ts";
import type { Label } from "../../label/label.ts";
import type { Labels } from "../../label/labels.ts";
import type { Snippet } from "../../memory/snippets.ts";
import type { ReviewDecision, Severity } from "../../review/case.ts";
import type { SessionContent } from "../../session/session.ts";
import type { EpochMs } from "../../time.ts";
import type { AuthorityAnswer } from "../../workflow/authority.ts";
import type { LookupAnswer, ModelOutcome, ToolOutcome } from "../calls/call.ts";
import type { RunFlag, RunStatus } from "../outside/view.ts";
import type { RunSignal } from "./signal.ts";
import type { Past, StepError, Usage } from "./state.ts";

/** The time at which a happening reaches the machine, and what is stopped then. */
export type Moment = {
  readonly at: EpochMs;
  /** The active stops. null: they could not be read, so nothing may be sent. */
  readonly stops: Stops | null;
};

/** Everything that can happen to a run. An answer names its call or question, so that a late one is refused. */
export type Happening =
  | { readonly kind: "start" }
  /** Time passed: the run looks again at what is due. */
  | { readonly kind: "tick" }
  | { readonly kind: "authorized"; readonly activity: string; readonly answer: AuthorityAnswer }
  | { readonly kind: "tool.answered"; readonly activity: string; readonly call: number; readonly outcome: ToolOutcome }
  | { readonly kind: "model.answered"; readonly activity: string; readonly call: number; readonly outcome: ModelOutcome }
  | { readonly kind: "tool.looked_up"; readonly activity: string; readonly call: number; readonly answer: LookupAnswer }
  /** The object died while this call, or this look-up, was under way; it is unknown whether it arrived. */
  | {
      readonly kind: "interrupted";
      readonly activity: string;
      readonly call: number;
      /** The call had not left: repeating it is harmless, whatever its tool promises. */
      readonly isUnsent?: true;
    }
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
      /** Labels of the output. Absent if the child recorded none. */
      readonly labels?: Labels;
      /** An instruction was found in the answer of one of the child's tools. */
      readonly instruction?: true;
      /** What the child did and saw. */
      readonly past?: Past;
      readonly error: StepError | null;
      readonly flags: readonly RunFlag[];
      readonly usage: Usage;
      readonly held: { readonly micro_usd: number; readonly tokens: number };
      /** The child made writes, and nothing has undone them. */
      readonly wrote?: true;
      /** At least one of the child's writes could not be undone. */
      readonly stuck?: true;
    }
  /** A completed child run has undone its steps. `failed`: a compensation failed. `left`: writes remain that nothing undoes. */
  | { readonly kind: "child.undone"; readonly activity: string; readonly run: string; readonly failed: boolean; readonly left: boolean }
  /** The parent of this completed run is being undone, so this run is undone too. */
  | { readonly kind: "undo" }
  /** The org's ledger has answered the run's `n`th request. */
  | { readonly kind: "budget.answered"; readonly n: number; readonly answer: LeaseAnswer }
  /** The run's turn in its session has come. */
  | { readonly kind: "session.entered"; readonly owner: string; readonly content: SessionContent }
  /** The session knows that the run waits for a person. */
  | { readonly kind: "session.stepped_aside" }
  /** What is remembered of the run's person, best first. `failed`: nobody could say. */
  | { readonly kind: "memory.recalled"; readonly snippets: readonly Snippet[]; readonly label: Label; readonly failed?: true }
  /** What is to be remembered of the run is stored. */
  | { readonly kind: "memory.kept"; readonly ids: readonly string[]; readonly refused: number }
  /** The session has taken the run's last word. */
  | { readonly kind: "session.left" }
  | { readonly kind: "parent.told" }
  | { readonly kind: "callback.answered"; readonly attempt: number; readonly result: "delivered" | "retry" | "gone" | "refused" }
  | ({ readonly kind: "signal" } & RunSignal)
  /** A queue consumer asks for the call that a message named. */
  | { readonly kind: "call.take"; readonly activity: string; readonly call: number }
  | { readonly kind: "cancel"; readonly by: string; readonly reason: string }
  /** `outranks`: the person may hold every run, not only their own. */
  | { readonly kind: "pause"; readonly by: string; readonly reason: string; readonly outranks?: true }
  /** `pausedBy`: who had paused it, as the one who resumes it knows it. */
  | { readonly kind: "resume"; readonly by: string; readonly pausedBy: string }
  /** A person paused the parent run, or let it go on; `hold` counts the pauses and resumptions of the parent. */
  | { readonly kind: "parent.paused"; readonly by: string; readonly reason: string; readonly hold: number }
  | { readonly kind: "parent.resumed"; readonly by: string; readonly hold: number }
  /** The child run of the activity knows that this run is paused, or goes on. */
  | { readonly kind: "child.held"; readonly activity: string; readonly run: string; readonly hold: number; readonly on: boolean }
  | {
      readonly kind: "dead_letter.redriven";
      readonly by: string;
      readonly root?: string | null;
      readonly run: string;
      readonly roles?: readonly Role[];
      readonly from?: string;
      readonly changes?: { readonly [step: string]: Json };
    }
  | { readonly kind: "dead_letter.handed_over"; readonly run: string }
  | { readonly kind: "dead_letter.discarded"; readonly by: string; readonly reason: string }
  /** The machine threw while handling `over`: the step concerned fails (broken.ts). */
  | { readonly kind: "broken"; readonly over: Happening }
  /** The machine threw again while handling `broken`: the run ends. */
  | { readonly kind: "collapsed"; readonly over: Happening };

/** Why a happening was refused. A refusal is an answer, not an exception: the state does not change. */
export type Refused = {
  readonly code: "run.refused";
  readonly status: RunStatus;
  readonly happening: Happening["kind"];
  readonly why: string;
};
