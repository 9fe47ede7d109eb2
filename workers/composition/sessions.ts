/** The sessions of a person, over their object and the vault that has the personal data: no placeholder of a run is stored in a session. */
import type { SessionContent } from "../../core/session/session.ts";
import type { SessionPort } from "../../durable-objects/run-engine/ports.ts";
import { sessionsName } from "../../durable-objects/sessions/stub.ts";
import type { SessionsPort } from "../use-cases/ports.ts";
import { carrier } from "./carrier.ts";
import type { Rooms } from "./rooms.ts";

/** A run's session. */
export function sessionPort(rooms: Pick<Rooms, "objects">): SessionPort {
  const of = (org: string, subject: string) => rooms.objects.sessions(sessionsName(org, subject));
  return {
    async enter({ org, subject, session, run }) {
      const turn = await of(org, subject).enter(org, subject, session, run);
      if (turn === null) return null;
      const content: SessionContent = await carrier(rooms.objects.vault, org)(turn.content, turn.owner, run, "recalled");
      return { owner: turn.owner, content };
    },
    stepAside: ({ org, subject, run }) => of(org, subject).stepAside(run),
    async leave({ org, subject, run }, owner, said) {
      // Values first: a message that is stored can be read.
      const kept = owner === null ? [] : await carrier(rooms.objects.vault, org)(said, run, owner, "stored");
      await of(org, subject).leave(run, kept);
    },
  };
}

/** The sessions of a person, for people and apps. */
export function sessionsPortOf({ objects }: Pick<Rooms, "objects">, org: string, subject: string): SessionsPort {
  const book = () => objects.sessions(sessionsName(org, subject));
  return {
    join: (session, run) => book().join(org, subject, session, run),
    read: (session) => book().read(session),
    list: (after, limit) => book().list(after, limit),
    async remove(session, record) {
      const found = await book().read(session);
      if (found === null) return false;
      const removed = await book().remove(session, record);
      // The texts first: what is cut short leaves values that nothing names, and the person's erasure takes those too.
      await objects.vault(org).forget(found.owner);
      return removed;
    },
  };
}
