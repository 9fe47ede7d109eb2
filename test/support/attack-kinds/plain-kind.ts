/** One kind of plain attack (plain.ts, plain-from-tools.ts). */
import type { Channel } from "../../../core/guardrail/finding.ts";

/** `id`: the rule of docs/SPEC.md. `attacks` and `harmless` had a part in making the rules; the fresh ones were written before them and were known, the later ones were written when they stood and first judged then. */
export type PlainKind = {
  readonly id: string;
  readonly name: string;
  readonly channel: Channel;
  readonly attacks: readonly string[];
  readonly freshAttacks: readonly string[];
  readonly harmless: readonly string[];
  readonly freshHarmless: readonly string[];
  readonly laterAttacks: readonly string[];
  readonly laterHarmless: readonly string[];
};
