/** A call to the outside as data: what is asked of a gateway room and the outcome it gives back. Outcomes are data; a gateway throws only on bugs. */

import type { SoFar } from "../../access/circumstances.ts";
import type { Speaker } from "../../access/person.ts";
import type { Role } from "../../access/principal.ts";
import type { Layer } from "../../audit/layer.ts";
import type { Amount } from "../../budget/amount.ts";
import type { ErrorCode } from "../../errors/codes.ts";
import type { FindingSummary } from "../../guardrail/finding.ts";
import type { Sources } from "../../guardrail/grounded/grounding.ts";
import type { Moderation } from "../../guardrail/moderate/opinion.ts";
import type { Action } from "../../guardrail/rules/action.ts";
import type { OutputRules } from "../../guardrail/rules/merge.ts";
import type { GroundedRule } from "../../guardrail/rules/settings.ts";
import type { Json, JsonObject } from "../../json.ts";
import type { DataClass, Label } from "../../label/label.ts";
import type { Message, ModelTool, ModelToolCall, TokenUsage } from "../../model/message.ts";
import type { RefusedTurn } from "../../model-call/refused-turn.ts";
import type { MicroUsd } from "../../money.ts";
import type { CacheUse, JsonSchema } from "../../workflow/definition.ts";
import type { RunFlag } from "../outside/view.ts";

/** Who is asking, on whose behalf, and under which trace: goes along with every call. */
export type CallContext = {
  readonly org: string;
  readonly run: string;
  readonly user: string;
  readonly subject: string;
  readonly workflow: string;
  readonly version: number;
  /** Activity id: `refund`, `refund/compensate`. */
  readonly activity: string;
  /** `{run}/{activity}`: the same on every attempt. Of a redriven run `{run}` is the first run's id. */
  readonly key: string;
  readonly traceId: string;
  readonly spanId: string;
  /** The trace is not sampled: whoever is called need not record it either. Absent: it is, or nobody said. */
  readonly isUnsampled?: true;
  readonly killEpoch: number;
  /** Of a call of a service of the platform: for whom models are asked on its way, and the collections that the run's definition names. Absent: no run makes the call. */
  readonly reader?: AskedFor & { readonly knowledge: readonly string[] };
  /** Of a call of a memory tool: who chose its input, the label of what that derives from, and who started the run. Absent: of every other call. */
  readonly origin?: { readonly by: "agent" | "workflow"; readonly label: Label; readonly starter?: Speaker };
};

/** For whom a run's helper calls are: the roles that the run began with, and what happened before, for the policies and for what a model accepts. */
export type AskedFor = { readonly roles: readonly Role[]; readonly soFar: SoFar };

/** A call of a tool as its gateway gets it. `timeoutMs`: of this attempt. */
export type ToolCall = {
  readonly context: CallContext;
  readonly tool: string;
  readonly version: number;
  readonly input: Json;
  /** Its answer is of class `restricted`: nobody but the run keeps it. */
  readonly isRestricted?: true;
  readonly timeoutMs: number;
  /** What is done about an instruction in the answer; absent: the text that holds it is withheld. */
  readonly injection?: Action;
  /** Names in the answer count as personal data. */
  readonly names?: true;
  /** The tool that failed and that this one stands in for: the answer must fit its output schema too. */
  readonly insteadOf?: { readonly tool: string; readonly version: number };
};

/** A call of a model as its gateway gets it. `timeoutMs`: of this attempt. */
export type ModelCall = {
  readonly context: CallContext;
  readonly model: string;
  readonly messages: readonly Message[];
  readonly schema: { readonly name: string; readonly schema: JsonSchema } | null;
  /** What the model may ask for; empty: only words are taken. */
  readonly tools: readonly ModelTool[];
  readonly maxTokens: number;
  readonly temperature: number;
  readonly timeoutMs: number;
  /** As the step says: whether a kept answer may take the place of the call. */
  readonly cache: CacheUse;
  /** Nothing else is left to try: a kept answer past its time may take the place of a failure. */
  readonly isLastResort: boolean;
  /** What is done about an instruction in the answer; absent: the answer is refused. */
  readonly injection?: Action;
  /** `soFar`: of what the model is asked, and so of its answer. */
  readonly askedFor: AskedFor;
  /** The answer's rules about which a model of the task `moderate` is asked, where the org has one. Absent: no rule needs one. */
  readonly moderated?: ModeratedCall;
};

/** `grounds`: the rules `grounded_in`, each with what the answer may rest on; a model of the task `judge` is asked about them. `left`: what asking may cost at most. */
export type ModeratedCall = {
  readonly rules: Pick<OutputRules, "content" | "topics" | "tone">;
  readonly grounds?: {
    readonly rules: readonly { readonly rule: GroundedRule; readonly sources: Sources }[];
    /** The highest class of the sources. */
    readonly class: DataClass;
  };
  readonly left: Amount;
};

/**
 * Why a call failed. `transient`: the same call may succeed later. `permanent`: it will not. `unknown`: it may have reached the
 * other side (a timeout or a cut connection after the request left). `safety`: a guard said no.
 */
export type Failure = {
  readonly class: "transient" | "permanent" | "unknown" | "safety";
  readonly code: ErrorCode;
  /** Ours. What a tool said about its failure stands at its end, judged like its answers, and bounded. */
  readonly message: string;
  /** The field of the input that the failure is about, as the schema or the tool names it. Absent: none is named. */
  readonly field?: string;
  /** The tool's own word for it, where its manifest documents that (`errors`). */
  readonly error?: string;
  readonly retryAfterMs: number | null;
  /** The same call will never go better: the model refuses what the caller asks, or its upstream's own quota is used up. */
  readonly hopeless?: "request" | "quota";
  /** What refused, where the code stands for another layer (core/audit/layer.ts). */
  readonly layer?: Layer;
};

/** One opening of personal data in a tool's input: an audit entry each. */
export type Opening = { readonly type: string; readonly pointer: string };

/**
 * How far a call came. `no`: it certainly did not reach the tool. `refused`: the tool answered that it did not do it, and would answer
 * so again. `answered`: the tool answered, and may have done it. `unknown`: the call was cut short after it had left.
 */
export type Reached = "no" | "refused" | "answered" | "unknown";

/** What came of a call of a tool. */
export type ToolOutcome = {
  readonly result:
    | {
        readonly ok: true;
        readonly output: Json;
        /** An instruction stands in the output, and a person decides about it: the output without it. */
        readonly withheld?: Json;
      }
    | { readonly ok: false; readonly failure: Failure };
  readonly reached: Reached;
  /** The status of an HTTP answer, for people who read the journal; nothing is decided by it. null: none. */
  readonly status: number | null;
  /** Present: the tool says that what it was asked for does not exist. */
  readonly found?: false;
  readonly durationMs: number;
  readonly openings: readonly Opening[];
  readonly findings: readonly FindingSummary[];
  /** The tool was not asked: an answer that it gave before did (`cache_ms`, `max_age_ms`). */
  readonly cached?: "exact";
  /** The tool was not asked: its rate or its breaker did not let the call out. */
  readonly unasked?: true;
  /** The answer is older than the tool's `max_age_ms`. */
  readonly stale?: true;
  /** Whose word the answer is. Absent: the tool's, who is untrusted. */
  readonly label?: Label;
};

/** What a read tool says of a write whose outcome nobody knows. */
export type LookupAnswer = {
  /** `yes`: it happened, and `output` is what it answered. `no`: it did not. `unsure`: the answer tells neither. */
  readonly found: "yes" | "no" | "unsure";
  /** What the read tool was given. Absent: it was not asked. */
  readonly input?: Json;
  readonly output: Json;
  readonly durationMs: number;
  readonly findings: readonly FindingSummary[];
  readonly failure?: Failure;
};

/** An answer that is asked for again. PERSISTED: in journals. `rules`: it breaks guardrails; absent: its schema. */
export type Correction = {
  readonly answer: string;
  readonly errors: readonly string[];
  readonly rules?: true;
  /** Its calls, which cannot be made. Absent: there were none. */
  readonly asked?: RefusedTurn;
  /** What refused it, where it is neither its schema nor a guardrail. */
  readonly layer?: Layer;
};

/** What a model said that was asked about an answer, and what that cost. */
type Asked = {
  readonly moderation: Moderation;
  readonly spent: { readonly tokens_in: number; readonly tokens_out: number; readonly micro_usd: MicroUsd };
};

/** What came of a call of a model. */
export type ModelOutcome = {
  readonly result:
    | {
        readonly ok: true;
        readonly output: Json;
        /** An instruction stands in it, and a person decides about it. */
        readonly review?: true;
      }
    /** The model asks for tools before it says more. Names are of `call.tools`; inputs are redacted and scanned. */
    | {
        readonly ok: true;
        readonly asks: { readonly text: string | null; readonly calls: readonly ModelToolCall[]; readonly opaque?: JsonObject };
      }
    /** The answer breaks its schema, or rules of the run: asked for again with the errors. `answer` is redacted. */
    | { readonly ok: false; readonly invalid: Correction }
    | { readonly ok: false; readonly failure: Failure };
  /** null: no answer reported it. */
  readonly usage: TokenUsage | null;
  readonly durationMs: number;
  readonly findings: readonly FindingSummary[];
  /** What a model of the task `moderate` said of the output, and what that cost. Absent: nobody asked one. */
  readonly moderated?: Asked;
  /** What a model of the task `judge` said of its sentences beside what they rest on. Absent: nobody asked one. */
  readonly opinions?: Asked;
  /** What the rules of the run did to the answer. */
  readonly flags?: readonly RunFlag[];
  /** No upstream was asked: a kept answer did. `stale`: one past its time, since everything else had failed. */
  readonly cached?: "exact" | "semantic" | "stale";
  /** Small facts of the upstream: log id, cache status, finish reason, `rehearsal`. */
  readonly upstream: { readonly [name: string]: string };
};
