/**
 * Definitions in TypeScript: a convenience that ends in the plain JSON that a developer would send. A step can need only steps that
 * were named before it, so that a cycle or a misspelt name does not compile; everything else is `check.ts`'s to say.
 */
import type { JsonObject } from "../json.ts";
import type { JsonSchema, Limits, RetryPolicy, Template } from "./definition.ts";

type Head = {
  readonly name: string;
  readonly description?: string;
  readonly instructions?: string;
  readonly input: JsonSchema;
  readonly limits?: Partial<Limits>;
  readonly tools?: readonly string[];
  readonly on_failure?: "compensate" | "park";
};

type Common<Known extends string> = {
  readonly needs?: readonly Known[];
  readonly when?: { readonly cel: string };
  readonly on_error?: { readonly value: Template } | { readonly step: string };
};

type Attempts = { readonly retry?: Partial<RetryPolicy>; readonly timeout_ms?: number };

export type StepSource<Known extends string> = Common<Known> &
  (
    | ({
        readonly kind: "model";
        readonly model: { readonly max_tokens?: number; readonly temperature?: number; readonly fallback?: readonly string[] } & (
          | { readonly id: string }
          | { readonly task: string }
        );
        readonly prompt: { readonly template: string; readonly slots: { readonly [name: string]: Template } };
        readonly output?: JsonSchema;
      } & Attempts)
    | ({
        readonly kind: "tool";
        readonly tool: string;
        readonly input: Template;
        readonly compensate?: { readonly tool: string; readonly input: Template };
      } & Attempts)
    | { readonly kind: "review"; readonly severity: "critical" | "high" | "medium"; readonly proposal: Template }
    | { readonly kind: "transform"; readonly value: Template }
  );

export type WorkflowSource = JsonObject & { readonly name: string };

export class WorkflowBuilder<Known extends string> {
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

export const workflow = (head: Head): WorkflowBuilder<never> => new WorkflowBuilder<never>(head, []);

/** An expression. */
export const cel = (expression: string): { cel: string } => ({ cel: expression });
