/** What a warning about a definition is, and what the checks may look at beside the definition. */
import type { OrgGuardrails } from "../../guardrail/rules/settings.ts";
import type { EpochMs } from "../../time.ts";
import type { JsonSchema } from "../definition.ts";

/** A warning. `path`: JSON Pointer into the definition; "" is the definition as a whole. */
export type Warning = { readonly path: string; readonly message: string };

/** What stands behind an owner. `known`: a user of the org, or an address that notices go to. */
export type OwnerStanding = "known" | "unknown" | "mail_not_sent" | "host_not_listed";

/** What is registered around the definition; the caller has looked it up. */
export type Surroundings = {
  /** The tools that the definition lists. `compensate`: how a tool says that its calls are undone. */
  readonly tools: ReadonlyMap<
    string,
    { readonly input: JsonSchema; readonly output: JsonSchema; readonly compensate?: { readonly tool: string } }
  >;
  /** Of the tools that those name to be undone with: which exist. Absent: all. */
  readonly undoing?: ReadonlySet<string>;
  /** Of the tools that the definition lists: those that this deployment cannot run, and why. Absent: nobody looked. */
  readonly unrunnable?: ReadonlyMap<string, string>;
  /** The workflow that a `run` step names would get today; null: there is none. */
  readonly workflow: (name: string, version: number | null) => { readonly input: JsonSchema; readonly tools: readonly string[] } | null;
  /** Whether a model serves the task today. */
  readonly serves: (task: string) => boolean;
  /** Ids of the models that the org may use. Absent: nobody looked. */
  readonly models?: ReadonlySet<string>;
  /** Of the collections that the definition names: which exist. Absent: nobody looked. */
  readonly collections?: ReadonlySet<string>;
  /** What stands behind the definition's owner; absent: somebody does. */
  readonly standing?: OwnerStanding;
  /** What the org asks of all its workflows; absent: nothing. */
  readonly guardrails?: OrgGuardrails | null;
  /** When it is registered. Absent: no time is past. */
  readonly now?: EpochMs;
};
