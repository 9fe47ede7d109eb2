/** Decides a review for a person. The review queue refuses the person who started the run. */
import { type Refusal, refuse } from "../../core/errors/problem.ts";
import { unknownId } from "../../core/errors/unknown-name.ts";
import { hasIdForm } from "../../core/ids.ts";
import type { Json } from "../../core/json.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { ReviewView } from "../../core/review/view.ts";
import { denied, onRecordIfOnePerson } from "./access.ts";
import { keptText } from "./kept-text.ts";
import type { UseCasePorts } from "./ports.ts";
import { auditRecord } from "./record.ts";
import type { Requester } from "./requester.ts";

/** A person's decision about a review. */
export type DecideReview = {
  readonly review: string;
  readonly action: "approve" | "reject" | "modify" | "escalate";
  readonly reason: string;
  /** Of `modify` and nothing else: merged into the proposal (RFC 7396). Undefined: there are none; null is a change. */
  readonly changes: Json | undefined;
  /** Of the proposal that the person saw: another one is refused. null: not said. */
  readonly digest: string | null;
};

/** The review after the decision. Refuses with `not_found`, with `conflict` when it is decided already or the proposal has changed, and with `second_person_required` when the caller may not decide it. */
export async function decideReview(ports: UseCasePorts, by: Requester, command: DecideReview): Promise<Result<ReviewView, Refusal>> {
  const { org, user, root } = by.principal;
  const { action, digest } = command;
  const refusal = await denied(ports, by, "review.decide");
  if (refusal !== null) return err(refusal);
  if ((command.changes !== undefined) !== (action === "modify")) {
    const message = action === "modify" ? "is required" : "goes with `modify` only";
    return err(refuse("invalid_request", "the body is invalid", [{ path: "/changes", message }]));
  }
  const review = hasIdForm("rev", command.review) ? await ports.reviews(org).read(command.review) : null;
  if (review === null) return err(unknownId("review", command.review));
  const reason = keptText(ports, command.reason, "/reason");
  if (!reason.ok) return reason;
  const changes = command.changes === undefined ? ok(null) : await admitChanges(ports, by, review, command.changes);
  if (!changes.ok) return changes;
  const judgement = { by: user, root, action, reason: reason.value, changes: changes.value, digest };
  const decided = await ports.reviews(org).decide(review.id, judgement);
  return decided.ok ? decided : err(await onRecordIfOnePerson(ports, by, "review.decide", `review/${review.id}`, decided.error));
}

/** Changes become part of the run, so they go through the run's guardrails; personal data in them is not the run's user's input. */
async function admitChanges(ports: UseCasePorts, by: Requester, review: ReviewView, changes: Json): Promise<Result<Json, Refusal>> {
  const { org } = by.principal;
  const runId = await ports.keys.parseRunId(org, review.run);
  const run = runId === null ? null : await ports.runs(runId).view();
  if (run === null) return err(unknownId("run", review.run));
  const admitted = await ports.guard.admit({ org, run: run.id, subject: run.subject }, "user", "tool", changes);
  if (admitted.verdict !== "block") return ok(admitted.value);
  const fact = { type: "guardrail.blocked", action: "review.decide", resource: `review/${review.id}`, decision: "deny" } as const;
  await ports.store.audit.record(org, auditRecord(ports, by, fact));
  return err(refuse("injection_detected", "the content was refused", [{ path: "/changes", message: "was refused" }]));
}
