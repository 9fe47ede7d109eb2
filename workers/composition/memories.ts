/** What an org remembers of a part of its people, over its object and the vault that has the personal data. */
import { createHash } from "node:crypto";
import { speaksFor } from "../../core/access/person.ts";
import { OWN, UNKNOWN } from "../../core/label/label.ts";
import { MOST_RECALLED } from "../../core/memory/recall.ts";
import type { CallContext } from "../../core/run/calls/call.ts";
import { forgottenIn } from "../../core/session/forgotten.ts";
import type { EpochMs } from "../../core/time.ts";
import { toRfc3339 } from "../../core/time.ts";
import type { MemoryTool } from "../../core/tool/memory-tools.ts";
import { memoryStoreName, type memoryStoreOf } from "../../durable-objects/memory-store/stub.ts";
import type { MemoryOf, MemoryPort } from "../../durable-objects/run-engine/ports.ts";
import { sessionsName, type sessionsOf } from "../../durable-objects/sessions/stub.ts";
import type { Authority } from "../access/authority.ts";
import type { Guard } from "../guardrail/ports.ts";
import { defineRunMemory, type RunMemory, recalledView } from "../memory/memory.ts";
import type { MemoryService } from "../tool-gateway/ports.ts";
import type { MemoriesPort } from "../use-cases/ports.ts";
import { carrier, type VaultOf } from "./carrier.ts";

/** The objects in which memories and their values lie. */
export type Shelves = {
  readonly memoryStore: (name: string) => ReturnType<typeof memoryStoreOf>;
  readonly sessions: (name: string) => Pick<ReturnType<typeof sessionsOf>, "forgetSaid">;
  readonly vault: VaultOf;
};

/** What runs remember and recall. */
export const runMemoryOf = (rooms: Shelves & { readonly now: () => EpochMs; readonly guard: Guard }): RunMemory =>
  defineRunMemory({
    now: rooms.now,
    guard: rooms.guard,
    sha256: (text) => new Uint8Array(createHash("sha256").update(text).digest()),
    store: (org, shard) => ({
      ...memoriesOf(rooms, org, shard),
      knownFact: (one) => rooms.memoryStore(memoryStoreName(org, shard)).knownFact(one),
      recall: (...given) => rooms.memoryStore(memoryStoreName(org, shard)).recall(...given),
    }),
    carry: (org, value, from, to, as) => carrier(rooms.vault, org)(value, from, to, as),
    forgetValues: async (org, memory) => {
      await rooms.vault(org).forget(memory);
    },
  });

/** Whether a run, whose `roles` are those that it began with, may do this now. */
export type MayRemember = (about: Parameters<Authority["mayRemember"]>[0]) => ReturnType<Authority["mayRemember"]>;
const DENIED = { ok: false, why: "rights" } as const;

/** What runs recall before their first model call, and keep at their end: what the policies allow without asking a person. */
export function memoryPort(memory: RunMemory, mayRemember: MayRemember): MemoryPort {
  const may = async ({ org, user, roles, ...about }: MemoryOf, action: MemoryTool): Promise<boolean> =>
    (await mayRemember({ ...about, caller: { org, user, roles }, action })) === "allow";
  return {
    async recall(of, query) {
      if (!(await may(of, "memory.recall"))) throw new Error("the policies do not let this run recall");
      const { memories, label } = await memory.recall(of, query, MOST_RECALLED);
      return { snippets: memories.map(recalledView), label };
    },
    async keep(of, what) {
      if (!(await may(of, "memory.remember"))) return { ids: [], refused: what.length };
      const ids: string[] = [];
      let refused = 0;
      // One after the other: of two facts with one predicate the later one closes the earlier one.
      for (const one of what) {
        const kept = await memory.remember(of, { ...one, ttlDays: null, source: "summary" });
        if (typeof kept === "string") refused++;
        else ids.push(kept.id);
      }
      return { ids, refused };
    },
  };
}

/** The memory tools of runs. The policies decided each call before; what was taken away since, while a person was asked, counts too. */
export function memoryService(memory: RunMemory, mayRemember: MayRemember): MemoryService {
  const isDenied = async ({ org, user, reader, run, workflow, subject }: CallContext, action: MemoryTool): Promise<boolean> =>
    (await mayRemember({ caller: { org, user, roles: reader?.roles ?? [] }, run, workflow, subject, action })) === "deny";
  return {
    async recall(context, query, k) {
      if (await isDenied(context, "memory.recall")) return DENIED;
      const { memories, label } = await memory.recall(context, query, k);
      return { ok: true, value: { memories: memories.map(recalledView) }, label };
    },
    async remember(context, text, { tier, ttlDays }) {
      if (await isDenied(context, "memory.remember")) return DENIED;
      const { by, label, starter } = context.origin ?? { by: "agent", label: UNKNOWN };
      const of = starter === undefined ? context : { ...context, starter };
      const kept = await memory.remember(of, { key: context.key, text, tier, ttlDays, source: by, label });
      if (typeof kept === "string") return { ok: false, why: kept };
      return { ok: true, value: { id: kept.id, status: kept.status, expires_at: toRfc3339(kept.expiresAt) }, label: OWN };
    },
    async forget(context, id) {
      // What a key may not delete by itself it does not have a run delete.
      const starter = context.origin?.starter;
      if (starter !== undefined && !speaksFor(starter, context.subject)) return DENIED;
      if (await isDenied(context, "memory.forget")) return DENIED;
      return { ok: true, value: { forgotten: await memory.forget(context, context.key, id) }, label: OWN };
    },
  };
}

/** `shard`: the letter of the subject's object. */
export function memoriesOf(objects: Shelves, org: string, shard: string): MemoriesPort {
  const name = memoryStoreName(org, shard);
  const store = () => objects.memoryStore(name);
  return {
    put: (memory, record) => store().put(org, name, memory, record),
    get: (id) => store().get(id),
    list: (...given) => store().list(...given),
    async remove(id, record) {
      const forgotten = await store().get(id);
      // Before the memory itself: what is cut short can be forgotten again. Only what a run stored was said in a session.
      if (forgotten?.run !== undefined)
        await objects.sessions(sessionsName(org, forgotten.subject)).forgetSaid(forgottenIn(forgotten.text));
      // The values first: what is cut short leaves a text without them, which can be removed again.
      await objects.vault(org).forget(id);
      return store().remove(id, record);
    },
  };
}
