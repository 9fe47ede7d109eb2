import type { AuditLogPorts } from "../../../durable-objects/audit-log/audit-log.ts";
import { FAR } from "../far.ts";

/** What the outside world does to this room in the current test: tests replace what they script. */
export const auditLogWorld: { -readonly [K in keyof AuditLogPorts]: AuditLogPorts[K] } = { now: () => FAR };
