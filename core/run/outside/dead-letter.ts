/** The dead letter that a run's end is. */
import { withPrefix } from "../../ids.ts";
import type { DeadLetterView, RunView } from "./view.ts";

/** MUST be given a dead-lettered run. */
export function deadLetterOf(run: RunView): DeadLetterView {
  return {
    id: run.dead_letter?.id ?? withPrefix("dl", run.id),
    run: run.id,
    workflow: run.workflow,
    step: run.error?.step ?? null,
    reason: { code: run.error?.code ?? "internal", message: run.error?.message ?? "" },
    undone: run.dead_letter?.undone ?? [],
    status: run.dead_letter?.status ?? "open",
    created_at: run.ended_at ?? run.created_at,
  };
}
