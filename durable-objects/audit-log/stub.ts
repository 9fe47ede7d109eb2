/** How other rooms reach an org's audit log. */
import type { AuditLog } from "./audit-log.ts";

/** What the object answers. The stub's mapped type recurses through `Json` without end; this one does not. */
export type AuditLogRpc = Pick<AuditLog, "append" | "pending" | "integrated" | "head">;

export const auditLogOf = (namespace: DurableObjectNamespace<AuditLog>, org: string): AuditLogRpc =>
  namespace.getByName(org) as unknown as AuditLogRpc;
