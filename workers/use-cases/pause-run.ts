/** Manual intervention: a person pauses a run, and a person lets it go on. Both are checked and on record. */
import { type Refusal, refuse } from "../../core/errors/problem.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { RunView } from "../../core/run/outside/view.ts";
import { denied, mayToEverybodys } from "./access.ts";
import { keptText } from "./kept-text.ts";
import type { UseCasePorts } from "./ports.ts";
import type { Requester } from "./requester.ts";
import { findRun, shownTo } from "./runs.ts";

/**
 * Answers with the run, paused. To pause again what one has paused changes nothing, and the pause of who may hold every run takes the place of that
 * of who may hold their own alone; `conflict`: somebody else has paused it, or it is ending.
 */
export async function pauseRun(
  ports: UseCasePorts,
  by: Requester,
  { run, reason }: { readonly run: string; readonly reason: string },
): Promise<Result<RunView, Refusal>> {
  const found = await findRun(ports, by, run, "run.pause");
  if (!found.ok) return found;
  const kept = keptText(ports, reason, "/reason");
  if (!kept.ok) return kept;
  const paused = await ports
    .runs(found.value.id, by.principal.org)
    .pause(by.principal.user, kept.value, mayToEverybodys(ports, by, "run.pause"));
  return paused.ok ? ok(await shownTo(ports, by.principal, paused.value)) : paused;
}

/** Answers with the run. Whoever paused it may resume it, and operators; `conflict`: no person holds it. */
export async function resumeRun(ports: UseCasePorts, by: Requester, { run }: { readonly run: string }): Promise<Result<RunView, Refusal>> {
  const found = await findRun(ports, by, run, "run.read");
  if (!found.ok) return found;
  const { id, view } = found.value;
  // Nobody has paused it: it is the caller's own thing to ask about, and the run says why not.
  const pausedBy = view.paused?.by ?? view.user;
  const refusal = await denied(ports, by, "run.resume", { owner: pausedBy, name: `run/${view.id}` });
  if (refusal !== null) return err(refuse(refusal.code, `${refusal.detail}: an operator, or whoever paused the run, resumes it`));
  const resumed = await ports.runs(id, by.principal.org).resume(by.principal.user, pausedBy);
  return resumed.ok ? ok(await shownTo(ports, by.principal, resumed.value)) : resumed;
}
