/** The sessions of a person, over their object and the vault that has the personal data: no placeholder of a run is stored in a session. */
import type { Json } from "../../core/json.ts";
import type { SessionContent } from "../../core/session/session.ts";
import type { SessionPort } from "../../durable-objects/run-engine/ports.ts";
import { sessionsName } from "../../durable-objects/sessions/stub.ts";
import type { CarriedAs } from "../../durable-objects/vault/vault.ts";
import { carryPlaceholders } from "../guardrail/carry.ts";
import { eachPortion } from "../guardrail/in-portions.ts";
import type { SessionsPort } from "../use-cases/ports.ts";
import type { Rooms } from "./rooms.ts";

/** `[EMAIL_1]` is legible like a placeholder, and resolves nowhere: its owner never made such a one. */
const disarmed = (placeholder: string): string => `[${placeholder.slice(2, -2)}]`;

/** Carries placeholders in values of one org from an owner in the vault to another. */
const carrier =
  ({ objects }: Pick<Rooms, "objects">, org: string) =>
  <T>(value: T, from: string, to: string, as: CarriedAs): Promise<T> =>
    carryPlaceholders(
      value as unknown as Json,
      (placeholders) => eachPortion(placeholders, (portion) => objects.vault(org).carry({ from, to, placeholders: portion, as })),
      disarmed,
    ) as unknown as Promise<T>;

/** A run's session. */
export function sessionPort(rooms: Pick<Rooms, "objects">): SessionPort {
  const of = (org: string, subject: string) => rooms.objects.sessions(sessionsName(org, subject));
  return {
    async enter({ org, subject, session, run }) {
      const turn = await of(org, subject).enter(org, subject, session, run);
      if (turn === null) return null;
      const content: SessionContent = await carrier(rooms, org)(turn.content, turn.owner, run, "recalled");
      return { owner: turn.owner, content };
    },
    stepAside: ({ org, subject, run }) => of(org, subject).stepAside(run),
    async leave({ org, subject, run }, owner, said) {
      // Values first: a message that is stored can be read.
      const kept = owner === null ? [] : await carrier(rooms, org)(said, run, owner, "stored");
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
