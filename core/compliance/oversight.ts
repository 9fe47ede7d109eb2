/**
 * Human oversight of a period (EU AI Act, Art. 14): what the numbers of audit entries show, and the figures of the people who oversee. Pure.
 */
import { type ErrorRate, errorRate, type Tally } from "../review/auto.ts";
import type { ReviewerFigures } from "../review/oversight.ts";
import { countOf, type Kinds } from "./entry-kind.ts";

/** Counts of what people were asked and decided. */
export type Oversight = { readonly [figure: string]: number };

/**
 * By kinds of entries (entry-kind.ts): what people were asked, what became of it, and what was stopped by whom. What passed without a person, a
 * decoy, a sample and a drill's runs are none of these; they have figures of their own.
 */
export function oversightOf(kinds: Kinds): Oversight {
  const of = (...patterns: string[]): number => countOf(kinds, patterns).entries;
  const alone = of("review.decided alone");
  return {
    runs_started: of("run.created"),
    reviews_opened: Math.max(0, of("review.requested question") - alone),
    reviews_decided: of("review.decided people"),
    reviews_passed_without_a_person: alone,
    reviews_judged_afterwards: of("review.judged"),
    reviews_reminded: of("review.reminded"),
    reviews_escalated: of("review.escalated"),
    reviews_expired: of("review.expired"),
    suggestions: of("review.suggested"),
    overrides_requested: of("override.requested"),
    overrides_approved: of("override.approved"),
    runs_paused: of("run.paused person"),
    runs_paused_with_their_parent: of("run.paused parent"),
    runs_held_by_kill_switches: of("run.paused switch"),
    kills: of("kill_switch.thrown") - of("kill_switch.thrown again"),
    recoveries: of("kill_switch.recovered"),
    drills: of("kill_switch.drilled"),
    runs_of_drills: of("run.created drill"),
    escalations: of("escalation.raised"),
  };
}

/** What is known of those who oversee, besides the log. */
export type OversightFacts = {
  /** Of the judgements of the period, as far as they are kept. */
  readonly reviewers: readonly ReviewerFigures[];
  /** By operation, since the org began. */
  readonly tallies: { readonly [operation: string]: Tally };
};

/** Those figures as an export has them. */
export type OversightFigures = {
  readonly reviewers: readonly ReviewerFigures[];
  readonly all_reviewers: {
    readonly judged: number;
    readonly agreement: { readonly of: number; readonly agreed: number };
    readonly decoys: { readonly of: number; readonly caught: number };
    readonly suggestions: { readonly of: number; readonly followed: number; readonly seen: number };
  };
  readonly passed_without_a_person: readonly (Tally & { readonly operation: string; readonly error_rate: ErrorRate | null })[];
};

/** The figures of the people who oversee, each for itself and together. */
export function oversightFigures({ reviewers, tallies }: OversightFacts): OversightFigures {
  const sum = (of: (one: ReviewerFigures) => number): number => reviewers.reduce((total, one) => total + of(one), 0);
  return {
    reviewers,
    all_reviewers: {
      judged: sum(({ judged }) => judged),
      agreement: { of: sum(({ agreement }) => agreement.of), agreed: sum(({ agreement }) => agreement.agreed) },
      decoys: { of: sum(({ decoys }) => decoys.of), caught: sum(({ decoys }) => decoys.caught) },
      suggestions: {
        of: sum(({ suggestions }) => suggestions.of),
        followed: sum(({ suggestions }) => suggestions.followed),
        seen: sum(({ suggestions }) => suggestions.seen),
      },
    },
    passed_without_a_person: Object.entries(tallies)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([operation, tally]) => ({ operation, ...tally, error_rate: errorRate(tally) })),
  };
}
