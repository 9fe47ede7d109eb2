/** The question a run asks before each call, and the answer it gets. Both are plain data. */

import type { SoFar } from "../access/circumstances.ts";
import type { Role } from "../access/principal.ts";
import type { AccessQuestion } from "../access/request.ts";
import type { Layer } from "../audit/layer.ts";
import type { ErrorCode } from "../errors/codes.ts";
import type { Json } from "../json.ts";
import type { DataClass } from "../label/label.ts";
import type { Complexity } from "../model/complexity.ts";
import type { ModelCandidate, RejectedModel } from "../model/entry.ts";
import type { ModelTool } from "../model/message.ts";
import type { RouteChoice } from "../model/route.ts";
import type { Oddity } from "../risk/oddities.ts";
import type { Risk } from "../risk/risk.ts";
import type { ToolFacts } from "../tool/manifest.ts";
import type { Limits } from "./definition.ts";

/** The person or key that a run acts for. */
export type Caller = { readonly org: string; readonly user: string; readonly roles: readonly Role[] };

/** The class of a part of a value: the place that its JSON Pointer names, and everything in it. */
export type ClassAt = { readonly at: string; readonly class: DataClass };

/** What of a run counts for the risk of a call, and for who may lift its block. */
export type CallInRun = {
  /** The run, and those that it continues. */
  readonly runs: readonly string[];
  readonly step: string;
  /** The share of the run's budget that is spent, 0 to 1. */
  readonly spentShare: number;
  readonly oddities: readonly Oddity[];
};

/** May this caller make this call? One kind for each sort of call. */
export type AuthorityQuestion =
  | {
      readonly kind: "tool";
      readonly caller: Caller;
      readonly workflow: string;
      readonly run: string;
      readonly tool: string;
      /** The call and its input: a tool that is a workflow starts a run of this name with it. Absent: nobody starts a run. */
      readonly call?: { readonly activity: string; readonly input: Json };
      /** Who fixed tool and arguments: the definition's developer, or a model. */
      readonly chosenBy: "definition" | "model";
      /** JSON Pointers of input fields whose value comes from somebody untrusted. */
      readonly untrusted: readonly string[];
      readonly compensation: boolean;
      readonly soFar: SoFar;
      /** Of a memory tool: the person that the run is about. Absent: of every other tool. */
      readonly subject?: string;
      /** The class of the arguments, by place. Absent: `soFar.args` says it of all of them. */
      readonly classes?: readonly ClassAt[];
      /** What a run says beside. Absent: the call belongs to no run. */
      readonly inRun?: CallInRun;
      /** An instruction was found in the answer of one of the run's tools. Absent: none was. */
      readonly seenInstruction?: boolean;
      /** A model chose the arguments after it had seen untrusted text. Absent: no. */
      readonly ledByUntrusted?: boolean;
    }
  | (Omit<RouteChoice, "class"> & {
      readonly kind: "model";
      readonly caller: Caller;
      readonly workflow: string;
      readonly run: string;
      /** Names of the tools that an agent's model may call. */
      readonly tools: readonly string[];
      readonly soFar: SoFar;
    })
  | {
      readonly kind: "run";
      readonly caller: Caller;
      readonly run: string;
      readonly activity: string;
      readonly workflow: string;
      readonly version: number | null;
      /** What the child would start with, as the parent's expressions gave it. */
      readonly input: Json;
      readonly soFar: SoFar;
    };

/** The decision of the policies. `ask`: a person decides. `reasons`: ids of the policies that decided, or why none did. */
export type Permission = {
  readonly decision: "allow" | "deny" | "ask";
  readonly policyVersion: string;
  readonly reasons: readonly string[];
  /** The question as the policies were asked it. */
  readonly asked?: AccessQuestion;
  /** What the caller may be told beside the decision, such as which roles may call a tool. Absent: nothing. */
  readonly told?: string;
  /** Of a denial that no policy made: what was refused, and what to do. Absent: a policy denied. */
  readonly why?: string;
};

/** The answer to a question of the same kind, or a refusal. */
export type AuthorityAnswer =
  | { readonly kind: "tool"; readonly permission: Permission; readonly facts: ToolFacts; readonly risk?: Risk }
  | {
      readonly kind: "model";
      readonly permission: Permission;
      /** In the order in which they are to be tried. */
      readonly candidates: readonly ModelCandidate[];
      readonly rejected: readonly RejectedModel[];
      /** The tools as the model sees them; unknown ones are left out. */
      readonly tools: readonly ModelTool[];
      /** As the question said: how hard the step is, and who says so. Absent: it did not say. */
      readonly complexity?: Complexity;
    }
  /** A child run: which version it gets and the id it will have, the same for the same activity. */
  | {
      readonly kind: "run";
      readonly child: string;
      readonly workflow: string;
      readonly version: number;
      readonly digest: string;
      readonly limits: Limits;
    }
  /** A guard that cannot decide says no: unknown tool, broken policy, registry out of reach. `transient`: ask again later. */
  | {
      readonly kind: "refused";
      readonly code: ErrorCode;
      readonly message: string;
      readonly transient: boolean;
      /** What refused, where the code stands for another layer (core/audit/layer.ts). */
      readonly layer?: Layer;
      /** The models that were considered, when none may answer. */
      readonly rejected?: readonly RejectedModel[];
    };
