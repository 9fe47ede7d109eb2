/** How other rooms reach an org's audit log. The stub's mapped type recurses through `Json` without end; this one does not. */
import type { AuditLog } from "./audit-log.ts";

export type AuditLogRpc = Pick<AuditLog, "append" | "integrated" | "head">;

export const auditLogOf = (namespace: DurableObjectNamespace<AuditLog>, org: string): AuditLogRpc =>
  namespace.getByName(org) as unknown as AuditLogRpc;
