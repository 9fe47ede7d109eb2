/** Who may read a document: the readers that its collection names and those that it names itself. Pure. */
import { canonicalJson } from "../canonical-json.ts";

/** Readers by role or by user: one of either is enough. null: everybody in the org. PERSISTED. */
export type Allow = { readonly roles?: readonly string[]; readonly users?: readonly string[] } | null;

/** Somebody who asks for documents. */
export type Reader = { readonly user: string; readonly roles: readonly string[] };

/** True when the reader is one of these. An admin has every role of the org. */
export function mayRead(allow: Allow, { user, roles }: Reader): boolean {
  if (allow === null) return true;
  if (allow.users?.includes(user)) return true;
  const named = allow.roles ?? [];
  return named.length > 0 && (roles.includes("admin") || named.some((role) => roles.includes(role)));
}

/** Equal for equal rights, whatever the order they were written in: documents with the same key lie in one partition. PERSISTED. */
export function rightsKey(allow: Allow): string {
  if (allow === null) return "null";
  const sorted = (names: readonly string[] | undefined): string[] => [...new Set(names ?? [])].sort();
  return canonicalJson({ roles: sorted(allow.roles), users: sorted(allow.users) });
}

/** The rights that a key stands for. */
export const rightsOf = (key: string): Allow => JSON.parse(key) as Allow;
