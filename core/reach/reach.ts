/**
 * What one version of a workflow can touch, from its definition, the tools, models and workflows that are registered today and the org's
 * settings. It says what is possible, never what a run will do. Lists are sorted by name; a step is named `workflow/step`.
 */
import type { DataClass } from "../label/label.ts";
import type { ModelEntry } from "../model/entry.ts";
import type { ToolEffect, ToolKind } from "../tool/manifest.ts";

/** Why a tool is called: by a step, to undo a call, in another's place, or to look up whether a call happened. */
export type CallRole = "call" | "compensate" | "fallback" | "lookup";

/** A tool that is called. */
export type ReachedSystem = {
  readonly tool: string;
  readonly version: number;
  readonly kind: ToolKind;
  readonly effect: ToolEffect;
  readonly roles: readonly CallRole[];
  /** Where its calls go; empty: they stay in the platform. */
  readonly hosts: readonly string[];
  /** The MCP server that the tool belongs to; null: to none. */
  readonly server: string | null;
  /** The class of what it answers. */
  readonly sensitivity: DataClass;
  /** The highest class that it may be given; null: any. */
  readonly accepts: DataClass | null;
  readonly steps: readonly string[];
};

/** A host that a tool or a model sends data to. */
export type ReachedHost = {
  readonly host: string;
  /** It is one of the org's own (docs/risk.md). */
  readonly own: boolean;
  /** The highest class that the org lets go there; null: any. */
  readonly accepts: DataClass | null;
  readonly tools: readonly string[];
  readonly models: readonly string[];
};

/** The class of a place of an input (`at`: a JSON Pointer, `*` for any name or index), or of what a tool answers. */
export type ReachedClass = { readonly source: "input" | "tool"; readonly name: string; readonly at: string; readonly class: DataClass };

/** A model that may answer. What it did not register is null. */
export type ReachedCandidate = {
  readonly id: string;
  /** True: only after another one failed. */
  readonly fallback: boolean;
  readonly region: string | null;
  readonly retention: "none" | number | null;
  readonly trains: boolean | null;
  readonly pii: ModelEntry["pii"];
  readonly accepts: DataClass | null;
  /** The highest class that it is given under its `accepts` and what the org requires of models; null: nothing, it is never asked. */
  readonly given: DataClass | null;
  /** null: the deployment's gateway, or this Worker. */
  readonly host: string | null;
};

/** The models that may answer for a task (`task:NAME`) or a named model. */
export type ReachedModels = { readonly asked: string; readonly steps: readonly string[]; readonly candidates: readonly ReachedCandidate[] };

/** A person is asked. `always`: whenever the step gets there. `maybe`: when one of the reasons holds. */
export type ReachedApproval = {
  readonly step: string;
  /** null: not about the call of a tool. */
  readonly tool: string | null;
  readonly when: "always" | "maybe";
  readonly why: readonly string[];
};

/** Another workflow that may run as a child. */
export type ReachedWorkflow = { readonly workflow: string; readonly version: number; readonly steps: readonly string[] };

/** Something that the definition names and nobody has registered: what it will reach is not known. */
export type ReachedUnknown = {
  readonly kind: "tool" | "workflow" | "model" | "task";
  readonly name: string;
  readonly steps: readonly string[];
};

/** The whole map. */
export type Reach = {
  readonly systems: {
    readonly read: readonly ReachedSystem[];
    readonly written: readonly ReachedSystem[];
    /** Called without effect outside: they compute. */
    readonly none: readonly ReachedSystem[];
  };
  readonly hosts: readonly ReachedHost[];
  readonly data_classes: readonly ReachedClass[];
  readonly models: readonly ReachedModels[];
  readonly approvals: readonly ReachedApproval[];
  readonly workflows: readonly ReachedWorkflow[];
  /** Hosts that a run's outcome may be sent to, and the highest class that may go there; null: any. */
  readonly callbacks: { readonly hosts: readonly string[]; readonly accepts: DataClass | null };
  /** The highest class that people who decide reviews may be shown; null: any. */
  readonly reviews: { readonly accepts: DataClass | null };
  readonly unknown: readonly ReachedUnknown[];
  /** False: there is more than was followed. */
  readonly complete: boolean;
};
