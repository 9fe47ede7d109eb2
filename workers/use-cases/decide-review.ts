/** Decides a review for a person. The review queue refuses the person who started the run. */
import { canonicalJson } from "../../core/canonical-json.ts";
import { type FieldError, type Refusal, refuse } from "../../core/errors/problem.ts";
import { unknownId } from "../../core/errors/unknown-name.ts";
import { holdsPlaceholder } from "../../core/guardrail/placeholder.ts";
import { hasIdForm } from "../../core/ids.ts";
import { isObject, type Json, mergePatch, own, parsePointer } from "../../core/json.ts";
import { valueAt } from "../../core/json-pointer.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { isNamed, refusalOfApprover } from "../../core/review/approvers.ts";
import type { ReviewView } from "../../core/review/view.ts";
import { INPUT_ACTIVITY } from "../../core/run/steps/node.ts";
import type { JsonSchema } from "../../core/workflow/definition.ts";
import { validate } from "../../core/workflow/schema.ts";
import { denied, forbid, onRecordIfOnePerson } from "./access.ts";
import { ruleInForce } from "./approvers.ts";
import { seesSuggestion, withSuggestion } from "./assist-review.ts";
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
  const { org, user, root, roles } = by.principal;
  const { action, digest } = command;
  const review = hasIdForm("rev", command.review) ? await ports.reviews(org).read(command.review) : null;
  const operations = review === null ? [] : await ports.reviews(org).operationsOf(review.id);
  const rule = await ruleInForce(ports.store.approvers, org, operations);
  // Whom the entry names decides by it, whatever else their roles may do; when they join is the queue's to say.
  const isApprover = rule !== null && isNamed(rule, rule.next.length, { user, roles });
  // What a run was estimated to cost is for its starter to agree to, as its signals are.
  const isOwnMoney = review !== null && (await isOwnEstimate(ports, by, review));
  const outsider = refusalOfApprover(rule, rule?.next.length ?? 0, { user, roles });
  const right = isApprover ? "review.decide_named" : isOwnMoney ? "run.signal" : "review.decide";
  const refusal = await denied(ports, by, right, isApprover ? {} : { detail: outsider?.detail });
  if (refusal !== null) return err(refusal);
  if ((command.changes !== undefined) !== (action === "modify")) {
    const message = action === "modify" ? "is required" : "goes with `modify` only";
    return err(refuse("invalid_request", "the body is invalid", [{ path: "/changes", message }]));
  }
  if (review === null) return err(unknownId("review", command.review));
  const reason = keptText(ports, command.reason, "/reason");
  if (!reason.ok) return reason;
  const changes = command.changes === undefined ? ok(null) : await admitChanges(ports, by, review, command.changes);
  if (!changes.ok) return changes;
  const misfit = await misfitOfCall(ports, by, review, changes.value);
  if (misfit !== null) return err(misfit);
  const sawSuggestion = await seesSuggestion(ports, by, review.id);
  const judgement = { by: user, root, roles, rule, action, reason: reason.value, changes: changes.value, digest, sawSuggestion };
  const decided = await ports.reviews(org).decide(review.id, judgement);
  if (decided.ok) return ok(await withSuggestion(ports, by, decided.value, null));
  const resource = `review/${review.id}`;
  if (decided.error.code === "forbidden") {
    const why = { policyVersion: null, reasons: ["not_an_approver"], layer: "people" } as const;
    return err(await forbid(ports, by, "review.decide", resource, decided.error.detail, why));
  }
  return err(await onRecordIfOnePerson(ports, by, "review.decide", resource, decided.error));
}

/** A review, for staff; who started a run reads the one that asks them about its estimate, which they may decide. */
export async function readReview(
  ports: UseCasePorts,
  by: Requester,
  id: string,
  waitUntil: (work: Promise<unknown>) => void,
): Promise<Result<ReviewView, Refusal>> {
  const review = hasIdForm("rev", id) ? await ports.reviews(by.principal.org).read(id) : null;
  if (review !== null && (await isOwnEstimate(ports, by, review)) && (await denied(ports, by, "run.read", {})) === null)
    return ok(await withSuggestion(ports, by, review, null));
  const refusal = await denied(ports, by, "review.read", {});
  if (refusal !== null) return err(refusal);
  return review === null ? err(unknownId("review", id)) : ok(await withSuggestion(ports, by, review, waitUntil));
}

async function isOwnEstimate(
  ports: UseCasePorts,
  { principal: { org, user } }: Requester,
  { reason, step, run }: ReviewView,
): Promise<boolean> {
  if (reason !== "budget" || step !== INPUT_ACTIVITY) return false;
  const id = await ports.keys.parseRunId(org, run);
  return id !== null && (await ports.runs(id, org).view())?.user === user;
}

/** Changes become part of the run, so they go through the run's guardrails; personal data in them is not the run's user's input. */
async function admitChanges(ports: UseCasePorts, by: Requester, review: ReviewView, changes: Json): Promise<Result<Json, Refusal>> {
  const { org } = by.principal;
  const runId = await ports.keys.parseRunId(org, review.run);
  const run = runId === null ? null : await ports.runs(runId, org).view();
  if (run === null) return err(unknownId("run", review.run));
  // A reply is written for the run's user, who gets to read it as it was written.
  const origin = review.reason === "hand_over" ? "input" : "tool";
  const admitted = await ports.guard.admit({ org, run: run.id, subject: run.subject }, "user", origin, changes);
  if (admitted.verdict !== "block") return ok(admitted.value);
  const fact = {
    type: "guardrail.blocked",
    action: "review.decide",
    resource: `review/${review.id}`,
    decision: "deny",
    layer: "guard",
  } as const;
  await ports.store.audit.record(org, auditRecord(ports, by, fact));
  return err(refuse("injection_detected", "the content was refused", [{ path: "/changes", message: "was refused" }]));
}

/** A changed input of a tool call is held to the tool's schema here, where the person can still mend it: the review stays open. */
async function misfitOfCall(
  ports: UseCasePorts,
  by: Requester,
  { id, proposal }: ReviewView,
  changes: Json | null,
): Promise<Refusal | null> {
  const { org } = by.principal;
  const whole = changes === null ? null : mergePatch(proposal, changes);
  const changed = whole === null ? undefined : inputIn(whole);
  const call = changed === undefined ? null : await ports.reviews(org).callOf(id);
  const tool = call === null ? null : await ports.store.tools.get(org, call.tool, call.version);
  if (changed === undefined || call === null || tool === null) return null;
  const output = isObject(whole) ? own(whole, "output") : undefined;
  const strange = output === undefined ? [] : validate(tool.output, output);
  if (strange.length > 0) {
    const said = strange.map(({ path, message }) => ({ path: `/changes/output${path}`, message }));
    return refuse("invalid_request", `the output does not fit the output schema of the tool \`${call.tool}\``, said);
  }
  const errors = misfitsOfChange(tool.input, inputIn(proposal) ?? null, changed);
  if (errors.length === 0) return null;
  const told = errors.map(({ path, message }) => ({ path: `/changes/input${path}`, message }));
  return refuse("invalid_request", `the changed input does not fit the input schema of the tool \`${call.tool}\``, told);
}

const inputIn = (proposal: Json): Json | undefined => (isObject(proposal) ? own(proposal, "input") : undefined);

/** A placeholder that stood there before is filled in when the call is made, and not judged here. */
const misfitsOfChange = (schema: JsonSchema, before: Json, after: Json): readonly FieldError[] =>
  validate(schema, after).filter(({ path }) => {
    const tokens = parsePointer(path) ?? [];
    const [was, is] = [valueAt(before, tokens), valueAt(after, tokens)];
    return is === undefined || was === undefined || !holdsPlaceholder(is) || canonicalJson(was) !== canonicalJson(is);
  });
