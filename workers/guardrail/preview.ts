/** The guardrails as a rehearsal: the same judgement and the same redaction, with a vault that numbers placeholders and keeps nothing. */
import type { PlaceholderType } from "../../core/guardrail/finding.ts";
import type { InputRules } from "../../core/guardrail/rules/merge.ts";
import { sameValueKey } from "../../core/guardrail/same-value.ts";
import type { Json } from "../../core/json.ts";
import { defineGuard } from "./guard.ts";
import type { Admitted } from "./ports.ts";

const NOBODY = { org: "", run: "", subject: "" };

/** As `Guard.admit` would take in the input of a run under these rules. */
export function previewAdmission(
  value: Json,
  { names: findsNames, injection }: Pick<InputRules, "names" | "injection">,
): Promise<Admitted> {
  const numbers = new Map<string, number>();
  const names = new Map<string, string>();
  const nameOf = (type: PlaceholderType, hidden: string): string => {
    const key = `${type}:${sameValueKey(type, hidden)}`;
    const known = names.get(key);
    if (known !== undefined) return known;
    const number = (numbers.get(type) ?? 0) + 1;
    numbers.set(type, number);
    names.set(key, `{{${type}_${number}}}`);
    return `{{${type}_${number}}}`;
  };
  const guard = defineGuard({
    vault: {
      assign: async (_org, { values }) => values.map(({ type, value: hidden }) => nameOf(type, hidden)),
      open: async (_org, { placeholders }) => placeholders.map(() => null),
    },
  });
  return guard.admit(NOBODY, "user", "input", value, findsNames, injection);
}
