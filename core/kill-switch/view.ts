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
  /** Why it was thrown, scrubbed of personal data. null: it is `all`, and the caller is no admin of the platform (the reason may name other orgs). */
  reason: string | null;
  /** Who threw it last while it was active already. Absent: nobody did. */
  thrown_again?: { by: string; at: string; reason: string | null };
};

/** A request to lift a switch that waits for a second person. */
export type RecoveryView = {
  id: string;
  /** The switch that it would lift. */
  switch: string;
  scope: string;
  reason: string;
  by: string;
  at: string;
  /** After this it is void. */
  expires_at: string;
};

/** All switches that the caller may see, and what is still in flight. */
export type SwitchesView = {
  switches: SwitchView[];
  /** Requests for recovery that somebody may still approve, newest first; those of `all` only for admins of the platform, who alone approve them. */
  recoveries: RecoveryView[];
  /**
   * Work under an active switch that has not ended: open calls of models and tools, whoever made them, and runs that the index shows as
   * running or compensating and that have no open call. One under two switches counts for each, unless one switch contains the other.
   */
  in_flight: number;
  /** When the last call was closed and nothing was in flight any more under any active switch; null before that, and when no switch is active. */
  drained_at: string | null;
};
