/** Cancels a run: nothing new is dispatched, completed steps are compensated. */
import type { Refusal } from "../../core/errors/problem.ts";
import { ok, type Result } from "../../core/result.ts";
import type { RunView } from "../../core/run/outside/view.ts";
import { keptText } from "./kept-text.ts";
import type { UseCasePorts } from "./ports.ts";
import type { Requester } from "./requester.ts";
import { findRun, shownTo } from "./runs.ts";

/** Answers with the run on its way to its end. To cancel a run again changes nothing. */
export async function cancelRun(
  ports: UseCasePorts,
  by: Requester,
  { run, reason }: { readonly run: string; readonly reason: string },
): Promise<Result<RunView, Refusal>> {
  const found = await findRun(ports, by, run, "run.cancel");
  if (!found.ok) return found;
  const kept = keptText(ports, reason, "/reason");
  if (!kept.ok) return kept;
  const cancelled = await ports.runs(found.value.id, found.value.view.org).cancel(by.principal.user, kept.value);
  return cancelled.ok ? ok(await shownTo(ports, by.principal, cancelled.value)) : cancelled;
}
