/**
 * Looks at every commit of every run, at everything that arrives outside, and at what an object believes, and notes what must never
 * be. Reads the disks from outside; changes nothing.
 */
import { createHash } from "node:crypto";
import type { RunIndexRow } from "../core/audit/record.ts";
import { STOPS_MAX_AGE_MS, type StopSubject, stoppedBy } from "../core/kill-switch/stops.ts";
import type { Switch } from "../core/kill-switch/switch.ts";
import type { ToolCall } from "../core/run/calls/call.ts";
import { evolve, initialState } from "../core/run/fold/evolve.ts";
import type { RunEvent } from "../core/run/machine/event.ts";
import { isFinal, type RunState } from "../core/run/machine/state.ts";
import type { Machinery } from "../core/run/machine/turn.ts";
import { nextWakeAt } from "../core/run/outside/wake.ts";
import { callSpanId } from "../core/trace/span.ts";
import { Journal, type LoadedRun } from "../durable-objects/run-engine/journal.ts";
import { RunShell } from "../durable-objects/run-engine/shell.ts";
import type { Bucket } from "./bucket.ts";
import { SKEW_MS } from "./climate.ts";
import type { Clock, Owner } from "./clock.ts";
import type { HousedObject } from "./house.ts";
import { OPENER } from "./keys.ts";
import { isBehind, newestLine } from "./line.ts";
import type { Asked } from "./models.ts";
import { clearIn } from "./sealed.ts";
import type { Arrival } from "./shop.ts";
import { readOnly } from "./storage.ts";
import { Tally } from "./tally.ts";

export const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** No simulated run has reason to write more. */
const MOST_EVENTS = 4_000;

/** A kind of failure and what exactly: the kind is what a shrunken schedule must still show. */
export type Violation = { readonly kind: string; readonly what: string };

export type WatchedRun = {
  readonly machinery: Machinery;
  readonly events: RunEvent[];
  state: RunState;
  readonly tally: Tally;
  /** Intents by the span that goes along with the call. */
  readonly intents: Map<string, RunEvent>;
  /** Spans that have arrived outside. */
  readonly arrived: Map<string, number>;
  /** Its newest line for the index, as its journal has it. */
  line: RunIndexRow | null;
};

/** Hears of the shell of each life that is asked for its run; set while a seed runs. */
let noteShell: ((shell: RunShell) => void) | null = null;
const { loaded } = RunShell.prototype;
RunShell.prototype.loaded = function (this: RunShell) {
  noteShell?.(this);
  return loaded.call(this);
};

export class Watch {
  readonly violations: Violation[] = [];
  readonly runs = new Map<string, WatchedRun>();
  #switches: readonly Switch[] = [];
  readonly #clock: Clock;
  readonly #bucket: Bucket;
  readonly #toleranceMs: number;
  /** Runs whose record was removed. */
  readonly #forgotten = new Set<string>();
  /** The run that has the turn, by session. */
  readonly #speaking = new Map<string, string>();
  readonly #shells = new WeakMap<Owner, RunShell>();

  constructor(clock: Clock, bucket: Bucket, clocksDiffer: boolean) {
    this.#clock = clock;
    this.#toleranceMs = clocksDiffer ? 2 * SKEW_MS : 0;
    this.#bucket = bucket;
    noteShell = (shell) => this.#shells.set(clock.current, shell);
  }

  /** Every switch that was ever thrown. */
  get switches(): readonly Switch[] {
    return this.#switches;
  }

  close(): void {
    noteShell = null;
  }

  note(kind: string, what: string): void {
    if (this.violations.length < 20) this.violations.push({ kind, what });
  }

  committed(object: HousedObject): void {
    if (object.kind === "RunEngine") this.#runCommitted(object);
    else if (object.kind === "KillSwitch") {
      const rows = object.disk.run("SELECT body FROM switch", []) as { body: string }[];
      this.#switches = rows.map(({ body }) => JSON.parse(body) as Switch);
    }
  }

  /** The journal as it lies on the disk, folded again from its first event. */
  refold(object: HousedObject): LoadedRun | null {
    const read = this.#journalOf(object).load();
    if (read.ok) return read.value;
    this.note("value missing", `${object.name} refers to ${read.error.length} values that are not stored`);
    return null;
  }

  /** What the living object has in memory must be what its journal says, and what should be woken has an alarm. */
  lookAt(object: HousedObject): void {
    const { life } = object;
    if (this.#forgotten.has(object.name)) return;
    const watched = this.runs.get(object.name);
    if (watched !== undefined && object.disk.alarm === null && object.firing === null && !object.alarmDropped) {
      const wakeAt = nextWakeAt(watched.machinery, watched.state, this.#clock.now);
      if (wakeAt !== null) this.note("no alarm", `${object.name} is ${watched.state.status}, should be woken, and has no alarm`);
    }
    const shell = life === null ? undefined : this.#shells.get(life);
    const memory = shell === undefined ? undefined : memoryOf(shell);
    if (memory === undefined || watched === undefined || object.disk.isOpen) return;
    if (memory === null)
      this.note("memory differs", `${object.name}: nothing was born, by memory, and the journal is at ${watched.state.seq}`);
    else if (memory.state.seq !== watched.state.seq)
      this.note("memory differs", `${object.name}: memory is at ${memory.state.seq}, the journal at ${watched.state.seq}`);
    else if (JSON.stringify(memory.state, exactly) !== JSON.stringify(watched.state))
      this.note("memory differs", `${object.name}: the state at ${memory.state.seq} is not the fold of its journal`);
  }

  toolArrived({ call, at }: Arrival): void {
    const { run, key, spanId } = call.context;
    const watched = this.runs.get(run);
    const intent = watched?.intents.get(spanId);
    if (watched === undefined || intent?.type !== "tool.called")
      return this.note("acted before commit", `${call.tool} of ${run} arrived at ${at} and no intent of it is durable`);
    if (intent.data.key !== key) this.note("acted before commit", `${call.tool} of ${run} arrived under another key than its intent's`);
    this.#arrivedOnce(watched, intent, spanId, call.tool);
  }

  lookedUp({ tool, context: { run, spanId } }: ToolCall): void {
    const watched = this.runs.get(run);
    const intent = watched?.intents.get(spanId);
    if (watched === undefined || intent?.type !== "tool.looking_up")
      return this.note("acted before commit", `a look-up about ${tool} of ${run} has left and no intent of it is durable`);
    this.#arrivedOnce(watched, intent, spanId, `a look-up about ${tool}`);
  }

  modelAsked({ call, at }: Asked): void {
    const { run, spanId } = call.context;
    const watched = this.runs.get(run);
    const intent = watched?.intents.get(spanId);
    if (watched === undefined || intent?.type !== "model.calling")
      return this.note("acted before commit", `${call.model} for ${run} was asked at ${at} and no intent of it is durable`);
    this.#arrivedOnce(watched, intent, spanId, call.model);
  }

  /** A queued call may be taken up again where that is harmless: writes.ts and the bill say whether it was. */
  #arrivedOnce(watched: WatchedRun, intent: RunEvent, spanId: string, what: string): void {
    const times = (watched.arrived.get(spanId) ?? 0) + 1;
    watched.arrived.set(spanId, times);
    const taken = watched.events.filter((event) => event.type === "call.taken" && event.data.call === intent.seq).length;
    if (times > Math.max(1, taken))
      this.note("one intent, two calls", `${what} of ${watched.machinery.birth.id} left ${times} times for one intent`);
  }

  #runCommitted(object: HousedObject): void {
    if (this.runs.has(object.name) && !hasJournal(object)) this.#forgotten.add(object.name);
    if (this.#forgotten.has(object.name)) return this.#stayForgotten(object);
    let watched = this.runs.get(object.name);
    if (watched === undefined) {
      const loaded = this.refold(object);
      if (loaded === null) return;
      const { machinery } = loaded;
      watched = {
        machinery,
        events: [],
        state: initialState(machinery),
        tally: new Tally(),
        intents: new Map(),
        arrived: new Map(),
        line: null,
      };
      this.runs.set(object.name, watched);
    }
    const read = this.#journalOf(object).events(watched.events.at(-1)?.seq ?? 0);
    if (!read.ok) return this.note("value missing", `${object.name} refers to ${read.error.length} values that are not stored`);
    const events = read.value;
    if (events.length === 0) return;
    for (const place of clearIn(object, watched.events.length)) this.note("in the clear", `${object.name}: ${place}`);
    const before = watched.state;
    for (const event of events) this.#take(watched, event);
    watched.line = newestLine(object, before.seq) ?? watched.line;
    const { line, machinery, state } = watched;
    if (line === null || isBehind(line, machinery, state))
      this.note(
        "line behind",
        `${object.name}: the line for the index of ${line?.seq} says less than the run, ${state.status} at ${state.seq}`,
      );
    const isUndone = before.status === "completed" && watched.machinery.birth.parent !== null && watched.state.undoing !== null;
    if (isFinal(before) && watched.state.status !== before.status && !isUndone)
      this.note("terminal changed", `${object.name}: ${before.status} became ${watched.state.status}`);
  }

  /** One run of a session goes on at a time, until it waits or ends. */
  #takeTurns({ machinery: { birth }, state }: WatchedRun, event: RunEvent): void {
    if (birth.session === undefined || birth.parent !== null) return;
    const speaking = this.#speaking.get(birth.session);
    if (event.type === "session.entered") {
      if (speaking !== undefined && speaking !== birth.id)
        this.note("two turns", `${birth.id} has its turn in the session while ${speaking} has it`);
      if (state.session?.phase === "in") this.#speaking.set(birth.session, birth.id);
    } else if (speaking === birth.id && (event.type === "run.waiting" || event.type === "run.paused" || isFinal(state)))
      this.#speaking.delete(birth.session);
  }

  #stayForgotten(object: HousedObject): void {
    if (hasJournal(object) && object.disk.run("SELECT 1 FROM journal LIMIT 1", []).length > 0)
      this.note("came back", `${object.name} was forgotten, and has a journal again`);
  }

  #take(watched: WatchedRun, event: RunEvent): void {
    const { birth } = watched.machinery;
    const expected = (watched.events.at(-1)?.seq ?? 0) + 1;
    if (event.seq !== expected) this.note("gap", `${birth.id}: event ${event.seq} came where ${expected} was expected`);
    if (expected === 1 && event.type !== "run.created") this.note("gap", `${birth.id}: the first event is ${event.type}`);
    watched.events.push(event);
    if (expected === MOST_EVENTS) this.note("runaway", `${birth.id} has ${MOST_EVENTS} events and goes on`);
    watched.state = evolve(watched.machinery, watched.state, event);
    const { usage, reserved } = watched.state;
    watched.tally.take(event);
    if (usage.microUsd !== watched.tally.paid || usage.microUsd + reserved.microUsd !== watched.tally.total)
      this.note(
        "money differs",
        `${birth.id}: at event ${event.seq} ${usage.microUsd} spent and ${reserved.microUsd} reserved, by its calls ${watched.tally.paid} of ${watched.tally.total}`,
      );
    if (usage.microUsd + reserved.microUsd > birth.budget.usd) this.note("over the cap", `${birth.id}: money at event ${event.seq}`);
    if (usage.tokensIn + usage.tokensOut + reserved.tokens > birth.budget.tokens)
      this.note("over the cap", `${birth.id}: tokens at event ${event.seq}`);
    if (reserved.microUsd < 0 || reserved.tokens < 0)
      this.note("over the cap", `${birth.id}: less than nothing is reserved at ${event.seq}`);
    this.#takeTurns(watched, event);
    if (event.type === "tool.looking_up") watched.intents.set(callSpanId(sha256, birth.id, event.seq), event);
    if (event.type === "tool.called" || event.type === "model.calling") {
      watched.intents.set(callSpanId(sha256, birth.id, event.seq), event);
      const subject = event.type === "tool.called" ? { tool: event.data.tool } : { model: event.data.model };
      this.#checkStops(watched, event, { org: birth.org, workflow: birth.definition.name, ...subject });
    }
  }

  /** A call may leave on a word of the switch that is two seconds old, and no older. */
  #checkStops({ machinery }: WatchedRun, event: RunEvent, subject: StopSubject): void {
    for (const { scope, thrown, recovered } of this.#switches) {
      const tolerance = this.#toleranceMs;
      const inForce = thrown.at + STOPS_MAX_AGE_MS + tolerance < event.at && (recovered === null || recovered.at > event.at + tolerance);
      if (inForce && stoppedBy({ epoch: 0, active: [scope], asOf: 0 }, subject) !== null)
        this.note(
          "sent while stopped",
          `${machinery.birth.id}: ${event.type} at event ${event.seq}, under a switch thrown ${event.at - thrown.at} ms before`,
        );
    }
  }

  /** As it lies on the disk, with what of it lies in the bucket. */
  #journalOf({ name, disk }: HousedObject): Journal {
    const values = { largerThan: Number.POSITIVE_INFINITY, valueOf: (part: string) => this.#bucket.valueOf(name, part) };
    return new Journal(readOnly(disk), sha256, values, OPENER);
  }
}

const hasJournal = ({ disk }: HousedObject): boolean =>
  disk.run("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'journal'", []).length > 0;

/** Numbers that JSON does not bring back as they were. */
const exactly = (_name: string, value: unknown): unknown =>
  typeof value === "number" && (!Number.isFinite(value) || Object.is(value, -0))
    ? `the number ${Object.is(value, -0) ? "-0" : value}`
    : value;

/** What a life decides on and shows: not what it once read. undefined: it has not read its run yet. */
function memoryOf(shell: RunShell): LoadedRun | null | undefined {
  try {
    return shell.run;
  } catch {
    return undefined;
  }
}
