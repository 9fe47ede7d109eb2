import { abortAllDurableObjects, evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { RecordsMessage } from "../../../core/audit/record.ts";
import type { StopScope } from "../../../core/kill-switch/stops.ts";
import type { ToolCall, ToolOutcome } from "../../../core/run/calls/call.ts";
import { runEngineOf } from "../../../durable-objects/run-engine/stub.ts";
import { FAR } from "../../support/far.ts";
import { until } from "../../support/patience.ts";
import { define, model, review, tool, transform } from "../../support/run/definition.ts";
import { runEngineWorld as world } from "../../support/worlds/run-engine.ts";

const answered = (output: string): ToolOutcome => ({
  result: { ok: true, output },
  reached: "answered",
  status: 200,
  durationMs: 1,
  openings: [],
  findings: [],
});
const TOOL = "payments.refund";
let messages: RecordsMessage[] = [];

beforeEach(() => {
  messages = [];
  world.now = () => FAR;
  world.send = async (message) => {
    messages.push(structuredClone(message));
  };
  world.authorize = async (question) => ({
    kind: "tool",
    permission: { decision: "allow", policyVersion: "p", reasons: [] },
    facts: { tool: question.kind === "tool" ? question.tool : "", version: 1, effect: "write", idempotency: "key", timeout_ms: 1000 },
  });
  world.callTool = async () => answered("done");
  world.resends = { enter: () => 0, leave: () => {} };
});

const definition = define(
  { a: tool("payments.refund"), b: transform({ cel: "steps.a.output" }, { needs: ["a"] }) },
  { output: { cel: "steps.b.output" } },
);
let count = 0;
const newId = () => `run_test-${++count}`;
const born = (id: string) => ({
  ...{
    id,
    org: "acme",
    user: "ada",
    roles: [],
    subject: "ada",
    definition,
    version: 1,
    digest: "d",
    input: {},
    inputFindings: [],
    metadata: {},
  },
  ...{
    budget: { usd: 1_000_000, tokens: 1000 },
    deadlineAt: null,
    traceId: "0af7651916cd43dd8448eb211c80319c",
    parentSpanId: null,
    redrive: null,
    parent: null,
    callbackUrl: null,
  },
});
const engine = (id: string) => runEngineOf(env.RUN_ENGINE, id);
const start = (id: string, waitMs = 2_000) => engine(id).start(born(id), { epoch: 0, active: [], asOf: FAR }, waitMs);

describe("RunEngine", () => {
  it("[RUN-130] runs to its end while it is awake, and the same start again is the same run", async () => {
    const id = newId();
    expect(await start(id)).toMatchObject({ status: "completed", output: "done" });
    let calls = 0;
    world.callTool = async () => {
      calls++;
      return answered("again");
    };
    expect(await start(id)).toMatchObject({ output: "done" });
    expect(calls).toBe(0);
  });

  it("[RUN-1] what is stored folds to what lived, after an eviction too", async () => {
    const id = newId();
    const before = await start(id);
    expect(await engine(id).replay()).toMatchObject({ identical: true });
    await evictDurableObject(env.RUN_ENGINE.getByName(id));
    expect(await engine(id).view()).toEqual(before);
  });

  it("[RUN-131] asking for a run that nobody bore creates nothing", async () => {
    const id = newId();
    expect(await engine(id).view()).toBeNull();
    expect(await engine(id).events(0)).toBeNull();
    const unborn = engine(id);
    const signal = { id: "sig_1", name: "news", body: 1, findings: [], by: "ada", own: true } as const;
    for (const answer of [await unborn.cancel("ada", ""), await unborn.pause("ada", "", false), await unborn.signal(signal)])
      expect(answer).toMatchObject({ ok: false, error: { code: "not_found" } });
    expect(await unborn.takeCall("reply", 1)).toBeNull();
    const tables = await runInDurableObject(env.RUN_ENGINE.getByName(id), (_run, { storage }) =>
      storage.sql.exec("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '_cf_%'").toArray(),
    );
    expect(tables).toEqual([]);
  });

  it("[RUN-7] the intent is in the journal before the call leaves", async () => {
    const id = newId();
    let seen: string[] = [];
    world.callTool = async () => {
      seen = ((await engine(id).events(0))?.events ?? []).map((event) => event.type);
      return answered("done");
    };
    await start(id);
    expect(seen).toContain("tool.called");
  });

  it("[RUN-132] dies in mid-call; the alarm repeats the call under its key, and it is no attempt", async () => {
    const id = newId();
    const calls: ToolCall[] = [];
    let dead = false;
    world.callTool = async (call) => {
      calls.push(structuredClone(call));
      return dead ? answered("done") : new Promise<ToolOutcome>(() => {});
    };
    const dying = start(id).catch(() => "aborted");
    await until(() => calls.length === 1);
    dead = true;
    await abortAllDurableObjects();
    expect(await dying).toBe("aborted");
    await runDurableObjectAlarm(env.RUN_ENGINE.getByName(id));
    await until(async () => (await engine(id).view())?.status === "completed");
    expect(calls.map((call) => call.context.key)).toEqual([`${id}/a`, `${id}/a`]);
    expect((await engine(id).view())?.steps[0]).toMatchObject({ attempts: 1 });
  });

  it("[RUN-339] a look-up that was under way when the object died is made again, and counted", async () => {
    const id = newId();
    let [asked, dead] = [0, false];
    const { authorize } = world;
    world.authorize = async (...question) => {
      const answer = await authorize(...question);
      return answer.kind === "tool" ? { ...answer, facts: { ...answer.facts, idempotency: { lookup: "payments.find" } } } : answer;
    };
    const failure = { class: "unknown", code: "tool_error", message: "", retryAfterMs: null } as const;
    world.callTool = async () => ({ ...answered(""), result: { ok: false, failure } });
    world.lookUp = async () => {
      asked += 1;
      return dead ? { found: "yes", output: "done", durationMs: 1, findings: [] } : new Promise<never>(() => {});
    };
    const dying = start(id).catch(() => "aborted");
    await until(() => asked === 1);
    dead = true;
    await abortAllDurableObjects();
    expect(await dying).toBe("aborted");
    await runDurableObjectAlarm(env.RUN_ENGINE.getByName(id));
    await until(async () => (await engine(id).view())?.status === "completed");
    const events = (await engine(id).events(0))?.events ?? [];
    const looking = events.filter(({ type }) => type === "tool.looking_up").map(({ data }) => data);
    expect(looking).toMatchObject([{ time: 1 }, { time: 1, interruptions: 1 }]);
    expect(asked).toBe(2);
  });

  it("[KILL-100] a switch holds the callback of a run that has ended; lifted, it goes out, and no attempt was used up", async () => {
    const id = newId();
    let sent = 0;
    world.callBack = async () => (++sent === 1 ? "retry" : "delivered");
    await engine(id).start({ ...born(id), callbackUrl: "https://acme.test/done" }, { epoch: 0, active: [], asOf: FAR }, 2_000);
    await until(() => sent === 1);
    const { stops } = world;
    const look = async (hours: number, active: readonly StopScope[] | null) => {
      world.now = () => FAR + hours * 3_600_000;
      world.stops = async () => {
        if (active === null) throw new Error("nobody can say");
        return { epoch: 1, active, asOf: world.now() };
      };
      await runDurableObjectAlarm(env.RUN_ENGINE.getByName(id));
      await new Promise((resolve) => setTimeout(resolve, 20));
    };
    await look(1, [{ kind: "org", org: "acme", name: "acme" }]);
    await look(2, [{ kind: "workflow", org: "acme", name: definition.name }]);
    await look(3, null);
    expect(sent).toBe(1);
    await look(4, [{ kind: "org", org: "globex", name: "globex" }]);
    await until(() => sent === 2);
    world.stops = stops;
    const tried = ((await engine(id).events(0))?.events ?? []).filter(({ type }) => type === "callback.tried");
    expect(tried.map(({ data }) => data)).toMatchObject([
      { attempt: 1, result: "retry" },
      { attempt: 2, result: "delivered" },
    ]);
  });

  it("[RUN-5] an alarm that the platform dropped is set again by whoever comes by", async () => {
    const id = newId();
    world.callTool = () => new Promise(() => {});
    await start(id, 0);
    const object = env.RUN_ENGINE.getByName(id);
    const alarm = () => runInDurableObject(object, (_run, { storage }) => storage.getAlarm());
    const drop = () => runInDurableObject(object, (_run, { storage }) => storage.deleteAlarm());
    await until(async () => (await alarm()) !== null);
    const visits = [() => start(id, 0), () => engine(id).account(), () => engine(id).view(), () => engine(id).events(0)];
    for (const comeBy of visits) {
      await drop();
      await comeBy();
      expect(await alarm()).toBeGreaterThan(FAR);
    }
  });

  it("[RUN-5] what an ended run has not got off yet is sent again when the archive comes by", async () => {
    const id = newId();
    world.callTool = async () => answered("done");
    await start(id, 5_000);
    expect((await engine(id).view())?.status).toBe("completed");
    const object = env.RUN_ENGINE.getByName(id);
    const alarm = () => runInDurableObject(object, (_run, { storage }) => storage.getAlarm());
    await until(async () => (await alarm()) !== null); // nobody confirmed its records
    await runInDurableObject(object, (_run, { storage }) => storage.deleteAlarm());
    await engine(id).record();
    expect(await alarm()).toBeGreaterThan(FAR);
  });

  it("[RUN-5] a parent looks after its child every ten minutes, in the same life too", async () => {
    const id = newId();
    const started: number[] = [];
    world.authorize = async () => {
      const limits = { usd: 0.1, tokens: 100, seconds: 60, steps: 10, confirm_over_usd: null };
      return { kind: "run", child: `${id}-below`, workflow: "below", version: 1, digest: "d", limits };
    };
    world.startChild = async () => {
      started.push(world.now() - FAR);
    };
    const below = { kind: "run", needs: [], when: null, on_error: null, workflow: "below", version: null, input: {} } as const;
    const parent = { ...born(id), definition: define({ a: below }) };
    await engine(id).start(parent, { epoch: 0, active: [], asOf: FAR }, 0);
    await until(() => started.length === 1);
    for (const minutes of [5, 10, 15, 20]) {
      world.now = () => FAR + minutes * 60_000;
      await runDurableObjectAlarm(env.RUN_ENGINE.getByName(id));
    }
    await until(() => started.length === 3);
    expect(started).toEqual([0, 600_000, 1_200_000]);
  });

  it("[RUN-8] what nobody confirmed is sent again, what is confirmed never", async () => {
    const id = newId();
    await start(id);
    const sent = () => messages.filter((message) => message.source.id === id).flatMap((message) => message.rows);
    await until(() => sent().some((row) => row.run?.status === "completed"));
    const rows = sent().map((row) => row.id);
    messages = [];
    world.now = () => FAR + 30_000;
    await runDurableObjectAlarm(env.RUN_ENGINE.getByName(id));
    expect(sent().map((row) => row.id)).toEqual(rows);
    await engine(id).confirm(rows);
    messages = [];
    world.now = () => FAR + 3_600_000;
    await evictDurableObject(env.RUN_ENGINE.getByName(id));
    await runDurableObjectAlarm(env.RUN_ENGINE.getByName(id));
    expect(sent()).toEqual([]);
  });

  it("[ARCHIVE-6] a run is emptied when its records are confirmed, and not before", async () => {
    const id = newId();
    await start(id);
    const rows = () => messages.filter((message) => message.source.id === id).flatMap((message) => message.rows);
    await until(() => rows().some((row) => row.run?.status === "completed"));
    const seq = rows().reduce((last, row) => Math.max(last, Number(row.id.replace(/^costs\/\d+-/, ""))), 0);
    expect(await engine(id).empty(seq)).toBe(false);
    expect(await engine(id).view()).toMatchObject({ status: "completed" });
    await engine(id).confirm(rows().map((row) => row.id));
    expect(await engine(id).empty(seq - 1)).toBe(false);
    expect(await engine(id).empty(seq)).toBe(true);
    expect(await engine(id).view()).toBeNull();
  });

  it("[COSTS-14] hands over the costs of its calls within a minute in one row while it goes on, the rest when it ends, and again what nobody confirmed", async () => {
    const id = newId();
    const object = env.RUN_ENGINE.getByName(id);
    let [asked, mayAnswer] = [0, false];
    world.callTool = async () => {
      asked += 1;
      if (asked === 3) await until(() => mayAnswer);
      return answered("done");
    };
    const { authorize } = world;
    world.authorize = async (...question) => {
      const answer = await authorize(...question);
      return answer.kind === "tool" ? { ...answer, facts: { ...answer.facts, timeout_ms: 100_000 } } : answer;
    };
    const chain = define({ a: tool(TOOL), b: tool(TOOL, { needs: ["a"] }), c: tool(TOOL, { needs: ["b"] }) });
    await engine(id).start({ ...born(id), definition: chain }, { epoch: 0, active: [], asOf: FAR }, 0);
    const rows = () => messages.filter((message) => message.source.id === id).flatMap((message) => message.rows);
    const costs = () => rows().filter((row) => row.costs !== undefined);
    const calls = () => costs().map((row) => row.costs?.flatMap((of) => of.calls.map(({ kind }) => kind)));
    const answers = () => rows().flatMap(({ records }) => records.filter(({ event_type }) => event_type === "tool.answered"));
    await until(() => answers().length === 2);
    expect(costs()).toEqual([]);
    world.now = () => FAR + 44_000;
    await runDurableObjectAlarm(object);
    expect(costs()).toEqual([]);
    world.now = () => FAR + 45_000;
    await runDurableObjectAlarm(object);
    expect(calls()).toEqual([["tool", "tool"]]);
    mayAnswer = true;
    await until(() => costs().length === 2);
    expect(calls()[1]).toEqual(["tool", "storage"]);
    await engine(id).confirm(
      rows()
        .map((row) => row.id)
        .filter((row) => row !== costs()[0]?.id),
    );
    // The first is not confirmed: a new life sends both again, since the mark cannot have passed it.
    messages = [];
    await evictDurableObject(object);
    world.now = () => FAR + 10 * 60_000;
    await runDurableObjectAlarm(object);
    expect(calls().flat()).toEqual(["tool", "tool", "tool", "storage"]);
    expect(rows().flatMap(({ records }) => records)).toEqual([]);
    await engine(id).confirm(rows().map((row) => row.id));
    messages = [];
    await evictDurableObject(object);
    world.now = () => FAR + 60 * 60_000;
    await runDurableObjectAlarm(object);
    expect(rows()).toEqual([]);
  });

  it("[RUN-338] what confirms a part of its costs confirms no more of them in a new life, which hands all of them over together", async () => {
    const id = newId();
    const object = env.RUN_ENGINE.getByName(id);
    let [asked, mayAnswer] = [0, false];
    world.callTool = async () => {
      asked += 1;
      if (asked === 2) await until(() => mayAnswer);
      return answered("done");
    };
    const two = define({ a: tool(TOOL), b: tool(TOOL, { needs: ["a"] }) });
    await engine(id).start({ ...born(id), definition: two }, { epoch: 0, active: [], asOf: FAR }, 0);
    const costs = () => messages.filter((message) => message.source.id === id).flatMap(({ rows }) => rows.filter((row) => row.costs));
    const kinds = () => costs().map((row) => row.costs?.flatMap((of) => of.calls.map(({ kind }) => kind)));
    await until(() => asked === 2);
    world.now = () => FAR + 50_000;
    await runDurableObjectAlarm(object);
    mayAnswer = true;
    await until(() => costs().length === 2);
    expect(kinds()).toEqual([["tool"], ["tool", "storage"]]);
    const second = costs()[1]?.id ?? "";
    messages = [];
    await evictDurableObject(object);
    await engine(id).confirm([second]); // the message with the first part was lost
    world.now = () => FAR + 10 * 60_000;
    await runDurableObjectAlarm(object);
    expect(kinds()).toEqual([["tool", "tool", "storage"]]);
  });

  it("[COSTS-14] hands over at once what was spent before it waits for a person", async () => {
    const id = newId();
    world.openReview = async () => ({ id: "rev_1", until: FAR + 3_600_000 });
    const asks = define({ a: tool(TOOL), ask: review({ needs: ["a"] }) });
    await engine(id).start({ ...born(id), definition: asks }, { epoch: 0, active: [], asOf: FAR }, 0);
    await until(() => messages.some((message) => message.source.id === id && message.rows.some((row) => row.costs !== undefined)));
    expect(await engine(id).view()).toMatchObject({ status: "waiting" });
  });

  it("[RUN-176] a clock that steps back takes no time back: events stay in order and work goes on", async () => {
    const id = newId();
    world.callTool = async () => {
      world.now = () => FAR - 3_600_000;
      return answered("done");
    };
    await start(id);
    await until(async () => (await engine(id).view())?.status === "completed");
    const times = ((await engine(id).events(0))?.events ?? []).map(({ at }) => Date.parse(at));
    expect(times.length).toBeGreaterThan(5);
    expect(times).toEqual(times.map(() => FAR));
  });

  it("[RUN-177] an older word of the kill switch than the run has heard is not believed", async () => {
    const id = newId();
    const { stops } = world;
    const scope = { kind: "org", org: "acme", name: "acme" } as const;
    await engine(id).start(born(id), { epoch: 5, active: [scope], asOf: FAR }, 0);
    expect(await engine(id).view()).toMatchObject({ status: "paused" });
    world.now = () => FAR + 1;
    await engine(id).lookAgain({ epoch: 4, active: [], asOf: FAR + 1 });
    expect(await engine(id).view()).toMatchObject({ status: "paused" });
    world.stops = async () => ({ epoch: 4, active: [], asOf: world.now() });
    world.now = () => FAR + 60_000;
    await runDurableObjectAlarm(env.RUN_ENGINE.getByName(id));
    expect(await engine(id).view()).toMatchObject({ status: "paused" });
    world.stops = async () => ({ epoch: 6, active: [], asOf: world.now() });
    await runDurableObjectAlarm(env.RUN_ENGINE.getByName(id));
    await until(async () => (await engine(id).view())?.status === "completed");
    world.stops = stops;
  });

  it("[LOAD-3] what nobody confirms is sent again later each time, also by a life that remembers nothing", async () => {
    const id = newId();
    const sentAt: number[] = [];
    world.send = async (message) => {
      if (message.source.id === id) sentAt.push(world.now() - FAR);
    };
    await start(id);
    const object = env.RUN_ENGINE.getByName(id);
    const alarm = () => runInDurableObject(object, (_run, { storage }) => storage.getAlarm());
    await until(() => sentAt.length > 0);
    for (let rings = 0; rings < 40 && world.now() < FAR + 3_600_000; rings++) {
      const at = (await alarm()) ?? FAR;
      await evictDurableObject(object);
      world.now = () => at;
      await runDurableObjectAlarm(object);
    }
    const again = sentAt.filter((at) => at > 0);
    const waits = again.slice(1).map((at, index) => at - (again[index] ?? 0));
    expect(world.now()).toBeGreaterThanOrEqual(FAR + 3_600_000); // and it never gives up
    expect(waits.length).toBeGreaterThan(5);
    expect(waits.length).toBeLessThan(15);
    for (const [index, wait] of waits.entries()) expect(wait).toBeGreaterThanOrEqual(waits[index - 1] ?? 15_000);
  });

  it("[LOAD-3] a run that may not send again yet comes back when it is told to, and gives its place back once all is confirmed", async () => {
    const id = newId();
    await start(id);
    const object = env.RUN_ENGINE.getByName(id);
    const alarm = () => runInDurableObject(object, (_run, { storage }) => storage.getAlarm());
    await until(() => messages.some((message) => message.source.id === id));
    await evictDurableObject(object);
    messages = [];
    const left: string[] = [];
    world.resends = { enter: () => 77_000, leave: (run) => void left.push(run) };
    world.now = () => FAR + 40_000;
    await runDurableObjectAlarm(object);
    expect([messages.length, await alarm()]).toEqual([0, FAR + 117_000]);
    world.resends = { ...world.resends, enter: () => 0 };
    world.now = () => FAR + 117_000;
    await runDurableObjectAlarm(object);
    const rows = messages.flatMap((message) => message.rows.map((row) => row.id));
    expect(rows.length).toBeGreaterThan(0);
    await engine(id).confirm(rows);
    expect(left).toEqual([id]);
  });

  it("[LOAD-7] readers of the same events share one reading, and a later reader sees what came later", async () => {
    const id = newId();
    await start(id, 5_000);
    const object = env.RUN_ENGINE.getByName(id);
    const reads = await runInDurableObject(object, async (run, { storage }) => {
      const spy = vi.spyOn(storage.sql, "exec");
      const queries = () => spy.mock.calls.filter(([query]) => String(query).includes("FROM journal WHERE last_seq >")).length;
      const { events } = run as unknown as { events: (after: number, waitMs: number) => Promise<{ events: { seq: number }[] } | null> };
      const one = await events.call(run, 0, 0);
      const alone = queries();
      const all = await Promise.all(Array.from({ length: 20 }, () => events.call(run, 0, 0)));
      const together = queries() - alone;
      const rest = await events.call(run, 2, 0);
      spy.mockRestore();
      return { alone, together, same: all.every((page) => page?.events.length === one?.events.length), first: rest?.events[0]?.seq };
    });
    expect(reads.alone).toBeGreaterThan(0);
    expect(reads).toMatchObject({ together: reads.alone, same: true, first: 3 });
  });

  it("[RUN-133] a send that fails loses nothing", async () => {
    const id = newId();
    let fails = true;
    const { send } = world;
    world.send = async (message) => {
      if (fails) throw new Error("the queue is away");
      await send(message);
    };
    await start(id);
    await new Promise((resolve) => setTimeout(resolve, 300));
    fails = false;
    world.now = () => FAR + 30_000;
    await runDurableObjectAlarm(env.RUN_ENGINE.getByName(id));
    expect(messages.flatMap((message) => message.rows.flatMap((row) => row.records.map((record) => record.event_type)))).toContain(
      "run.completed",
    );
  });

  it("[KILL-16] a call that a kill switch broke off is made again under its key when work goes on, and it is no attempt", async () => {
    const id = newId();
    const { stops } = world;
    const keys: string[] = [];
    world.callTool = async (call) => {
      keys.push(call.context.key);
      if (keys.length > 1) return answered("done");
      const active = [{ kind: "org", org: "acme", name: "acme" }] as const;
      world.stops = async () => ({ epoch: 1, active, asOf: world.now() });
      const failure = { class: "unknown", code: "cancelled", message: "the call was cancelled", retryAfterMs: null } as const;
      return { ...answered(""), reached: "unknown", status: null, result: { ok: false, failure } };
    };
    await engine(id).start(born(id), { epoch: 0, active: [], asOf: FAR - 60_000 }, 0);
    await until(async () => (await engine(id).view())?.status === "paused");
    expect(keys).toHaveLength(1);
    world.stops = async () => ({ epoch: 2, active: [], asOf: world.now() });
    await runDurableObjectAlarm(env.RUN_ENGINE.getByName(id));
    await until(async () => (await engine(id).view())?.status === "completed");
    world.stops = stops;
    expect(keys).toEqual([`${id}/a`, `${id}/a`]);
    expect((await engine(id).view())?.steps[0]).toMatchObject({ attempts: 1 });
  });

  it("[RUN-45] the kill switch is out of reach: nothing is sent, and the run goes on when it answers again", async () => {
    const id = newId();
    let calls = 0;
    world.callTool = async () => {
      calls++;
      return answered("done");
    };
    const { stops } = world;
    world.stops = async () => {
      throw new Error("out of reach");
    };
    const view = await engine(id).start(born(id), { epoch: 0, active: [], asOf: FAR - 60_000 }, 0);
    expect(view).toMatchObject({ status: "paused", waiting_for: { kind: "kill_switch", id: "unknown" } });
    expect(calls).toBe(0);
    world.stops = stops;
    await runDurableObjectAlarm(env.RUN_ENGINE.getByName(id));
    await until(async () => (await engine(id).view())?.status === "completed");
  });

  it("[RUN-140] an outcome over which the machine throws fails its work, is logged, and its call is not made again", async () => {
    const id = newId();
    const lines: unknown[] = [];
    let calls = 0;
    world.log = (line) => lines.push(line);
    world.callTool = async () => {
      calls++;
      return { ...answered(""), result: { ok: true, output: { total: Number.POSITIVE_INFINITY } } };
    };
    world.callModel = async ({ messages: said }) => ({
      result:
        said.at(-1)?.role === "tool"
          ? { ok: true, output: "done" }
          : { ok: true, asks: { text: null, calls: [{ id: "c1", name: "payments.refund", input: {} }] } },
      usage: { input: 1, output: 1, cachedInput: 0 },
      durationMs: 1,
      findings: [],
      upstream: {},
    });
    const authorizeTool = world.authorize;
    world.authorize = async (question, killEpoch) =>
      question.kind === "tool"
        ? authorizeTool(question, killEpoch)
        : {
            kind: "model",
            permission: { decision: "allow", policyVersion: "p", reasons: [] },
            candidates: [{ id: "acme/small-2026-01-01", price: { input: 1, output: 1, cached_input: null }, context: 8_000 }],
            rejected: [],
            tools: [{ name: "payments.refund", description: "", input: true }],
          };
    const { cache: _cache, async: _async, kind: _kind, ...asked } = model();
    const desk = { ...asked, kind: "agent", tools: ["payments.refund"], max_iterations: 5 } as const;
    const stops = { epoch: 0, active: [], asOf: FAR };
    const run = await engine(id).start({ ...born(id), definition: define({ desk }) }, stops, 5_000);
    expect(run).toMatchObject({ status: "failed", error: { code: "internal", step: "desk" } });
    expect(run.dead_letter).toMatchObject({ undone: ["desk/1.1"] });
    expect(lines).toContainEqual(expect.objectContaining({ event: "run.turn_failed" }));
    await engine(id).lookAgain(stops);
    expect(calls).toBe(1);
    world.log = () => undefined;
  });

  it("[RUN-134] what leaves fits into messages of the queue, however much is found or done in one turn", async () => {
    const id = newId();
    const findings = Array.from({ length: 5_000 }, (_, index) => ({
      type: "EMAIL" as const,
      detector: "email",
      count: 1,
      score: 1,
      pointer: `/list/${index}`,
    }));
    const all = { ...common, kind: "map" as const, over: { cel: "input.list" }, concurrency: 64, step: tool("payments.refund") };
    const wide = define(Object.fromEntries(["a", "b", "c", "d", "e", "f"].map((step) => [step, all])), {
      limits: { usd: 1, tokens: 1, seconds: 60, steps: 2_000, confirm_over_usd: null },
    });
    const birth = { ...born(id), definition: wide, input: { list: Array.from({ length: 64 }, () => 1) }, inputFindings: findings };
    const view = await engine(id).start(birth, { epoch: 0, active: [], asOf: FAR }, 10_000);
    expect(view.status).toBe("completed");
    const sent = () => messages.filter((message) => message.source.id === id);
    await until(() =>
      sent()
        .flatMap((message) => message.rows)
        .some((row) => row.run?.status === "completed"),
    );
    for (const message of sent()) expect(JSON.stringify(message).length).toBeLessThan(125_000);
    const told = sent().flatMap((message) => message.rows.flatMap((row) => row.records));
    expect(
      told
        .filter((record) => record.event_type === "guardrail.flagged")
        .reduce((sum, record) => sum + (record.data as { count: number }).count, 0),
    ).toBe(5_000);
    expect(told.filter((record) => record.event_type === "tool.called")).toHaveLength(6 * 64);
  });
});

const common = { needs: [] as string[], when: null, on_error: null };
