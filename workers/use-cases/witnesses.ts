/** The witnesses of an org's audit log: one admin asks for a list, another one puts it in force. Both are on record. */
import { type Refusal, refuse } from "../../core/errors/problem.ts";
import { unknownId } from "../../core/errors/unknown-name.ts";
import { mintId } from "../../core/ids.ts";
import type { OrgWitness } from "../../core/org/settings.ts";
import { refusalOfSecond, sameWitnesses, type WitnessChange } from "../../core/org/witnesses.ts";
import { personOf } from "../../core/policy/set.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { onRecordIfOnePerson } from "./access.ts";
import type { UseCasePorts } from "./ports.ts";
import { auditRecord } from "./record.ts";
import type { Requester } from "./requester.ts";

/** Asks for a list; puts it in force when another person has asked for the same one. */
export async function changeWitnesses(ports: UseCasePorts, by: Requester, org: string, witnesses: readonly OrgWitness[]): Promise<void> {
  const { witnesses: current } = await ports.store.orgs.settings(org);
  if (sameWitnesses(current, witnesses)) return;
  const pending = await ports.store.orgs.witnessChange(org);
  if (pending !== null && sameWitnesses(pending.witnesses, witnesses)) {
    if (refusalOfSecond(pending, personOf(by.principal), by.at) === null) await putInForce(ports, by, org, pending);
    return;
  }
  const id = mintId("wit", by.at, ports.random(10));
  const change: WitnessChange = { id, witnesses, asker: personOf(by.principal), requestedAt: by.at };
  const fact = {
    type: "org.witnesses_requested",
    action: "org.write",
    resource: `org/${org}`,
    decision: "ask",
    data: recorded(change),
  } as const;
  await ports.store.orgs.askWitnesses(org, change, auditRecord(ports, by, fact));
}

/** Puts a list in force, as a second person. */
export async function approveWitnesses(ports: UseCasePorts, by: Requester, org: string, id: string): Promise<Result<void, Refusal>> {
  const pending = await ports.store.orgs.witnessChange(org);
  if (pending?.id !== id) return err(unknownId("change of witnesses", id));
  const refusal = refusalOfSecond(pending, personOf(by.principal), by.at);
  if (refusal !== null) return err(await onRecordIfOnePerson(ports, by, "org.write", `org/${org}`, refusal));
  if (!(await putInForce(ports, by, org, pending))) return err(refuse("conflict", "this change was approved or replaced meanwhile"));
  return ok(undefined);
}

async function putInForce(ports: UseCasePorts, by: Requester, org: string, change: WitnessChange): Promise<boolean> {
  const data = { ...recorded(change), requested_by: change.asker.user };
  const fact = { type: "org.witnesses_changed", action: "org.write", resource: `org/${org}`, decision: "allow", data } as const;
  const isDone = await ports.store.orgs.setWitnesses(org, change, auditRecord(ports, by, fact));
  if (isDone) ports.alert(org, { id: mintId("evt", by.at, ports.random(10)), type: fact.type, data: { by: by.principal.user, ...data } });
  return isDone;
}

/** Keys say who the witnesses are; an address may hold a token. */
const recorded = ({ id, witnesses }: WitnessChange) => ({ change: id, witnesses: witnesses.map(({ name, key }) => ({ name, key })) });
