/** What the answer cache is asked: a question to a model, who asks it, and how near an answer may be. Pure. */
import type { JsonObject } from "../json.ts";
import type { AskedFor, CallContext, ModelCall } from "../run/calls/call.ts";
import type { CacheUse } from "../workflow/definition.ts";

/**
 * What is asked of a model, as far as an answer depends on it. A new field of a call belongs to its question, unless it is named here.
 *
 * PERSISTED: as canonical JSON in the names of kept answers (identity.ts); a field that is renamed leaves all older answers unfound.
 */
export type Question = Omit<ModelCall, "context" | "model" | "timeoutMs" | "cache" | "isLastResort" | "moderated" | "askedFor"> & {
  /** What an app's chat asks beyond this, as it goes over the wire; a run's question has none. */
  readonly chat?: JsonObject;
};

/** On whose behalf the question is asked, and under which trace. No part of the question. */
export type Asker = Pick<CallContext, "org" | "run" | "user" | "subject" | "workflow" | "activity" | "traceId" | "spanId"> &
  AskedFor & {
    /** The roles are those that a run began with: of these count those that its user still has. Absent: they are the caller's of now. */
    readonly began?: true;
  };

/** A question to the answer cache. */
export type Lookup = {
  readonly question: Question;
  /** Id of the model that would be asked. */
  readonly model: string;
  readonly asker: Asker;
  /** `exact`: only an answer to the same question; `semantic`: also one to a question that means the same. */
  readonly use: Exclude<CacheUse, "none">;
};
