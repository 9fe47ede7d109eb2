/**
 * What a model says beside its words and wants back, guarded before anybody gets it. Words go on redacted. Of anything else every byte may
 * be signed: where something was found in it, it is left out. Of an answer that carries an instruction nothing of it goes on.
 */
import type { FindingSummary } from "../../core/guardrail/finding.ts";
import { isObject, type Json, type JsonObject } from "../../core/json.ts";
import { withoutSecrets } from "../../core/untrusted-json.ts";
import type { Guard, GuardContext } from "../guardrail/ports.ts";

/** What may be kept of each opaque field, in order; undefined where it was left out. */
export type AdmittedOpaque = { readonly kept: readonly (JsonObject | undefined)[]; readonly findings: readonly FindingSummary[] };

/** `parts`: of the message and of each call; the same number comes back. Throws when the guard does. */
export async function admitOpaque(
  guard: Pick<Guard, "admit">,
  context: GuardContext,
  parts: readonly (JsonObject | undefined)[],
  secrets: readonly string[],
): Promise<AdmittedOpaque> {
  if (parts.every((part) => part === undefined)) return { kept: parts, findings: [] };
  const said: Json = parts.map((part) => part ?? null);
  const { value, verdict, findings } = await guard.admit(context, "model_output", "model", withoutSecrets(said, secrets).value);
  const admitted = verdict === "block" || !Array.isArray(value) ? [] : value;
  return { kept: parts.map((part, index) => (part === undefined ? undefined : keep(part, admitted[index] ?? null))), findings };
}

function keep(part: JsonObject, admitted: Json): JsonObject | undefined {
  if (!isObject(admitted)) return undefined;
  const kept = Object.entries(part).flatMap(([name, before]) => {
    const after = admitted[name] ?? null;
    const isWhole = JSON.stringify(after) === JSON.stringify(before);
    const isWords = typeof after === "string" && /\s/.test(after);
    return isWhole || isWords ? [[name, after] as const] : [];
  });
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}
