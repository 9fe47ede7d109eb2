/** The data that a run starts with and keeps for its whole life: its definition, its caller, its input, its bounds. */
import { type Speaker, speaksForUser } from "../../access/person.ts";
import type { Role } from "../../access/principal.ts";
import type { PeopleRate } from "../../costs/people.ts";
import type { FindingSummary } from "../../guardrail/finding.ts";
import type { RunRules } from "../../guardrail/rules/merge.ts";
import type { Json, JsonObject } from "../../json.ts";
import type { Label } from "../../label/label.ts";
import type { Labels } from "../../label/labels.ts";
import { fromUsd, type MicroUsd } from "../../money.ts";
import type { SinkClasses } from "../../org/settings.ts";
import type { EpochMs } from "../../time.ts";
import type { ToolEffect } from "../../tool/manifest.ts";
import type { TraceRule } from "../../trace/rule.ts";
import type { Definition } from "../../workflow/definition.ts";
import type { Plan } from "../../workflow/plan.ts";
import { asStored } from "./as-stored.ts";
import type { Spent } from "./event.ts";
import type { Past } from "./state.ts";

/** The data of a run's start. PERSISTED: one row of the run's object, written once. */
export type Birth = {
  readonly v: 1;
  readonly id: string;
  readonly org: string;
  readonly user: string;
  /** The credentials of the callers who started this run, or the run that it continues or belongs to. Absent in runs that predate this field. */
  readonly starters?: readonly Speaker[];
  readonly roles: readonly Role[];
  /** The person whose data the run handles. */
  readonly subject: string;
  readonly definition: Definition;
  readonly version: number;
  /** SHA-256 of the definition's canonical form. */
  readonly digest: string;
  /** The redacted input; a run keeps no unredacted value. */
  readonly input: Json;
  /** Labels of the input. Absent if a caller sent it, or if the parent of a child run recorded none. */
  readonly inputLabels?: Labels;
  readonly inputFindings: readonly FindingSummary[];
  /** The guardrail rules at the start, which apply for the run's whole life. If absent, only the platform's rules apply. */
  readonly guardrails?: RunRules;
  /** What asking a model about the input (`moderate`) cost. Absent: nobody asked one. */
  readonly inputModerated?: Spent;
  /** A guardrail requires a review of the input before the first step. */
  readonly inputReview?: true;
  /** What the run was estimated to cost, in micro-dollars. Absent: its definition has no `confirm_over_usd`, and nobody asked. */
  readonly estimate?: { readonly expected: MicroUsd; readonly max: MicroUsd };
  /** The session of the subject that the run belongs to. Absent: none. A child run has its parent's, and takes no turn in it. */
  readonly session?: string;
  readonly metadata: JsonObject;
  readonly budget: { readonly usd: MicroUsd; readonly tokens: number };
  readonly deadlineAt: EpochMs | null;
  /** The effects of the listed tools, as registered at the start; a cap uses them to find the writes still to come. */
  readonly toolEffects: { readonly [tool: string]: ToolEffect };
  readonly traceId: string;
  readonly parentSpanId: string | null;
  /** How the run's trace leaves the platform. Absent: it does not. */
  readonly trace?: TraceRule;
  /** What people's time costs in the org. Absent: the org does not say. */
  readonly people?: PeopleRate;
  readonly createdAt: EpochMs;
  readonly redrive: Redrive | null;
  /** The run that started this one as a step; its tools and budget bound this run's. */
  readonly parent: Parent | null;
  /** The highest classes that the org lets callbacks and reviewers have. Absent: any. */
  readonly sinks?: Pick<SinkClasses, "callbacks" | "reviews">;
  /** The URL that receives the finished run; null: no callback was requested. */
  readonly callbackUrl: string | null;
};

/** True if what the run was sent counts as its user's own word, also beyond the run. A key that another person made does not suffice. */
export const isUsersOwnWord = ({ starters = [] }: Pick<Birth, "starters">): boolean => starters.every(speaksForUser);

/** Who started the run, as the field `starter`. */
export const starterOf = ({ starters = [] }: Pick<Birth, "starters">): { readonly starter?: Speaker } =>
  starters[0] === undefined ? {} : { starter: starters[0] };

/** True if a person has to agree to the estimated cost before the first step. */
export const isOverEstimate = ({ estimate, definition }: Pick<Birth, "estimate" | "definition">): boolean =>
  estimate !== undefined && definition.limits.confirm_over_usd !== null && estimate.expected > fromUsd(definition.limits.confirm_over_usd);

/** A birth as it is passed to the run's object, which adds the remaining fields (`born`). */
export type RunStart = Omit<Birth, "v" | "toolEffects" | "createdAt"> & {
  /** If absent, the object looks up the listed tools. A run that continues another keeps that run's effects. */
  readonly toolEffects?: Birth["toolEffects"];
  /** Steps whose outputs are too large for `redrive.kept` in one message; the object reads them from the run that it continues. */
  readonly keptThere?: readonly string[];
};

/** Completes a start to a birth. `createdAt` is the time of the object's own clock. */
export const born = ({ keptThere: _read, ...start }: RunStart, toolEffects: Birth["toolEffects"], createdAt: EpochMs): Birth => ({
  v: 1,
  ...asStored(start),
  toolEffects,
  createdAt,
});

/** The facts that a child run has about the run that started it. */
export type Parent = {
  readonly run: string;
  readonly activity: string;
  /** Nesting depth; 1 is the child of a run that has no parent. */
  readonly depth: number;
  /** The tools that every run above lists; the child can call no others. */
  readonly tools: readonly string[];
  /** An instruction was found in a tool's answer in the parent before this run began. */
  readonly seenInstruction?: true;
  /** What the runs above did and saw before this run began. Absent if nobody noted it. */
  readonly past?: Past;
  /** The run above was redriven with another input, which reaches this one and which no second person has seen. */
  readonly changed?: true;
};

/** The progress with which a run continues a dead-lettered one. */
export type Redrive = {
  /** The id of the run that it continues. */
  readonly of: string;
  /** The first run of the chain: every idempotency key is made with its id. */
  readonly keyRun: string;
  /** Outputs of completed steps that are not repeated. */
  readonly kept: { readonly [step: string]: Json };
  /** Labels of the outputs in `kept`. */
  readonly labels?: { readonly [step: string]: Labels };
  /** An instruction was found in a tool's answer in that run. */
  readonly seenInstruction?: true;
  /** What that run did and saw. Absent: nothing, or nobody noted it. */
  readonly past?: Past;
  /** Compensated activities, which are new operations: the number that follows their key. */
  readonly acts: { readonly [activity: string]: number };
  /** Inputs that a person gave steps in place of their definition's, and the label of these. Absent: none. */
  readonly changes?: { readonly [step: string]: Json };
  readonly changed?: Label;
};

/** The inputs of the fold besides the events: the birth, and the plan made from its definition. Deciding needs more: `Machinery`. */
export type RunContext = { readonly birth: Birth; readonly plan: Plan };
