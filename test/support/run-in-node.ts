/**
 * A run's object in Node, over storage of its own and a scripted outside. Its clock, its timers and its alarm are one time, which stands still
 * unless a test lets it pass: `standStill` MUST come first, in `beforeEach`.
 */
import { vi } from "vitest";
import type { RecordsMessage, RecordsRow } from "../../core/audit/record.ts";
import type { Stops } from "../../core/kill-switch/stops.ts";
import type { ToolOutcome } from "../../core/run/calls/call.ts";
import type { RunStart } from "../../core/run/machine/birth.ts";
import type { AuthorityAnswer } from "../../core/workflow/authority.ts";
import type { ToolStep } from "../../core/workflow/definition.ts";
import { defineRunEngine, type RunEngine, type RunEnginePorts } from "../../durable-objects/run-engine/run-engine.ts";
import { Disk } from "../../simulation/disk.ts";
import { KEYS } from "../../simulation/keys.ts";
import { ObjectInNode } from "./object-in-node.ts";
import { define, tool } from "./run/definition.ts";
import { answered } from "./run/drive.ts";
import { UNSCRIPTED, unscripted } from "./run/unscripted.ts";

export const T0 = Date.UTC(2026, 0, 1);
export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
/** A tool that these runs may call. */
export const TOOL = "payments.refund";
/** Timers that one piece of work may wait for, one after another. */
const MOST_TIMERS = 500;
/** Rings of an alarm in one stretch of time. */
const MOST_RINGS = 300;
/** Turns of Node's own loop that it may wait for where no timer is set. */
const MOST_TURNS = 100;

/** One for each time that time stood still. A test that is not over when the next one begins waits for ever, and moves nobody's clock. */
let era = 0;

/** Time stands still from now on; gives the way back. */
export function standStill(): () => void {
  era++;
  vi.useFakeTimers({ now: T0, toFake: ["setTimeout", "clearTimeout", "Date"] });
  return () => {
    vi.clearAllTimers();
    vi.useRealTimers();
  };
}

/** So many milliseconds pass, with the timers that are set in them. */
async function pass(ms: number): Promise<void> {
  const mine = era;
  await vi.advanceTimersByTimeAsync(Math.max(0, ms));
  if (era !== mine) await never();
}

/** What `work` gives, with as much time as it waits for. */
export async function settled<T>(work: Promise<T>): Promise<T> {
  let isOver = false;
  const over = (): void => {
    isOver = true;
  };
  work.then(over, over);
  await pass(0);
  for (let [timers, turns] = [0, 0]; !isOver; ) {
    if (timers === MOST_TIMERS || turns === MOST_TURNS) throw new Error("it waits for what never comes");
    if (vi.getTimerCount() > 0) {
      timers++;
      const mine = era;
      await vi.advanceTimersToNextTimerAsync();
      if (era !== mine) await never();
    } else {
      turns++;
      await new Promise((resolve) => setImmediate(resolve)); // of a stream, for instance
    }
  }
  return work;
}

export const never = (): Promise<never> => new Promise<never>(() => undefined);
export const away = async (): Promise<never> => {
  throw new Error("it is away");
};

/** Every tool writes, may be called again under its key and has ten minutes for its answer, but for what of this is said otherwise. */
export const allows =
  (facts: object = {}): RunEnginePorts["authorize"] =>
  async (question) => ({
    kind: "tool",
    permission: { decision: "allow", policyVersion: "p", reasons: [] },
    facts: {
      ...{ tool: question.kind === "tool" ? question.tool : "", version: 1, effect: "write", idempotency: "key", timeout_ms: 10 * MINUTE },
      ...facts,
    } as ToolFacts,
  });
type ToolFacts = Extract<AuthorityAnswer, { kind: "tool" }>["facts"];

/** One model may be asked, with these tools. */
export const allowsModel =
  (...tools: readonly string[]): RunEnginePorts["authorize"] =>
  async () => ({
    kind: "model",
    permission: { decision: "allow", policyVersion: "p", reasons: [] },
    candidates: [{ id: "acme/small-2026-01-01", price: { input: 1, output: 1, cached_input: null }, context: 8_000 }],
    rejected: [],
    tools: tools.map((name) => ({ name, description: "", input: true })),
  });

/** Calls of one tool, one after another. */
export const chain = (length: number, more: Partial<ToolStep> = {}) =>
  define(
    Object.fromEntries(
      Array.from({ length }, (_, n) => [`s${n}`, tool(TOOL, { ...(n === 0 ? {} : { needs: [`s${n - 1}`] }), ...more })] as const),
    ),
    { limits: { usd: 1, tokens: 1, seconds: 3_600, steps: 2_000, confirm_over_usd: null } },
  );

/** A tool that answers this many calls at once, and the others when it is told to. */
export function answersFirst(some: number) {
  let asked = 0;
  const open = Promise.withResolvers<void>();
  const callTool = async (): Promise<ToolOutcome> => {
    if (++asked > some) await open.promise;
    return answered("done");
  };
  return { callTool, answerAll: () => open.resolve() };
}

export type World = { -readonly [K in keyof RunEnginePorts]: RunEnginePorts[K] };

/** Every tool writes and may be called again under its key, every call of one is answered, and everything that leaves is taken. */
const outside = (): World => ({
  ...UNSCRIPTED,
  now: () => Date.now(),
  stops: async () => free(1),
  authorize: allows({ timeout_ms: 1_000 }),
  lease: async (_org, { want }) => ({ ok: true, lease: want, until: Number.MAX_SAFE_INTEGER, pressure: 0, alerts: [] }),
  callTool: async (): Promise<ToolOutcome> => answered("done"),
  openReview: async () => ({ id: "rev_1", until: Date.now() + 3_600_000 }),
  withdrawReviews: async () => undefined,
  toolEffects: async () => ({}),
  values: { largerThan: 256 * 1024, put: unscripted("values.put"), get: unscripted("values.get") },
  sealing: KEYS,
  keepTexts: async () => undefined,
  send: async () => undefined,
  resends: { enter: () => 0, leave: () => undefined },
  traces: null,
  log: () => undefined,
});

/** The kill switch stops nothing. */
export const free = (epoch: number): Stops => ({ epoch, active: [], asOf: Date.now() });
export const stopped = (epoch: number): Stops => ({ epoch, active: [{ kind: "org", org: "acme", name: "acme" }], asOf: Date.now() });

let count = 0;

/** A run that is not born yet. `disk`: that of an earlier object of it. */
export function makeRun(definition: RunStart["definition"], over: Partial<RunStart> = {}, ports: Partial<World> = {}, disk = new Disk()) {
  const id = over.id ?? `run_01ARZ3NDEKTSV4RRFFQ6${String(++count).padStart(6, "0")}`;
  const birth: RunStart = {
    ...{ id, org: "acme", user: "ada", roles: [], subject: "ada", definition, version: 1, digest: "d", input: {}, inputFindings: [] },
    ...{ metadata: {}, budget: { usd: 1_000_000, tokens: 1_000 }, deadlineAt: null, traceId: "0af7651916cd43dd8448eb211c80319c" },
    ...{ parentSpanId: null, redrive: null, parent: null, callbackUrl: null },
    ...over,
  };
  const messages: RecordsMessage[] = [];
  const lines: { readonly [field: string]: unknown }[] = [];
  const bucket = new Map<string, string>();
  const values: World["values"] = {
    largerThan: 256 * 1024,
    put: async (key, text) => void bucket.set(key, bucket.get(key) ?? text),
    get: async (key) => bucket.get(key) ?? null,
  };
  const world: World = {
    ...outside(),
    send: async (message) => void messages.push(structuredClone(message)),
    log: (line) => void lines.push(line as never),
    values,
    ...ports,
  };
  /** The object keeps some ports as they were when it was made: what a test changes later counts, too. */
  const late = <K extends "values" | "sealing">(name: K) =>
    new Proxy(world[name], { get: (_made, verb) => Reflect.get(world[name], verb) });
  const kept = { values: late("values"), sealing: late("sealing") };
  const seen = new Proxy(world, { get: (_made, name) => Reflect.get(name in kept ? kept : world, name) });
  const object = new ObjectInNode<RunEngine>(defineRunEngine(() => seen) as never, id, disk);
  const rows = (): RecordsRow[] => messages.flatMap((message) => message.rows);

  const made = {
    id,
    birth,
    world,
    object,
    messages,
    lines,
    bucket,
    rows,
    records: () => rows().flatMap(({ records }) => records),
    get run() {
      return object.room;
    },
    /** Runs until it ends, or for so long. */
    start: (waitMs = 2_000, stops = free(0)) => settled(object.room.start(birth, stops, waitMs)),
    view: () => settled(object.room.view()),
    /** All events of the run. */
    events: async () => (await settled(object.room.events(0)))?.events ?? [],
    types: async () => (await made.events()).map(({ type }) => type),
    ring: () => settled(object.ring()),
    /** Time passes, and the alarm rings whenever it is due. */
    async pass(ms: number): Promise<void> {
      const until = Date.now() + ms;
      let rings = 0;
      for (let at = object.alarmAt; at !== null && at <= until; at = object.alarmAt) {
        if (++rings > MOST_RINGS) throw new Error("its alarm rings without end");
        await pass(at - Date.now());
        if (object.alarmAt === at) await made.ring();
      }
      await pass(until - Date.now());
    },
    /** Time passes without its alarm: timers of this life only. */
    wait: pass,
    /** This life of the object ends. */
    die(): void {
      const at = Date.now();
      vi.clearAllTimers(); // which sets the clock back
      vi.setSystemTime(at);
      object.die();
    },
    confirmAll: () => settled(object.room.confirm(rows().map((row) => row.id))),
    /** The number of the last event. */
    seq: async () => (await made.events()).at(-1)?.seq ?? 0,
  };
  return made;
}
