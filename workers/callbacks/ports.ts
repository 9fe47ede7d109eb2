/** What callbacks need from outside. */
import type { OrgSettings } from "../../core/org/settings.ts";
import type { Log } from "../../core/telemetry/log-line.ts";
import type { EpochMs } from "../../core/time.ts";

export type CallbackPorts = {
  readonly settings: (org: string) => Promise<Pick<OrgSettings, "callback_hosts">>;
  /** Opened by the credential broker, newest first; empty: the org has none. Throws when one does not open. */
  readonly secrets: (org: string) => Promise<readonly string[]>;
  readonly fetch: typeof fetch;
  readonly now: () => EpochMs;
  readonly allowPrivateHosts: boolean;
  readonly log: Log;
};
