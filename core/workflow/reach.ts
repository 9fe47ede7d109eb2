/** The graph of a definition: which steps wait for which, which are settled before which, and whether the waiting ever ends. */
import { own } from "../json.ts";
import type { Step } from "./definition.ts";
import type { Errors } from "./form.ts";
import { rescuersIn } from "./on-error.ts";

type Steps = { readonly [id: string]: Step };

/** The steps that must be settled before this one can be: those it needs, and the one that answers for its failure. */
const waitsFor = (step: Step): readonly { readonly id: string; readonly path: string }[] => [
  ...step.needs.map((id, index) => ({ id, path: `/needs/${index}` })),
  ...rescuersIn(step.on_error),
];

/** Refuses cycles, each once, at the edge that closes it. Unknown steps are refused elsewhere. True: there is a cycle. */
export function checkCycles(steps: Steps, errors: Errors): boolean {
  const finished = new Set<string>();
  const open: string[] = [];
  let found = false;
  const visit = (id: string): void => {
    open.push(id);
    for (const edge of waitsFor(own(steps, id) as Step)) {
      if (!Object.hasOwn(steps, edge.id) || finished.has(edge.id)) continue;
      const at = open.indexOf(edge.id);
      if (at < 0) {
        visit(edge.id);
        continue;
      }
      found = true;
      errors.add(`/steps/${id}${edge.path}`, `a cycle: ${[...open.slice(at), edge.id].map((step) => `\`${step}\``).join(" waits for ")}`);
    }
    open.pop();
    finished.add(id);
  };
  for (const id of Object.keys(steps)) if (!finished.has(id)) visit(id);
  return found;
}

/**
 * For each step the steps that are settled when it starts: all that it needs, directly or through others. A step that runs when
 * another failed also follows what that one needed. The graph MUST be free of cycles.
 */
export function settledBefore(steps: Steps): ReadonlyMap<string, ReadonlySet<string>> {
  const known = new Map<string, ReadonlySet<string>>();
  const rescues = new Map<string, string>();
  for (const [id, step] of Object.entries(steps)) for (const { id: rescuer } of rescuersIn(step.on_error)) rescues.set(rescuer, id);
  const before = (id: string): ReadonlySet<string> => {
    const found = known.get(id);
    if (found !== undefined) return found;
    const settled = new Set<string>();
    for (const need of own(steps, id)?.needs ?? []) {
      settled.add(need);
      for (const earlier of before(need)) settled.add(earlier);
    }
    const failed = rescues.get(id);
    for (const earlier of failed === undefined ? [] : before(failed)) settled.add(earlier);
    known.set(id, settled);
    return settled;
  };
  for (const id of Object.keys(steps)) before(id);
  return known;
}
