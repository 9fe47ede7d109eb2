/**
 * Definitions in TypeScript: a convenience that ends in the plain JSON that a developer would send. A step can need only steps that
 * were named before it, so that a cycle or a misspelt name does not compile; everything else is `check.ts`'s to say.
 */
import type { StepGuardrails } from "../guardrail/rules/settings.ts";
import type { JsonObject } from "../json.ts";
import type { ErrorRule, ItemStep, JsonSchema, Limits, ModelWishes, RetryPolicy, StepKind, Template } from "./definition.ts";

type Head = {
  readonly name: string;
  readonly description?: string;
  readonly instructions?: string;
  readonly input: JsonSchema;
  readonly limits?: Partial<Limits>;
  readonly tools?: readonly string[];
  readonly knowledge?: readonly string[];
  readonly session?: { readonly user: Expression; readonly assistant: Expression };
  readonly on_failure?: "compensate" | "park";
  readonly on_budget?: { readonly value: Template };
};

type Expression = { readonly cel: string };

type ValueRule = Extract<ErrorRule, { readonly value: Template }>;

type Common<Known extends string> = {
  readonly needs?: readonly Known[];
  readonly when?: Expression;
  readonly on_error?: ErrorRule | readonly ErrorRule[];
};

type Attempts = { readonly retry?: Partial<RetryPolicy>; readonly timeout_ms?: number };

type ModelSource = ModelWishes & { readonly max_tokens?: number; readonly temperature?: number; readonly fallback?: readonly string[] } & (
    | { readonly id: string; readonly task?: never }
    | { readonly task: string; readonly id?: never }
  );
type PromptSource = { readonly template: string; readonly slots: { readonly [name: string]: Template } };

/** The fields of each kind, as a developer writes them. A kind of step without an entry does not compile. */
type Fields = {
  readonly model: {
    readonly model: ModelSource;
    readonly prompt: PromptSource;
    readonly output?: JsonSchema;
    readonly guardrails?: StepGuardrails;
    readonly async?: boolean;
  } & Attempts;
  readonly agent: {
    readonly model: ModelSource;
    readonly prompt: PromptSource;
    readonly tools: readonly string[];
    readonly max_iterations?: number;
    readonly output?: JsonSchema;
    readonly guardrails?: StepGuardrails;
  } & Attempts;
  readonly tool: {
    readonly tool: string;
    readonly input: Template;
    readonly async?: boolean;
    readonly compensate?: { readonly tool: string; readonly input: Template } & Attempts;
  } & Attempts;
  readonly run: { readonly workflow: string; readonly version?: number; readonly input: Template };
  readonly transform: { readonly value: Template };
  readonly review: { readonly severity: "critical" | "high" | "medium"; readonly proposal: Template };
  /** One of three: how long, until when, or for which signal. */
  readonly wait:
    | { readonly seconds: number | Expression; readonly until?: never; readonly signal?: never; readonly timeout_ms?: never }
    | { readonly until: string | Expression; readonly seconds?: never; readonly signal?: never; readonly timeout_ms?: never }
    | { readonly signal: string; readonly timeout_ms?: number; readonly seconds?: never; readonly until?: never };
  readonly map: { readonly over: readonly Template[] | Expression; readonly concurrency?: number; readonly step: ItemSource };
};
type OfKind<K extends StepKind> = { [Kind in K]: { readonly kind: Kind } & Fields[Kind] }[K];

/** What a `map` does for each item. */
export type ItemSource = OfKind<ItemStep["kind"]> & { readonly on_error?: ValueRule | readonly ValueRule[]; readonly async?: never };

/** A step that may need the steps `Known`. */
export type StepSource<Known extends string> = Common<Known> & OfKind<StepKind>;

/** A definition as a developer sends it: plain JSON, not checked yet. */
export type WorkflowSource = JsonObject & { readonly name: string };

/** Builds a definition step by step. `Known`: the ids of the steps so far. */
class WorkflowBuilder<Known extends string> {
  readonly #head: Head;
  readonly #steps: readonly (readonly [string, unknown])[];

  constructor(head: Head, steps: readonly (readonly [string, unknown])[]) {
    this.#head = head;
    this.#steps = steps;
  }

  step<const Id extends string>(id: Id, step: StepSource<Known>): WorkflowBuilder<Known | Id> {
    return new WorkflowBuilder<Known | Id>(this.#head, [...this.#steps, [id, step]]);
  }

  /** The definition, as `POST /v1/workflows` takes it. */
  output(template: Template): WorkflowSource {
    const source = { ...this.#head, steps: Object.fromEntries(this.#steps), output: template };
    return JSON.parse(JSON.stringify(source)) as WorkflowSource;
  }
}

/** Begins a definition without steps. */
export const workflow = (head: Head): WorkflowBuilder<never> => new WorkflowBuilder<never>(head, []);

/** An expression. */
export const cel = (expression: string): { cel: string } => ({ cel: expression });
