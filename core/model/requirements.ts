/**
 * What an org requires of the models that its data goes to, by class: a requirement of a class holds for every higher class too, so what is
 * asked of `public` is asked of every call. A model that does not say a fact does not meet a requirement of it.
 */
import { DATA_CLASSES, type DataClass } from "../label/label.ts";
import type { Form } from "../workflow/form.ts";
import type { ModelEntry } from "./entry.ts";

/** What is required for one class. PERSISTED: in an org's settings. */
export type ModelRequirement = {
  /** Regions that the model may run in. Absent: any. */
  readonly region?: readonly string[];
  /** How long its provider may keep what it was sent, in days; `none`: not at all. Absent: any time. */
  readonly retention?: "none" | number;
  /** False: its provider may not train on what it was sent. */
  readonly trains?: false;
};

/** Requirements by class. PERSISTED: in an org's settings. */
export type ModelRequirements = { readonly [C in DataClass]?: ModelRequirement };

/** The region of a model that runs inside this Worker: wherever that is. */
export const INSIDE = "*";

/** Why a model does not meet what is required for data of this class; null: it does. The words name the requirement. */
export function unmetRequirement(entry: ModelEntry, of: DataClass, requirements: ModelRequirements): string | null {
  for (const lower of DATA_CLASSES.slice(0, DATA_CLASSES.indexOf(of) + 1)) {
    const required = requirements[lower];
    const why = required === undefined ? null : unmet(entry, required);
    if (why !== null) return `${why} (the org's \`models.${lower}\`)`;
  }
  return null;
}

function unmet({ region, retention, trains }: ModelEntry, required: ModelRequirement): string | null {
  const { region: regions, retention: days } = required;
  if (regions !== undefined && region !== INSIDE && !regions.some((one) => one.toLowerCase() === region?.toLowerCase()))
    return `its \`region\` ${region === undefined ? "is not registered" : `is \`${region}\``}, and \`${regions.join("`, `")}\` is required`;
  if (days !== undefined && !keepsAtMost(retention, days))
    return `its \`retention\` ${retention === undefined ? "is not registered" : `is \`${retention}\``}, and \`${days}\` is required`;
  if (required.trains === false && trains !== false)
    return `its \`trains\` ${trains === undefined ? "is not registered" : "is `true`"}, and \`false\` is required`;
  return null;
}

function keepsAtMost(retention: ModelEntry["retention"], most: "none" | number): boolean {
  if (retention === "none") return true;
  return retention !== undefined && most !== "none" && retention <= most;
}

/** The form of a region's name. */
export const REGION = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;
/** Longest time that a retention can name, in days. */
export const MOST_DAYS = 36_500;

/** `retention` as a developer sent it with a model: `none`, or whole days. */
export function readRetention(form: Form): { readonly retention?: "none" | number } {
  const said = form.json("retention");
  if (said === undefined || said === null) return {};
  if (said === "none") return { retention: "none" };
  return { retention: form.number("retention", { min: 0, max: MOST_DAYS, whole: true }) };
}
