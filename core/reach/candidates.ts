/** The models that may answer for what a step asks, with what they registered of what becomes of data there. */
import { accepts, DATA_CLASSES } from "../label/label.ts";
import { hasTask } from "../model/defaults.ts";
import type { ModelEntry } from "../model/entry.ts";
import { unmetRequirement } from "../model/requirements.ts";
import type { ModelChoice } from "../workflow/definition.ts";
import type { ReachedCandidate } from "./reach.ts";
import type { World } from "./world.ts";

/** The models of a choice, each once, and the ids that nobody registered. */
export function candidatesOf(
  { id, task, fallback }: ModelChoice,
  world: World,
): { readonly candidates: readonly ReachedCandidate[]; readonly unknown: readonly string[] } {
  const first = new Set(id !== null ? [id] : task === null ? [] : idsOfTask(task, world));
  const byId = new Map(world.models.map((entry) => [entry.id, entry]));
  const ids = [...new Set([...first, ...fallback])];
  return {
    candidates: ids.flatMap((one) => {
      const entry = byId.get(one);
      return entry === undefined ? [] : [shown(entry, !first.has(one), world)];
    }),
    unknown: ids.filter((one) => !byId.has(one)),
  };
}

const idsOfTask = (task: string, { models, route }: World): readonly string[] =>
  (route(task)?.models ?? models.filter((entry) => hasTask(entry, task))).map(({ id }) => id);

function shown(entry: ModelEntry, fallback: boolean, { settings, parse }: World): ReachedCandidate {
  const { id, region, retention, trains, pii, base_url } = entry;
  const given = DATA_CLASSES.findLast((one) => accepts(entry.accepts, one) && unmetRequirement(entry, one, settings.models) === null);
  return {
    id,
    fallback,
    region: region ?? null,
    retention: retention ?? null,
    trains: trains ?? null,
    pii,
    accepts: entry.accepts ?? null,
    given: given ?? null,
    host: base_url === null ? null : (parse(base_url)?.host ?? null),
  };
}
