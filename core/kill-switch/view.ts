/** A kill switch as the HTTP contract shows it (docs/contract.md, "People and control"). */
export type SwitchView = {
  id: string;
  /** `all`, `org:acme`, `workflow:refund` … */
  scope: string;
  active: boolean;
  /** The count of throws and recoveries when this switch last changed. */
  epoch: number;
  /** Who changed it last, and when: who threw it, or who approved its recovery. `dashboard`: the flag was set by hand. */
  by: string;
  at: string;
};

/** All switches that the caller may see, and what is still in flight. */
export type SwitchesView = {
  switches: SwitchView[];
  /** Runs under an active switch that the index shows as running or compensating; one under two switches counts for each. */
  in_flight: number;
  /** When nothing was in flight any more under any active switch; null before that, and when no switch is active. */
  drained_at: string | null;
};
