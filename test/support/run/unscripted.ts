/** What no test of a run's object scripts unless it is about it: each call of these ports fails by name. */
import type { RunEnginePorts } from "../../../durable-objects/run-engine/ports.ts";

/** Fails when it is called. `what` names the port. */
export const unscripted = (what: string) => async (): Promise<never> => {
  throw new Error(`unscripted: ${what}`);
};

/** The ports that both worlds of run objects (in Node and in workerd) leave unscripted. */
export const UNSCRIPTED = {
  lookUp: unscripted("lookUp"),
  callModel: unscripted("callModel"),
  continueRun: unscripted("continueRun"),
  outputOf: unscripted("outputOf"),
  queueCall: unscripted("queueCall"),
  startChild: unscripted("startChild"),
  cancelRun: unscripted("cancelRun"),
  holdRun: unscripted("holdRun"),
  undoRun: unscripted("undoRun"),
  tellParent: unscripted("tellParent"),
  callBack: unscripted("callBack"),
  session: { enter: unscripted("session.enter"), stepAside: unscripted("session.stepAside"), leave: unscripted("session.leave") },
  memory: { recall: unscripted("memory.recall"), keep: unscripted("memory.keep") },
} satisfies Partial<RunEnginePorts>;
