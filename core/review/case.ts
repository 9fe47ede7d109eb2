/** A case for people: something risky that waits for a decision. PERSISTED: rows of `ReviewQueue`. */
import type { Standing } from "../access/circumstances.ts";
import type { Holder } from "../access/person.ts";
import type { HandOverReason } from "../guardrail/hand-over/hand-over.ts";
import type { Json } from "../json.ts";
import type { RiskFactor } from "../risk/risk.ts";
import type { EpochMs } from "../time.ts";
import type { ApproverRule, ReviewReason } from "./approvers.ts";
import type { ReviewContext, Taint } from "./context.ts";

/** How urgent a case is; it sets when the case is due (`DUE_MS`). */
export type Severity = "critical" | "high" | "medium";
/** Status of a review as HTTP shows it. */
export type ReviewStatus = "pending" | "approved" | "rejected" | "modified" | "escalated" | "expired" | "cancelled";
/** How a list of cases is ordered. */
export type ReviewOrder = "newest" | "urgency";
/** What a person may do with a case. */
export type ReviewAction = "approve" | "reject" | "modify" | "escalate";

/** docs/contract.md, "People and control": due in 15 minutes, 1 hour, 4 hours. */
export const DUE_MS: { readonly [S in Severity]: number } = { critical: 15 * 60_000, high: 60 * 60_000, medium: 4 * 60 * 60_000 };

/** A tool call under review, in the version that the approval covers. */
export type ReviewedCall = { readonly tool: string; readonly version: number };

/** One message of a conversation that a person takes over; redacted. `step`: whose output it is. */
export type HandOverMessage = {
  readonly role: "user" | "assistant" | "tool" | "system";
  readonly text: string;
  readonly step?: string;
};
/** What a person who takes over is told. `trigger`: why. `to`: who takes over, as the workflow says it. */
export type HandOverCase = {
  readonly trigger: HandOverReason;
  readonly priority: "normal" | "high";
  readonly to: string | null;
  readonly summary: string;
  readonly conversation: readonly HandOverMessage[];
};

/** What a run asks: opening the same `key` twice is one case. */
export type ReviewRequest = {
  /** `{run}/{activity}#n`: names the case within the org. */
  readonly key: string;
  readonly run: string;
  /** The run's workflow, `name@version`. Absent: it was opened before this was kept. */
  readonly workflow?: string;
  readonly step: string;
  /** Activity in the run that waits: the step itself, or the call that needs approval. */
  readonly activity: string;
  /** Who started the run: never the one who decides. */
  readonly startedBy: string;
  /** The credentials that started the run or one that it continues. Absent: an older run, of which the user is all that is known. */
  readonly starters?: readonly Holder[];
  /** Who started the run may decide it, too: it is only about their money. Absent: somebody else has to. */
  readonly starterMay?: true;
  /** Absent: it was opened before this was kept. */
  readonly reason?: ReviewReason;
  readonly handOver?: HandOverCase;
  readonly severity: Severity;
  /** A factor without points is a note. Cases from before risk have no score, and texts. */
  readonly risk: { readonly score: number | null; readonly factors: readonly (RiskFactor | string)[] };
  /** `reasons`: ids of the policies that ask. Absent: no policy does, or it was opened before this was kept. */
  readonly policy: { readonly version: string | null; readonly decision: string | null; readonly reasons?: readonly string[] };
  /** What people are shown beside the proposal. Absent: it was opened before this was kept. */
  readonly context?: ReviewContext;
  /** The highest class and the lowest trust of what the run has seen: nothing that people are shown is above it. Absent: it was opened before this was kept. */
  readonly seen?: Standing;
  /** Why it is no routine. Absent: it was opened before this was kept, and passes in no other way than by a person. */
  readonly taints?: readonly Taint[];
  readonly proposal: Json;
  /** What a person may change: the `input` of the proposed call, the `reply` to a hand-over (or to hand it back), or nothing. Absent: what is read of it, it is a step's own proposal. */
  readonly modifiable?: "input" | "reply" | "nothing";
  /** JSON Pointers into a step's own proposal: what later steps read of it. Absent: it was opened before they were kept, or it is no step's. */
  readonly read?: readonly string[];
  /** The tool that is called once this is approved. Absent: none, or it was opened before this was kept. */
  readonly call?: ReviewedCall;
  /** SHA-256, hex: what an approval covers. */
  readonly digest: string;
  readonly approvalsNeeded: number;
  /** The case that passed without a person and is looked at afterwards: no run waits for this one. Absent: a run does. */
  readonly sampleOf?: string;
  /** The share of questions beside which a decoy is planted, 0 to 1. Absent: none is. */
  readonly decoyShare?: number;
  /** No run asked it: it is planted to see whether people look (decoy.ts). Absent: a run did. */
  readonly decoy?: true;
  /** What the registry of approvers may have an entry for, the most specific first. Absent: it was opened before there was one. */
  readonly operations?: readonly string[];
  /** The entry that was in force when the case was opened: how many approve, by when, who is next in line. Absent: there was none. */
  readonly rule?: ApproverRule;
  /** The run keeps something of class `restricted`, and so does the case: the subject under whose key both are sealed. Absent: nothing is. */
  readonly sealedFor?: string;
  readonly traceId: string;
  readonly at: EpochMs;
};

/** A decision that the run is told. */
export type ReviewDecision = {
  readonly id: string;
  readonly action: "approve" | "reject" | "modify";
  readonly by: string;
  readonly reason: string;
  /** The proposal with `changes` merged in (RFC 7396). */
  readonly proposal: Json;
  readonly digest: string;
  readonly at: EpochMs;
};
