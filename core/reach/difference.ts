/** What one version reaches and another does not. */
import { canonicalJson } from "../canonical-json.ts";
import type { Json } from "../json.ts";
import type { Warning } from "../workflow/warnings/warning.ts";
import type { Reach, ReachedCandidate } from "./reach.ts";

/** A part of a map. */
export type ReachPart =
  | "system.read"
  | "system.written"
  | "system.none"
  | "host"
  | "data_class"
  | "model"
  | "approval"
  | "workflow"
  | "unknown";

/** One thing that differs. `before`: absent where it is new; `after`: absent where it is gone. */
export type ReachChange = { readonly what: ReachPart; readonly name: string; readonly before?: Json; readonly after?: Json };

/** Each list in the order of the map. */
export type ReachDifference = {
  readonly added: readonly ReachChange[];
  readonly removed: readonly ReachChange[];
  readonly changed: readonly ReachChange[];
};

type Part = { readonly what: ReachPart; readonly name: string; readonly is: Json };

/** From `before` to `after`. */
export function reachDifference(before: Reach, after: Reach): ReachDifference {
  const old = byKey(before);
  const now = byKey(after);
  const added: ReachChange[] = [];
  const removed: ReachChange[] = [];
  const changed: ReachChange[] = [];
  for (const [key, { what, name, is }] of now) {
    const was = old.get(key);
    if (was === undefined) added.push({ what, name, after: is });
    else if (canonicalJson(was.is) !== canonicalJson(is)) changed.push({ what, name, before: was.is, after: is });
  }
  for (const [key, { what, name, is }] of old) if (!now.has(key)) removed.push({ what, name, before: is });
  return { added, removed, changed };
}

/** A new write and a new host are said aloud where a version is registered. `version`: the one that it is compared with. */
export function warningsOfReach({ added }: ReachDifference, version: number): Warning[] {
  return added.flatMap(({ what, name }) => {
    if (what === "system.written")
      return [{ path: "", message: `this version writes with \`${name}\`, which version ${version} does not` }];
    if (what === "host") return [{ path: "", message: `this version reaches the host \`${name}\`, which version ${version} does not` }];
    return [];
  });
}

const byKey = (reach: Reach): Map<string, Part> => new Map(partsOf(reach).map((part) => [`${part.what} ${part.name}`, part]));

function partsOf({ systems, hosts, data_classes, models, approvals, workflows, unknown }: Reach): Part[] {
  const part = (what: ReachPart, name: string, is: unknown): Part => ({ what, name, is: is as Json });
  const candidates = new Map<string, { readonly asked: string[]; readonly is: ReachedCandidate }>();
  for (const { asked, candidates: some } of models)
    for (const one of some) {
      const found = candidates.get(one.id) ?? { asked: [], is: one };
      found.asked.push(asked);
      candidates.set(one.id, found);
    }
  return [
    ...systems.read.map((one) => part("system.read", one.tool, one)),
    ...systems.written.map((one) => part("system.written", one.tool, one)),
    ...systems.none.map((one) => part("system.none", one.tool, one)),
    ...hosts.map((one) => part("host", one.host, one)),
    ...data_classes.map((one) => part("data_class", `${one.source}:${one.name}${one.at}`, one)),
    ...[...candidates].map(([id, { asked, is }]) => part("model", id, { ...is, asked })),
    ...approvals.map((one) => part("approval", one.tool === null ? one.step : `${one.step} ${one.tool}`, one)),
    ...workflows.map((one) => part("workflow", `${one.workflow}@${one.version}`, one)),
    ...unknown.map((one) => part("unknown", `${one.kind}:${one.name}`, one)),
  ];
}
