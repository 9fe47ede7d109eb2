/** How other rooms reach a run. The stub's mapped type recurses through `Json` without end; this one does not. */
import type { RunEngine } from "./run-engine.ts";

type Verbs =
  | "start"
  | "awaitBirth"
  | "view"
  | "events"
  | "cancel"
  | "spans"
  | "review"
  | "lookAgain"
  | "account"
  | "redrive"
  | "discard"
  | "confirm"
  | "childEnded"
  | "signal"
  | "takeCall"
  | "callAnswered"
  | "stillCalling"
  | "replay"
  | "record"
  | "empty";

/** Over RPC every answer is a promise. */
export type RunEngineRpc = {
  readonly [V in Verbs]: (...given: Parameters<RunEngine[V]>) => Promise<Awaited<ReturnType<RunEngine[V]>>>;
};

export const runEngineOf = (namespace: DurableObjectNamespace<RunEngine>, run: string): RunEngineRpc =>
  namespace.getByName(run) as unknown as RunEngineRpc;
