/** Limits and times that leave a run no way to its end. */
import type { EpochMs } from "../../time.ts";
import { fromRfc3339 } from "../../time.ts";
import { constantOf } from "../constant.ts";
import type { Definition } from "../definition.ts";
import { rescuersIn } from "../on-error.ts";
import type { Surroundings, Warning } from "./warning.ts";

/** The warnings about `limits.steps`, and about waits whose time is over. */
export const limitWarnings = (definition: Definition, { now }: Surroundings): Warning[] => [
  ...tooFewSteps(definition),
  ...(now === undefined ? [] : pastWaits(definition, now)),
];

function tooFewSteps({ limits, steps }: Definition): Warning[] {
  const rescuers = new Set(Object.values(steps).flatMap(({ on_error }) => rescuersIn(on_error).map(({ id }) => id)));
  const certain = Object.entries(steps).filter(([id, { when }]) => when === null && !rescuers.has(id)).length;
  if (limits.steps >= certain) return [];
  const message = `${certain} steps run in any case, and the limit is ${limits.steps}: every run ends at it, without its last steps`;
  return [{ path: "/limits/steps", message }];
}

function pastWaits({ steps }: Definition, now: EpochMs): Warning[] {
  return Object.entries(steps).flatMap(([id, step]): Warning[] => {
    if (step.kind !== "wait" || step.until === null) return [];
    const constant = constantOf(step.until);
    const value = constant === null ? step.until : constant.ok ? constant.value : null;
    const at = typeof value === "string" ? fromRfc3339(value) : null;
    return at === null || at > now ? [] : [{ path: `/steps/${id}/until`, message: "this time is over: the step waits for nothing" }];
  });
}
