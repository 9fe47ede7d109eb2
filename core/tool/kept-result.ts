/** A tool's answer as it is kept, and whether it may be given instead of a call. Pure; trusts nothing that it reads. */
import { findPlaceholders } from "../guardrail/placeholder.ts";
import { isObject, type Json } from "../json.ts";
import type { EpochMs } from "../time.ts";
import type { ToolManifest } from "./manifest.ts";

/** PERSISTED: in KV. `made_at`: when the tool made the answer, by what it said of its age. `v` is the version of this form. */
export type KeptResult = { readonly v: 1; readonly output: Json; readonly kept_at: EpochMs; readonly made_at: EpochMs };

/** UTF-16 units as JSON. */
export const LONGEST_RESULT = 256 * 1024;

/** Total: what is not in the form that is written is nothing. */
export function readKeptResult(raw: Json | undefined): KeptResult | null {
  if (!isObject(raw) || raw["v"] !== 1) return null;
  const { output, kept_at, made_at } = raw;
  if (output === undefined || typeof kept_at !== "number" || typeof made_at !== "number") return null;
  return { v: 1, output, kept_at, made_at };
}

/** How long an answer may be given again, in ms: for any call of the org, and for the same call under its own key. 0: not at all. */
export function keepingOf({ effect, sensitivity, cache_ms, max_age_ms }: ToolManifest): { readonly shared: number; readonly own: number } {
  const isKept = effect !== "write" && (sensitivity === "public" || sensitivity === "internal");
  return { shared: isKept ? (cache_ms ?? 0) : 0, own: isKept ? (max_age_ms ?? 0) : 0 };
}

/** `forMs`: how long what was kept may be given. */
export function isUsable({ kept_at, made_at }: KeptResult, forMs: number, maxAgeMs: number | null, now: EpochMs): boolean {
  const isInTime = kept_at <= now && now - kept_at < forMs;
  return isInTime && (maxAgeMs === null || now - Math.min(made_at, kept_at) <= maxAgeMs);
}

/** An answer that names no placeholder but those of its question: any other means something in one run alone. */
export function isShareable(output: Json, placeholders: ReadonlySet<string>): boolean {
  const text = JSON.stringify(output);
  return text.length <= LONGEST_RESULT && findPlaceholders(text).every((site) => placeholders.has(site.text));
}
