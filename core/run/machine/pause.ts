/** The kill switch, at the boundary of every step and before every call. When its state is unknown, nothing is sent. */
import { type StopSubject, scopeText, stoppedBy } from "../../kill-switch/stops.ts";
import { isFinal } from "./state.ts";
import type { Turn } from "./turn.ts";

/** The subject of the whole run: its org and its workflow. A stop of either holds everything. */
export const runSubject = (turn: Turn): StopSubject => ({ org: turn.birth.org, workflow: turn.birth.definition.name });

/** Pauses the run when the subject is stopped; true when it is. */
export function holdIfStopped(turn: Turn, subject: StopSubject): boolean {
  const { stops, state } = turn;
  const scope = stops === null ? null : stoppedBy(stops, subject);
  if (stops !== null && scope === null) return false;
  if (state.status !== "paused")
    turn.emit("run.paused", { scope: scope === null ? "unknown" : scopeText(scope), epoch: stops?.epoch ?? 0 });
  return true;
}

/** Resumes a paused run when its stop is no longer active, and pauses a running one when a stop has become active. */
export function holdOrRelease(turn: Turn): void {
  const { state, stops } = turn;
  if (isFinal(state)) return;
  if (state.status === "paused") {
    const held = state.pausedBy?.scope;
    const still =
      stops === null || stops.active.some((scope) => scopeText(scope) === held && (scope.kind === "all" || scope.org === turn.birth.org));
    if (still) return;
    turn.emit("run.resumed", { from: "paused" });
  }
  if (turn.state.status !== "waiting") holdIfStopped(turn, runSubject(turn));
}
