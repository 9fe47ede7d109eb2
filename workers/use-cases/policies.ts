/**
 * An org's own policies: registered as versions that do nothing, and put in force by two people. What reads a policy is the access room; what tries
 * one is workers/policy-work; which actions an org may decide is core/policy/actions.ts.
 */
import { type Refusal, refuse } from "../../core/errors/problem.ts";
import { unknownId } from "../../core/errors/unknown-name.ts";
import { mintId } from "../../core/ids.ts";
import type { PermissionRule } from "../../core/policy/permissions.ts";
import {
  type Activation,
  activationView,
  personOf,
  refusalOfApproval,
  type SetContent,
  type SetVersion,
  versionView,
} from "../../core/policy/set.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { onRecordIfOnePerson } from "./access.ts";
import { claim, type Repeatable } from "./idempotency.ts";
import { keptText } from "./kept-text.ts";
import type { UseCasePorts } from "./ports.ts";
import { auditRecord } from "./record.ts";
import type { Requester } from "./requester.ts";

/** A version as HTTP shows it. */
export type PolicyView = ReturnType<typeof versionView>;

/** Registers Cedar; a text that was registered before is the version it has. */
export async function registerPolicies(
  ports: UseCasePorts,
  by: Requester,
  { cedar, note }: { readonly cedar: string; readonly note: string | null },
  repeat: Repeatable,
): Promise<Result<{ readonly view: PolicyView; readonly replayed: boolean }, Refusal>> {
  const flaws = ports.policies.flawsOf(cedar);
  if (flaws.length > 0) {
    const errors = flaws.map(({ line, column, message }) => ({
      path: "/cedar",
      message: `line ${line}, column ${column}: ${message}`,
      line,
      column,
    }));
    return err(refuse("invalid_request", "the policies are invalid", errors));
  }
  const kept = note === null ? ok(null) : keptText(ports, note, "/note");
  if (!kept.ok) return kept;
  const content: SetContent = { kind: "policies", cedar };
  const claimed = await claim<"created">(ports, by, repeat, ports.policies.versionOf(content));
  if (!claimed.ok) return claimed;
  const { replayed, settle } = claimed.value;
  const view = await keepVersion(ports, by, content, kept.value); // of a version that is there, nothing is written
  if (replayed === null) await settle("created");
  return ok({ view, replayed: replayed !== null });
}

async function keepVersion(ports: UseCasePorts, by: Requester, content: SetContent, note: string | null): Promise<PolicyView> {
  const { org, user } = by.principal;
  const version = ports.policies.versionOf(content);
  const made: SetVersion = { version, content, note, createdAt: by.at, createdBy: user };
  const data = { kind: content.kind };
  const fact = { type: "policy.registered", action: "policy.write", resource: `policy/${version}`, decision: "allow", data } as const;
  const isNew = await ports.store.policies.put(org, made, auditRecord(ports, by, fact));
  const stored = isNew ? made : ((await ports.store.policies.get(org, version)) ?? made);
  return versionView(stored, await ports.store.policies.active(org));
}

/** Asks for a version to be put in force. */
export async function requestActivation(
  ports: UseCasePorts,
  by: Requester,
  { version, reason }: { readonly version: string; readonly reason: string },
  repeat: Repeatable,
): Promise<Result<{ readonly id: string; readonly replayed: boolean }, Refusal>> {
  const { org } = by.principal;
  const found = await ports.store.policies.get(org, version);
  if (found === null) return err(unknownId("policy version", version));
  const kept = keptText(ports, reason, "/reason");
  if (!kept.ok) return kept;
  const fresh = freshActivation(ports, by);
  const claimed = await claim<"accepted">(ports, by, repeat, fresh);
  if (!claimed.ok) return claimed;
  const { id, replayed, settle } = claimed.value;
  if (replayed !== null) return ok({ id, replayed: true });
  // A first try may have asked and not come to say so.
  if (id === fresh || (await ports.store.policies.activation(org, id)) === null) await ask(ports, by, id, found, kept.value);
  await settle("accepted");
  return ok({ id, replayed: false });
}

const freshActivation = (ports: UseCasePorts, by: Requester): string => mintId("act", by.at, ports.random(10));

async function ask(ports: UseCasePorts, by: Requester, id: string, { version, content }: SetVersion, reason: string): Promise<void> {
  const { org } = by.principal;
  const { kind } = content;
  const asked = { id, kind, version, reason, asker: personOf(by.principal), requestedAt: by.at } as const;
  const activation: Activation = { ...asked, status: "pending", approvedBy: null, activatedAt: null };
  const data = { kind, version };
  const fact = {
    type: "policy.activation_requested",
    action: "policy.activate",
    resource: `policy-activation/${id}`,
    decision: "ask",
    data,
  } as const;
  await ports.store.policies.request(org, activation, auditRecord(ports, by, fact));
}

/** Puts the version in force, as a second person. It decides everywhere within `CACHE_MS.policies` (workers/store/cached.ts). */
export async function approveActivation(
  ports: UseCasePorts,
  by: Requester,
  id: string,
): Promise<Result<ReturnType<typeof activationView>, Refusal>> {
  const { org, user } = by.principal;
  const activation = await ports.store.policies.activation(org, id);
  if (activation === null) return err(unknownId("activation", id));
  const resource = `policy-activation/${id}`;
  const refusal = refusalOfApproval(activation, personOf(by.principal), by.at);
  if (refusal !== null) return err(await onRecordIfOnePerson(ports, by, "policy.activate", resource, refusal));
  const { kind, version, asker } = activation;
  const data = { kind, version, requested_by: asker.user };
  const fact = { type: "policy.activated", action: "policy.activate", resource, decision: "allow", data } as const;
  const isDone = await ports.store.policies.approve(org, activation, { by: user, at: by.at }, auditRecord(ports, by, fact));
  if (!isDone) return err(refuse("conflict", "this activation was already approved"));
  return ok(activationView({ ...activation, status: "active", approvedBy: user, activatedAt: by.at }));
}

/** Registers a permission matrix and asks for it to be put in force. */
export async function setPermissions(
  ports: UseCasePorts,
  by: Requester,
  { rules, reason }: { readonly rules: readonly PermissionRule[]; readonly reason: string },
): Promise<Result<{ readonly id: string; readonly version: string }, Refusal>> {
  const kept = keptText(ports, reason, "/reason");
  if (!kept.ok) return kept;
  const content: SetContent = { kind: "permissions", rules };
  const { version } = await keepVersion(ports, by, content, null);
  const id = freshActivation(ports, by);
  await ask(ports, by, id, { version, content, note: null, createdAt: by.at, createdBy: by.principal.user }, kept.value);
  return ok({ id, version });
}
