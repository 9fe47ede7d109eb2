/** Everything a run needs from outside. What is expected to fail answers with data; what throws is tried again by the alarm. */
import type { RecordsMessage } from "../../core/audit/record.ts";
import type { JsonObject } from "../../core/json.ts";
import type { Stops } from "../../core/kill-switch/stops.ts";
import type { ReviewRequest } from "../../core/review/case.ts";
import type { Birth } from "../../core/run/birth.ts";
import type { ModelCall, ModelOutcome, ToolCall, ToolOutcome } from "../../core/run/call.ts";
import type { EpochMs } from "../../core/time.ts";
import type { ToolEffect } from "../../core/tool/manifest.ts";
import type { AuthorityAnswer, AuthorityQuestion } from "../../core/workflow/authority.ts";

export type RunEnginePorts = {
  readonly now: () => EpochMs;
  /** At most two seconds old; throws when nobody can say. */
  readonly stops: () => Promise<Stops>;
  readonly authorize: (question: AuthorityQuestion) => Promise<AuthorityAnswer>;
  readonly callTool: (call: ToolCall) => Promise<ToolOutcome>;
  readonly callModel: (call: ModelCall) => Promise<ModelOutcome>;
  /** Opening the same key twice is one case. */
  readonly openReview: (org: string, request: ReviewRequest) => Promise<{ readonly id: string; readonly until: EpochMs | null }>;
  readonly withdrawReviews: (org: string, run: string) => Promise<void>;
  /** What the tools do, by name; unknown ones are left out. */
  readonly toolEffects: (org: string, names: readonly string[]) => Promise<{ readonly [tool: string]: ToolEffect }>;
  /** Bears the run that continues this one; the same birth twice is one run. Personal data of the old run resolves in the new one. */
  readonly continueRun: (from: string, birth: Birth) => Promise<void>;
  readonly send: (message: RecordsMessage) => Promise<void>;
  readonly log: (line: JsonObject) => void;
};
