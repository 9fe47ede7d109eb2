/** What a run starts with and keeps for its whole life: its definition, who asked for it, its input, its bounds. */
import type { Holder } from "../../access/person.ts";
import type { Role } from "../../access/principal.ts";
import type { FindingSummary } from "../../guardrail/finding.ts";
import type { RunRules } from "../../guardrail/rules/merge.ts";
import type { Json, JsonObject } from "../../json.ts";
import type { Labels } from "../../label/labels.ts";
import type { MicroUsd } from "../../money.ts";
import type { EpochMs } from "../../time.ts";
import type { ToolEffect } from "../../tool/manifest.ts";
import type { Definition } from "../../workflow/definition.ts";
import type { Plan } from "../../workflow/plan.ts";

/** PERSISTED: one row of the run's object, written once. */
export type Birth = {
  readonly v: 1;
  readonly id: string;
  readonly org: string;
  readonly user: string;
  /** The credentials of those who started it, or the run that it continues or belongs to. Absent: it began before they were kept. */
  readonly starters?: readonly Holder[];
  readonly roles: readonly Role[];
  /** The person whose data the run handles. */
  readonly subject: string;
  readonly definition: Definition;
  readonly version: number;
  /** SHA-256 of the definition's canonical form. */
  readonly digest: string;
  /** Redacted, like everything a run keeps. */
  readonly input: Json;
  /** Of the input. Absent: a caller sent it, or the parent of a child run noted none. */
  readonly inputLabels?: Labels;
  readonly inputFindings: readonly FindingSummary[];
  /** The rules that held when it was started, and hold for its whole life. Absent: the platform's alone. */
  readonly guardrails?: RunRules;
  /** A guardrail wants a person to see the input before the first step. */
  readonly inputReview?: true;
  readonly metadata: JsonObject;
  readonly budget: { readonly usd: MicroUsd; readonly tokens: number };
  readonly deadlineAt: EpochMs | null;
  /** What the listed tools do, as registered at the start: a cap asks which writes are still to come. */
  readonly toolEffects: { readonly [tool: string]: ToolEffect };
  readonly traceId: string;
  readonly parentSpanId: string | null;
  readonly createdAt: EpochMs;
  readonly redrive: Redrive | null;
  /** The run whose step this one is; its tools and budget bound this one's. */
  readonly parent: Parent | null;
  /** A URL of the org to which the end of the run is sent. null: nobody asked for that. */
  readonly callbackUrl: string | null;
};

/** A birth as it is given to the run's object, which adds what only it knows (`born`). */
export type RunStart = Omit<Birth, "v" | "toolEffects" | "createdAt"> & {
  /** Absent: the object looks the listed tools up. A run that continues another keeps the effects of that one. */
  readonly toolEffects?: Birth["toolEffects"];
  /** Steps whose outputs `redrive.kept` lacks, because one message does not hold them: the object reads them from the run that it continues. */
  readonly keptThere?: readonly string[];
};

/** What the run's object adds to a start, and keeps. `createdAt`: its own clock. */
export const born = ({ keptThere: _read, ...start }: RunStart, toolEffects: Birth["toolEffects"], createdAt: EpochMs): Birth => ({
  v: 1,
  ...start,
  toolEffects,
  createdAt,
});

/** What a child run knows of the run that started it. */
export type Parent = {
  readonly run: string;
  readonly activity: string;
  /** 1: the child of a run that has no parent. */
  readonly depth: number;
  /** The tools of every run above: nothing else can be called. */
  readonly tools: readonly string[];
  /** An instruction was found in a tool's answer there before this run began. */
  readonly seenInstruction?: true;
};

/** A run that takes up where a dead-lettered one ended. */
export type Redrive = {
  /** The run it continues. */
  readonly of: string;
  /** The first run of the chain: every idempotency key is made with its id. */
  readonly keyRun: string;
  /** Outputs of steps that were completed and stay so. */
  readonly kept: { readonly [step: string]: Json };
  /** Of those outputs. */
  readonly labels?: { readonly [step: string]: Labels };
  /** An instruction was found in a tool's answer there. */
  readonly seenInstruction?: true;
  /** Activities that were compensated and are new acts: the number that follows their key. */
  readonly acts: { readonly [activity: string]: number };
};

/** What folding needs beside the events: the birth, and the plan made from the definition in it. Deciding needs more: `Machinery`. */
export type RunContext = { readonly birth: Birth; readonly plan: Plan };
