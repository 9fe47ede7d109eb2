/** Tells of a log that signs nothing any more: in the platform's log, to whom the org has notified, and on record for when it goes on. */
import { type AuditRecord, auditRecord } from "../../core/audit/record.ts";
import { mintId } from "../../core/ids.ts";
import type { Json } from "../../core/json.ts";
import { errorName, type Log, logLine } from "../../core/telemetry/log-line.ts";
import type { EpochMs } from "../../core/time.ts";
import type { Fork } from "../../durable-objects/audit-log/audit-log.ts";

/** What an alert goes through. */
export type ForkAlertPorts = {
  readonly now: () => EpochMs;
  readonly random: (bytes: number) => Uint8Array;
  readonly log: Log;
  /** Into the outbox of the store: it waits there as long as the log takes nothing. */
  readonly record: (org: string, record: AuditRecord) => Promise<void>;
  readonly notify: (org: string, notice: { readonly id: string; readonly type: string; readonly data: Json }) => Promise<unknown>;
};

/** Never throws: what cannot be told is in the log. */
export const defineForkAlert =
  (ports: ForkAlertPorts) =>
  async (org: string, { kind, size, publishedSize }: Fork): Promise<void> => {
    ports.log(logLine("audit.forked", { org, result: kind, counts: { size, published_size: publishedSize ?? 0 } }));
    const at = ports.now();
    const id = mintId("evt", at, ports.random(10));
    const data = { why: kind, size, published_size: publishedSize };
    const fact = {
      id,
      at,
      type: "audit.forked",
      actor: { type: "system", id: "audit-log" },
      action: "audit.publish",
      resource: "audit",
    } as const;
    try {
      await ports.record(org, auditRecord({ ...fact, decision: "deny", data }));
      await ports.notify(org, { id, type: fact.type, data });
    } catch (error) {
      ports.log(logLine("audit.not_alerted", { org, error: errorName(error) }));
    }
  };
