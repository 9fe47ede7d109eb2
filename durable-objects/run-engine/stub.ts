/** How other rooms reach a run. */
import { stubsOf } from "../kit/stub.ts";
import type { RunEngine } from "./run-engine.ts";

type Verb =
  | "start"
  | "awaitBirth"
  | "view"
  | "news"
  | "events"
  | "cancel"
  | "parentHeld"
  | "pause"
  | "resume"
  | "spans"
  | "takeTrace"
  | "traced"
  | "explain"
  | "context"
  | "review"
  | "lookAgain"
  | "account"
  | "redrive"
  | "discard"
  | "confirm"
  | "childEnded"
  | "undo"
  | "yourTurn"
  | "signal"
  | "takeCall"
  | "callAnswered"
  | "stillCalling"
  | "replay"
  | "record"
  | "stepOutput"
  | "starters"
  | "empty"
  | "erase";

/** The object of a run's id, from the namespace of runs. */
export const runEngineOf = stubsOf<RunEngine, Verb>();
/** The verbs that other rooms may call. */
export type RunEngineRpc = ReturnType<typeof runEngineOf>;
