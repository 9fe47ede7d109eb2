/** Sessions of people: each reads and deletes their own. Rights are looked at in each request. */
import { speaksFor, speaksForUser } from "../../core/access/person.ts";
import { type Refusal, refuse } from "../../core/errors/problem.ts";
import type { Json } from "../../core/json.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { SESSION_ID, type StoredSession, sessionView } from "../../core/session/session.ts";
import { denied } from "./access.ts";
import type { UseCasePorts } from "./ports.ts";
import { auditRecord } from "./record.ts";
import type { Requester } from "./requester.ts";

type View = ReturnType<typeof sessionView>;

/** Of themselves, or with a key that may speak for others; an admin sees to everybody's. */
const maySee = ({ principal }: Requester, subject: string): boolean =>
  principal.user === subject || principal.forOthers || principal.roles.includes("admin");

/** On record without the id, which apps choose: many put a customer number there, and the log is never changed. */
const RESOURCE = "session";

const NOT_THEIRS = "a key that another person made does not delete the sessions of its user: the person does, or an admin";

const unknown = (id: string): Refusal => refuse("not_found", `there is no session \`${id}\` of this person`);

/** The session: what was said, its summary, its runs under way. The person themselves gets their own data back; others see placeholders, and are on record. */
export async function readSession(
  ports: UseCasePorts,
  by: Requester,
  of: { readonly id: string; readonly subject: string | null },
): Promise<Result<View, Refusal>> {
  const refusal = await denied(ports, by, "memory.read");
  if (refusal !== null) return err(refusal);
  const subject = of.subject ?? by.principal.user;
  const found = SESSION_ID.test(of.id) && maySee(by, subject) ? await ports.sessions(by.principal.org, subject).read(of.id) : null;
  if (found === null) return err(unknown(of.id));
  if (by.principal.user !== subject || !speaksForUser(by.principal)) {
    const fact = {
      type: "session.read",
      action: "memory.read",
      resource: RESOURCE,
      decision: "allow",
      data: { subject },
    } as const;
    await ports.store.audit.record(by.principal.org, auditRecord(ports, by, fact));
  }
  return ok(sessionView(await revealed(ports, by, found)));
}

/** When this answers, nothing of what was said is stored. A run under way goes on, and says nothing more in it. */
export async function deleteSession(
  ports: UseCasePorts,
  by: Requester,
  of: { readonly id: string; readonly subject: string | null },
): Promise<Result<void, Refusal>> {
  const refusal = await denied(ports, by, "memory.write");
  if (refusal !== null) return err(refusal);
  const subject = of.subject ?? by.principal.user;
  if (!SESSION_ID.test(of.id) || !maySee(by, subject)) return err(unknown(of.id));
  if (!speaksFor(by.principal, subject) && !by.principal.roles.includes("admin")) return err(refuse("forbidden", NOT_THEIRS));
  const fact = {
    type: "session.deleted",
    action: "session.delete",
    resource: RESOURCE,
    decision: "allow",
    data: { subject },
    asCaller: by.principal.user === subject,
  } as const;
  const removed = await ports.sessions(by.principal.org, subject).remove(of.id, auditRecord(ports, by, fact));
  return removed ? ok(undefined) : err(unknown(of.id));
}

async function revealed<S extends StoredSession & { readonly owner: string }>(
  { guard }: UseCasePorts,
  { principal }: Requester,
  session: S,
): Promise<S> {
  if (principal.user !== session.subject || !speaksForUser(principal)) return session;
  const { messages, summary, subject, owner } = session;
  const shown = await guard.reveal({ org: principal.org, run: owner, subject }, { messages, summary } as unknown as Json);
  return { ...session, ...(shown as unknown as Pick<StoredSession, "messages" | "summary">) };
}
