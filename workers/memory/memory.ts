/**
 * What runs remember and recall of their person. Org and person are the run's; what is stored carries the origin of what it derives from, and a
 * text that carries an instruction is not stored. No placeholder of a run is stored: each becomes one of the memory's own in the person's vault.
 */
import type { Speaker } from "../../core/access/person.ts";
import { type AuditRecord, auditRecord } from "../../core/audit/record.ts";
import { hasIdForm, idTime, mintId } from "../../core/ids.ts";
import { tellsAssistant } from "../../core/knowledge/checks.ts";
import type { Label } from "../../core/label/label.ts";
import { OWN } from "../../core/label/label.ts";
import type { Fact } from "../../core/memory/facts.ts";
import {
  expiryOf,
  idInShard,
  type Memory,
  type MemorySource,
  type MemoryTier,
  saysSomething,
  shardOfMemory,
  shardOfSubject,
} from "../../core/memory/memory.ts";
import { classKept, keptAs, labelOfRecalled, type Recalled } from "../../core/memory/recall.ts";
import type { EpochMs } from "../../core/time.ts";
import { toRfc3339 } from "../../core/time.ts";
import type { Guard } from "../guardrail/ports.ts";

/** What this room needs from outside. `shard`: the letter of a subject's object. */
export type MemoryPorts = {
  readonly now: () => EpochMs;
  readonly guard: Pick<Guard, "admit">;
  readonly sha256: (text: string) => Uint8Array;
  readonly store: (
    org: string,
    shard: string,
  ) => {
    put(memory: Memory, record: AuditRecord): Promise<boolean>;
    get(id: string): Promise<Memory | null>;
    recall(subject: string, query: string, k: number): Promise<readonly Recalled[]>;
    knownFact(memory: Memory): Promise<Memory | null>;
    remove(id: string, record: AuditRecord): Promise<boolean>;
  };
  /** The value with the placeholders of another owner in the vault. */
  readonly carry: <T>(org: string, value: T, from: string, to: string, as: "stored" | "recalled") => Promise<T>;
  /** Forgets the values of a memory that is not stored after all. */
  readonly forgetValues: (org: string, memory: string) => Promise<void>;
};

/** Whose memory it is, and for which run. */
export type ForRun = {
  readonly org: string;
  readonly run: string;
  readonly user: string;
  readonly subject: string;
  readonly traceId: string;
  /** Who started the run. Absent: nobody noted it. */
  readonly starter?: Speaker;
};

/** A text that a run wants remembered. `key`: the same for the same act, so that doing it again changes nothing. */
export type ToRemember = {
  readonly key: string;
  readonly text: string;
  readonly tier: MemoryTier;
  readonly ttlDays: number | null;
  readonly source: MemorySource;
  /** Of what the text derives from. */
  readonly label: Label;
  /** What the text says, where it is a fact. */
  readonly fact?: Fact;
};

/** A memory as a run gets it: with the run's own placeholders. */
export type RecalledText = Pick<Memory, "id" | "tier" | "text" | "createdAt" | "source"> & { readonly score: number };

/** The memory of runs. Every method throws when it cannot be reached. */
export type RunMemory = {
  recall(of: ForRun, query: string, k: number): Promise<{ readonly memories: readonly RecalledText[]; readonly label: Label }>;
  remember(of: ForRun, what: ToRemember): Promise<Memory | "empty" | "injection" | "full">;
  /** False: there is no such memory of this person. */
  forget(of: ForRun, key: string, id: string): Promise<boolean>;
};

/** The memory of runs over the given ports. */
export function defineRunMemory(ports: MemoryPorts): RunMemory {
  const recordOf = (of: ForRun, key: string, type: string, { id, tier, sensitivity, status, source }: Memory): AuditRecord =>
    auditRecord({
      id: mintId("evt", ports.now(), ports.sha256(`${type} ${key}`).slice(0, 10)),
      at: ports.now(),
      type,
      actor: { type: "agent", id: of.run },
      action: type,
      resource: `memory/${id}`,
      traceId: of.traceId,
      decision: "allow",
      data: { user: of.user, tier, sensitivity, status, source },
    });
  return {
    async recall(of, query, k) {
      const found = await ports.store(of.org, shardOfSubject(of.subject)).recall(of.subject, query, k);
      const memories = await Promise.all(
        found.map(async ({ memory: { id, tier, text, createdAt, source }, score }) => ({
          ...{ id, tier, createdAt, source, score },
          text: await ports.carry(of.org, text, id, of.run, "recalled"),
        })),
      );
      return { memories, label: found.length === 0 ? OWN : labelOfRecalled(found.map(({ memory }) => memory)) };
    },

    async remember(of, { key, text, tier, ttlDays, source, label, fact }) {
      if (!saysSomething(text)) return "empty";
      // The id tells nothing of when: what is done again under its key is the same memory.
      const id = idInShard(mintId("mem", idTime(of.run), ports.sha256(`memory ${key}`).slice(0, 10)), of.subject);
      const store = ports.store(of.org, shardOfSubject(of.subject));
      const known = await store.get(id);
      if (known !== null) return known;
      const { text: carried, fact: said } = await ports.carry(of.org, { text, fact: fact ?? null }, of.run, id, "stored");
      const admitted = await ports.guard.admit({ org: of.org, run: id, subject: of.subject }, "tool_output", "tool", carried);
      if (admitted.verdict === "block" || admitted.action === "block" || typeof admitted.value !== "string") {
        await ports.forgetValues(of.org, id);
        return "injection";
      }
      const { trust, status } = keptAs(label);
      const sensitivity = classKept(label);
      const at = ports.now();
      const memory: Memory = {
        ...{ id, subject: of.subject, tier, pinned: false, sensitivity, source, trust, run: of.run },
        text: admitted.value,
        status: tellsAssistant(text) ? "quarantined" : status,
        by: of.starter ?? { user: of.user, root: null },
        createdAt: at,
        updatedAt: at,
        expiresAt: expiryOf(sensitivity, ttlDays, at),
        ...(said === null ? {} : { fact: said }),
      };
      const same = said === null ? null : await store.knownFact(memory);
      if (same !== null) {
        await ports.forgetValues(of.org, id);
        return same;
      }
      if (await store.put(memory, recordOf(of, key, "memory.remembered", memory))) return memory;
      await ports.forgetValues(of.org, id);
      return "full";
    },

    async forget(of, key, id) {
      if (!hasIdForm("mem", id) || shardOfMemory(id) !== shardOfSubject(of.subject)) return false;
      const store = ports.store(of.org, shardOfMemory(id));
      const found = await store.get(id);
      if (found === null || found.subject !== of.subject) return false;
      return store.remove(id, recordOf(of, key, "memory.forgotten", found));
    },
  };
}

/** Recalled memories as the tool answers them. */
export const recalledView = ({ id, tier, text, score, createdAt, source }: RecalledText) => ({
  ...{ id, tier, text, score, source },
  created_at: toRfc3339(createdAt),
});
