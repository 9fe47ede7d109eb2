/** What every kind of step says about its definition. Each kind answers in a file of its own; `step-kinds.ts` is the table of them. */
import type { AgentStep, Compensate, ItemStep, ModelStep, RunStep, Step, StepKind, Template } from "../definition.ts";
import type { Form } from "../form.ts";

/** The fields that steps of every kind have. */
export type Common = Pick<Step, "needs" | "when" | "on_error">;

/** The step of one kind. */
export type StepOf<K extends StepKind> = Extract<Step, { kind: K }>;

/** A template of a step, and where it is: a JSON Pointer relative to the step. */
export type PlacedTemplate = {
  readonly at: string;
  readonly template: Template;
  /** `before`: evaluated before the step does anything. `after`: evaluated when it has answered, so it also sees `output`. */
  readonly when: "before" | "after";
};

/** What a step names outside of its own workflow, and the steps inside it. */
export type Mentions = {
  /** The tools it may call while the run goes forward. `at`: a JSON Pointer relative to the step. */
  readonly tools: readonly { readonly name: string; readonly at: string }[];
  /** How what it did is undone; null: it says nothing about that. */
  readonly compensate: Compensate | null;
  /** The step itself when a model answers it; null: no model does. */
  readonly prompted: ModelStep | AgentStep | null;
  /** The step itself when it starts a run of another workflow; null: it starts none. */
  readonly child: RunStep | null;
  /** What it does for each item of a list, defined at `/step`; null: it has no items. */
  readonly item: ItemStep | null;
};

/** For kinds that mention nothing, and as the rest of those that mention one thing. */
export const MENTIONS_NOTHING: Mentions = { tools: [], compensate: null, prompted: null, child: null, item: null };

/** What a definition says about a kind of step. */
export type StepKindRules<K extends StepKind> = {
  /** The step as a developer sent it, with every default filled in. Errors are added to the form. */
  read(form: Form, common: Common): StepOf<K>;
  /** Every template of its own in which an expression may be. `when`, `on_error` and the templates of its items are checked for all kinds alike. */
  templates(step: StepOf<K>): readonly PlacedTemplate[];
  mentions(step: StepOf<K>): Mentions;
};
