/**
 * What holds a run: the kill switch, at the boundary of every step and before every call, and a person. When the state of the switch is
 * unknown, nothing is sent. Neither lifts the other.
 */
import { type StopSubject, scopeText, stoppedBy } from "../../kill-switch/stops.ts";
import { isFinal } from "./state.ts";
import type { Turn } from "./turn.ts";

/** The subject of the whole run: its org and its workflow. A stop of either holds everything. */
export const runSubject = (turn: Turn): StopSubject => ({ org: turn.birth.org, workflow: turn.birth.definition.name });

/** Pauses the run when the subject is stopped; true when it is, or when a person holds the run. */
export function holdIfStopped(turn: Turn, subject: StopSubject): boolean {
  const { stops, state } = turn;
  if (state.hold !== undefined) return true;
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
  if (state.hold !== undefined) return;
  if (state.status === "paused") {
    const held = state.pausedBy?.scope;
    const still =
      stops === null || stops.active.some((scope) => scopeText(scope) === held && (scope.kind === "all" || scope.org === turn.birth.org));
    if (still) return;
    turn.emit("run.resumed", { from: "paused" });
  }
  if (turn.state.status !== "waiting") holdIfStopped(turn, runSubject(turn));
}

/** The scope of a pause that a person made. */
const PERSON_SCOPE = "person";

/** A person pauses the run: calls in flight are awaited, nothing new is sent. Returns why it is refused, or null. */
export function takePause(turn: Turn, by: string, reason: string): string | null {
  const { hold, stopping } = turn.state;
  if (stopping !== null) return "the run is already ending";
  if (hold !== undefined) return hold.by === by ? null : `the run is already paused, by ${hold.by}`;
  turn.emit("run.paused", { scope: PERSON_SCOPE, epoch: turn.stops?.epoch ?? 0, by, reason });
  return null;
}

/** A person lets it go on; a kill switch that is active holds it all the same. Returns why it is refused, or null. */
export function takeResume(turn: Turn, by: string, pausedBy: string): string | null {
  const { hold, status } = turn.state;
  if (hold === undefined)
    return status === "paused"
      ? "the kill switch holds this run, and no person: it goes on when the switch is lifted"
      : "nobody has paused this run";
  if (hold.by !== pausedBy) return `the run was paused again, by ${hold.by}`;
  turn.emit("run.resumed", { from: "paused", by });
  return null;
}
