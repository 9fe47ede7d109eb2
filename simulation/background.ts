/** What of the platform works in the background of a world: the consumers of its queues, and the watchdog. */
import { createHash } from "node:crypto";
import type { RecordsMessage } from "../core/audit/record.ts";
import type { SlowCallMessage } from "../core/run/calls/slow-call.ts";
import { type AuditLogPort, consumeRecords, type Outboxes } from "../workers/audit/consume-records.ts";
import { defineSlowCalls, type TakenCall } from "../workers/slow-calls/consumer.ts";
import { defineCosts } from "../workers/store/costs.ts";
import { openDatabase } from "../workers/store/database.ts";
import type { Outbox } from "../workers/store/outbox.ts";
import { storeRunKeeping } from "../workers/store/run-keeping.ts";
import { sweepRuns } from "../workers/watchdog/watchdog.ts";
import type { Batch } from "./queue.ts";
import type { World } from "./world.ts";

/** The platform's consumer of records, with ports that end with the batch that they belong to. */
export function consumeWorldRecords(world: World, batch: MessageBatch<RecordsMessage>, owner: Batch): Promise<void> {
  const rpc = <T>(kind: string, name: string, method: string, ...given: readonly unknown[]): Promise<T> =>
    world.house.call(owner, kind, name, method, given) as Promise<T>;
  const toObject =
    (kind: string): Outboxes["run"] =>
    (rows, { id }) =>
      rpc(kind, id, "confirm", rows);
  return consumeRecords(batch, {
    db: world.databaseOf(owner),
    auditLog: (org): AuditLogPort => ({
      append: (...given) => rpc("AuditLog", org, "append", ...given),
      integrated: (upTo) => rpc("AuditLog", org, "integrated", upTo),
    }),
    putCosts: (org, costs) => defineCosts(world.databaseOf(owner), () => world.clock.now).put(org, costs),
    noteUse: async () => undefined,
    // No person of a world is erased: a code that follows from the name stands for what their key would make.
    pseudonyms: async (_org, persons) =>
      persons.map(({ subject }) => createHash("sha256").update(subject).digest("base64url").slice(0, 24)),
    tell: async () => undefined,
    tellBroken: async () => undefined,
    upsertRuns: (rows) => world.index(owner).upsertRuns(rows),
    outboxes: {
      run: toObject("RunEngine"),
      "review-queue": toObject("ReviewQueue"),
      "kill-switch": toObject("KillSwitch"),
      "knowledge-index": toObject("KnowledgeIndex"),
      "memory-store": toObject("MemoryStore"),
      sessions: toObject("Sessions"),
      "budget-ledger": toObject("BudgetLedger"),
      store: () => Promise.reject(new Error("no world writes records into D1")),
    },
    log: (line) => {
      if (line.event === "audit.chain_broken" || line.event === "audit.row_refused")
        world.watch.note("audit broken", `${line.event} ${JSON.stringify(line)}`);
    },
  });
}

/** The platform's consumer of slow calls. A call that has left goes on at the other side when the batch ends. */
export function consumeWorldCalls(world: World, batch: MessageBatch<SlowCallMessage>, owner: Batch): Promise<void> {
  const rpc = <T>(run: string, method: string, ...given: readonly unknown[]): Promise<T> =>
    world.house.call(owner, "RunEngine", run, method, given) as Promise<T>;
  const made = <T>(work: Promise<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      work.then(
        (value) => world.clock.after(1, owner, () => resolve(value)),
        (error: unknown) => world.clock.after(1, owner, () => reject(error)),
      );
    });
  return defineSlowCalls({
    take: (run, activity, call) => rpc<TakenCall | null>(run, "takeCall", activity, call),
    answer: (run, activity, call, outcome) => rpc(run, "callAnswered", activity, call, outcome),
    stillCalling: (run, call) => rpc(run, "stillCalling", call),
    callTool: (call) => made(world.shop.call(call)),
    callModel: (call) => made(world.models.call(call)),
    log: () => {},
    wait: (ms) => new Promise((resolve) => world.clock.after(ms, owner, resolve)),
  }).consume(batch);
}

/** The platform's scheduled sweep, every five minutes. A run that it had to move had lost its alarm. */
export async function watchdog(world: World): Promise<void> {
  const { clock, dice } = world;
  for (;;) {
    await world.sleep(dice.between("watchdog", 5 * 60_000, 6 * 60_000));
    const owner: Batch = { name: "watchdog", dead: false };
    const { takeQuiet } = storeRunKeeping(openDatabase(world.databaseOf(owner)), null as unknown as Outbox, () => clock.now);
    await sweepRuns({
      now: () => clock.now,
      random: (bytes) => dice.bytes("random", bytes),
      takeQuiet,
      stops: world.stops,
      lookAgain: (run, stops) => world.ask("RunEngine", run, "lookAgain", stops),
      record: async () => {},
      notify: async () => {},
      log: () => {},
    }).catch(() => {});
  }
}
