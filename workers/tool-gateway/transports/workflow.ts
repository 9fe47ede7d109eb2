/** Tools that are workflows: a run starts a child run for a call (core/run/steps/child.ts), so nothing is ever sent from here. */
import { err } from "../../../core/result.ts";
import type { ManifestOf } from "../../../core/tool/manifest.ts";
import { failure } from "../failure.ts";
import type { Transport } from "./transport.ts";

const ONLY_RUNS = failure("permanent", "invalid_request", "the tool is a workflow: only a run can call it, as a child run");

/** Refuses every call. */
export const workflowTransport: Transport<ManifestOf<"workflow">> = {
  check: () => err(ONLY_RUNS),
  prepare: () => err(ONLY_RUNS),
  send: async () => ({ reached: "no", status: null, answer: err(ONLY_RUNS) }),
};
