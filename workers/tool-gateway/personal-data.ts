/** Opens placeholders in exactly the input fields that a tool's manifest lists, and says what it opened, never the value. */
import { PERSONAL_DATA_TYPES } from "../../core/guardrail/finding.ts";
import { type Json, parsePointer } from "../../core/json.ts";
import { replaceAt, valueAt } from "../../core/json-pointer.ts";
import type { Opening } from "../../core/run/calls/call.ts";
import { RECALLED, type ToolManifest } from "../../core/tool/manifest.ts";
import type { Guard, GuardContext } from "../guardrail/ports.ts";

/** The input with personal data in it, and which placeholders were opened where. */
export type Opened = { readonly input: Json; readonly openings: readonly Opening[] };

/** Throws when the guard does: nothing is sent then. */
export async function openPersonalData(guard: Guard, context: GuardContext, manifest: ToolManifest, input: Json): Promise<Opened> {
  const openings: Opening[] = [];
  let opened = input;
  for (const [pointer, types] of Object.entries(manifest.personal_data)) {
    const tokens = parsePointer(pointer);
    const before = tokens === null ? undefined : valueAt(opened, tokens);
    if (tokens === null || before === undefined) continue;
    const kinds = types.filter((type) => type !== RECALLED);
    // `recalled` alone: of any kind. An empty list opens nothing.
    const isAlone = kinds.length === 0 && types.length > 0;
    const recalled = isAlone ? "only" : kinds.length < types.length ? "also" : "no";
    const after = await guard.open(context, before, isAlone ? PERSONAL_DATA_TYPES : kinds, recalled);
    opened = replaceAt(opened, tokens, after.value);
    for (const type of new Set(after.opened)) openings.push({ type, pointer });
  }
  return { input: opened, openings };
}
