/**
 * The shop's ledger against the journal: each write that happened is one that the run knows of. It is completed, or undone once, or
 * named as what is still undone; and a write that promises nothing was repeated only when it surely had not happened, or a person said so.
 */
import type { RunEvent } from "../core/run/machine/event.ts";
import { stepOfNode } from "../core/run/steps/node.ts";
import type { Definition } from "../core/workflow/definition.ts";
import { factsOf, placeOf } from "./shop.ts";
import type { WatchedRun } from "./watch.ts";
import type { World } from "./world.ts";

export function accountForWrites(world: World, watched: WatchedRun): void {
  checkChildren(world, watched);
  const { watch, shop } = world;
  const { id, definition } = watched.machinery.birth;
  const byActivity = Map.groupBy(
    watched.events.filter((event) => "activity" in event.data),
    (event) => (event.data as { activity: string }).activity,
  );
  for (const [activity, events] of [...byActivity].flatMap(([one, all]) => byTool(all).map((own) => [one, own] as const))) {
    const calls = events.filter((event) => event.type === "tool.called");
    const first = calls[0];
    if (first === undefined || factsOf(first.data.tool).effect !== "write") continue;
    const { tool, key } = first.data;
    const what = `${id}: ${tool} of ${activity}`;
    if (calls.some((call) => call.data.key !== key)) watch.note("done twice", `${what} went out under more than one key`);
    const effects = shop.arrivals.filter(
      ({ call, did }) => did && call.context.run === id && call.context.activity === activity && call.tool === tool,
    ).length;
    const stands = shop.ledger.has(placeOf({ tool, context: { key } })); // a redriven run may hear of what the run before it did
    if (typeof factsOf(tool).idempotency === "object") {
      const approvals = events.filter((event) => event.type === "review.decided" && event.data.action !== "reject").length;
      if (effects > 1 + approvals) watch.note("done twice", `${what} happened ${effects} times, and people asked for ${approvals} more`);
    }
    if (factsOf(tool).idempotency !== "key") checkRepeats(world, what, events, effects);
    else if (effects > 1) watch.note("done twice", what);
    const undoings = watched.events.filter((event) => event.type === "step.compensated" && (event.data.undoes ?? event.step) === activity);
    if (undoings.length > 1) watch.note("done twice", `${what} was compensated ${undoings.length} times`);
    const undoes = activity.endsWith("/compensate") ? activity.slice(0, -"/compensate".length) : null;
    const isNamed = watched.state.undone.includes(undoes ?? activity);
    const succeeded = events.some(
      (event) => (event.type === "tool.answered" && event.data.ok) || (event.type === "tool.looked_up" && event.data.found === "yes"),
    );
    if (succeeded && !stands) watch.note("not done", `${what} is said to be done`);
    if (effects > 0 && !succeeded && !isNamed)
      watch.note("unaccounted write", `${what} happened, the run ended ${watched.state.status}, and nothing says so`);
    const isUndoable = saysHow(definition, activity) || factsOf(tool).compensate !== undefined;
    const mustBeUndone = undoes === null && succeeded && isUndoable && isUndoing(watched);
    if (mustBeUndone && undoings.length === 0 && !isNamed)
      watch.note("half done", `${what} was done, the run ended ${watched.state.status}, and it is not taken back`);
  }
}

/** The events of an activity up to where another tool takes its turn, and those after. */
function byTool(events: readonly RunEvent[]): (readonly RunEvent[])[] {
  const at = events.findIndex((event) => event.type === "step.retrying" && event.data.fallback !== undefined);
  return at < 0 ? [events] : [events.slice(0, at), events.slice(at)];
}

/** A child that completed and wrote is asked to undo that with its parent; it has, or its parent names it. */
function checkChildren({ watch }: World, parent: WatchedRun): void {
  if (!isUndoing(parent)) return;
  const asked = new Set(parent.events.flatMap(({ type, data }) => (type === "step.compensating" ? [data.undoes] : [])));
  for (const { type, data } of parent.events) {
    if (type !== "child.ended" || !data.ok || data.wrote !== true) continue;
    const stands = watch.runs.get(data.run)?.state.status === "completed" && !parent.state.undone.includes(data.activity);
    if (!asked.has(data.activity) || stands)
      watch.note("half done", `${data.run} completed, its parent ended ${parent.state.status}, and it is not taken back`);
  }
}

const isUndoing = ({ state, machinery }: WatchedRun): boolean =>
  (machinery.birth.definition.on_failure === "compensate" || state.undoing !== null) &&
  (state.status === "failed" || state.status === "cancelled");

/** The definition says how the activity's call is undone. */
function saysHow({ steps }: Definition, activity: string): boolean {
  const step = steps[stepOfNode(activity)];
  const own = step?.kind === "map" ? step.step : step;
  return own?.kind === "tool" && own.compensate !== null;
}

/** After a call of which nobody knows, or that ended well, the next one needs a person's yes, or a read tool's no. */
function checkRepeats(world: World, what: string, events: readonly RunEvent[], effects: number): void {
  let doubtful = false;
  let allowed = 0;
  const decided = new Set<string>();
  for (const event of events) {
    if (event.type === "tool.called") {
      if (doubtful) world.watch.note("done twice", `${what} promises nothing and was repeated without a person's word`);
      doubtful = true;
      allowed++;
    } else if (event.type === "tool.looked_up") doubtful = event.data.found !== "no";
    else if (event.type === "tool.answered") doubtful = event.data.ok || event.data.reached === "unknown";
    else if (event.type === "review.decided") {
      if (decided.has(event.data.id)) world.watch.note("done twice", `${what}: one decision answered two questions`);
      decided.add(event.data.id);
      doubtful = event.data.action === "reject";
    }
  }
  if (effects > allowed) world.watch.note("done twice", `${what} happened ${effects} times for ${allowed} intents`);
}
