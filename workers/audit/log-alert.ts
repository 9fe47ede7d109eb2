/** Tells of an audit log that cannot be trusted as it is: in the platform's log, to whom the org has notified, and on record for when it goes on. */
import { type AuditRecord, auditRecord } from "../../core/audit/record.ts";
import { mintId } from "../../core/ids.ts";
import type { JsonObject } from "../../core/json.ts";
import type { Notice } from "../../core/notice/notice.ts";
import { errorName, type Log, type LogLine, logLine } from "../../core/telemetry/log-line.ts";
import type { EpochMs } from "../../core/time.ts";
import type { Fork } from "../../durable-objects/audit-log/audit-log.ts";

/** What an alert goes through. */
export type LogAlertPorts = {
  readonly now: () => EpochMs;
  readonly random: (bytes: number) => Uint8Array;
  readonly log: Log;
  /** Into the outbox of the store: it waits there as long as the log takes nothing. */
  readonly record: (org: string, record: AuditRecord) => Promise<void>;
  readonly notify: (org: string, notice: Notice) => Promise<unknown>;
};

/**
 * What is wrong. `forked`: R2 has another history than the log's object. `broken`: what is stored is not what was sequenced, first found at
 * `seq`. `key_not_introduced`: it is signed with a key that the one before did not introduce.
 */
export type LogAlarm =
  | { readonly type: "audit.forked"; readonly fork: Fork }
  | { readonly type: "audit.broken"; readonly seq: number; readonly code: string }
  | { readonly type: "audit.key_not_introduced"; readonly keyId: string };

/** The alarm's data, the line of the platform's log, and what the same alarm has in common however often it is given. */
function told(org: string, alarm: LogAlarm): { readonly data: JsonObject; readonly line: LogLine; readonly same: string } {
  switch (alarm.type) {
    case "audit.forked": {
      const { kind, size, publishedSize } = alarm.fork;
      const line = logLine("audit.forked", { org, result: kind, counts: { size, published_size: publishedSize ?? 0 } });
      return { data: { why: kind, size, published_size: publishedSize }, line, same: `${kind}/${publishedSize}` };
    }
    case "audit.broken": {
      const { seq, code } = alarm;
      return { data: { why: code, seq }, line: logLine("audit.broken", { org, seqs: [seq], code }), same: `${code}/${seq}` };
    }
    case "audit.key_not_introduced":
      return {
        data: { why: "key_not_introduced", key_id: alarm.keyId },
        line: logLine("audit.key_not_introduced", { org, key_id: alarm.keyId }),
        same: alarm.keyId,
      };
  }
}

/** Never throws: what cannot be told is in the log. */
export const defineLogAlert =
  (ports: LogAlertPorts) =>
  async (org: string, alarm: LogAlarm): Promise<void> => {
    const { data, line, same } = told(org, alarm);
    ports.log(line);
    const at = ports.now();
    const id = mintId("evt", at, ports.random(10));
    const { type } = alarm;
    const fact = { id, at, type, actor: { type: "system", id: "audit-log" }, action: "audit.check", resource: "audit" } as const;
    try {
      await ports.record(org, auditRecord({ ...fact, decision: "deny", data }));
      await ports.notify(org, { id, type, severity: "critical", dedup: `${type}/${same}`, data });
    } catch (error) {
      ports.log(logLine("audit.not_alerted", { org, error: errorName(error) }));
    }
  };
