/** Delivers a signal to a run. New work, so the kill switch is asked; redacted before anything keeps it. */
import { speaksForUser } from "../../core/access/person.ts";
import { type Refusal, refuse } from "../../core/errors/problem.ts";
import { withoutPerson } from "../../core/guardrail/rules/action.ts";
import { type InputRules, PLATFORM_GUARDRAILS, rulesOfOrg } from "../../core/guardrail/rules/merge.ts";
import { mintId } from "../../core/ids.ts";
import type { Json } from "../../core/json.ts";
import { CALLER } from "../../core/label/label.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { RunView } from "../../core/run/outside/view.ts";
import { runRulesOf } from "../../core/workflow/guardrails.ts";
import { recordBlocked } from "./blocked.ts";
import { claim, type Repeatable } from "./idempotency.ts";
import { judgeSent } from "./judge-input.ts";
import type { UseCasePorts } from "./ports.ts";
import type { Requester } from "./requester.ts";
import { findRunWithJournal, shownTo } from "./runs.ts";
import type { RunOutcome } from "./start-run.ts";
import { notStopped } from "./stops.ts";

/** `name` has the form of a signal's name (core/workflow/names.ts). */
export type SignalRun = { readonly run: string; readonly name: string; readonly body: Json };

/** A signal that no step awaits yet is kept until one does. */
export async function signalRun(
  ports: UseCasePorts,
  by: Requester,
  { run, name, body }: SignalRun,
  repeat: Repeatable,
): Promise<Result<RunOutcome<"accepted">, Refusal>> {
  const { principal } = by;
  const found = await findRunWithJournal(ports, by, run, "run.signal");
  if (!found.ok) return found;
  const { id, view } = found.value;
  const open = await notStopped(ports, { org: view.org, workflow: view.workflow }, by.trace.traceId);
  if (!open.ok) return open;
  const claimed = await claim<"accepted">(ports, by, repeat, mintId("sig", by.at, ports.random(10)));
  if (!claimed.ok) return claimed;
  const { id: signalId, replayed, settle, release } = claimed.value;
  if (replayed !== null) return ok({ outcome: replayed, run: await shownTo(ports, principal, view), replayed: true });
  // What the run's own user says is theirs to get back; what anybody else says is not.
  const own = speaksForUser(principal);
  const origin = own && principal.user === view.user ? "input" : "tool";
  const context = { org: view.org, run: view.id, subject: view.subject };
  const rules = await signalRules(ports, view);
  // The run is under way and does not wait for a person here: what a person would decide is refused.
  const standing = { ...CALLER, trust: origin === "input" ? CALLER.trust : "untrusted" } as const;
  const place = { run: view.id, workflow: view.workflow, activity: "signal", standing, own: view.subject === view.user } as const;
  const { judged, spent } = await judgeSent(ports, by, place, body, rules);
  const isRefused = withoutPerson(judged.action) === "block";
  const admitted = isRefused ? null : await ports.guard.admit(context, "user", origin, body, rules.names, withoutPerson(rules.injection));
  if (admitted === null || admitted.verdict === "block") {
    await recordBlocked(ports, by, "run.signal", `run/${id}`, admitted?.findings ?? judged.findings);
    await release();
    return err(refuse(isRefused ? "content_blocked" : "injection_detected", "the content was refused"));
  }
  const { value } = admitted;
  const findings = [...judged.findings, ...admitted.findings];
  const moderated = spent === null ? {} : { moderated: spent };
  const signalled = await ports
    .runs(id, view.org)
    .signal({ id: signalId, name, body: value, findings, ...moderated, by: principal.user, own });
  if (!signalled.ok) {
    await release();
    return signalled;
  }
  await settle("accepted");
  return ok({ outcome: "accepted", run: await shownTo(ports, principal, signalled.value), replayed: false });
}

/** The rules for input of the run's version, as its org has them now. */
async function signalRules({ store }: UseCasePorts, { org, workflow, version }: RunView): Promise<InputRules> {
  const found = await store.workflows.get(org, workflow, version);
  const { guardrails } = await store.orgs.settings(org);
  const rules = found === null ? rulesOfOrg(guardrails) : (runRulesOf(guardrails, found.definition)?.rules ?? PLATFORM_GUARDRAILS);
  return rules.input;
}
