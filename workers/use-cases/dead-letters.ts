/** What people do with a run that ended in a dead letter: redrive or discard it. A dead letter has its run's id under another prefix. */

import { type Holder, PLATFORM_ADMIN_USER } from "../../core/access/person.ts";
import { ROLES, type Role } from "../../core/access/principal.ts";
import { type Refusal, refuse } from "../../core/errors/problem.ts";
import { unknownId } from "../../core/errors/unknown-name.ts";
import { hasIdForm, type RunId, withPrefix } from "../../core/ids.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { deadLetterOf } from "../../core/run/outside/dead-letter.ts";
import type { DeadLetterView, RunView } from "../../core/run/outside/view.ts";
import { denied } from "./access.ts";
import { claim, type Repeatable } from "./idempotency.ts";
import { keptText } from "./kept-text.ts";
import type { UseCasePorts } from "./ports.ts";
import type { Requester } from "./requester.ts";
import { roomFor, shownTo } from "./runs.ts";
import type { RunOutcome } from "./start-run.ts";
import { notStopped } from "./stops.ts";

/** How long a redrive waits for the run it asked for. */
const HANDOVER_MS = 10_000;

/** Begins a new run that takes up where this one ended. New work: the kill switch and the org's `max_runs` are asked. */
export async function redrive(
  ports: UseCasePorts,
  by: Requester,
  { deadLetter }: { readonly deadLetter: string },
  repeat: Repeatable,
): Promise<Result<RunOutcome<"accepted">, Refusal>> {
  const { principal } = by;
  const { org, user, root } = principal;
  const refusal = await denied(ports, by, "dead_letter.redrive");
  if (refusal !== null) return err(refusal);
  const found = await findDead(ports, org, deadLetter);
  if (!found.ok) return found;
  const freshId = await ports.keys.mintRunId(org, by.at);
  const claimed = await claim<"accepted">(ports, by, repeat, freshId);
  if (!claimed.ok) return claimed;
  const { id, replayed, settle, release } = claimed.value;
  // A first try that broke off after the new run began has an outcome to give: the run itself.
  const begun = id === freshId ? null : await ports.runs(id).view();
  if (begun !== null) {
    await settle("accepted");
    return ok({ outcome: "accepted", run: await shownTo(ports, principal, begun), replayed: true });
  }
  if (replayed !== null) return err(unknownId("run", id));
  const open = await notStopped(ports, { org, workflow: found.value.view.workflow }, by.trace.traceId);
  const room = open.ok ? await roomFor(ports, org, id) : open;
  const redriven = room.ok
    ? await handOver(ports, found.value.id, { user, root }, id, await rolesNow(ports, by, found.value.view.user))
    : room;
  if (!redriven.ok) {
    ports.store.runs.release(org, id);
    // `overloaded`: the new run may be on its way; the claim keeps its id, so that the same request finds it.
    if (!room.ok || redriven.error.code !== "overloaded") await release();
    return redriven;
  }
  await settle("accepted");
  return ok({ outcome: "accepted", run: await shownTo(ports, principal, redriven.value), replayed: false });
}

/** Closes a dead letter without doing anything. */
export async function discard(
  ports: UseCasePorts,
  by: Requester,
  { deadLetter, reason }: { readonly deadLetter: string; readonly reason: string },
): Promise<Result<DeadLetterView, Refusal>> {
  const { org, user } = by.principal;
  const refusal = await denied(ports, by, "dead_letter.discard");
  if (refusal !== null) return err(refusal);
  const found = await findDead(ports, org, deadLetter);
  if (!found.ok) return found;
  const kept = keptText(ports, reason, "/reason");
  if (!kept.ok) return kept;
  const discarded = await ports.runs(found.value.id).discard(user, kept.value);
  return discarded.ok ? ok(deadLetterOf(discarded.value)) : discarded;
}

async function findDead(ports: UseCasePorts, org: string, id: string): Promise<Result<{ id: RunId; view: RunView }, Refusal>> {
  const runId = hasIdForm("dl", id) ? await ports.keys.parseRunId(org, withPrefix("run", id)) : null;
  const view = runId === null ? null : await ports.runs(runId).view();
  if (runId === null || view === null || view.org !== org || view.dead_letter?.id !== id) return err(unknownId("dead letter", id));
  return ok({ id: runId, view });
}

/** What the user of a run may do by now: what was taken away since it began is not given back by redriving it. */
async function rolesNow({ store }: UseCasePorts, { principal }: Requester, user: string): Promise<readonly Role[]> {
  if (user === PLATFORM_ADMIN_USER) return ROLES;
  const kept = await store.keys.rolesOf(principal.org, user);
  return user === principal.user ? [...new Set([...kept, ...principal.roles])] : kept;
}

/** Marks the dead letter and waits for the run that its object starts. */
async function handOver(
  { runs }: UseCasePorts,
  dead: RunId,
  by: Holder,
  id: string,
  roles: readonly Role[],
): Promise<Result<RunView, Refusal>> {
  const marked = await runs(dead).redrive(by, id, roles);
  if (!marked.ok) return marked;
  const begun = await runs(id).awaitBirth(HANDOVER_MS);
  return begun === null ? err(refuse("overloaded", "the new run is being created; read it by its id in a moment")) : ok(begun);
}
