/** What the alerts are computed from: sums that the index holds, over windows that end now. */

import type { Burns } from "../health/burn.ts";

/** Of one workflow. */
export type WorkflowSums = {
  readonly workflow: string;
  /** Runs that ended in five minutes, and those of them that did not complete (cancelled ones left out). */
  readonly ended5m: number;
  readonly failed5m: number;
  /** Seconds from start to end of each run that ended in ten minutes. */
  readonly seconds10m: readonly number[];
  /** The same for an hour. */
  readonly seconds1h: readonly number[];
  /** What each run that ended in an hour cost, in parts of its budget. */
  readonly ofBudget1h: readonly number[];
};

/** A workflow whose definition has a service level, and how fast it burns its error budget. */
export type SloSums = {
  readonly workflow: string;
  readonly burns: Burns /** null: it has no objective of time. */;
  readonly p95Ms: number | null;
};

/** Of one org. */
export type AlertSums = {
  readonly workflows: readonly WorkflowSums[];
  readonly usd1h: number;
  readonly violations5m: number;
  /** Answers of models in which personal data was found, and all answers. */
  readonly leaks1h: number;
  readonly answers1h: number;
  /** Runs that are queued, running, compensating or paused. */
  readonly moving: number;
  /** Active switches that concern the org; drills are none. */
  readonly switches: number;
  /** Age of the oldest record that is not in the audit log. */
  readonly auditLagSeconds: number;
  readonly deadLetters: number;
  /** Runs that are queued, running or compensating and began more than an hour ago. */
  readonly stuck: number;
  readonly overdueReviews: number;
  readonly slos: readonly SloSums[];
  /** How fast the edge burns its budget; of the org `default` alone, whose people run the deployment. */
  readonly edge: Burns | null;
};

/** An org in which nothing happens. */
export const QUIET: AlertSums = {
  ...{ workflows: [], usd1h: 0, violations5m: 0, leaks1h: 0, answers1h: 0, moving: 0, switches: 0 },
  ...{ auditLagSeconds: 0, deadLetters: 0, stuck: 0, overdueReviews: 0, slos: [], edge: null },
};
