/**
 * The layers that refuse (docs/glossary.md, "Layers"): an audit entry of a refusal names the one that refused, in `data.layer`. Whoever
 * refuses names its layer where the code of the failure stands for another one; else the code says it.
 */
import type { ErrorCode } from "../errors/codes.ts";

/** PERSISTED: the names are in journals and audit entries; one is added, never renamed. */
export const LAYERS = [
  "identity",
  "policy",
  "people",
  "allowlist",
  "registry",
  "schema",
  "label",
  "risk",
  "guard",
  "budget",
  "limits",
  "egress",
  "switch",
  "credential",
] as const;

/** What refused. */
export type Layer = (typeof LAYERS)[number];

/** Codes that only one layer gives, unless it says otherwise. A code that is not here is no refusal of ours: the other side failed. */
const OF_CODE: { readonly [C in ErrorCode]?: Layer } = {
  unauthenticated: "identity",
  forbidden: "policy",
  policy_denied: "policy",
  second_person_required: "people",
  review_rejected: "people",
  not_found: "registry",
  invalid_request: "schema",
  output_invalid: "schema",
  injection_detected: "guard",
  content_blocked: "guard",
  budget_exceeded: "budget",
  limit_reached: "limits",
  loop_detected: "limits",
  kill_switch_active: "switch",
};

/** The layer that refused with this failure; null: nothing of ours refused. */
export const layerOf = ({ code, layer }: { readonly code: ErrorCode; readonly layer?: Layer }): Layer | null =>
  layer ?? OF_CODE[code] ?? null;

/** The layer of a failure as a part of an entry's data. */
export function layerIn(failure: { readonly code: ErrorCode; readonly layer?: Layer }): { readonly layer?: Layer } {
  const layer = layerOf(failure);
  return layer === null ? {} : { layer };
}

/** The reasons of a decision that other layers than the policies gave. */
const OF_REASON: readonly (readonly [start: string, layer: Layer])[] = [
  ["class.", "label"],
  ["risk.", "risk"],
];

/** The layer whose reasons these are; the last one is the one that made the decision stricter. */
export function layerOfReasons(reasons: readonly string[]): Layer {
  const last = reasons.at(-1) ?? "";
  return OF_REASON.find(([start]) => last.startsWith(start))?.[1] ?? "policy";
}
