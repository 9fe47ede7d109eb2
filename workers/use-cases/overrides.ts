/** Overrides of the risk block: one person asks, two others approve (core/override). Both are on record, and the org is alerted of both. */
import { type Refusal, refuse } from "../../core/errors/problem.ts";
import { unknownId } from "../../core/errors/unknown-name.ts";
import { hasIdForm, mintId } from "../../core/ids.ts";
import { APPROVALS_NEEDED, LONGEST_OVERRIDE_MS, type Override, refusalOfApproval } from "../../core/override/override.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { refusalOfApprover } from "../../core/review/approvers.ts";
import { type EpochMs, toRfc3339 } from "../../core/time.ts";
import { denied, forbid, onRecordIfOnePerson } from "./access.ts";
import { ruleInForce } from "./approvers.ts";
import { claim, type Repeatable } from "./idempotency.ts";
import { keptText } from "./kept-text.ts";
import type { UseCasePorts } from "./ports.ts";
import { auditRecord } from "./record.ts";
import type { Requester } from "./requester.ts";
import { findRunWithJournal } from "./runs.ts";

/** What somebody asks for: a step of a run, until a time. */
export type AskOverride = { readonly run: string; readonly step: string; readonly reason: string; readonly expiresAt: EpochMs };

/** The override, waiting for two people. Refuses with `not_found` when the caller does not see the run, with `conflict` when its person is erased. */
export async function askOverride(
  ports: UseCasePorts,
  by: Requester,
  command: AskOverride,
  repeat: Repeatable,
): Promise<Result<{ readonly override: Override; readonly replayed: boolean }, Refusal>> {
  const { org, user, root } = by.principal;
  const found = await findRunWithJournal(ports, by, command.run, "override.ask");
  if (!found.ok) return found;
  const { id: run, view } = found.value;
  const steps = view.steps.map(({ id }) => id);
  if (!steps.includes(command.step)) return err(wrong("/step", `the run has no such step; its steps are ${steps.slice(0, 20).join(", ")}`));
  if (command.expiresAt <= by.at) return err(wrong("/expires_at", "is in the past"));
  if (command.expiresAt > by.at + LONGEST_OVERRIDE_MS) return err(wrong("/expires_at", "is more than 7 days ahead"));
  const reason = keptText(ports, command.reason, "/reason");
  if (!reason.ok) return reason;
  const claimed = await claim<"created">(ports, by, repeat, mintId("ovr", by.at, ports.random(10)));
  if (!claimed.ok) return claimed;
  const { id, replayed, settle } = claimed.value;
  const kept = replayed === null ? null : await ports.store.overrides.get(org, id);
  if (kept !== null) return ok({ override: kept, replayed: true });
  const { step, expiresAt } = command;
  const asked = { id, org, run, step, reason: reason.value, askedBy: { user, root }, approvals: [], expiresAt, createdAt: by.at };
  const data = { override: id, run, step, expires_at: toRfc3339(expiresAt) };
  const fact = { type: "override.requested", action: "override.ask", resource: `run/${run}/${step}`, data } as const;
  // A first try may have asked and not come to say so: nothing is written again then, and what stands is the answer.
  await ports.store.overrides.put(asked, auditRecord(ports, by, fact));
  await settle("created");
  const stands = (await ports.store.overrides.get(org, id)) ?? asked;
  ports.alert(org, { id: mintId("evt", by.at, ports.random(10)), type: fact.type, data: { workflow: view.workflow, ...data, by: user } });
  return ok({ override: stands, replayed: false });
}

/** Approvals of one override at the same time; a loser reads it again this often. */
const TRIES = 5;

/** The override with this person's approval. Refuses with `second_person_required` who may not approve, on record. */
export async function approveOverride(ports: UseCasePorts, by: Requester, id: string): Promise<Result<Override, Refusal>> {
  const { org, user, root, roles } = by.principal;
  const refusal = await denied(ports, by, "override.approve", { name: `override/${id}` });
  if (refusal !== null) return err(refusal);
  const outsider = refusalOfApprover(await ruleInForce(ports.store.approvers, org, ["override"]), 0, { user, roles });
  if (outsider !== null) {
    const why = { policyVersion: null, reasons: ["not_an_approver"], layer: "people" } as const;
    return err(await forbid(ports, by, "override.approve", `override/${id}`, outsider.detail, why));
  }
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const override = hasIdForm("ovr", id) ? await ports.store.overrides.get(org, id) : null;
    if (override === null) return err(unknownId("override", id));
    const starters = await startersOf(ports, override);
    const no = refusalOfApproval(override, { user, root }, starters, by.at);
    if (no !== null) return err(await onRecordIfOnePerson(ports, by, "override.approve", `override/${id}`, no));
    const approval = { user, root, at: by.at };
    const approved = { ...override, approvals: [...override.approvals, approval] };
    const { run, step, expiresAt } = override;
    const data = { override: id, run, step, approvals: approved.approvals.length, approvals_needed: APPROVALS_NEEDED };
    const decision = approved.approvals.length >= APPROVALS_NEEDED ? "allow" : null;
    const fact = { type: "override.approved", action: "override.approve", resource: `run/${run}/${step}`, decision, data } as const;
    if (!(await ports.store.overrides.approve(override, approval, auditRecord(ports, by, fact)))) continue;
    const view = await ports.runs(run, org).view();
    const told = { ...(view === null ? {} : { workflow: view.workflow }), ...data, by: user, expires_at: toRfc3339(expiresAt) };
    ports.alert(org, { id: mintId("evt", by.at, ports.random(10)), type: fact.type, data: told });
    return ok(approved);
  }
  return err(refuse("conflict", "others are approving this override right now; try again"));
}

/** Who started the run, as far as it is known. */
async function startersOf(ports: UseCasePorts, { org, run }: Override) {
  const starters = await ports.runs(run, org).starters();
  if (starters !== null) return starters;
  const view = await ports.runs(run, org).view();
  return view === null ? [] : [{ user: view.user, root: null }];
}

const wrong = (path: string, message: string): Refusal => refuse("invalid_request", "the body is invalid", [{ path, message }]);
