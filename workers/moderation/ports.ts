/** What other rooms ask of the moderator, and what it needs of them. */
import type { SoFar } from "../../core/access/circumstances.ts";
import type { Moderation } from "../../core/guardrail/moderate/opinion.ts";
import type { Inquiry } from "../../core/guardrail/moderate/questions.ts";
import type { JsonObject } from "../../core/json.ts";
import type { ModelEntry } from "../../core/model/entry.ts";
import type { TaskRoute } from "../../core/model/task-route.ts";
import type { MicroUsd } from "../../core/money.ts";
import type { CallContext, ModelCall } from "../../core/run/calls/call.ts";
import type { Log } from "../../core/telemetry/log-line.ts";
import type { EpochMs } from "../../core/time.ts";
import type { AuthorityAnswer, AuthorityQuestion, Caller } from "../../core/workflow/authority.ts";
import type { OpenGovernedCall } from "../governed-call/governed-call.ts";
import type { Guard } from "../guardrail/ports.ts";
import type { BreakOff } from "../kill-switch/break-off.ts";
import type { Askings } from "../model-gateway/asking.ts";

/** For whom a text is judged, in what, and what of it may cost. */
export type Asker = Pick<CallContext, "org" | "run" | "user" | "workflow" | "activity" | "traceId" | "spanId"> & {
  /** Whom the text is about. Absent: the user. */
  readonly subject?: string;
  readonly roles: Caller["roles"];
  /** Whose words the text is. `redacted`: it holds no personal data any more, at most placeholders. */
  readonly text: "raw" | "redacted";
  /** Names in a raw text count as personal data. */
  readonly names?: boolean;
  /** What the text derives from. Absent: the caller's own word. */
  readonly soFar?: SoFar;
  /** The most that the call may cost, beside the caps of the org. Absent: these alone. */
  readonly left?: { readonly microUsd: MicroUsd; readonly tokens: number };
};

/** What the model said, and what its calls cost: already taken from the org's budget, for the run or chat to count. */
export type Moderated = {
  readonly moderation: Moderation;
  readonly spent: { readonly tokens_in: number; readonly tokens_out: number; readonly micro_usd: MicroUsd };
};

/**
 * Asks the org's model of a task (`moderate`, `judge`) about a text. `inquire`: what is to be asked; it is called only where there is such a model. null: there is none,
 * or nothing to ask. Never throws; takes six seconds at most, and never asks about its own model's words.
 */
export type Moderate = (asker: Asker, inquire: () => Inquiry | null) => Promise<Moderated | null>;

/** What moderating needs from other rooms. */
export type ModeratorPorts = {
  readonly now: () => EpochMs;
  readonly random: (bytes: number) => Uint8Array;
  readonly log: Log;
  /** The models that the org registered itself: none that stands in for a missing one. */
  readonly registered: (org: string) => Promise<readonly ModelEntry[]>;
  readonly route: (org: string, task: string) => Promise<TaskRoute | null>;
  readonly authorize: (question: AuthorityQuestion, killEpoch: number) => Promise<AuthorityAnswer>;
  readonly killEpoch: () => Promise<number>;
  readonly scrub: Guard["scrub"];
  readonly governed: OpenGovernedCall;
  readonly breakOff: BreakOff;
  /** What is asked, as it goes over the wire to this model. */
  readonly body: (entry: ModelEntry, call: Pick<ModelCall, "messages" | "schema" | "tools" | "maxTokens" | "temperature">) => JsonObject;
  readonly ask: Askings["ask"];
};
