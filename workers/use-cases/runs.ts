/** Which runs a caller sees, and how much of them. */

import { speaksForUser } from "../../core/access/person.ts";
import { type Principal, seesAllRuns } from "../../core/access/principal.ts";
import { type Refusal, refuse } from "../../core/errors/problem.ts";
import { unknownId } from "../../core/errors/unknown-name.ts";
import type { RunId } from "../../core/ids.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { RunView } from "../../core/run/outside/view.ts";
import { type Action, type Asked, denied } from "./access.ts";
import type { UseCasePorts } from "./ports.ts";

/**
 * The run, when it is of the caller's org and the caller may see it and do this to it. One that the caller may not see looks like one
 * that does not exist. An id that is not ours touches no storage.
 */
export async function findRun(
  ports: UseCasePorts,
  asked: Asked,
  id: string,
  action: Action,
): Promise<Result<{ readonly id: RunId; readonly view: RunView }, Refusal>> {
  const { principal } = asked;
  const runId = await ports.keys.parseRunId(principal.org, id);
  if (runId === null) return err(unknownId("run", id));
  const view = await ports.runs(runId, principal.org).view();
  if (view === null || view.org !== principal.org || !maySee(principal, view)) return err(unknownId("run", id));
  const refusal = await denied(ports, asked, action, { owner: view.user, name: `run/${view.id}` });
  return refusal === null ? ok({ id: runId, view }) : err(refusal);
}

/**
 * As `findRun`, for what is read off a run's journal and for what adds to the run: of a run whose person is erased there is none any more, and what
 * were kept about it now no erasure would reach.
 */
export async function findRunWithJournal(...given: Parameters<typeof findRun>): ReturnType<typeof findRun> {
  const found = await findRun(...given);
  if (!found.ok || found.value.view.erased_at === undefined) return found;
  return err(
    refuse("conflict", `the person of this run was erased at ${found.value.view.erased_at}: what it was given, did and said is gone`),
  );
}

/** When to ask again for a run that the org's `max_runs` left no room for. */
const FULL_RETRY_SECONDS = 5;

/** Takes one of the org's `max_runs` for a run that is about to begin. */
export async function roomFor(ports: Pick<UseCasePorts, "store">, org: string, run: string): Promise<Result<null, Refusal>> {
  if (await ports.store.runs.reserve(org, run)) return ok(null);
  const refusal = refuse("rate_limited", "the org already has as many active runs as its `max_runs` allows");
  return err({ ...refusal, retryAfterSeconds: FULL_RETRY_SECONDS });
}

/** A run whose person is erased is nobody's own. */
const maySee = (principal: Principal, view: RunView): boolean =>
  seesAllRuns(principal) || (view.user === principal.user && (view.erased_at === undefined || view.user !== view.subject));

/**
 * In the output the run's own user gets back the personal data that the run's input put in; everybody else sees placeholders. A key that
 * another person made is not the user's own sign-in: its maker may hold it. One made `for_others` shows values, and its making is on record.
 */
export async function shownTo(ports: UseCasePorts, principal: Principal, view: RunView): Promise<RunView> {
  if (view.user !== principal.user || view.output === null) return view;
  if (!speaksForUser(principal)) return view;
  const output = await ports.guard.reveal({ org: view.org, run: view.id, subject: view.subject }, view.output);
  return { ...view, output };
}
