/** The kinds of step that a `map` can do for each item. */
import type { ItemStep, StepKind } from "../definition.ts";
import type { Form } from "../form.ts";
import { AGENT } from "./agent.ts";
import { MODEL } from "./model.ts";
import type { StepKindRules } from "./rules.ts";
import { RUN } from "./run.ts";
import { TOOL } from "./tool.ts";
import { TRANSFORM } from "./transform.ts";

type RulesOf<K extends StepKind> = { readonly [Kind in K]: StepKindRules<Kind> };

/** Clients read the kinds in this order in the message that refuses an unknown one. */
export const ITEM_KINDS = { model: MODEL, agent: AGENT, tool: TOOL, run: RUN, transform: TRANSFORM } satisfies RulesOf<ItemStep["kind"]>;

/** The form's `kind` when the table has it; null: it has not, and the form says so. */
export function kindIn<K extends StepKind>(form: Form, table: RulesOf<K>): K | null {
  const kind = form.choice("kind", Object.keys(table) as K[]);
  return form.json("kind") === kind ? kind : null;
}
