/** How long a model is expected to take: what its developer registered, corrected by what was measured. */

/** A model's measured latency. `ms`: milliseconds of a whole answer. */
export type Measured = {
  readonly ms: number;
  /** Answers that it comes from. */
  readonly answers: number;
};

/** The registered time counts like `REGISTERED_WEIGHT` measured answers; at most `MOST_ANSWERS` answers are counted. */
const REGISTERED_WEIGHT = 3;
const MOST_ANSWERS = 20;

/** null: nobody knows. */
export function expectedLatencyMs(registered: number | null, measured: Measured | null): number | null {
  if (measured === null || measured.answers === 0) return registered;
  if (registered === null) return measured.ms;
  const answers = Math.min(measured.answers, MOST_ANSWERS);
  return (registered * REGISTERED_WEIGHT + measured.ms * answers) / (REGISTERED_WEIGHT + answers);
}
