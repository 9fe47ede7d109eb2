/** Whose turn it is in a session: its runs begin one after the other, in the order in which they joined. Pure. */
import type { MemberState } from "./session.ts";

/** A run of the session that has not left it, in the order of joining. */
export type Member = { readonly run: string; readonly state: MemberState };

/** The run whose turn comes now; null: somebody has the turn, or nobody waits. */
export function nextOf(members: readonly Member[]): string | null {
  if (members.some(({ state }) => state === "called" || state === "speaking")) return null;
  return members.find(({ state }) => state === "waiting")?.run ?? null;
}
