/**
 * The life of a case: pure and total. It knows who may decide, what an approval covers and what time does to a case; it never
 * approves by itself. It reads no clock: every event brings its time.
 *
 *   pending ──► approved | rejected | modified      a person decided
 *    ▲ └─ changed: where several have to agree, all of them have to agree to the change, under its own digest
 *      │              ▲
 *      └─► escalated ─┘                             by hand or past due; still to be decided, one severity up
 *                                                the next in line join when their time has come; who was asked before them may decide still
 *   pending, escalated ──► cancelled (the run is over) | expired (nobody came for 30 days: the run hears a no)
 */
import { type Holder, isOnePerson, isOwnSignIn, PLATFORM_ADMIN_USER } from "../access/person.ts";
import type { Role } from "../access/principal.ts";
import type { AuditActor } from "../audit/record.ts";
import { canonicalJson } from "../canonical-json.ts";
import { type Refusal, refuse } from "../errors/problem.ts";
import { type Json, type JsonObject, mergePatch } from "../json.ts";
import { err, ok, type Result } from "../result.ts";
import type { EpochMs } from "../time.ts";
import { type ApproverRule, type AutoApproval, dueMsOf, nextStageAt, refusalOfApprover } from "./approvers.ts";
import { AUTO_APPROVAL, type Tally } from "./auto.ts";
import { DUE_MS, type ReviewAction, type ReviewDecision, type ReviewRequest, type Severity } from "./case.ts";
import { lostChanges } from "./changes.ts";
import type { ReviewMessage } from "./message.ts";
import type { NotedJudgement } from "./oversight.ts";
import { shownDigest } from "./shown.ts";
import { askedSuggestion, type Suggestion, suggestionDigest } from "./suggestion.ts";

/** Milliseconds after which an undecided case ends. */
export const LIFETIME_MS = 30 * 24 * 60 * 60_000;
/** Maximum milliseconds between escalations. A case that is critical already cannot rise further; each missed deadline doubles its wait up to this. */
const LONGEST_WAIT_MS = 24 * 60 * 60_000;
/** The actor of an automatic rejection. No user can have this name: user names hold no slash (docs/contract.md, "Conventions"). */
export const EXPIRY = "bulkhead/expiry";
const CLOCK: AuditActor = { type: "system", id: "review-queue" };
const RAISED: { readonly [S in Severity]: Severity } = { medium: "high", high: "critical", critical: "critical" };

/** PERSISTED: the body of a row of `ReviewQueue`. */
export type Case = OpenCase | DecidedCase | ClosedCase;
/** A case that waits for people. */
export type OpenCase = CaseFacts & { readonly status: "pending" | "escalated" };
/** A case that people decided. */
export type DecidedCase = CaseFacts & {
  readonly status: "approved" | "rejected" | "modified";
  readonly decision: ReviewDecision;
  readonly closedAt: EpochMs;
};
/** A case that ended without a decision. */
export type ClosedCase = CaseFacts & { readonly status: "expired" | "cancelled"; readonly closedAt: EpochMs };

type CaseFacts = {
  readonly v: 1;
  readonly id: string;
  readonly request: ReviewRequest;
  /** As asked for, raised by each escalation. */
  readonly severity: Severity;
  readonly openedAt: EpochMs;
  readonly dueAt: EpochMs;
  /** When people are reminded of it; null: they were. Absent in older cases. */
  readonly remindAt?: EpochMs | null;
  readonly escalations: number;
  /** How many of the next in line (`request.rule.next`) have joined. Absent: none. */
  readonly level?: number;
  readonly approvalsNeeded: number;
  /** SHA-256, hex, of what people are shown (shown.ts). Absent in older cases. */
  readonly shown?: string;
  /** A person changed what is proposed, and the others have yet to approve the change. Absent: it is as it was asked for. */
  readonly change?: Change;
  /** What a model would decide. Absent: none was asked. */
  readonly suggestion?: Suggestion;
  /** Of what is proposed now. `root`: absent in older cases. */
  readonly approvals: readonly { readonly by: string; readonly root?: string | null; readonly at: EpochMs }[];
};

/** What a person put in place of the proposal. `digest` is its own, so that a word about what was proposed before does not count for it. */
export type Change = {
  readonly proposal: Json;
  readonly digest: string;
  /** SHA-256, hex, of what people are shown now. */
  readonly shown: string;
  readonly by: string;
  readonly reason: string;
  readonly at: EpochMs;
};

/** One person's word on a case. */
export type Judgement = {
  readonly by: string;
  /** The person at the root of the credential (core/access/person.ts). */
  readonly root: string | null;
  readonly roles: readonly Role[];
  /** The entry of the registry of approvers that is in force for the case now; null: none. */
  readonly rule: ApproverRule | null;
  readonly action: ReviewAction;
  /** Scrubbed of personal data before it comes here. */
  readonly reason: string;
  readonly changes: Json | null;
  /** Of the proposal that the person saw; null: they name none. */
  readonly digest: string | null;
  /** The person could see what a model suggests. Absent: no. */
  readonly sawSuggestion?: boolean;
};

/** What can happen to a case. */
export type CaseEvent =
  | ({ readonly kind: "judged"; readonly at: EpochMs } & Judgement)
  | { readonly kind: "time.came"; readonly at: EpochMs }
  | { readonly kind: "run.ended"; readonly at: EpochMs };

/** What goes on record about a case; `record.ts` makes the audit record of it. */
export type CaseFact = {
  readonly type:
    | "review.requested"
    | "review.approved"
    | "review.decided"
    | "review.judged"
    | "review.suggested"
    | "review.escalated"
    | "review.reminded"
    | "review.expired"
    | "review.cancelled";
  readonly actor: AuditActor;
  readonly decision: "allow" | "deny" | "ask" | null;
  readonly data: JsonObject;
};

/** What follows from a change of a case, outside it. */
export type CaseEffect =
  | { readonly kind: "run.tell"; readonly message: ReviewMessage }
  | { readonly kind: "audit.record"; readonly fact: CaseFact }
  /** Counts what passed without a person. */
  | ({ readonly kind: "tally.add"; readonly operation: string } & Partial<Tally>)
  /** What is known of a reviewer by this judgement. */
  | { readonly kind: "judgement.note"; readonly judgement: NotedJudgement };

/** The case after an event, and what follows from it. */
export type CaseTurn = { readonly state: Case; readonly effects: readonly CaseEffect[] };

/** True while people may still decide. */
export const isOpen = (state: Case): state is OpenCase => state.status === "pending" || state.status === "escalated";

/** When time next does something to the case; null when nothing is left to happen. */
export const wakeAt = (state: Case): EpochMs | null =>
  isOpen(state) ? Math.min(state.dueAt, stageAt(state) ?? state.dueAt, state.remindAt ?? state.dueAt, state.openedAt + LIFETIME_MS) : null;

const stageAt = ({ request, level, openedAt }: OpenCase): EpochMs | null =>
  request.rule === undefined ? null : nextStageAt(request.rule, level ?? 0, openedAt);

/** People are reminded once half of the time is over. */
const halfway = (at: EpochMs, dueAt: EpochMs): EpochMs => at + Math.floor((dueAt - at) / 2);

/** True when no run waits for the case: whatever people decide, nothing is told and nothing follows. */
export const isIdle = ({ request }: Case): boolean => request.sampleOf !== undefined || request.decoy === true;

/** The case that nobody has to decide: it passes at once, by the entry's word. */
export function passCase(id: string, request: ReviewRequest, auto: AutoApproval, at: EpochMs, shown?: string): CaseTurn {
  const opened = openCase(id, request, at, shown);
  const reason = `the risk ${request.risk.score} is below ${auto.risk_below}, which the approvers' entry lets pass`;
  const { proposal, digest } = request;
  const decision: ReviewDecision = { id, action: "approve", by: AUTO_APPROVAL, reason, proposal, digest, at };
  const state: Case = { ...(opened.state as OpenCase), status: "approved", decision, closedAt: at };
  const data = { action: "approve", severity: request.severity, approvals: [], auto: true, risk_below: auto.risk_below };
  const operation = request.rule?.operation ?? "";
  // Nobody is called for what nobody has to decide.
  const alone = opened.effects.map((effect) => withData(effect, { auto: true }));
  const told: CaseEffect = { kind: "run.tell", message: { kind: "review.decided", decision: { ...decision, activity: request.activity } } };
  return {
    state,
    effects: [...alone, told, record("review.decided", CLOCK, "allow", data), { kind: "tally.add", operation, passed: 1 }],
  };
}

const withData = (effect: CaseEffect, data: JsonObject): CaseEffect =>
  effect.kind === "audit.record" ? { ...effect, fact: { ...effect.fact, data: { ...effect.fact.data, ...data } } } : effect;

/** The same question, to be looked at afterwards. */
export const sampleRequest = (request: ReviewRequest, of: string): ReviewRequest => {
  const { rule, ...same } = request;
  const samples = rule === undefined ? {} : { rule: { ...rule, next: [] } };
  return { ...same, ...samples, key: `${request.key}~sample`, sampleOf: of, severity: "medium", modifiable: "nothing", approvalsNeeded: 1 };
};

/** A new case. At least one approval is needed, whatever was asked for. `shown`: the digest of what people are shown. */
export function openCase(id: string, request: ReviewRequest, at: EpochMs, shown?: string): CaseTurn {
  const approvalsNeeded = Math.max(1, request.approvalsNeeded);
  // Nobody waits for an idle case: it is never overdue.
  const idle = request.sampleOf !== undefined || request.decoy === true;
  const dueAt = request.sampleOf !== undefined ? at + LIFETIME_MS : at + (dueMsOf(request.rule) ?? DUE_MS[request.severity]);
  const state: OpenCase = {
    v: 1,
    id,
    request,
    severity: request.severity,
    status: "pending",
    openedAt: at,
    dueAt,
    remindAt: idle ? null : halfway(at, dueAt),
    escalations: 0,
    approvalsNeeded,
    approvals: [],
    ...(shown === undefined ? {} : { shown }),
  };
  const { operation } = request.rule ?? {};
  const named = operation === undefined ? {} : { operation };
  const sample = request.sampleOf === undefined ? {} : { sample_of: request.sampleOf };
  const decoy = request.decoy === true ? { decoy: true } : {};
  const data = { severity: request.severity, approvals_needed: approvalsNeeded, user: request.startedBy, ...named, ...sample, ...decoy };
  return { state, effects: [record("review.requested", { type: "agent", id: request.run }, "ask", data)] };
}

/** What is under review now: what was asked for, or what a person put in its place. */
export const underReview = ({ request, change }: Case): ReviewRequest =>
  change === undefined ? request : { ...request, proposal: change.proposal, digest: change.digest };

/** One event changes a case, or is refused. Total: a closed case refuses every judgement. `sha256`: hex. */
export function transition(state: Case, event: CaseEvent, sha256: (text: string) => string): Result<CaseTurn, Refusal> {
  switch (event.kind) {
    case "judged": {
      const turn = judge(state, event, sha256);
      return turn.ok ? ok(besideSuggestion(state, turn.value, event.sawSuggestion ?? false)) : turn;
    }
    case "time.came":
      return isOpen(state) ? ok(passTime(state, event.at)) : closed(state);
    case "run.ended":
      return isOpen(state) ? ok(cancel(state, event.at)) : closed(state);
  }
}

function judge(state: Case, judgement: Judgement & { readonly at: EpochMs }, sha256: (text: string) => string): Result<CaseTurn, Refusal> {
  const { by, root, roles, rule, action, reason, changes, digest, at } = judgement;
  const holder: Holder = { user: by, root };
  const isSame = action === "reject" || action === "escalate" ? isSameForStopping : isOnePerson;
  if (state.request.starterMay !== true && startersOf(state).some((starter) => isSame(starter, holder))) {
    return err(
      refuse(
        "second_person_required",
        "your key leads back to the person who started this run (their own key, one they made, or one made by whoever made theirs); somebody else has to decide, with a key that another admin or the platform admin made",
      ),
    );
  }
  if (!isOpen(state)) return closed(state);
  // Whoever sees a case may call for somebody higher; to decide it takes an approver.
  const outsider = action === "escalate" ? null : refusalOfApprover(rule, state.level ?? 0, { user: by, roles });
  if (outsider !== null) return err(outsider);
  const stale = staleDigest(state, action, digest);
  if (stale !== null) return err(stale);
  if (isIdle(state)) return judgeIdle(state, judgement);
  if (action !== "modify" && changes !== null) return err(misplaced("only `modify` takes changes"));
  switch (action) {
    case "escalate":
      if (state.status === "escalated" && state.severity === "critical" && stageAt(state) === null) {
        return err(refuse("conflict", "the review is already at its highest escalation level"));
      }
      return ok(escalate(state, { type: "user", id: by }, at, stageAt(state) !== null));
    case "reject":
      return ok(decide(state, "rejected", { action, by, reason, proposal: state.request.proposal, at }));
    case "modify":
      if (changes === null) return err(misplaced("`modify` needs changes"));
      return (
        refuseLost(underReview(state), changes) ??
        ok(changeProposal(state, { by, root, reason, at }, mergePatch(underReview(state).proposal, changes), sha256))
      );
    case "approve": {
      const own = state.approvals.find((given) => isOnePerson({ user: given.by, root: given.root ?? null }, holder));
      if (own !== undefined) return err(refusalOfSameApprover(own.by, by));
      const approvals = [...state.approvals, { by, root, at }];
      if (approvals.length >= state.approvalsNeeded) {
        const { proposal } = underReview(state);
        return ok(
          state.change === undefined
            ? decide({ ...state, approvals }, "approved", { action, by, reason, proposal, at })
            : decide({ ...state, approvals }, "modified", { action: "modify", by, reason, proposal, at, judged: action }),
        );
      }
      const data = { approvals: approvals.length, approvals_needed: state.approvalsNeeded };
      const effects = [record("review.approved", { type: "user", id: by }, null, data), noted(state, by, action, at, null)];
      return ok({ state: { ...state, approvals }, effects });
    }
  }
}

/** Who repeats their own word is told that it counts already; a key that leads back to the one who approved is no second person. */
const refusalOfSameApprover = (approver: string, by: string): Refusal =>
  approver === by
    ? refuse("conflict", "this person has already approved it")
    : refuse(
        "second_person_required",
        "your key leads back to the person who has already approved this (one made the other's key, or one person made both); somebody else has to approve, with a key that another admin or the platform admin made",
      );

/** A word about an older proposal is not one about this. Once a person has changed it, who agrees has to say to what. */
function staleDigest(state: OpenCase, action: ReviewAction, digest: string | null): Refusal | null {
  if (digest !== null && digest !== underReview(state).digest)
    return refuse("conflict", "the digest does not match the proposal under review");
  const { change } = state;
  if (change === undefined || digest !== null || action === "reject" || action === "escalate") return null;
  return refuse("conflict", `${change.by} changed the proposal: read the review again and send its \`digest\``);
}

/**
 * Where one word is enough, the change is decided; otherwise it takes the place of the proposal, and whoever approved what was proposed
 * before has to approve this, too.
 */
function changeProposal(
  state: OpenCase,
  { by, root, reason, at }: Pick<Judgement, "by" | "root" | "reason"> & { readonly at: EpochMs },
  proposal: Json,
  sha256: (text: string) => string,
): CaseTurn {
  const approvals = [{ by, root, at }];
  if (state.approvalsNeeded === 1) return decide(state, "modified", { action: "modify", by, reason, proposal, at });
  const digest = sha256(canonicalJson({ of: state.request.digest, proposal }));
  const shown = shownDigest({ ...state.request, proposal, digest }, sha256);
  const data = { action: "modify", approvals: 1, approvals_needed: state.approvalsNeeded };
  return {
    state: { ...state, approvals, change: { proposal, digest, shown, by, reason, at } },
    effects: [
      record("review.approved", { type: "user", id: by }, null, data),
      noted(state, by, "modify", at, othersAgreed(state, by, "modify")),
    ],
  };
}

/** The entry of a judgement says what a model had suggested, and whether the person could know. */
function besideSuggestion({ suggestion, ...state }: Case, turn: CaseTurn, seen: boolean): CaseTurn {
  if (suggestion?.status !== "ready" || suggestion.digest !== underReview(state).digest) return turn;
  const more = { suggested: suggestion.action, suggestion_seen: seen };
  const noted = (effect: CaseEffect): CaseEffect =>
    effect.kind === "judgement.note"
      ? { ...effect, judgement: { ...effect.judgement, suggested: { action: suggestion.action, seen } } }
      : effect.kind === "audit.record" && effect.fact.actor.type === "user"
        ? { ...effect, fact: { ...effect.fact, data: { ...effect.fact.data, ...more } } }
        : effect;
  return { ...turn, effects: turn.effects.map(noted) };
}

/** A model is about to be asked about an open case; null: it was already, or there is nothing to ask. */
export function askSuggestion(state: Case, at: EpochMs): OpenCase | null {
  if (!isOpen(state)) return null;
  const suggestion = askedSuggestion(state.suggestion, underReview(state).digest, at);
  return suggestion === null ? null : { ...state, suggestion };
}

/**
 * What came of asking a model. A word about an older proposal, or about a case that is decided, is not kept. Whoever reads the log may be about
 * to judge the case: it has the digest of the suggestion, and the entry of a judgement what was suggested.
 */
export function takeSuggestion(state: Case, said: Suggestion, sha256: (text: string) => string): CaseTurn | null {
  if (!isOpen(state) || state.suggestion?.status !== "asked" || state.suggestion.digest !== said.digest) return null;
  const suggestion = { ...said, attempts: state.suggestion.attempts };
  const data =
    said.status === "ready"
      ? { model: said.model, suggestion: suggestionDigest(state.id, said, sha256) }
      : { failed: said.status === "failed" ? said.why : "" };
  const actor: AuditActor = { type: "system", id: "assisted-review" };
  return { state: { ...state, suggestion }, effects: [record("review.suggested", actor, null, data)] };
}

/** A sample or a decoy: the judgement is kept and counted, and nothing else comes of it. A decoy asks to be refused. */
function judgeIdle(state: OpenCase, { by, action, reason, at }: Judgement & { readonly at: EpochMs }): Result<CaseTurn, Refusal> {
  const { request } = state;
  const isDecoy = request.decoy === true;
  if (action === "modify" || (action === "escalate" && !isDecoy))
    return err(
      refuse("conflict", "this has passed already and is looked at afterwards: approve it, or reject it if it should not have passed"),
    );
  const { proposal, digest } = request;
  const verdict = action === "approve" ? "approve" : "reject";
  const decision: ReviewDecision = { id: state.id, action: verdict, by, reason, proposal, digest, at };
  const operation = request.rule?.operation ?? "";
  const data = { action, ...(isDecoy ? { decoy: true } : { sample_of: request.sampleOf ?? null, operation }) };
  const counted: CaseEffect[] = isDecoy ? [] : [{ kind: "tally.add", operation, judged: 1, wrong: action === "reject" ? 1 : 0 }];
  return ok({
    state: { ...state, status: verdict === "approve" ? "approved" : "rejected", decision, closedAt: at },
    effects: [
      record("review.judged", { type: "user", id: by }, null, data),
      noted(state, by, verdict, at, isDecoy ? verdict === "reject" : null),
      ...counted,
    ],
  });
}

/** `agreed`: with what there was to agree with; null: nothing. */
const noted = (state: OpenCase, by: string, action: NotedJudgement["action"], at: EpochMs, agreed: boolean | null): CaseEffect => ({
  kind: "judgement.note",
  judgement: {
    ...{ by, action, agreed, at },
    kind: state.request.decoy === true ? "decoy" : state.request.sampleOf === undefined ? "review" : "sample",
    tookMs: Math.max(0, at - state.openedAt),
  },
});

/**
 * The platform's own key is at the root of every key it hands out, so whoever got one cannot approve what that key started. To reject
 * it, or to call for somebody higher, takes no second person: it stops what was asked, as its starter could by cancelling.
 */
const isSameForStopping = (starter: Holder, holder: Holder): boolean =>
  isOnePerson(starter, holder) && !(starter.user === PLATFORM_ADMIN_USER && holder.user !== PLATFORM_ADMIN_USER && isOwnSignIn(holder));

/** The person who started what is under review, and the run's own user. */
const startersOf = ({ request }: Case): readonly Holder[] => [{ user: request.startedBy, root: null }, ...(request.starters ?? [])];

/** `judged`: what the person did, where that is not what was decided: to approve another's change. */
type Verdict = Omit<ReviewDecision, "id" | "digest"> & { readonly judged?: NotedJudgement["action"] };

function decide(state: OpenCase, status: DecidedCase["status"], verdict: Verdict): CaseTurn {
  const { action, by, reason, proposal, at, judged = action } = verdict;
  const decision: ReviewDecision = { id: state.id, action, by, reason, proposal, digest: state.request.digest, at };
  return {
    state: { ...state, status, decision, closedAt: at },
    effects: [
      tell(decision, state),
      noted(state, by, judged, at, othersAgreed(state, by, judged)),
      record("review.decided", { type: "user", id: by }, action === "reject" ? "deny" : "allow", {
        action,
        severity: state.severity,
        approvals: state.approvals.map((approval) => approval.by),
      }),
    ],
  };
}

/** Whether this decision agrees with the approvals before it: rejecting or changing what was approved disagrees. null: nobody had decided before. */
function othersAgreed({ approvals }: OpenCase, by: string, action: NotedJudgement["action"]): boolean | null {
  const others = approvals.filter((one) => one.by !== by);
  return others.length === 0 ? null : action === "approve";
}

function passTime(state: OpenCase, at: EpochMs): CaseTurn {
  if (isIdle(state)) return at >= state.dueAt ? expireIdle(state, at) : { state, effects: [] };
  if (at >= state.openedAt + LIFETIME_MS) return expire(state, at);
  const stage = stageAt(state);
  if (stage !== null && at >= stage) return escalate(state, CLOCK, at, true);
  if (at >= state.dueAt) return escalate(state, CLOCK, at, false);
  if (typeof state.remindAt === "number" && at >= state.remindAt) return remind(state);
  return { state, effects: [] };
}

function remind(state: OpenCase): CaseTurn {
  const data = { severity: state.severity, user: state.request.startedBy };
  return { state: { ...state, remindAt: null }, effects: [record("review.reminded", CLOCK, null, data)] };
}

/** `joins`: the next in line may decide from now on. */
function escalate(state: OpenCase, actor: AuditActor, at: EpochMs, joins: boolean): CaseTurn {
  const severity = RAISED[state.severity];
  const rose = severity !== state.severity;
  const base = dueMsOf(state.request.rule) ?? DUE_MS[severity];
  const wait = rose ? base : Math.min(base * 2 ** state.escalations, Math.max(base, LONGEST_WAIT_MS));
  const level = state.level ?? 0;
  const next = joins ? state.request.rule?.next[level] : undefined;
  const to = next === undefined ? {} : { to: [...next.roles, ...next.users] };
  const raised = next === undefined ? {} : { level: level + 1 };
  const dueAt = at + wait;
  return {
    state: { ...state, status: "escalated", severity, dueAt, remindAt: halfway(at, dueAt), escalations: state.escalations + 1, ...raised },
    effects: [
      { kind: "run.tell", message: { kind: "review.escalated", id: state.id, activity: state.request.activity, severity, at } },
      record("review.escalated", actor, null, { from: state.severity, severity, user: state.request.startedBy, ...to }),
    ],
  };
}

const expireIdle = (state: OpenCase, at: EpochMs): CaseTurn => ({
  state: { ...state, status: "expired", closedAt: at },
  effects: [record("review.expired", CLOCK, null, { severity: state.severity, user: state.request.startedBy })],
});

/** INVARIANT: what nobody decided is never an approval; the waiting step fails with a no that names no person. */
function expire(state: OpenCase, at: EpochMs): CaseTurn {
  const { proposal, digest } = state.request;
  const reason = "nobody decided within 30 days";
  return {
    state: { ...state, status: "expired", closedAt: at },
    effects: [
      tell({ id: state.id, action: "reject", by: EXPIRY, reason, proposal, digest, at }, state),
      record("review.expired", CLOCK, "deny", { severity: state.severity, user: state.request.startedBy }),
    ],
  };
}

function cancel(state: OpenCase, at: EpochMs): CaseTurn {
  return {
    state: { ...state, status: "cancelled", closedAt: at },
    effects: [
      record("review.cancelled", { type: "agent", id: state.request.run }, null, {
        severity: state.severity,
        user: state.request.startedBy,
      }),
    ],
  };
}

const tell = (decision: ReviewDecision, state: OpenCase): CaseEffect => ({
  kind: "run.tell",
  message: { kind: "review.decided", decision: { ...decision, activity: state.request.activity } },
});

const record = (type: CaseFact["type"], actor: AuditActor, decision: CaseFact["decision"], data: JsonObject): CaseEffect => ({
  kind: "audit.record",
  fact: { type, actor, decision, data },
});

const closed = (state: Case): Result<CaseTurn, Refusal> => err(refuse("conflict", `the review is already ${state.status}`));

function refuseLost(request: ReviewRequest, changes: Json): Result<never, Refusal> | null {
  const flaws = lostChanges(request, changes);
  return flaws.length === 0 ? null : err(refuse("invalid_request", "the changes would have no effect", flaws));
}

const misplaced = (message: string): Refusal =>
  refuse("invalid_request", "`action` and `changes` do not fit together", [{ path: "/changes", message }]);
