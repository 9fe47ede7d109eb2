/** What people do with a run that ended in a dead letter: redrive or discard it. A dead letter has its run's id under another prefix. */

import { type Holder, PLATFORM_ADMIN_USER } from "../../core/access/person.ts";
import { ROLES, type Role } from "../../core/access/principal.ts";
import { type Refusal, refuse } from "../../core/errors/problem.ts";
import { unknownId } from "../../core/errors/unknown-name.ts";
import { hasIdForm, type RunId, withPrefix } from "../../core/ids.ts";
import type { Json } from "../../core/json.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { deadLetterOf } from "../../core/run/outside/dead-letter.ts";
import { type DeadLetterView, FINAL_STATUSES, type RunView } from "../../core/run/outside/view.ts";
import { denied } from "./access.ts";
import { claim, type Repeatable } from "./idempotency.ts";
import { keptText } from "./kept-text.ts";
import type { UseCasePorts } from "./ports.ts";
import { admitRedrive, type Redriven } from "./redrive-from.ts";
import type { Requester } from "./requester.ts";
import { roomFor, shownTo } from "./runs.ts";
import type { RunOutcome } from "./start-run.ts";
import { notStopped } from "./stops.ts";

/** How long a redrive waits for the run it asked for. */
const HANDOVER_MS = 10_000;

/** Which dead letter; from which step on (undefined: what was not kept), and steps with another input than their definition gives. */
export type RedriveCommand = {
  readonly deadLetter: string;
  readonly from?: string | undefined;
  readonly changes?: { readonly [step: string]: Json } | undefined;
};

/** Begins a new run that takes up where this one ended. New work: the kill switch and the org's `max_runs` are asked. */
export async function redrive(
  ports: UseCasePorts,
  by: Requester,
  { deadLetter, from, changes }: RedriveCommand,
  repeat: Repeatable,
): Promise<Result<RunOutcome<"accepted">, Refusal>> {
  const { principal } = by;
  const { org, user, root } = principal;
  const refusal = await denied(ports, by, "dead_letter.redrive");
  if (refusal !== null) return err(refusal);
  const found = await findDead(ports, org, deadLetter);
  if (!found.ok) return found;
  const taken = await takenByParent(ports, org, found.value.view);
  if (taken !== null) return err(taken);
  const how = await admitRedrive(ports, by, found.value.view, { from, changes });
  if (!how.ok) return how;
  const freshId = await ports.keys.mintRunId(org, by.at);
  const claimed = await claim<"accepted">(ports, by, repeat, freshId);
  if (!claimed.ok) return claimed;
  const { id, replayed, settle, release } = claimed.value;
  // A first try that broke off after the new run began has an outcome to give: the run itself.
  const begun = id === freshId ? null : await ports.runs(id, org).view();
  if (begun !== null) {
    await settle("accepted");
    return ok({ outcome: "accepted", run: await shownTo(ports, principal, begun), replayed: true });
  }
  if (replayed !== null) return err(unknownId("run", id));
  const open = await notStopped(ports, { org, workflow: found.value.view.workflow }, by.trace.traceId);
  const room = open.ok ? await roomFor(ports, org, id) : open;
  const redriven = room.ok
    ? await handOver(ports, org, found.value.id, { user, root }, id, await rolesNow(ports, by, found.value.view.user), how.value)
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
  const discarded = await ports.runs(found.value.id, org).discard(user, kept.value);
  return discarded.ok ? ok(deadLetterOf(discarded.value)) : discarded;
}

async function findDead(ports: UseCasePorts, org: string, id: string): Promise<Result<{ id: RunId; view: RunView }, Refusal>> {
  const runId = hasIdForm("dl", id) ? await ports.keys.parseRunId(org, withPrefix("run", id)) : null;
  const view = runId === null ? null : await ports.runs(runId, org).view();
  if (runId === null || view === null || view.org !== org || view.dead_letter?.id !== id) return err(unknownId("dead letter", id));
  return ok({ id: runId, view });
}

/** Maximum runs above a run that are looked at; runs are nested less deep. */
const MOST_ABOVE = 16;

/**
 * A parent that is redriven starts its child anew: redriving the child as well would do the same work twice, under other keys. null: no
 * run above this one is, or may still be, redriven.
 */
async function takenByParent({ runs }: UseCasePorts, org: string, run: RunView): Promise<Refusal | null> {
  let below = run;
  for (let level = 0; level < MOST_ABOVE && below.parent !== undefined; level++) {
    const parent = await runs(below.parent, org).view();
    if (parent === null || parent.org !== org) return null;
    const child = `this run is a child of the run ${parent.id}`;
    if (!FINAL_STATUSES.includes(parent.status)) return refuse("conflict", `${child}, which is still under way; wait for its end`);
    const letter = parent.dead_letter;
    if (letter?.status === "open")
      return refuse(
        "conflict",
        `${child}: redrive that run's dead letter ${letter.id} instead, which does this run's work again, or discard it first`,
      );
    if (letter?.status === "redriven")
      return refuse(
        "conflict",
        `${child}, whose dead letter ${letter.id} was redriven: that does this run's work again; discard this dead letter`,
      );
    below = parent;
  }
  return null;
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
  org: string,
  dead: RunId,
  by: Holder,
  id: string,
  roles: readonly Role[],
  how: Redriven,
): Promise<Result<RunView, Refusal>> {
  const marked = await runs(dead, org).redrive(by, id, roles, how);
  if (!marked.ok) return marked;
  const begun = await runs(id, org).awaitBirth(HANDOVER_MS);
  return begun === null ? err(refuse("overloaded", "the new run is being created; read it by its id in a moment")) : ok(begun);
}
