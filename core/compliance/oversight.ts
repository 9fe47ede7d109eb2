/** Human oversight of a period, as the numbers of audit entries show it. */

/** Counts of what people were asked and decided. */
export type Oversight = { readonly [figure: string]: number };

/** By types of entries: what people were asked, what became of it, and what was stopped. */
export function oversightOf(byType: { readonly [type: string]: number }): Oversight {
  const of = (...prefixes: string[]): number =>
    Object.entries(byType).reduce((sum, [type, entries]) => sum + (prefixes.some((prefix) => type.startsWith(prefix)) ? entries : 0), 0);
  return {
    runs_started: of("run.created"),
    reviews_opened: of("review.opened", "review.requested"),
    reviews_decided: of("review.decided"),
    reviews_escalated: of("review.escalated"),
    overrides: of("override."),
    kills: of("kill."),
    hand_overs: of("escalation."),
  };
}
