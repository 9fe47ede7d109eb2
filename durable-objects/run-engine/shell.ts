/**
 * Houses the run's machine in a Durable Object: ask what is stopped, decide, commit, act. Effects run while the object is awake
 * and come back as inputs; the alarm is the safety net that picks up what a crash, an eviction or a deploy left behind.
 */
import { STOPS_MAX_AGE_MS, type Stops } from "../../core/kill-switch/stops.ts";
import type { Result } from "../../core/result.ts";
import { auditRecords } from "../../core/run/audit.ts";
import type { Birth } from "../../core/run/birth.ts";
import type { ModelCall, ToolCall } from "../../core/run/call.ts";
import type { RunEvent } from "../../core/run/event.ts";
import { initialState } from "../../core/run/evolve.ts";
import type { Happening, Refused } from "../../core/run/input.ts";
import { toIndexRow } from "../../core/run/present.ts";
import { modelCall, toolCall } from "../../core/run/request.ts";
import { isFinal, type RunState } from "../../core/run/state.ts";
import { transition } from "../../core/run/transition.ts";
import { EVENTS_PER_TURN } from "../../core/run/turn.ts";
import { nextWakeAt } from "../../core/run/wake.ts";
import { type RunEffect, wantedEffects } from "../../core/run/wanted.ts";
import type { EpochMs } from "../../core/time.ts";
import { carryOut } from "./effects.ts";
import { Journal, type LoadedRun, type TurnPart } from "./journal.ts";
import type { RunEnginePorts } from "./ports.ts";

/** Rows of several turns leave together when they come this close to each other. */
const FLUSH_DELAY_MS = 200;
/** A queue consumer says every few seconds that it is at its call (workers/slow-calls); silent for so long, it is gone. */
const SILENT_MS = 9_000;
/** What leaves of so many events fits into one message of the queue. */
const EVENTS_PER_ROW = 120;
/** An answer that is here within this time joins the turn that asked for it. */
const AT_ONCE_MS = 20;
/** An alarm this long past is lost: the platform's own retries take less. */
const OVERDUE_MS = 60_000;

/** A call as a queue consumer gets it. */
export type QueuedRequest = { readonly kind: "tool"; readonly request: ToolCall } | { readonly kind: "model"; readonly request: ModelCall };

export class RunShell {
  readonly #storage: DurableObjectStorage;
  readonly #ports: RunEnginePorts;
  readonly journal: Journal;
  #run: LoadedRun | null | undefined;
  /** The turn that is being taken: the next one waits for it. */
  #turn: Promise<void> | null = null;
  /** Effects under way in this life of the object, by key. */
  readonly #underWay = new Set<string>();
  /** Effects that are wanted as long as somebody else has not answered, and need doing once in a life. */
  readonly #done = new Set<string>();
  /** Calls whose intent this life wrote and that have not left yet: any other call in the state, unless it is under way, was cut short. */
  readonly #ours = new Set<number>();
  /** The newest word of the kill switch that this life has heard: an older one is old news. */
  #heard: Stops | null = null;
  #alarmAt: number | null = null;
  /** The alarm is being answered: storage has none meanwhile. */
  #waking = false;
  #flush: ReturnType<typeof setTimeout> | null = null;
  /** When each call that a queue consumer makes gave its last sign of life, taking it up included; before the first, since this life began. */
  readonly #signs = new Map<number, EpochMs>();
  readonly #bornAt: EpochMs;
  readonly #watchers = new Set<() => void>();

  constructor(storage: DurableObjectStorage, ports: RunEnginePorts, sha256: (text: string) => string) {
    this.#storage = storage;
    this.#ports = ports;
    this.#bornAt = ports.now();
    this.journal = new Journal(storage, sha256);
  }

  /** The run that was born here; null until its first turn is stored, also when storing it failed: nobody may be told of it before. */
  get run(): LoadedRun | null {
    const run = this.#inMemory();
    return run === null || run.state.seq === 0 ? null : run;
  }

  #inMemory(): LoadedRun | null {
    if (this.#run === undefined) this.#run = this.journal.load();
    return this.#run;
  }

  /** Bears the run, once: the same birth again changes nothing. */
  async bear(birth: Birth, stops: Stops): Promise<void> {
    await this.#inTurn(async () => {
      if (this.run !== null) return;
      this.#run = this.journal.bear(birth, initialState);
      await this.#takeWhole({ kind: "start" }, stops);
    });
  }

  /** Offers one happening to the machine. A refusal changes nothing and is data. */
  offer(happening: Happening, known?: Stops): Promise<Result<RunState, Refused>> {
    return this.#inTurn(() => this.#takeWhole(happening, known));
  }

  /** One after another: a turn waits for answers while nothing else decides. */
  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#turn;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#turn = promise;
    if (before !== null) await before;
    try {
      return await work();
    } finally {
      if (this.#turn === promise) this.#turn = null;
      resolve();
    }
  }

  /** A happening, and as many turns as follow from it. */
  async #takeWhole(happening: Happening, known?: Stops): Promise<Result<RunState, Refused>> {
    let result = await this.#take(happening, known);
    while (result.ok && result.value.isCut) result = await this.#take({ kind: "tick" }, known);
    return result.ok ? { ok: true, value: result.value.state } : result;
  }

  /** One turn: ask what is stopped, decide, commit, act. `isCut`: the turn was full and wants another one. */
  async #take(happening: Happening, known?: Stops): Promise<Result<{ readonly state: RunState; readonly isCut: boolean }, Refused>> {
    const stops = await this.#stops(known);
    const run = happening.kind === "start" ? this.#inMemory() : this.run;
    if (run === null) {
      return { ok: false, error: { code: "run.refused", status: "queued", input: happening.kind, why: "no run was born here" } };
    }
    const at = Math.max(this.#ports.now(), run.state.statusSince);
    const turn = transition(run.machinery, run.state, { ...happening, at, stops });
    if (!turn.ok) return turn;
    let { state, events } = turn.value;
    for (const answer of events.length === 0 ? [] : await this.#answersAtOnce(run, state)) {
      const next = transition(run.machinery, state, { ...answer, at, stops });
      if (!next.ok) continue;
      state = next.value.state;
      events = [...events, ...next.value.events];
    }
    if (events.length > 0) {
      this.journal.commit(run, this.#parts(run, state, events), at);
      run.state = state;
      this.#noteCalls(events);
    }
    await this.#arm(run);
    this.#act(run);
    if (events.length > 0) this.#announce(run);
    return { ok: true, value: { state, isCut: events.length >= EVENTS_PER_TURN } };
  }

  /**
   * Authority is mostly known in this isolate: what is answered at once goes into the same turn, so that a step costs one commit. An
   * answer that takes longer comes as an input of its own.
   */
  async #answersAtOnce(run: LoadedRun, state: RunState): Promise<Happening[]> {
    const asked = wantedEffects(run.machinery, state, this.#ports.now()).filter(
      (effect) => effect.kind === "authority.ask" && !this.#underWay.has(effect.key),
    );
    if (asked.length === 0) return [];
    const answers: Happening[] = [];
    const asking = asked.map(async (effect) => {
      this.#underWay.add(effect.key);
      const answer = carryOut(this.#ports, { machinery: run.machinery, state, killEpoch: this.#heard?.epoch ?? 0 }, effect);
      const first = await Promise.race([answer, sleep(AT_ONCE_MS)]).catch(() => null);
      if (first === null) return this.#await(effect.key, answer);
      this.#underWay.delete(effect.key);
      answers.push(first);
    });
    await Promise.all(asking);
    return answers;
  }

  /** The alarm: look again, send what waits. */
  async wake(): Promise<void> {
    this.#alarmAt = null;
    const run = this.run;
    if (run === null) return;
    this.#waking = true;
    try {
      if (!isFinal(run.state)) await this.offer({ kind: "tick" });
      await this.#flushNow(run);
      await this.#arm(run);
    } finally {
      this.#waking = false;
    }
    this.#act(run);
  }

  /** Whoever makes a queued call is still at it. */
  noteSign(call: number): void {
    this.#signs.set(call, this.#ports.now());
  }

  /** The call of an activity, for whoever makes it outside this object. */
  requestFor(activity: string, call: number): QueuedRequest | null {
    const run = this.run;
    const asked = run?.state.activities[activity];
    if (run === null || asked?.phase !== "calling" || asked.call !== call || asked.queued !== "taken") return null;
    this.noteSign(call);
    const epoch = this.#heard?.epoch ?? 0;
    if (asked.kind === "tool") return { kind: "tool", request: toolCall(run.machinery, run.state, asked, this.#ports.now(), epoch) };
    return { kind: "model", request: modelCall(run.machinery, run.state, asked, this.#ports.now(), epoch) };
  }

  /** True when the run should be woken and its alarm, as storage has it, is missing or long past. While `alarm()` runs there is none. */
  isOverdue(alarmAt: EpochMs | null): boolean {
    const run = this.run;
    if (run === null || this.#waking) return false;
    const now = this.#ports.now();
    if (nextWakeAt(run.machinery, run.state, now) === null) return false;
    return alarmAt === null || alarmAt < now - OVERDUE_MS;
  }

  /** Ended, and nobody waits for anything from here. */
  mayBeEmptied(): boolean {
    const run = this.run;
    return (
      run !== null &&
      isFinal(run.state) &&
      run.leaving.nextDueAt() === null &&
      wantedEffects(run.machinery, run.state, Number.MAX_SAFE_INTEGER).length === 0
    );
  }

  forget(): void {
    this.#run = undefined;
    this.#alarmAt = null;
  }

  async confirm(rows: readonly string[]): Promise<void> {
    const run = this.run;
    if (run === null) return;
    run.leaving.confirm(rows);
    await this.#arm(run);
  }

  /** Resolves when something was committed, or after `waitMs`. */
  async changed(waitMs: number): Promise<void> {
    if (waitMs <= 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, waitMs);
    this.#watchers.add(resolve);
    await promise;
    clearTimeout(timer);
    this.#watchers.delete(resolve);
  }

  /** null: nobody can say, so nothing is sent (core/run/pause.ts). */
  async #stops(known?: Stops): Promise<Stops | null> {
    const isFresh = (stops: Stops): boolean => this.#ports.now() - stops.asOf <= STOPS_MAX_AGE_MS;
    const told = known && isFresh(known) ? known : await this.#ports.stops().catch(() => null);
    if (told !== null && told.epoch >= (this.#heard?.epoch ?? 0)) this.#heard = told;
    return this.#heard !== null && isFresh(this.#heard) ? this.#heard : null;
  }

  /** The rows of a turn, each with what of it leaves; the run's line in the index goes with the last. */
  #parts(run: LoadedRun, state: RunState, events: readonly RunEvent[]): TurnPart[] {
    const isListed = state.status !== run.state.status || state.deadLetter !== run.state.deadLetter || events[0]?.seq === 1;
    const parts: TurnPart[] = [];
    let after = run.leaving.lastSeq();
    for (let start = 0; start < events.length; start += EVENTS_PER_ROW) {
      const some = events.slice(start, start + EVENTS_PER_ROW);
      const id = String(some.at(-1)?.seq);
      const records = auditRecords(run.machinery, some);
      const line = isListed && start + EVENTS_PER_ROW >= events.length ? { run: toIndexRow(run.machinery, state) } : {};
      const leaves = records.length > 0 || "run" in line;
      parts.push({ events: some, leaving: leaves ? { id, after, records, ...line } : null });
      if (leaves) after = id;
    }
    return parts;
  }

  #noteCalls(events: readonly RunEvent[]): void {
    for (const event of events) {
      if (event.type === "tool.called" || event.type === "model.calling") this.#ours.add(event.seq);
      else if (event.type === "call.taken") this.noteSign(event.data.call);
    }
  }

  /** Starts what the state wants and nobody does yet. */
  #act(run: LoadedRun): void {
    this.#giveUpSilent(run);
    for (const effect of wantedEffects(run.machinery, run.state, this.#ports.now())) {
      if (this.#underWay.has(effect.key) || this.#done.has(effect.key)) continue;
      const isCall = effect.kind === "tool.call" || effect.kind === "model.call";
      if (isCall && this.#isCutShort(run, effect)) {
        if (run.state.status === "paused") continue;
        this.#begin(effect.key, async () => ({ kind: "interrupted", activity: effect.activity, call: effect.call }));
      } else {
        if (isCall) this.#ours.delete(effect.call); // it leaves once: if its outcome cannot be stored here, it was cut short
        this.#begin(effect.key, () => this.#carryOut(run, effect));
      }
    }
  }

  /** Queued calls whose consumer fell silent: it was cut short like a call of ours. */
  #giveUpSilent(run: LoadedRun): void {
    const now = this.#ports.now();
    for (const { id: activity, call, queued, phase } of Object.values(run.state.activities)) {
      if (phase !== "calling" || queued !== "taken" || call === null) continue;
      const key = `silent/${activity}#${call}`;
      const isSilent = now - (this.#signs.get(call) ?? this.#bornAt) > SILENT_MS;
      if (isSilent && run.state.status !== "paused" && !this.#underWay.has(key)) {
        this.#begin(key, async () => ({ kind: "interrupted", activity, call }));
      }
    }
  }

  /** A call that an earlier life sent out, or that the queue has lost. */
  #isCutShort(run: LoadedRun, { activity, call }: { readonly activity: string; readonly call: number }): boolean {
    return !this.#ours.has(call) || run.state.activities[activity]?.queued !== null;
  }

  #carryOut(run: LoadedRun, effect: RunEffect): Promise<Happening> {
    return carryOut(this.#ports, { machinery: run.machinery, state: run.state, killEpoch: this.#heard?.epoch ?? 0 }, effect);
  }

  #begin(key: string, work: () => Promise<Happening>): void {
    this.#underWay.add(key);
    this.#await(key, work());
  }

  /** What comes of it is offered. What throws here (an object out of reach, a dying isolate) is left to the alarm, which finds it still wanted. */
  #await(key: string, work: Promise<Happening>): void {
    const { log } = this.#ports;
    work
      .then((happening) => {
        if (happening.kind === "tick") this.#done.add(key);
        return this.offer(happening);
      })
      .then((result) => {
        if (result.ok) return;
        const { input, why } = result.error;
        log({ level: "info", message: "run input refused", input, why, run: this.run?.machinery.birth.id ?? null });
      })
      .catch((error: unknown) => {
        const name = error instanceof Error ? error.name : "unknown";
        log({ level: "warn", message: "effect broke off", effect: key.split("/")[0] ?? key, error: name });
      })
      .finally(() => this.#underWay.delete(key));
  }

  /** One alarm: the earliest of what the run and its outbox want. An earlier one that is set already stays. */
  async #arm(run: LoadedRun): Promise<void> {
    const now = this.#ports.now();
    const wanted = Math.min(
      nextWakeAt(run.machinery, run.state, now) ?? Number.POSITIVE_INFINITY,
      run.leaving.nextDueAt() ?? Number.POSITIVE_INFINITY,
    );
    if (wanted === Number.POSITIVE_INFINITY) {
      if (this.#alarmAt !== null) await this.#storage.deleteAlarm();
      this.#alarmAt = null;
      return;
    }
    const at = Math.max(wanted, now + 1); // an alarm set to `now` inside `alarm()` can stall
    if (this.#alarmAt !== null && this.#alarmAt > now && this.#alarmAt <= at) return;
    this.#alarmAt = at;
    await this.#storage.setAlarm(at);
  }

  #announce(run: LoadedRun): void {
    for (const wake of this.#watchers) wake();
    if (this.#flush !== null) return;
    this.#flush = setTimeout(() => {
      this.#flush = null;
      void this.#flushNow(run).then(() => this.#arm(run));
    }, FLUSH_DELAY_MS);
  }

  async #flushNow(run: LoadedRun): Promise<void> {
    await run.leaving.flush(this.#ports.send, this.#ports.now);
  }
}

const sleep = (ms: number): Promise<null> => new Promise((resolve) => setTimeout(resolve, ms, null));
