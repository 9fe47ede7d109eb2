/** How other rooms reach an org's audit log. */
import { stubsOf, type Verbs } from "../kit/stub.ts";
import type { AuditLog } from "./audit-log.ts";

type Verb =
  | "append"
  | "followKey"
  | "integrated"
  | "head"
  | "standing"
  | "checkpoint"
  | "proof"
  | "proofs"
  | "consistency"
  | "subtrees"
  | "tile";

/** What other rooms may ask of an org's audit log. */
export type AuditLogRpc = Verbs<AuditLog, Verb>;

/** An org's audit log. */
export const auditLogOf = stubsOf<AuditLog, Verb>();
