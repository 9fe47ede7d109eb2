/** How other rooms reach an org's audit log. */
import { stubsOf } from "../kit/stub.ts";
import type { AuditLog } from "./audit-log.ts";

/** An org's audit log. */
export const auditLogOf = stubsOf<AuditLog, "append" | "integrated" | "head">();
