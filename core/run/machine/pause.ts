/**
 * What holds a run: the kill switch, at the boundary of every step and before every call; a person; and a person's pause of its parent run.
 * When the state of the switch is unknown, nothing is sent. None lifts another.
 */
import { own } from "../../json.ts";
import { type StopSubject, scopeText, stoppedBy } from "../../kill-switch/stops.ts";
import type { Happening } from "./happening.ts";
import { type ChildHold, isFinal, type RunState } from "./state.ts";
import type { Turn } from "./turn.ts";

/** The scope of a pause while nobody can say what is stopped. */
export const UNKNOWN_SCOPE = "unknown";

/** The subject of the whole run: its org and its workflow. A stop of either holds everything. */
export const runSubject = (turn: Turn): StopSubject => ({ org: turn.birth.org, workflow: turn.birth.definition.name });

/** A person holds the run, or its parent. */
export const isHeldByPerson = ({ hold, heldAbove }: Pick<RunState, "hold" | "heldAbove">): boolean =>
  hold !== undefined || heldAbove !== undefined;

/** Pauses the run when the subject is stopped; true when it is, or when a person holds the run. */
export function holdIfStopped(turn: Turn, subject: StopSubject): boolean {
  const { stops, state } = turn;
  if (isHeldByPerson(state)) return true;
  const scope = stops === null ? null : stoppedBy(stops, subject);
  if (stops !== null && scope === null) return false;
  if (state.status !== "paused")
    turn.emit("run.paused", { scope: scope === null ? UNKNOWN_SCOPE : scopeText(scope), epoch: stops?.epoch ?? 0 });
  return true;
}

/** Resumes a paused run when its stop is no longer active, and pauses a running one when a stop has become active. */
export function holdOrRelease(turn: Turn): void {
  const { state, stops } = turn;
  if (isFinal(state)) return;
  if (isHeldByPerson(state)) return;
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
/** The scope of a pause that a person made of the parent run. */
const PARENT_SCOPE = "parent";

/**
 * A person pauses the run: calls in flight are awaited, nothing new is sent. Whoever may hold every run holds it in the place of who may hold
 * their own alone, who cannot lift that. Returns why it is refused, or null.
 */
export function takePause(turn: Turn, { by, reason, outranks }: Extract<Happening, { kind: "pause" }>): string | null {
  const { hold, stopping } = turn.state;
  if (stopping !== null) return "the run is already ending";
  const isReplaced = outranks === true && hold?.outranks !== true && hold?.by !== by;
  if (hold !== undefined && !isReplaced) return hold.by === by ? null : `the run is already paused, by ${hold.by}`;
  const rank = outranks === true ? { outranks } : {};
  turn.emit("run.paused", { scope: PERSON_SCOPE, epoch: turn.stops?.epoch ?? 0, by, reason, ...rank });
  return null;
}

/** A person lets it go on; a kill switch that is active holds it all the same. Returns why it is refused, or null. */
export function takeResume(turn: Turn, by: string, pausedBy: string): string | null {
  const { hold, heldAbove, status } = turn.state;
  if (hold === undefined && heldAbove !== undefined)
    return `the parent run \`${heldAbove.parent}\` is paused, by ${heldAbove.by}: this run goes on when the parent is resumed`;
  if (hold === undefined)
    return status === "paused"
      ? "the kill switch holds this run, and no person: it goes on when the switch is lifted"
      : "nobody has paused this run";
  if (hold.by !== pausedBy) return `the run was paused again, by ${hold.by}`;
  turn.emit("run.resumed", { from: "paused", by });
  return null;
}

/** A person paused the parent: so is this run. A pause that is known, or older than one that is known, changes nothing. */
export function takeParentPause(
  turn: Turn,
  { by, reason, hold }: { readonly by: string; readonly reason: string; readonly hold: number },
): string | null {
  const { parent } = turn.birth;
  if (parent === null) return "the run has no parent";
  if (turn.state.stopping !== null) return "the run is already ending";
  if (turn.state.heldAbove !== undefined) return null;
  turn.emit("run.paused", { scope: PARENT_SCOPE, epoch: turn.stops?.epoch ?? 0, by, reason, parent: parent.run, hold });
  return null;
}

/** A person let the parent go on. What else holds this run holds it all the same; told late, it does not lift a newer pause. */
export function takeParentResume(turn: Turn, by: string, hold: number): string | null {
  const { heldAbove } = turn.state;
  if (heldAbove === undefined || heldAbove.hold > hold) return null;
  turn.emit("run.resumed", { from: "paused", by, parent: heldAbove.parent });
  return null;
}

/** The child of the activity knows of the last pause of this run, or of its end. */
export function takeChildHeld(
  turn: Turn,
  activity: string,
  told: Pick<ChildHold, "hold" | "on"> & { readonly run: string },
): string | null {
  const found = own(turn.state.activities, activity);
  const { run, hold, on } = told;
  if (found?.owes?.hold !== hold || found.child?.run !== run) return "this pause was followed by another turn of events";
  turn.emit(on ? "child.paused" : "child.resumed", { activity, run, hold }, found.step);
  return null;
}

/** Whoever ends a run that a person paused, or whose parent a person paused, lets it go on to its end. */
export function releaseToEnd(turn: Turn, by: string): void {
  if (turn.state.hold !== undefined) turn.emit("run.resumed", { from: "paused", by });
  const { heldAbove } = turn.state;
  if (heldAbove !== undefined) turn.emit("run.resumed", { from: "paused", by, parent: heldAbove.parent });
}
