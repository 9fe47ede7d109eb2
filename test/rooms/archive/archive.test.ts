/** The archive: nothing is emptied before it is kept, every part can be done again, and what is kept can be read like a run. */
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { AuditRecord } from "../../../core/audit/record.ts";
import { refuse } from "../../../core/errors/problem.ts";
import type { RunId } from "../../../core/ids.ts";
import type { Json } from "../../../core/json.ts";
import { err, ok } from "../../../core/result.ts";
import type { EventView, RunView } from "../../../core/run/outside/view.ts";
import type { LogLine } from "../../../core/telemetry/log-line.ts";
import { vaultOf } from "../../../durable-objects/vault/stub.ts";
import { archiveKeys, defineArchive } from "../../../workers/archive/archive.ts";
import { withArchive } from "../../../workers/archive/archived-runs.ts";
import type { ArchivePorts, RunRecord } from "../../../workers/archive/ports.ts";
import type { RunObject } from "../../../workers/use-cases/ports.ts";
import { seals } from "../../support/worlds/run-engine.ts";

const NOW = Date.UTC(2026, 9, 1, 12);
const RUN = "run_1" as RunId;

const viewOf = (id: string): RunView =>
  ({ id, org: "acme", user: "ann", status: "completed", output: { text: "für {{EMAIL_1}}\n" } }) as unknown as RunView;
const eventsOf = (count: number): EventView[] =>
  Array.from({ length: count }, (_, index) => ({
    seq: index + 1,
    type: "step.started",
    at: new Date(NOW).toISOString(),
    data: { text: "a\nb\u2028c" },
  }));
type Kept = RunRecord & { readonly events: readonly EventView[] };
const recordOf = (id: string, events = 3): Kept => ({ birth: { v: 1, id }, events: eventsOf(events), view: viewOf(id) });

/** Objects in a map, the index as two lists, R2 for real; `calls` in the order in which things happen. */
function makeWorld(org = `acme-${crypto.randomUUID().slice(0, 8)}`, over: Partial<ArchivePorts> = {}) {
  const objects = new Map<string, Kept>([[RUN, recordOf(RUN)]]);
  const marked: AuditRecord[] = [];
  const calls: string[] = [];
  const lines: LogLine[] = [];
  const world = { overdue: [RUN] as string[], owes: false };
  const bucket = new Proxy(env.ARCHIVE, {
    get(target, name) {
      const value = Reflect.get(target, name) as unknown;
      if (typeof value !== "function") return value;
      return (...given: unknown[]) => {
        if (name === "put") calls.push(`put ${String(given[0]).split("/").at(-1)}`);
        return (value as (...all: unknown[]) => unknown).apply(target, given);
      };
    },
  });
  const ports: ArchivePorts = {
    now: () => NOW,
    random: (bytes) => new Uint8Array(bytes),
    bucket,
    overdue: async () => world.overdue.map((id) => ({ id, org })),
    markArchived: async (_org, id, record) => {
      calls.push("mark");
      marked.push(record);
      world.overdue = world.overdue.filter((other) => other !== id);
    },
    putOff: async (_org, id) => {
      calls.push(`put off ${id}`);
      world.overdue = [...world.overdue.filter((other) => other !== id), id];
    },
    record: async (id) => objects.get(id) ?? null,
    trace: async (id) => (objects.has(id) ? { resourceSpans: [] } : null),
    removeValues: async () => {
      calls.push("remove values");
    },
    empty: async (id, seq) => {
      if (world.owes || objects.get(id)?.events.at(-1)?.seq !== seq) return false;
      calls.push("empty");
      objects.delete(id);
      return true;
    },
    seals,
    log: (line) => lines.push(line),
    ...over,
  };
  return Object.assign(world, { org, objects, marked, calls, lines, ports, archive: defineArchive(ports) });
}

describe("a run that kept something restricted", () => {
  it("[SEAL-7] is sealed in the archive, line by line, and reads there like any other", async () => {
    const world = makeWorld();
    world.objects.set(RUN, { ...recordOf(RUN), birth: { v: 1, id: RUN, who: "canary-31" }, sealedFor: "ann" });
    expect(await world.archive.sweep()).toEqual({ archived: 1 });
    const keys = archiveKeys(world.org, RUN);
    const kept = await Promise.all(Object.values(keys).map(async (key) => (await (await env.ARCHIVE.get(key))?.text()) ?? ""));
    expect(
      kept
        .join("\n")
        .split("\n")
        .filter((line) => line !== "" && !line.startsWith("sealed:1:")),
    ).toEqual([]);
    expect(kept[0]?.split("\n")).toHaveLength(5);
    expect(await world.archive.view(world.org, RUN)).toEqual(viewOf(RUN));
    expect((await world.archive.events(world.org, RUN, 1, 1))?.events).toEqual(eventsOf(3).slice(1, 2));
    expect(await world.archive.trace(world.org, RUN)).toEqual({ resourceSpans: [] });
    // Lines that changed places do not open.
    const [born, first, second, third] = kept[0]?.split("\n") ?? [];
    await env.ARCHIVE.put(keys.journal, [born, second, first, third, ""].join("\n"));
    await expect(world.archive.events(world.org, RUN, 0, 3)).rejects.toMatchObject({ code: "seal_broken" });
  });

  it("[SEAL-6] does not read there once its person is erased, and leaves the view of an erased run", async () => {
    const world = makeWorld();
    world.objects.set(RUN, { ...recordOf(RUN), sealedFor: "bea" });
    await world.archive.sweep();
    await vaultOf(env.VAULT, world.org).erase("bea", NOW);
    await expect(world.archive.view(world.org, RUN)).rejects.toMatchObject({ code: "seal_gone" });
    expect(await world.archive.forget(world.org, RUN)).toBe(3);
    await world.archive.leave(world.org, RUN, { ...viewOf(RUN), erased_at: "2026-10-02T00:00:00.000Z" });
    expect(await world.archive.view(world.org, RUN)).toMatchObject({ id: RUN, erased_at: "2026-10-02T00:00:00.000Z" });
  });
});

describe("a sweep", () => {
  it("[ARCHIVE-2] keeps everything, then empties the object, then says so", async () => {
    const world = makeWorld();
    expect(await world.archive.sweep()).toEqual({ archived: 1 });
    expect(world.calls).toEqual(["put journal.jsonl", "put trace.json", "put run.json", "empty", "remove values", "mark"]);
    expect(world.marked).toMatchObject([
      { event_type: "run.archived", resource: "run/run_1", actor: { type: "system", id: "archive" }, data: { events: 3 } },
    ]);
    const journal = await (await env.ARCHIVE.get(archiveKeys(world.org, RUN).journal))?.text();
    expect(
      journal
        ?.split("\n")
        .slice(0, -1)
        .map((line) => JSON.parse(line) as Json),
    ).toEqual([{ v: 1, id: RUN }, ...eventsOf(3)]);
    expect(await world.archive.sweep()).toEqual({ archived: 0 });
  });

  it.each(["put journal.jsonl", "put trace.json", "put run.json", "empty", "remove values", "mark"])(
    "[ARCHIVE-3] that dies before `%s` loses nothing, and the next one finishes",
    async (point) => {
      const world = makeWorld();
      let dead = true;
      const die = () => {
        if (dead) throw new Error("the isolate died");
      };
      const before = world.ports;
      const mortal = defineArchive({
        ...before,
        bucket: new Proxy(before.bucket, {
          get(target, name) {
            const value = Reflect.get(target, name) as unknown;
            if (typeof value !== "function") return value;
            return (...given: unknown[]) => {
              if (name === "put" && point === `put ${String(given[0]).split("/").at(-1)}`) die();
              return (value as (...all: unknown[]) => unknown).apply(target, given);
            };
          },
        }),
        empty: async (id, seq) => {
          if (point === "empty") die();
          return before.empty(id, seq);
        },
        removeValues: async (id) => {
          if (point === "remove values") die();
          return before.removeValues(id);
        },
        markArchived: async (...given) => {
          if (point === "mark") die();
          return before.markArchived(...given);
        },
      });
      expect(await mortal.sweep()).toEqual({ archived: 0 });
      expect(world.objects.has(RUN)).toBe(point !== "mark" && point !== "remove values");
      expect(world.lines).toHaveLength(1);
      dead = false;
      expect(await mortal.sweep()).toEqual({ archived: 1 });
      expect([world.objects.size, world.marked.length]).toEqual([0, 1]);
      expect(world.calls.slice(-2)).toEqual(["remove values", "mark"]); // whatever died: nothing is left behind by a run that is archived
      expect(await mortal.view(world.org, RUN)).toEqual(viewOf(RUN));
      expect((await mortal.events(world.org, RUN, 0, 10))?.events).toEqual(eventsOf(3));
    },
  );

  it("[ARCHIVE-4] empties nothing that the archive did not keep byte by byte", async () => {
    for (const get of [async () => null, async () => ({ body: new Blob(["something else"]).stream() })]) {
      const world = makeWorld();
      const forgetful = new Proxy(env.ARCHIVE, { get: (target, name) => (name === "get" ? get : Reflect.get(target, name).bind(target)) });
      expect(await defineArchive({ ...world.ports, bucket: forgetful }).sweep()).toEqual({ archived: 0 });
      expect([world.objects.size, world.calls.includes("empty"), world.marked.length]).toEqual([1, false, 0]);
    }
  });

  it("[ARCHIVE-4] a run that went on after it was read, or owes somebody something, stays", async () => {
    const world = makeWorld();
    const { record } = world.ports;
    const late = defineArchive({
      ...world.ports,
      record: async (id) => {
        const seen = await record(id);
        world.objects.set(id, recordOf(id, 4));
        return seen;
      },
    });
    expect(await late.sweep()).toEqual({ archived: 0 });
    world.owes = true;
    expect(await world.archive.sweep()).toEqual({ archived: 0 });
    expect([world.objects.size, world.marked.length]).toEqual([1, 0]);
    world.owes = false;
    expect(await world.archive.sweep()).toEqual({ archived: 1 });
    expect((await world.archive.events(world.org, RUN, 0, 10))?.events).toHaveLength(4);
  });

  it("[ARCHIVE-10] one run that cannot be archived holds up no other; one that is nowhere is never said to be archived", async () => {
    const world = makeWorld();
    world.overdue = ["run_lost", "run_broken", RUN];
    const { record } = world.ports;
    const archive = defineArchive({
      ...world.ports,
      record: async (id) => (id === "run_broken" ? Promise.reject(new Error("away")) : record(id)),
    });
    expect(await archive.sweep()).toEqual({ archived: 1 });
    expect(world.marked.map(({ resource }) => resource)).toEqual(["run/run_1"]);
    expect(world.lines.map((line) => line["run"]).sort()).toEqual(["run_broken", "run_lost"]);
    expect(world.calls.filter((call) => call.startsWith("put off")).sort()).toEqual(["put off run_broken", "put off run_lost"]);
  });
});

describe("an archived run", () => {
  /** Objects that are empty know no run. */
  const emptied = {
    view: async () => null,
    news: async () => null,
    events: async () => null,
    spans: async () => null,
    replay: async () => null,
    ...Object.fromEntries(
      ["cancel", "signal", "redrive", "discard"].map((verb) => [
        verb,
        async () => err(refuse("not_found", "there is no run with this id")),
      ]),
    ),
  } as unknown as RunObject;

  it("[ARCHIVE-5] answers as it did: view, events by page, trace; and nothing can be done to it any more", async () => {
    const world = makeWorld();
    world.objects.set(RUN, recordOf(RUN, 7));
    await world.archive.sweep();
    const runs = withArchive(() => emptied, world.archive)(RUN, world.org);
    expect(await runs.view()).toEqual(viewOf(RUN));
    expect(await runs.events(0)).toEqual({ events: eventsOf(7), done: true, status: "completed" });
    expect((await runs.events(5))?.events.map(({ seq }) => seq)).toEqual([6, 7]);
    expect(await runs.events(7)).toMatchObject({ events: [], done: true });
    expect([await runs.news(5, 1_000), await runs.news(7, 1_000)]).toEqual([
      { hasMore: true, status: "completed" },
      { hasMore: false, status: "completed" },
    ]);
    expect(await world.archive.events(world.org, RUN, 2, 3)).toMatchObject({ events: [{ seq: 3 }, { seq: 4 }, { seq: 5 }], done: false });
    expect(await runs.spans()).toEqual({ resourceSpans: [] });
    for (const answer of [await runs.cancel("ann", "why"), await runs.discard("ann", "why")])
      expect(answer).toMatchObject({ ok: false, error: { code: "conflict" } });
  });

  it("[ARCHIVE-5] of more than one message between objects is kept in parts, and pages by its size", async () => {
    const world = makeWorld();
    const text = "x".repeat(200_000);
    const events = Array.from({ length: 200 }, (_, index) => ({ ...eventsOf(1)[0], seq: index + 1, data: { text } }) as EventView);
    world.objects.set(RUN, { ...recordOf(RUN), events });
    expect(await world.archive.sweep()).toEqual({ archived: 1 });
    const first = await world.archive.events(world.org, RUN, 0, 500);
    expect([first?.events.length, first?.done]).toEqual([5, false]);
    const last = await world.archive.events(world.org, RUN, 198, 500);
    expect([last?.events.map(({ seq }) => seq), last?.done]).toEqual([[199, 200], true]);
  });

  it("[ARCHIVE-5] a run that was never anywhere stays unknown; a live one never asks the archive", async () => {
    const world = makeWorld();
    const runs = withArchive(() => emptied, world.archive)(RUN, world.org);
    expect([await runs.view(), await runs.events(0), await runs.spans()]).toEqual([null, null, null]);
    expect(await runs.cancel("ann", "why")).toMatchObject({ error: { code: "not_found" } });
    const nobody = { view: async () => Promise.reject(new Error("asked")) } as never;
    const live = withArchive(() => ({ ...emptied, view: async () => viewOf(RUN), cancel: async () => ok(viewOf(RUN)) }), nobody)(
      RUN,
      world.org,
    );
    expect(await live.view()).toEqual(viewOf(RUN));
    expect(await live.cancel("ann", "why")).toMatchObject({ ok: true });
  });
});
