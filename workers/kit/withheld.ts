/** What a withheld instruction does to an answer that fitted its schema. Redaction may break a format; a withheld string must not. */
import { isInstruction } from "../../core/guardrail/finding.ts";
import { type Json, parsePointer } from "../../core/json.ts";
import { replaceAt, valueAt } from "../../core/json-pointer.ts";
import type { JsonSchema } from "../../core/workflow/definition.ts";
import { validate } from "../../core/workflow/schema.ts";
import type { Admitted } from "../guardrail/ports.ts";

/** `raw` fits `schema`. True when it no longer does once the withheld strings, and nothing else, are replaced. */
export function withholdingBreaks(schema: JsonSchema, raw: Json, admitted: Admitted): boolean {
  const pointers = admitted.findings.filter(isInstruction).map(({ pointer }) => pointer);
  let kept = raw;
  for (const pointer of new Set(pointers)) {
    const tokens = parsePointer(pointer);
    const part = tokens === null ? undefined : valueAt(admitted.value, tokens);
    // A place that is not on both sides cannot be compared (a key was withheld): the guard's word counts.
    if (tokens === null || part === undefined || valueAt(kept, tokens) === undefined) return true;
    kept = replaceAt(kept, tokens, part);
  }
  return pointers.length > 0 && validate(schema, kept).length > 0;
}
