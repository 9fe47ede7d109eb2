/** The sessions of one person in Node, with a clock, a vault and runs that tests set. */
import { auditRecord, type RecordsMessage } from "../../core/audit/record.ts";
import type { Said } from "../../core/session/session.ts";
import { defineSessions } from "../../durable-objects/sessions/sessions.ts";
import { KEYS } from "../../simulation/keys.ts";
import { FAR } from "./far.ts";
import { ObjectInNode } from "./object-in-node.ts";

export const SECOND = 1_000;
export const sessionDeleted = (id: string) =>
  auditRecord({ id, at: FAR, type: "session.deleted", actor: { type: "user", id: "u" }, action: "a", resource: "r" });
export const says = (content: string, data: "internal" | "restricted" = "internal"): Said => ({
  ...{ role: "user", content },
  label: { trust: "trusted", class: data, sources: ["caller"] },
});
export const LONG = `${"It snows again today. ".repeat(300)}\n`;

/** `calls`: the runs that were called since it was asked last. */
export function makeSessions() {
  const world = {
    now: FAR,
    called: [] as string[],
    sent: [] as RecordsMessage[],
    forgotten: [] as string[],
    forget: async (): Promise<void> => undefined,
    callRun: (async () => "told") as (run: string) => Promise<"told" | "unborn">,
    ids: 0,
    sealing: { ...KEYS },
  };
  const object = new ObjectInNode(
    defineSessions(() => ({
      now: () => world.now,
      random: (bytes) => new Uint8Array(bytes).fill(++world.ids % 256),
      send: async (message) => void world.sent.push(message),
      callRun: (run) => {
        world.called.push(run);
        return world.callRun(run);
      },
      forget: async (_org, owner) => {
        await world.forget();
        world.forgotten.push(owner);
      },
      sealing: { sealingKey: (of) => world.sealing.sealingKey(of), openingKeys: (by) => world.sealing.openingKeys(by) },
    })),
    "org-1/ann",
  );
  const join = (run: string, session = "s") => object.room.join("org-1", "ann", session, run);
  const enter = (run: string, session = "s") => object.room.enter("org-1", "ann", session, run);
  const leave = async (run: string, ...said: Said[]) => {
    await object.room.leave(run, said);
    await object.settled();
  };
  const ring = async (): Promise<void> => {
    await object.ring();
    await object.settled();
  };
  return {
    world,
    object,
    join,
    enter,
    leave,
    ring,
    /** A run that says something in a session of its own turn. */
    talk: async (run: string, ...said: Said[]) => {
      await join(run);
      await enter(run);
      await leave(run, ...said);
    },
    states: () =>
      Object.fromEntries(
        object.rows<{ run: string; state: string }>("SELECT run, state FROM member ORDER BY n").map((row) => [row.run, row.state]),
      ),
    saidIn: async (session = "s") => (await object.room.read(session))?.messages.map(({ content }) => content) ?? null,
    calls: () => world.called.splice(0),
  };
}
