/** What a run may do while a person has it, and after that person has answered: said apart from `core/run/hand-over`. */
import type { RunEvent } from "../core/run/machine/event.ts";
import { replyTo } from "./people.ts";
import type { WatchedRun } from "./watch.ts";
import type { World } from "./world.ts";

/** What begins something; a call that is made again because it broke off on our side began before. */
const isNew = (event: RunEvent): boolean => {
  switch (event.type) {
    case "tool.called":
      return event.data.repeated !== true && !event.data.activity.endsWith("/compensate");
    case "model.calling":
      return event.data.repeated !== true;
    case "child.called":
    case "step.started":
    case "item.started":
    case "agent.continued":
      return true;
    default:
      return false;
  }
};

/** At rest. Nothing begins from the moment on at which a person is asked; after an answer nothing ever does, and that answer is the run's. */
export function nothingNewInAPersonsHands(world: World, { machinery, events, state }: WatchedRun): void {
  const { id } = machinery.birth;
  let held: RunEvent["type"] | null = null;
  let answered: string | null = null;
  let review: string | null = null;
  for (const event of events) {
    if (held !== null && isNew(event))
      world.watch.note("went on without its person", `${id}: ${event.type} of event ${event.seq}, after ${held}`);
    switch (event.type) {
      case "hand_over.proposed":
      case "hand_over.raised":
        held = event.type;
        break;
      case "hand_over.confirmed":
        if (!event.data.wanted) held = null;
        break;
      case "review.opened":
        if (event.data.activity === "(hand-over)") review = event.data.id;
        break;
      case "hand_over.settled":
        held = event.data.outcome === "replied" ? event.type : null;
        answered = event.data.outcome === "replied" ? review : null;
        break;
      case "run.cancelling":
      case "run.stopping":
        held = null; // from here on the rules of a stop hold
        answered = null;
    }
  }
  if (answered === null) return;
  if (state.status !== "completed" || JSON.stringify(state.output) !== JSON.stringify(replyTo(answered)))
    world.watch.note("another answer than its person's", `${id} ended ${state.status} with ${JSON.stringify(state.output)}`);
}
