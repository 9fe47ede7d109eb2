/**
 * The table of step kinds, as far as a definition is concerned: how each is read, which expressions it has, what it mentions. A kind
 * without an entry does not compile. docs/recipes/step-kind.md lists the other tables.
 */
import type { ItemStep, Step, StepKind } from "./definition.ts";
import type { Form } from "./form.ts";
import { readCommon } from "./step-kinds/common.ts";
import { ITEM_KINDS, kindIn } from "./step-kinds/item-kinds.ts";
import { MAP } from "./step-kinds/map.ts";
import { REVIEW } from "./step-kinds/review.ts";
import type { Mentions, PlacedTemplate, StepKindRules } from "./step-kinds/rules.ts";
import { WAIT } from "./step-kinds/wait.ts";

/** The rules of each kind. */
export const STEP_KINDS: { readonly [K in StepKind]: StepKindRules<K> } = { ...ITEM_KINDS, review: REVIEW, wait: WAIT, map: MAP };

const rulesOf = ({ kind }: Step): StepKindRules<StepKind> => STEP_KINDS[kind] as StepKindRules<StepKind>;

/** One step as a developer sent it. null: its kind is unknown. Errors are added to the form. */
export function readStep(form: Form): Step | null {
  const kind = kindIn(form, STEP_KINDS);
  if (kind === null) return null;
  const step = STEP_KINDS[kind].read(form, readCommon(form));
  form.close();
  return step;
}

/** The templates of the step itself, in the order in which they are checked. */
export const templatesOf = (step: Step): readonly PlacedTemplate[] => rulesOf(step).templates(step);

/** What the step itself names; what its items name is that of `item`. */
export const mentionsOf = (step: Step): Mentions => rulesOf(step).mentions(step);

/** The step, and what it does for each item of a list: everything of it that does work. */
export function workOf(step: Step): readonly { readonly step: Step | ItemStep; readonly at: string }[] {
  const { item } = mentionsOf(step);
  return item === null ? [{ step, at: "" }] : [{ step, at: "" }, ...workOf(item).map((inner) => ({ ...inner, at: `/step${inner.at}` }))];
}
