/** What is remembered of people: each sees, corrects and deletes what is remembered of them. Rights are looked at in each request. */
import { isOnePerson, speakerOf, speaksFor, speaksForUser } from "../../core/access/person.ts";
import { type Refusal, refuse } from "../../core/errors/problem.ts";
import { unknownId } from "../../core/errors/unknown-name.ts";
import { holdsPlaceholder } from "../../core/guardrail/placeholder.ts";
import { hasIdForm, mintId } from "../../core/ids.ts";
import { tellsAssistant } from "../../core/knowledge/checks.ts";
import type { DataClass } from "../../core/label/label.ts";
import { factsIn } from "../../core/memory/facts.ts";
import {
  correctedExpiry,
  expiryOf,
  idInShard,
  type Memory,
  type MemoryTier,
  memoryView,
  reworded,
  shardOfMemory,
  shardOfSubject,
  sourceOf,
} from "../../core/memory/memory.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { denied, onRecordIfOnePerson } from "./access.ts";
import { claim, type Repeatable } from "./idempotency.ts";
import { keptText } from "./kept-text.ts";
import type { UseCasePorts } from "./ports.ts";
import { auditRecord } from "./record.ts";
import type { Requester } from "./requester.ts";

/** A memory as it is sent. */
export type NewMemory = {
  readonly subject: string | null;
  readonly tier: MemoryTier;
  readonly text: string;
  readonly pinned: boolean;
  readonly sensitivity: DataClass;
  readonly ttlDays: number | null;
};
/** What of a memory is changed; what is absent stays. `subject` and `tier` may be sent as they are, and are not changed. */
export type MemoryChange = { readonly [F in keyof NewMemory]?: NewMemory[F] | undefined };

type View = ReturnType<typeof memoryView>;

/** Of themselves, or with a key that may speak for others; an admin sees to everybody's. A key that another person made sees what its maker's would. */
const maySee = ({ principal }: Requester, subject: string): boolean =>
  principal.user === subject || principal.forOthers || principal.roles.includes("admin");

/** The person, or somebody who may act for everybody. Whoever made a key for a person does not act as that person with it. */
const mayAct = ({ principal }: Requester, subject: string): boolean => speaksFor(principal, subject) || principal.roles.includes("admin");
const NOT_THEIRS =
  "a key that another person made neither corrects nor deletes what is remembered of its user: the person does, or an admin";

/** The person themselves, with a credential that speaks for them. */
const isPerson = ({ principal }: Requester, subject: string): boolean => principal.user === subject && speaksForUser(principal);

const factOf = ({ principal }: Requester, type: string, { id, subject, tier, sensitivity, status }: Memory) =>
  ({
    type,
    action: type,
    resource: `memory/${id}`,
    decision: "allow",
    data: { tier, sensitivity, status },
    asCaller: principal.user === subject && type !== "memory.released",
  }) as const;

/** The memory, remembered. */
export async function remember(
  ports: UseCasePorts,
  by: Requester,
  sent: NewMemory,
  repeat: Repeatable,
): Promise<Result<{ readonly view: View; readonly replayed: boolean }, Refusal>> {
  const refusal = await denied(ports, by, "memory.write");
  if (refusal !== null) return err(refusal);
  const { org, user } = by.principal;
  const subject = sent.subject ?? user;
  if (!maySee(by, subject)) return err(refuse("forbidden", "a memory about somebody else needs a key made `for_others`"));
  const claimed = await claim<"created">(ports, by, repeat, idInShard(mintId("mem", by.at, ports.random(10)), subject));
  if (!claimed.ok) return claimed;
  const { id, replayed, settle, release } = claimed.value;
  const kept = replayed === null ? null : await ports.memories(org, shardOfMemory(id)).get(id);
  if (kept !== null) return ok({ view: await shown(ports, by, kept), replayed: true });
  const text = await admitted(ports, org, id, subject, sent.text);
  if (!text.ok) {
    await release();
    return text;
  }
  const { tier, pinned, sensitivity, ttlDays } = sent;
  const speaker = speakerOf(by.principal);
  const source = sourceOf(speaker, subject);
  const trust = source === "other" ? "untrusted" : "trusted";
  const expiresAt = expiryOf(sensitivity, ttlDays, by.at);
  const times = { createdAt: by.at, updatedAt: by.at, expiresAt };
  const memory: Memory = { id, subject, tier, pinned, sensitivity, source, trust, by: speaker, ...text.value, ...times };
  const record = auditRecord(ports, by, factOf(by, "memory.remembered", memory));
  if (!(await ports.memories(org, shardOfSubject(subject)).put(memory, record))) {
    await release();
    return err(refuse("conflict", "there are too many memories of this person; delete some first"));
  }
  await settle("created");
  return ok({ view: await shown(ports, by, memory), replayed: false });
}

/** Of one person; `query`: those that share words with it. */
export async function listMemories(
  ports: UseCasePorts,
  by: Requester,
  about: { readonly subject: string | null; readonly tier: MemoryTier | null; readonly query: string | null },
  before: string | null,
  limit: number,
): Promise<Result<readonly View[], Refusal>> {
  const refusal = await denied(ports, by, "memory.read");
  if (refusal !== null) return err(refusal);
  const subject = about.subject ?? by.principal.user;
  if (!maySee(by, subject))
    return err(refuse("forbidden", "what is remembered of somebody else is shown to them, to keys made `for_others` and to admins"));
  const { org } = by.principal;
  const found = await ports.memories(org, shardOfSubject(subject)).list(subject, about.tier, about.query, before, limit);
  if (found.length > 0 && !isPerson(by, subject)) await onRecordAsRead(ports, by, "memory", subject, found.length);
  return ok(await Promise.all(found.map((one) => shown(ports, by, one))));
}

/** One memory, to those who see it in the list of its person. */
export async function readMemory(ports: UseCasePorts, by: Requester, id: string): Promise<Result<View, Refusal>> {
  const found = await find(ports, by, id, "memory.read");
  if (!found.ok) return found;
  const { subject } = found.value;
  if (!isPerson(by, subject)) await onRecordAsRead(ports, by, `memory/${id}`, subject, 1);
  return ok(await shown(ports, by, found.value));
}

/** Who reads what is remembered of somebody else is on record. */
async function onRecordAsRead(ports: UseCasePorts, by: Requester, resource: string, subject: string, memories: number): Promise<void> {
  const fact = { type: "memory.read", action: "memory.read", resource, data: { subject, memories }, decision: "allow" } as const;
  await ports.store.audit.record(by.principal.org, auditRecord(ports, by, fact));
}

/** What a correction says instead: the fact that the new words state, or none; and nothing that came later has closed it. */
function restated({ fact, supersededBy: _by, closedAt: _at, ...memory }: Memory): Memory {
  const stated = fact === undefined ? [] : factsIn(memory.text).filter(({ fact: { predicate } }) => predicate === fact.predicate);
  return { ...memory, ...(stated.length === 1 && stated[0] !== undefined ? { fact: stated[0].fact } : {}) };
}

/** A correction names another person or another tier than the memory's; null: it does not. */
function moved(before: Memory, change: MemoryChange): Refusal | null {
  const what = { subject: "a memory stays its person's", tier: "a memory stays in its tier" } as const;
  const errors = (["subject", "tier"] as const)
    .filter((field) => change[field] != null && change[field] !== before[field])
    .map((field) => ({ path: `/${field}`, message: `${what[field]}: leave the field out, or delete the memory and create another one` }));
  return errors.length === 0 ? null : refuse("invalid_request", "a correction changes neither `subject` nor `tier`", errors);
}

/** Corrects a memory. */
export async function changeMemory(ports: UseCasePorts, by: Requester, id: string, change: MemoryChange): Promise<Result<View, Refusal>> {
  const found = await find(ports, by, id, "memory.write");
  if (!found.ok) return found;
  const { org } = by.principal;
  const before = found.value;
  if (!mayAct(by, before.subject)) return err(refuse("forbidden", NOT_THEIRS));
  const refusal = moved(before, change);
  if (refusal !== null) return err(refusal);
  const text =
    change.text === undefined
      ? ok({ text: before.text, status: before.status })
      : await admitted(ports, org, id, before.subject, change.text);
  if (!text.ok) return text;
  const sensitivity = change.sensitivity ?? before.sensitivity;
  const memory: Memory = {
    ...(text.value.text === before.text ? before : restated(reworded(before, text.value.text, speakerOf(by.principal)))),
    // What waits is not let in by a correction.
    status: before.status === "quarantined" ? "quarantined" : text.value.status,
    pinned: change.pinned ?? before.pinned,
    sensitivity,
    updatedAt: by.at,
    expiresAt: correctedExpiry(before, { sensitivity: change.sensitivity, days: change.ttlDays }, sensitivity, by.at),
  };
  const stored = await ports.memories(org, shardOfMemory(id)).put(memory, auditRecord(ports, by, factOf(by, "memory.corrected", memory)));
  return stored
    ? ok(await shown(ports, by, memory))
    : err(refuse("conflict", "there are too many memories of this person; delete some first"));
}

/** When this answers, the memory and its values in the vault are gone. */
export async function forgetMemory(ports: UseCasePorts, by: Requester, id: string): Promise<Result<void, Refusal>> {
  const found = await find(ports, by, id, "memory.write");
  if (!found.ok) return found;
  if (!mayAct(by, found.value.subject)) return err(refuse("forbidden", NOT_THEIRS));
  const removed = await ports
    .memories(by.principal.org, shardOfMemory(id))
    .remove(id, auditRecord(ports, by, factOf(by, "memory.forgotten", found.value)));
  return removed ? ok(undefined) : err(unknownId("memory", id));
}

/** Lets a memory that waits count, by somebody else than whoever stored it. `sentReason`: null where none is given. */
export async function releaseMemory(
  ports: UseCasePorts,
  by: Requester,
  id: string,
  sentReason: string | null,
): Promise<Result<View, Refusal>> {
  const refusal = await denied(ports, by, "memory.release");
  if (refusal !== null) return err(refusal);
  const { org, user, root } = by.principal;
  const found = hasIdForm("mem", id) ? await ports.memories(org, shardOfMemory(id)).get(id) : null;
  if (found === null) return err(unknownId("memory", id));
  if (found.status !== "quarantined") return err(refuse("conflict", "the memory is not in quarantine"));
  if (isOnePerson(found.by, { user, root })) {
    const why = "whoever stored this memory cannot release it, nor can a key that leads back to the same person: somebody else has to";
    return err(await onRecordIfOnePerson(ports, by, "memory.release", `memory/${id}`, refuse("second_person_required", why)));
  }
  const reason = sentReason === null ? ok(null) : keptText(ports, sentReason, "/reason");
  if (!reason.ok) return reason;
  const memory: Memory = { ...found, status: "active", updatedAt: by.at };
  const fact = factOf(by, "memory.released", memory);
  await ports
    .memories(org, shardOfMemory(id))
    .put(memory, auditRecord(ports, by, { ...fact, data: { ...fact.data, reason: reason.value } }));
  return ok(await shown(ports, by, memory));
}

/** Of somebody else's memory nobody hears that it exists. */
async function find(
  ports: UseCasePorts,
  by: Requester,
  id: string,
  action: "memory.write" | "memory.read",
): Promise<Result<Memory, Refusal>> {
  const refusal = await denied(ports, by, action);
  if (refusal !== null) return err(refusal);
  const found = hasIdForm("mem", id) ? await ports.memories(by.principal.org, shardOfMemory(id)).get(id) : null;
  return found !== null && maySee(by, found.subject) ? ok(found) : err(unknownId("memory", id));
}

/** The text as it is stored: personal data in the vault, under the memory's id and the person's key. An instruction is refused. */
async function admitted(
  ports: UseCasePorts,
  org: string,
  id: string,
  subject: string,
  sent: string,
): Promise<Result<Pick<Memory, "text" | "status">, Refusal>> {
  const { value, verdict } = await ports.guard.admit({ org, run: id, subject }, "user", "input", sent);
  if (verdict === "block" || typeof value !== "string")
    return err(
      refuse("injection_detected", "a memory that carries an instruction is not kept", [{ path: "/text", message: "was refused" }]),
    );
  return ok({ text: value, status: tellsAssistant(sent) ? "quarantined" : "active" });
}

/** The person themselves gets their own data back (a key that another person made is not theirs), in the value of a fact as in its text; everybody else sees placeholders. */
async function shown({ guard }: UseCasePorts, by: Requester, memory: Memory): Promise<View> {
  const { org } = by.principal;
  const { id, subject, text, fact } = memory;
  if (!isPerson(by, subject) || !holdsPlaceholder([text, fact?.object ?? ""])) return memoryView(memory);
  const own = async (said: string) => String(await guard.reveal({ org, run: id, subject }, said));
  return memoryView({
    ...memory,
    text: await own(text),
    ...(fact === undefined ? {} : { fact: { ...fact, object: await own(fact.object) } }),
  });
}
