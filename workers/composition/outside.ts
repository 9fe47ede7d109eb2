/** The outside of the whole platform: the network, the clock, chance, and where log lines go. Tests bring their own. */

import type { Log } from "../../core/telemetry/log-line.ts";
import type { EpochMs } from "../../core/time.ts";

/** Everything that is not the platform. */
export type Outside = {
  readonly fetch: typeof fetch;
  readonly now: () => EpochMs;
  readonly random: (bytes: number) => Uint8Array;
  readonly log: Log;
};
