/**
 * What a run may do to the world, said once more and apart from `core/run`: a few sentences about intents, keys and effects, held
 * against what tools saw. Reads journals and ledgers; decides nothing, and knows no state of the machine.
 */
import { isObject, type Json } from "../core/json.ts";
import type { RunEvent } from "../core/run/machine/event.ts";
import { askAboutCalls } from "./oracle-calls.ts";
import { nothingNewInAPersonsHands } from "./oracle-hand-over.ts";
import { GUARDED } from "./random-definition.ts";
import { factsOf, MARK } from "./shop.ts";
import type { WatchedRun } from "./watch.ts";
import type { World } from "./world.ts";

/** At rest: each sentence holds of every run. */
export function askOracle(world: World): void {
  const undoneKeys = new Set<string>();
  // A run that continues another was born after it: its id is later, and so is its place.
  for (const watched of [...world.watch.runs.values()].sort((a, b) => bornAt(a) - bornAt(b))) {
    nothingNewAfterTheStop(world, watched);
    heldByItsOwnSwitches(world, watched);
    nothingLeavesWhileAPersonHolds(world, watched);
    namesWhatStays(world, watched);
    actsAnew(world, watched, undoneKeys);
    nothingNewInAPersonsHands(world, watched);
    askAboutCalls(world, watched);
  }
  guardedFieldsAreTrusted(world);
}

const bornAt = ({ events }: WatchedRun): number => events[0]?.at ?? 0;
const isCompensation = (activity: string): boolean => activity.endsWith("/compensate");
const isWrite = (tool: string): boolean => factsOf(tool).effect === "write";
const idOf = ({ machinery }: WatchedRun): string => machinery.birth.id;

/** What begins work, whatever comes of it. */
const BEGINNINGS: ReadonlySet<RunEvent["type"]> = new Set(["step.started", "child.called", "model.calling", "agent.continued"] as const);

/** Once a run stops, by a cancel, a cap or a failure, no write leaves that had not left before; only what takes back does. */
function nothingNewAfterTheStop(world: World, watched: WatchedRun): void {
  const left = new Set<string>();
  let stopped: RunEvent["type"] | null = null;
  for (const event of watched.events) {
    if (event.type === "run.cancelling" || event.type === "run.stopping") stopped = event.type;
    if (event.type === "item.started" && stopped !== null)
      world.watch.note("went on after its stop", `${idOf(watched)}: item ${event.data.index} of ${event.step} began after ${stopped}`);
    if (stopped !== null && BEGINNINGS.has(event.type))
      world.watch.note("went on after its stop", `${idOf(watched)}: ${event.type} of event ${event.seq}, after ${stopped}`);
    if (event.type !== "tool.called") continue;
    const { activity, tool } = event.data;
    if (stopped !== null && isWrite(tool) && !isCompensation(activity) && !left.has(`${activity} ${tool}`))
      world.watch.note("went on after its stop", `${idOf(watched)}: ${tool} of ${activity} left after ${stopped}`);
    left.add(`${activity} ${tool}`);
  }
}

/** A run is paused by everybody's switch, one of its own org's, or because nobody can say what is stopped. */
function heldByItsOwnSwitches(world: World, watched: WatchedRun): void {
  const { org } = watched.machinery.birth;
  const own = new Set(["all", "unknown"]);
  for (const { scope } of world.watch.switches) if (scope.kind !== "all" && scope.org === org) own.add(`${scope.kind}:${scope.name}`);
  for (const event of watched.events)
    if (event.type === "run.paused" && event.data.by === undefined && !own.has(event.data.scope))
      world.watch.note("held by another's switch", `${idOf(watched)}: paused by ${event.data.scope}, which nobody in ${org} threw`);
}

/** Between a person's pause and a person's word nothing begins and no call leaves. */
function nothingLeavesWhileAPersonHolds(world: World, watched: WatchedRun): void {
  let isHeld = false;
  for (const event of watched.events) {
    if (event.type === "run.paused" && event.data.by !== undefined) isHeld = true;
    else if (event.type === "run.resumed" && event.data.by !== undefined) isHeld = false;
    else if (isHeld && (BEGINNINGS.has(event.type) || event.type === "tool.called" || event.type === "run.resumed"))
      world.watch.note("went on in a person's hold", `${idOf(watched)}: ${event.type} of event ${event.seq}`);
  }
}

/** What happened for a run that did not complete, and was not taken back, is named by it. */
function namesWhatStays(world: World, watched: WatchedRun): void {
  const { state, machinery } = watched;
  if (state.status !== "cancelled" && state.status !== "failed") return;
  const { id } = machinery.birth;
  const named = new Set(state.undone);
  for (const { call, did } of world.shop.arrivals) {
    const { run, activity, key } = call.context;
    if (run !== id || !did || isCompensation(activity) || named.has(activity)) continue;
    const takenBack = world.shop.arrivals.some(({ call: later, did: didLater }) => didLater && later.context.key === `${key}/compensate`);
    if (!takenBack)
      world.watch.note("stays unnamed", `${id} ended ${state.status}: ${call.tool} of ${activity} stays, and nothing says so`);
  }
}

/** What was taken back is not done again under the same key: a tool that honours keys would answer with what is no more. */
function actsAnew(world: World, watched: WatchedRun, undone: Set<string>): void {
  const keys = new Map<string, string>();
  for (const event of watched.events) {
    if (event.type === "tool.called") {
      const { activity, key, tool } = event.data;
      if (undone.has(key))
        world.watch.note("done under a used key", `${idOf(watched)}: ${tool} of ${activity} went out under ${key}, which was undone`);
      keys.set(activity, key);
    }
    if (event.type !== "step.compensated" || event.data.undone !== undefined) continue;
    const key = keys.get(event.data.undoes ?? event.step ?? "");
    if (key !== undefined) undone.add(key);
  }
}

/** Somebody else's word arrives in a guarded field only where a person has approved that call. */
function guardedFieldsAreTrusted(world: World): void {
  for (const { call } of world.shop.arrivals) {
    const memo = isObject(call.input) ? (call.input[GUARDED.field] ?? null) : null;
    if (call.tool !== GUARDED.tool || !isMarked(memo)) continue;
    const { run, activity } = call.context;
    const isApproved = world.watch.runs
      .get(run)
      ?.events.some((event) => event.type === "review.decided" && event.data.activity === activity && event.data.action !== "reject");
    if (isApproved !== true)
      world.watch.note("untrusted in a guarded field", `${run}: ${activity} sent ${JSON.stringify(memo)}, and nobody approved it`);
  }
}

const isMarked = (value: Json): boolean => JSON.stringify(value).includes(MARK);
