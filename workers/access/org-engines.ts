/** The orgs' own policies in this isolate, parsed once for each set. Bounded: the set that was used longest ago makes room. */
import type { ActiveSets } from "../../core/policy/set.ts";
import type { Log } from "../../core/telemetry/log-line.ts";
import { loadPolicies, type PolicyEngine } from "./engine.ts";
import { textsOf } from "./org-set.ts";
import type { PolicyTexts } from "./policies.ts";

/** Sets that are kept parsed. Cedar cannot forget one, so each has a place, and the next set in that place takes it over. */
const PLACES = 64;

type Held = { readonly engine: PolicyEngine; readonly place: number };

/** The versions in force, as decisions name them; null: the org has no policies of its own. */
const labelOf = ({ policies, permissions }: ActiveSets): string | null =>
  policies === null && permissions === null
    ? null
    : [policies, permissions].flatMap((set) => (set === null ? [] : [set.version])).join("+");

/** `shipped`: whose schema and roles the orgs' policies use. */
export function defineOrgEngines(shipped: PolicyTexts, log: Log, name: string) {
  const held = new Map<string, Held>();
  return {
    /** null: the org has no policies of its own. A set that cannot be loaded denies everything. */
    of(active: ActiveSets): PolicyEngine | null {
      const label = labelOf(active);
      if (label === null) return null;
      const known = held.get(label);
      if (known !== undefined) {
        held.delete(label);
        held.set(label, known);
        return known.engine;
      }
      const [oldest] = held.size < PLACES ? [] : held;
      if (oldest !== undefined) held.delete(oldest[0]);
      const place = oldest?.[1].place ?? held.size;
      const engine = load(active, label, `${name}/${place}`);
      held.set(label, { engine, place });
      return engine;
    },
  };

  function load(active: ActiveSets, label: string, slot: string): PolicyEngine {
    try {
      return loadPolicies(textsOf(active, shipped), log, label, slot);
    } catch {
      // What is no policy: the same as a set without one, which permits nothing.
      return loadPolicies({ ...shipped, policies: { broken: "permit" } }, log, label, slot);
    }
  }
}
