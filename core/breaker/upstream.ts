/**
 * The health of one upstream that several orgs call: a breaker of each org's own, from its own calls, and one for all. An org's calls
 * close nothing to the others: what counts for all comes from several orgs. Pure.
 */
import type { EpochMs } from "../time.ts";
import {
  type Admission,
  admit,
  type BreakerRule,
  type BreakerState,
  type BreakerView,
  type CallOutcome,
  CLOSED,
  opened,
  report,
  UPSTREAM_RULE,
  viewOf,
} from "./breaker.ts";

/** How many of one org's failures count for all: it takes more than one org to open the breaker for all. */
export const FAILURES_OF_ONE_ORG = UPSTREAM_RULE.failures / 2;
/** Orgs remembered; the one whose last failure is oldest makes room. */
const CAPACITY = 1_000;

/** PERSISTED: the body of the row of `breaker`. Lists by org, the org that failed last at the end. */
export type UpstreamState = {
  readonly v: 2;
  /** For all. While it is not closed it alone decides. */
  readonly shared: BreakerState;
  readonly own: readonly (readonly [org: string, state: BreakerState])[];
  /** When each org's last failures happened, oldest first: what may open the one for all. */
  readonly evidence: readonly (readonly [org: string, failures: readonly EpochMs[]])[];
};

/** An upstream that failed nobody. */
export const WELL: UpstreamState = { v: 2, shared: CLOSED, own: [], evidence: [] };

/** The state as it was stored; version 1 had one breaker for all orgs. */
export const readUpstream = (body: UpstreamState | BreakerState): UpstreamState => {
  if (body.v === 2) return body;
  return body.phase === "closed" ? WELL : { ...WELL, shared: body };
};

type Asked = { readonly state: UpstreamState; readonly admission: Admission };

/** May a call of this org go out? `probeMs`: how long it takes at most, if it is let through as a probe. */
export function admitOrg(state: UpstreamState, org: string, at: EpochMs, probeMs: number): Asked {
  if (state.shared.phase !== "closed") {
    const { state: shared, admission } = admit(state.shared, at, probeMs);
    return { state: shared === state.shared ? state : { ...state, shared }, admission };
  }
  const before = ownOf(state, org);
  const { state: own, admission } = admit(before, at, probeMs);
  return { state: own === before ? state : withOwn(state, org, own), admission };
}

/** The end of a call of this org; `chance` as in `report`. `rule`: of the org's own breaker; the one for all keeps `UPSTREAM_RULE`. */
export function reportOrg(
  state: UpstreamState,
  org: string,
  outcome: CallOutcome,
  probe: number | null,
  at: EpochMs,
  chance: number,
  rule: BreakerRule = UPSTREAM_RULE,
): UpstreamState {
  if (state.shared.phase !== "closed") {
    const shared = report(state.shared, outcome, probe, at, chance);
    return shared === state.shared ? state : { ...state, shared };
  }
  const before = ownOf(state, org);
  const own = report(before, outcome, probe, at, chance, rule);
  const next = own === before ? state : withOwn(state, org, own);
  // Probes that were answered: what the org had to say against the upstream is over.
  if (own === CLOSED && before !== CLOSED) return { ...next, evidence: next.evidence.filter(([name]) => name !== org) };
  if (outcome !== "bad") return next;
  const evidence = withEvidence(next.evidence, org, at);
  const failures = evidence.reduce((sum, [, times]) => sum + times.length, 0);
  // What is known of each org's own calls is part of it; afterwards every org starts again.
  return failures >= UPSTREAM_RULE.failures ? { ...WELL, shared: opened(1, at, chance) } : { ...next, evidence };
}

/** What holds for this org for a while. */
export const viewOfOrg = (state: UpstreamState, org: string, at: EpochMs): BreakerView =>
  viewOf(state.shared.phase === "closed" ? ownOf(state, org) : state.shared, at);

const ownOf = ({ own }: UpstreamState, org: string): BreakerState => own.find(([name]) => name === org)?.[1] ?? CLOSED;

function withOwn(state: UpstreamState, org: string, own: BreakerState): UpstreamState {
  const others = state.own.filter(([name]) => name !== org);
  const kept = own === CLOSED ? others : [...others, [org, own] as const].slice(-CAPACITY);
  return { ...state, own: kept };
}

function withEvidence(evidence: UpstreamState["evidence"], org: string, at: EpochMs): UpstreamState["evidence"] {
  const fresh = (times: readonly EpochMs[]): readonly EpochMs[] => times.filter((time) => at - time < UPSTREAM_RULE.windowMs);
  const mine = [...fresh(evidence.find(([name]) => name === org)?.[1] ?? []), at].slice(-FAILURES_OF_ONE_ORG);
  const others = evidence.flatMap(([name, times]) => (name === org || fresh(times).length === 0 ? [] : [[name, fresh(times)] as const]));
  return [...others, [org, mine] as const].slice(-CAPACITY);
}
