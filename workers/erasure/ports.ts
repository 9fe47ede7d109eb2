/** What erasing needs from outside. */
import type { RunErasers, StoreErasers } from "../../core/keeping/stores.ts";
import type { Log } from "../../core/telemetry/log-line.ts";
import type { EpochMs } from "../../core/time.ts";
import type { ErasureStore } from "../store/erasures.ts";

/** What erasing needs from outside. */
export type ErasurePorts = {
  readonly now: () => EpochMs;
  readonly random: (bytes: number) => Uint8Array;
  readonly log: Log;
  readonly wait: (ms: number) => Promise<void>;
  readonly store: ErasureStore;
  readonly persons: StoreErasers;
  readonly runs: RunErasers;
  /** Destroys the key that came since the person's own, unless something is kept under it; what was recorded up to `until` makes no other. */
  readonly forgetName: (org: string, subject: string, until: EpochMs) => Promise<void>;
  /** Whether this deployment exports traces: their collector's owner has to erase them there. */
  readonly exportsTraces: boolean;
  /** Tells the addresses in the org's `notify`. */
  readonly notify: (
    org: string,
    notice: { readonly id: string; readonly type: string; readonly data: Record<string, string | number | boolean> },
  ) => Promise<void>;
};
