/** A review as the HTTP contract shows it (docs/contract.md, "People and control"). Placeholders stand where personal data was. */
import { isObject, type Json, own } from "../json.ts";
import { orNullRfc3339, toRfc3339 } from "../time.ts";
import type { ReviewStatus, Severity } from "./case.ts";
import { type Case, underReview } from "./life.ts";
import { type ShownReview, shownOf } from "./shown.ts";
import type { SuggestionView } from "./suggestion.ts";

/** A review as HTTP shows it. */
export type ReviewView = ShownReview & {
  id: string;
  severity: Severity;
  status: ReviewStatus;
  /** SHA-256, hex, of the canonical JSON of what is shown (`ShownReview`): the audit entry of a decision names it. Absent in older cases. */
  shown?: string;
  due_at: string;
  approvals_needed: number;
  /** The review that passed without a person and of which this is a sample: nothing waits for it. */
  sample_of?: string;
  /** It was planted, and nobody asked it. Shown once it is decided. */
  decoy?: true;
  /** Who decides, where the registry of approvers had an entry when the case was opened; with the next in line who have joined. */
  approvers?: { operation: string; roles: string[]; users: string[] };
  /** A person changed the proposal and others still have to approve the change: `proposal` and `digest` are those of the change. */
  changed?: { by: string; at: string; reason: string; from: Json };
  /** Of a write of unknown outcome: what each action does, in words for the person who decides. */
  meaning?: { approve: string; modify: string; reject: string };
  /** What a model would decide. Shown by its id alone; absent: the org asks none, or has none. */
  suggestion?: SuggestionView;
  approvals: { by: string; at: string }[];
  /** `proposal` only of a `modify`: what was granted in place of what was asked for. */
  decision: { action: string; by: string; reason: string; at: string; proposal?: Json } | null;
  created_at: string;
  closed_at?: string | null;
};

/** The review as a list shows it: without what a person reads of one review alone. */
export function reviewLine(state: Case): ReviewView {
  const { context: _context, ...line } = reviewView(state);
  return line;
}

/** A case as HTTP shows it. */
export function reviewView(state: Case): ReviewView {
  return {
    id: state.id,
    ...shownOf(underReview(state)),
    ...(state.shown === undefined ? {} : { shown: state.change?.shown ?? state.shown }),
    ...(state.request.sampleOf === undefined ? {} : { sample_of: state.request.sampleOf }),
    ...(state.request.decoy === true && "closedAt" in state ? { decoy: true as const } : {}),
    ...(state.request.reason === "unknown-outcome" && state.request.sampleOf === undefined ? { meaning: meaningOf(state) } : {}),
    severity: state.severity,
    status: state.status,
    due_at: toRfc3339(state.dueAt),
    approvals_needed: state.approvalsNeeded,
    ...approversView(state),
    ...changedView(state),
    approvals: state.approvals.map(({ by, at }) => ({ by, at: toRfc3339(at) })),
    decision: decisionView(state),
    created_at: toRfc3339(state.openedAt),
    closed_at: orNullRfc3339("closedAt" in state ? state.closedAt : null),
  };
}

const SAYS_OUTCOME =
  'With {"output": …} as changes: it did happen, and this is its answer; nothing is sent, and the run goes on with that answer ({} where there is none).';
const MEANING_OF_DOUBT: NonNullable<ReviewView["meaning"]> = {
  approve: "It did not happen: the call is sent again, with the same input. If it did happen after all, it happens twice.",
  modify: `${SAYS_OUTCOME} With {"input": …}: it did not happen, and the call is sent with this input instead.`,
  reject: "Nothing is sent. The run goes the way of a failure, and its dead letter names the write as one that may have happened.",
};

/** A change that says that the call happened waits for others: to agree sends nothing. */
const meaningOf = ({ change }: Case): NonNullable<ReviewView["meaning"]> =>
  isObject(change?.proposal) && own(change.proposal, "output") !== undefined
    ? { ...MEANING_OF_DOUBT, approve: "You agree that it did happen, with the answer in `output`. Nothing is sent." }
    : MEANING_OF_DOUBT;

function changedView({ change, request }: Case): Pick<ReviewView, "changed"> {
  if (change === undefined) return {};
  return { changed: { by: change.by, at: toRfc3339(change.at), reason: change.reason, from: request.proposal } };
}

function approversView({ request: { rule }, level }: Case): Pick<ReviewView, "approvers"> {
  if (rule === undefined) return {};
  const people = [rule, ...rule.next.slice(0, level ?? 0)];
  const all = (of: (one: (typeof people)[number]) => readonly string[]): string[] => [...new Set(people.flatMap(of))];
  return { approvers: { operation: rule.operation, roles: all(({ roles }) => roles), users: all(({ users }) => users) } };
}

function decisionView(state: Case): ReviewView["decision"] {
  if (!("decision" in state)) return null;
  const { action, by, reason, at, proposal } = state.decision;
  return { action, by, reason, at: toRfc3339(at), ...(action === "modify" ? { proposal } : {}) };
}
