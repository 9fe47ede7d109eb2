/** The order of the steps of a definition. It depends on nothing else, and is cheap enough to make again at every turn. */
import type { Definition } from "./definition.ts";
import { rescuersIn } from "./on-error.ts";

/** In which order steps can run. */
export type Plan = {
  /** Every step after all that it needs; among equals in the order of the definition. */
  readonly order: readonly string[];
  /** The steps that need this one. */
  readonly dependents: { readonly [id: string]: readonly string[] };
  /** How many steps this one needs. */
  readonly needs: { readonly [id: string]: number };
  /** Steps that an `on_error` names: they run only when the step that names them has failed. */
  readonly rescuers: ReadonlySet<string>;
};

/** The definition MUST have passed `checkDefinition`: it has no cycle and no unknown step. */
export function planOf(definition: Pick<Definition, "steps">): Plan {
  const ids = Object.keys(definition.steps);
  const dependents = new Map<string, string[]>(ids.map((id) => [id, []]));
  const needs = new Map<string, number>();
  const rescuers = new Set<string>();
  for (const [id, step] of Object.entries(definition.steps)) {
    needs.set(id, step.needs.length);
    for (const need of step.needs) dependents.get(need)?.push(id);
    for (const { id: rescuer } of rescuersIn(step.on_error)) rescuers.add(rescuer);
  }
  return { order: inOrder(ids, needs, dependents), dependents: Object.fromEntries(dependents), needs: Object.fromEntries(needs), rescuers };
}

/** Kahn's algorithm: takes what waits for nothing, until nothing is left. */
function inOrder(ids: readonly string[], needs: ReadonlyMap<string, number>, dependents: ReadonlyMap<string, readonly string[]>): string[] {
  const left = new Map(needs);
  const order = ids.filter((id) => left.get(id) === 0);
  for (const id of order) {
    for (const dependent of dependents.get(id) ?? []) {
      const count = (left.get(dependent) ?? 0) - 1;
      left.set(dependent, count);
      if (count === 0) order.push(dependent); // an array that grows while it is walked: its new end is walked too
    }
  }
  return order;
}
