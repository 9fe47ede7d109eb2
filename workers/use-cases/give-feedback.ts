/** Keeps what a person thinks of a run: one for each person and run, the newest counts. */

import type { Refusal } from "../../core/errors/problem.ts";
import { unknownId } from "../../core/errors/unknown-name.ts";
import { mintId } from "../../core/ids.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { FeedbackView } from "../../core/run/outside/view.ts";
import { toRfc3339 } from "../../core/time.ts";
import { claim, type Repeatable } from "./idempotency.ts";
import { keptText } from "./kept-text.ts";
import type { UseCasePorts } from "./ports.ts";
import { auditRecord } from "./record.ts";
import type { Requester } from "./requester.ts";
import { findRunWithJournal } from "./runs.ts";

/** `score`: from -1 to 1. `comment`: null: there is none. */
export type GiveFeedback = { readonly run: string; readonly score: number; readonly comment: string | null };

/** `created`: the first of this person about this run; `done`: in place of the one before. */
export type FeedbackOutcome = { readonly outcome: "done" | "created"; readonly feedback: FeedbackView; readonly replayed: boolean };

/** The feedback as it is kept. Refuses with `not_found` when the caller does not see the run, with `conflict` when its person is erased: no erasure would reach what comes later. */
export async function giveFeedback(
  ports: UseCasePorts,
  by: Requester,
  command: GiveFeedback,
  repeat: Repeatable,
): Promise<Result<FeedbackOutcome, Refusal>> {
  const { org, user } = by.principal;
  const { score } = command;
  const found = await findRunWithJournal(ports, by, command.run, "run.feedback");
  if (!found.ok) return found;
  const comment = command.comment === null ? ok(null) : keptText(ports, command.comment, "/comment");
  if (!comment.ok) return comment;
  const run = found.value.id;
  const claimed = await claim<"done" | "created">(ports, by, repeat, mintId("fb", by.at, ports.random(10)));
  if (!claimed.ok) return claimed;
  const { id, replayed, settle } = claimed.value;
  if (replayed !== null) {
    const kept = await ports.store.feedback.of(org, run, user);
    return kept === null ? err(unknownId("feedback of the run", run)) : ok({ outcome: replayed, feedback: kept, replayed: true });
  }
  const record = auditRecord(ports, by, {
    type: "run.feedback_given",
    action: "run.feedback",
    resource: `run/${run}`,
    decision: "allow",
    data: { score, commented: comment.value !== null },
    asCaller: found.value.view.user === user,
  });
  const feedback = { id, run, user, score, comment: comment.value, created_at: toRfc3339(by.at) };
  const { view, created } = await ports.store.feedback.put(org, feedback, record);
  const outcome = created ? "created" : "done";
  await settle(outcome);
  return ok({ outcome, feedback: view, replayed: false });
}
