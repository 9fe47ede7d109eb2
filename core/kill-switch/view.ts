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
  /**
   * Work under an active switch that has not ended: open calls of models and tools, whoever made them, and runs that the index shows as
   * running or compensating and that have no open call. One under two switches counts for each, unless one switch contains the other.
   */
  in_flight: number;
  /** When the last call was closed and nothing was in flight any more under any active switch; null before that, and when no switch is active. */
  drained_at: string | null;
};
