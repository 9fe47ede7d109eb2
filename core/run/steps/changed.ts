/**
 * Which work of a redriven run rests on an input that a person changed and that nobody else has seen. Whoever redrives a run writes in nobody
 * else's name: an approval covers what was shown, so that a write behind such an input is put to a person with the input that it has now.
 */
import { own } from "../../json.ts";
import { accepts } from "../../label/label.ts";
import { rescuersIn } from "../../workflow/on-error.ts";
import type { Birth, RunContext } from "../machine/birth.ts";
import type { Activity, RunState } from "../machine/state.ts";

/** A person changed the input of a step of this run, or of a run above it. */
export const hasChanges = ({ redrive, parent }: Pick<Birth, "redrive" | "parent">): boolean =>
  redrive?.changes !== undefined || parent?.changed === true;

/**
 * The call of this activity has to be put to a person, whatever the policies say: it is a write, and its input was changed, or a review before
 * it did not see a change that came before the call.
 */
export const asksForChange = (context: RunContext, state: RunState, activity: Activity): boolean =>
  activity.purpose !== "compensation" && isWrite(context.birth, activity) && restsOnUnseen(context, state, activity.step);

/** A child run of this activity writes in the name of whoever changed the input: each of its writes is put to a person. */
export const beginsChanged = (context: RunContext, state: RunState, activity: Activity): boolean =>
  activity.approved === null && restsOnUnseen(context, state, activity.step);

/** What the run was born with counts as well: a tool that became a reading one since then was never seen as one. */
const isWrite = ({ toolEffects }: Birth, { facts, tool }: Activity): boolean =>
  facts?.effect === "write" || own(toolEffects, tool ?? "") === "write";

function restsOnUnseen({ birth }: RunContext, state: RunState, step: string): boolean {
  if (birth.parent?.changed === true) return true;
  const changes = birth.redrive?.changes;
  if (changes === undefined) return false;
  if (own(changes, step) !== undefined) return true;
  const before = stepsBefore(birth, step);
  const reviews = [...before].filter((id) => own(birth.definition.steps, id)?.kind === "review");
  if (reviews.length === 0) return false;
  const seen = new Set(reviews.filter((id) => isAnsweredHere(birth, state, id)).flatMap((id) => [...stepsBefore(birth, id)]));
  return [...before].some((id) => own(changes, id) !== undefined && !isChangedWrite(birth, id) && !seen.has(id));
}

/** A write whose input was changed is put to a person itself: what comes after it rests on what that person saw. */
function isChangedWrite({ definition, toolEffects }: Birth, id: string): boolean {
  const step = own(definition.steps, id);
  return step?.kind === "tool" && own(toolEffects, step.tool) === "write";
}

/** A person answered the review in this run, and was shown what was changed, and what the definition makes of it. */
function isAnsweredHere(birth: Birth, state: RunState, review: string): boolean {
  const { kept = {}, changes = {}, changed } = birth.redrive ?? {};
  const answered = own(state.steps, review);
  return (
    own(kept, review) === undefined &&
    own(changes, review) === undefined &&
    answered?.status === "completed" &&
    answered.error === null &&
    changed !== undefined &&
    accepts(birth.sinks?.reviews, changed.class)
  );
}

/** Every step whose outcome may reach this one: those that it needs, that stand in for them, or that it stands in for; through others too. */
function stepsBefore({ definition }: Birth, step: string): ReadonlySet<string> {
  const rescued = new Map<string, string[]>();
  for (const [id, { on_error }] of Object.entries(definition.steps))
    for (const { id: rescuer } of rescuersIn(on_error)) rescued.set(rescuer, [...(rescued.get(rescuer) ?? []), id]);
  const found = new Set<string>();
  const open = [step];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const of = own(definition.steps, id);
    const next = [
      ...(of?.needs ?? []),
      ...(id === step ? [] : rescuersIn(of?.on_error ?? null).map((one) => one.id)),
      ...(rescued.get(id) ?? []),
    ];
    for (const other of next)
      if (!found.has(other)) {
        found.add(other);
        open.push(other);
      }
  }
  return found;
}
