/**
 * Houses the run's machine in a Durable Object: ask what is stopped, decide, commit, act. Effects run while the object is awake
 * (under-way.ts) and come back as happenings; the alarm is the safety net that picks up what a crash, an eviction or a deploy left behind.
 */

import { own } from "../../core/json.ts";
import { hearStops, isFresh, type Stops } from "../../core/kill-switch/stops.ts";
import { ok, type Result } from "../../core/result.ts";
import type { ModelCall, ToolCall } from "../../core/run/calls/call.ts";
import { modelCall, toolCall } from "../../core/run/calls/request.ts";
import { initialState } from "../../core/run/fold/evolve.ts";
import type { Birth } from "../../core/run/machine/birth.ts";
import type { Happening, Refused } from "../../core/run/machine/happening.ts";
import { isFinal, type RunState } from "../../core/run/machine/state.ts";
import { type RunTurn, transition } from "../../core/run/machine/transition.ts";
import { isFull } from "../../core/run/machine/turn.ts";
import { isAtWork } from "../../core/run/outside/index-line.ts";
import { lifeLines } from "../../core/run/outside/life-lines.ts";
import { keepsRestricted } from "../../core/run/outside/restricted.ts";
import type { TracePage } from "../../core/run/outside/trace-export.ts";
import { nextWakeAt } from "../../core/run/outside/wake.ts";
import { wantedEffects } from "../../core/run/outside/wanted.ts";
import { errorName, logLine } from "../../core/telemetry/log-line.ts";
import type { EpochMs } from "../../core/time.ts";
import { SealGone } from "../../kit/sealed-text.ts";
import { turn as endTurn } from "../../kit/turn.ts";
import { Alarm, isLate } from "../kit/alarm.ts";
import { type Absent, Journal, type LoadedRun, type TurnRows } from "./journal.ts";
import { KeptValues } from "./kept-values.ts";
import { ValuesOutOfReach } from "./out-of-reach.ts";
import type { RunEnginePorts } from "./ports.ts";
import type { Reading } from "./reading.ts";
import { type Refolded, refold } from "./refold.ts";
import { Sealing } from "./sealing.ts";
import { SendingRecords } from "./sending-records.ts";
import { SendingTrace } from "./sending-trace.ts";
import { partsOf } from "./turn-parts.ts";
import { UnderWay } from "./under-way.ts";

/** How long, in ms, records wait for those of further turns, so that they leave in one message. */
const FLUSH_DELAY_MS = 200;
/** Maximum times a turn is decided again because the kill switch's snapshot expired while large values were stored. */
const DECISIONS = 3;

/** After this long, in ms, the alarm goes on behind a turn that was cut, should this life not get to it. */
const REST_MS = 5_000;

/** A call as a queue consumer gets it. */
export type QueuedRequest = { readonly kind: "tool"; readonly request: ToolCall } | { readonly kind: "model"; readonly request: ModelCall };

type Decided = Pick<RunTurn, "state" | "events" | "texts" | "isCut"> & { readonly at: EpochMs };

/** One run in its object. Every verb is a turn; turns do not overlap. */
export class RunShell {
  readonly #ports: RunEnginePorts;
  readonly #sealing: Sealing;
  readonly #values: KeptValues;
  readonly journal: Journal;
  readonly #underWay: UnderWay;
  readonly #records: SendingRecords;
  readonly #trace: SendingTrace;
  /** undefined: not read yet. */
  #run: LoadedRun | null | undefined;
  #loading: Promise<void> | null = null;
  /** The turn that is being taken: the next one waits for it. */
  #turn: Promise<void> | null = null;
  /** The newest snapshot of the kill switch that this life has seen; an older one is ignored. */
  #heard: Stops | null = null;
  readonly #alarm: Alarm;
  /** When the alarm takes up what follows a turn that was cut; null: nothing does. */
  #restAt: EpochMs | null = null;
  /** `alarm()` is running: until it ends, storage has no alarm. */
  #waking = false;
  #flush: ReturnType<typeof setTimeout> | null = null;
  readonly #watchers = new Set<() => void>();

  /** `prefix`: of the keys under which large values of this run lie. */
  constructor(storage: DurableObjectStorage, ports: RunEnginePorts, sha256: (text: string) => string, prefix: string) {
    this.#ports = ports;
    this.#alarm = new Alarm(storage, ports.now);
    this.#sealing = new Sealing(ports.sealing);
    this.#values = new KeptValues(ports.values, prefix, sha256, this.#sealing);
    this.journal = new Journal(storage, sha256, this.#values, this.#sealing);
    const reading: Reading = { journal: this.journal, read: (read) => this.withValues(read) };
    this.#records = new SendingRecords(ports, this.#sealing, reading);
    this.#trace = new SendingTrace(ports, {
      ...reading,
      isCurrent: (run) => this.#run === run,
      arm: (run) => this.#arm(run),
    });
    this.#underWay = new UnderWay(
      ports,
      (happening) => this.offer(happening),
      () => this.#run?.machinery.birth.id ?? null,
    );
  }

  /**
   * The run that was born here; null until its first turn is stored, and when storing it failed: until then nobody may see it.
   * MUST be asked once `loaded` has answered.
   */
  get run(): LoadedRun | null {
    if (this.#run === undefined) throw new Error("the run was asked for before it was read");
    return this.#run === null || this.#run.state.seq === 0 ? null : this.#run;
  }

  /** The run, read from its journal when this life has not done so yet; at once, unless values of it lie elsewhere. */
  async loaded(): Promise<LoadedRun | null> {
    if (this.#run === undefined && this.#loading === null) {
      const read = this.journal.load();
      if (read.ok) this.#run = read.value;
      else this.#loading = this.#loadWith(read.error);
    }
    if (this.#loading !== null) await this.#loading;
    return this.run;
  }

  /** INVARIANT: one reading at a time. A second one could end after a turn was decided on the first, and stand for an older run. */
  async #loadWith(absent: Absent): Promise<void> {
    try {
      this.#run = await this.withValues(() => this.journal.load(), absent);
    } finally {
      this.#loading = null;
    }
  }

  /** The journal folded again, and whether it gives what lived. Values that lie elsewhere are read and checked again too. */
  async refold(run: LoadedRun): Promise<Refolded> {
    this.#values.forget();
    return refold(run.machinery, run.state, (seq, rows) => this.withValues(() => this.journal.events(seq, rows)));
  }

  /** The result of `read`. Values outside the object that it needs are fetched first, unless this life has them already. */
  async withValues<T>(read: () => Result<T, Absent>, absent: Absent = []): Promise<T> {
    if (absent.length > 0) await this.#fetch(absent);
    for (let result = read(); ; result = read()) {
      if (result.ok) return result.value;
      await this.#fetch(result.error);
    }
  }

  /** Keys first: they open the rows that name values. */
  async #fetch(absent: Absent): Promise<void> {
    const keys = absent.filter((one) => typeof one !== "string");
    await this.#sealing.fetch(keys);
    if (keys.length === 0) await this.#values.fetch(absent.filter((one) => typeof one === "string"));
  }

  /** Bears the run, once: the same birth again changes nothing. */
  async bear(birth: Birth, stops: Stops): Promise<void> {
    await this.#inTurn(async () => {
      if ((await this.loaded()) !== null) return;
      this.#run = this.journal.bear(birth, initialState);
      await this.#takeWhole({ kind: "start" }, stops);
    });
  }

  /** Offers one happening to the machine. A refusal changes nothing and is data. Throws when what it brings cannot be stored now. */
  offer(happening: Happening, known?: Stops): Promise<Result<RunState, Refused>> {
    return this.#inTurn(async () => {
      await this.loaded();
      return this.#takeWhole(happening, known);
    });
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

  /** A happening, and as many turns as follow from it. What its own turn committed is taken, whatever becomes of those that follow. */
  async #takeWhole(happening: Happening, known?: Stops): Promise<Result<RunState, Refused>> {
    const taken = await this.#take(happening, known);
    if (!taken.ok) return taken;
    let { state, isCut } = taken.value;
    while (isCut) {
      await endTurn(); // a run with much to say keeps nobody else waiting
      const next = await this.#take({ kind: "tick" }, known).catch((error: unknown) => {
        // Its alarm comes back to it.
        this.#ports.log(logLine("run.turn_failed", { run: this.run?.machinery.birth.id ?? "", input: "tick", error: errorName(error) }));
        return null;
      });
      if (next === null || !next.ok) break;
      ({ state, isCut } = next.value);
    }
    return ok(state);
  }

  /** One turn: ask what is stopped, decide, commit, act. `isCut`: the turn was full, and the run goes on in another one. */
  async #take(happening: Happening, known?: Stops): Promise<Result<{ readonly state: RunState; readonly isCut: boolean }, Refused>> {
    const run = happening.kind === "start" ? (this.#run ?? null) : this.run;
    if (run === null) {
      return { ok: false, error: { code: "run.refused", status: "queued", happening: happening.kind, why: "no run was born here" } };
    }
    const turn = await this.#decideDurably(run, happening, known);
    if (!turn.ok) return turn;
    const { state, events, at, rows } = turn.value;
    const isCut = (turn.value.isCut || isFull(events)) && !isFinal(state);
    this.#restAt = isCut ? this.#ports.now() + REST_MS : null;
    if (events.length > 0) {
      this.journal.commit(run, rows, at);
      run.state = state;
      run.leaving.costs.goesOn(isAtWork(state.status));
      run.trace.committed(events, at);
      this.#underWay.noteCalls(events);
      for (const line of lifeLines(run.machinery, state, events)) this.#ports.log(line);
    }
    await this.#arm(run);
    this.#underWay.act(run, this.#killEpoch);
    if (events.length > 0) this.#announce(run);
    return ok({ state, isCut });
  }

  /** A decision whose rows may be committed: the values that they refer to are durable, and what it knows of stops is not old. */
  async #decideDurably(run: LoadedRun, happening: Happening, known?: Stops): Promise<Result<Decided & { rows: TurnRows }, Refused>> {
    for (let decision = 0; decision < DECISIONS; decision++) {
      const stops = await this.#stops(known);
      const decided = await this.#decideSomehow(run, happening, stops);
      if (!decided.ok) return decided;
      const { rows } = decided.value;
      if (this.#isReady(rows)) return decided;
      const { id, org, subject } = run.machinery.birth;
      if (rows.isSealed) await this.#sealing.prepare({ org, run: id, subject });
      await this.#values.keep(rows.parts);
      if (stops === null || this.#isFresh(stops)) return decided;
    }
    throw new ValuesOutOfReach("storing the values of a turn takes too long");
  }

  #isReady({ parts, isSealed }: TurnRows): boolean {
    return (!isSealed || this.#sealing.isReady) && this.#values.areStored(parts);
  }

  /** What throws here is a bug of ours. The run then fails what it was about, or ends: thrown again and again it would never end. */
  async #decideSomehow(run: LoadedRun, happening: Happening, stops: Stops | null): Promise<Result<Decided & { rows: TurnRows }, Refused>> {
    const forms: Happening[] = [happening, { kind: "broken", over: happening }, { kind: "collapsed", over: happening }];
    let thrown: unknown;
    for (const form of forms) {
      try {
        const decided = await this.#decide(run, form, stops);
        if (!decided.ok) return decided;
        const { state, events, texts, at } = decided.value;
        const rows = this.journal.rowsOf(
          run,
          partsOf(run, state, events, texts),
          events.length > 0 && keepsRestricted(run.machinery, state),
        );
        if (events.length > 0) wantedEffects(run.machinery, state, at); // what follows from the state can be told
        return ok({ ...decided.value, rows });
      } catch (error) {
        thrown = error;
        this.#ports.log(logLine("run.turn_failed", { run: run.machinery.birth.id, input: happening.kind, error: errorName(error) }));
      }
    }
    throw thrown;
  }

  async #decide(run: LoadedRun, happening: Happening, stops: Stops | null): Promise<Result<Decided, Refused>> {
    const at = Math.max(this.#ports.now(), run.state.statusSince);
    const turn = transition(run.machinery, run.state, happening, { at, stops });
    if (!turn.ok) return turn;
    let { state, events, texts, isCut } = turn.value;
    for (const answer of events.length === 0 ? [] : await this.#underWay.answersAtOnce(run, state, this.#killEpoch)) {
      const next = transition(run.machinery, state, answer, { at, stops });
      if (!next.ok) continue;
      state = next.value.state;
      events = [...events, ...next.value.events];
      texts = new Map([...texts, ...next.value.texts]);
      isCut ||= next.value.isCut;
    }
    return ok({ state, events, texts, at, isCut });
  }

  /** The alarm: look again, send what waits. */
  async wake(): Promise<void> {
    this.#alarm.forget();
    this.#waking = true;
    let run: LoadedRun | null;
    try {
      run = await this.loaded();
      if (run === null) return;
      await this.#underWay.offerHeld();
      if (!isFinal(run.state)) await this.offer({ kind: "tick" });
      await this.#flushNow(run);
      await this.#arm(run);
    } finally {
      this.#waking = false;
    }
    this.#underWay.act(run, this.#killEpoch);
  }

  /** The consumer of a queued call is still working on it. */
  noteSign(call: number): void {
    this.#underWay.noteSign(call);
  }

  /** The call of an activity, for a consumer that makes it outside this object; null: it is not wanted any more. */
  requestFor(activity: string, call: number): QueuedRequest | null {
    const run = this.run;
    const asked = own(run?.state.activities ?? {}, activity);
    if (run === null || asked?.phase !== "calling" || asked.call !== call || asked.queued !== "taken") return null;
    this.noteSign(call);
    const { machinery, state } = run;
    if (asked.kind === "tool") return { kind: "tool", request: toolCall(machinery, state, asked, this.#ports.now(), this.#killEpoch) };
    return { kind: "model", request: modelCall(machinery, state, asked, this.#ports.now(), this.#killEpoch) };
  }

  /** True when the run should be woken and its alarm, as storage has it, is missing or long past. While `alarm()` runs there is none. */
  isOverdue(alarmAt: EpochMs | null): boolean {
    const run = this.run;
    if (run === null || this.#waking) return false;
    const now = this.#ports.now();
    if (nextWakeAt(run.machinery, run.state, now) === null) return false;
    return isLate(alarmAt, now);
  }

  /** True when the run has ended and nobody waits for anything from it. */
  mayBeEmptied(): boolean {
    const run = this.run;
    return (
      run !== null &&
      isFinal(run.state) &&
      run.leaving.nextDueAt() === null &&
      !run.trace.isAwaited(this.#ports.traces, run.state, this.#ports.now()) &&
      wantedEffects(run.machinery, run.state, Number.MAX_SAFE_INTEGER).length === 0
    );
  }

  /** As `mayBeEmptied`, but for a callback that is owed. */
  mayBeErased(): boolean {
    const run = this.run;
    if (run === null || !isFinal(run.state) || run.leaving.nextDueAt() !== null) return false;
    return wantedEffects(run.machinery, run.state, Number.MAX_SAFE_INTEGER).every(({ kind }) => kind === "callback.send");
  }

  /** The run's turn in its session has come: it asks what was said. */
  async takeTurn(): Promise<void> {
    this.#underWay.again("session.enter");
    await this.offer({ kind: "tick" });
  }

  /** The platform drops an alarm when all its retries failed: the next caller sets it again. */
  async rearm(): Promise<void> {
    if (this.run === null || this.#waking || !(await this.#alarm.isLost())) return;
    if (this.run !== null) await this.#arm(this.run);
  }

  forget(): void {
    this.#run = undefined;
    this.#records.forget();
    this.#alarm.forget();
    this.#values.forget();
    this.#sealing.forget();
  }

  /** Of a run whose key is destroyed (`SendingRecords.sendOfLost`). */
  recordsOfLost(): Promise<boolean> {
    return this.#records.sendOfLost();
  }

  async confirm(rows: readonly string[]): Promise<void> {
    let run: LoadedRun | null;
    try {
      run = await this.loaded();
    } catch (error) {
      if (!(error instanceof SealGone)) throw error;
      await this.#records.sendOfLost(rows);
      return;
    }
    if (run === null) return;
    run.leaving.confirm(rows);
    if (run.leaving.nextDueAt() === null) this.#ports.resends.leave(run.machinery.birth.id);
    await this.#trace.lookAfter(run); // by now its spans have left, as a rule: one commit for both
    await this.#arm(run);
  }

  /** The spans that leave next; `busy`: another consumer is at them; null: none wait. */
  async takeTrace(): Promise<TracePage | "busy" | null> {
    const run = await this.loaded();
    return run === null ? null : this.#trace.take(run);
  }

  /** What became of the spans that were taken: they have left up to this event; null: the queue comes again for them. */
  async traced(upTo: number | null): Promise<void> {
    const run = await this.loaded();
    if (run === null) return;
    await this.#trace.taken(run, upTo);
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

  /** null: nobody can say, so nothing is sent (core/run/machine/pause.ts). */
  async #stops(known?: Stops): Promise<Stops | null> {
    const told = known && this.#isFresh(known) ? known : await this.#ports.stops().catch(() => null);
    this.#heard = hearStops(this.#heard, told);
    return this.#heard !== null && this.#isFresh(this.#heard) ? this.#heard : null;
  }

  #isFresh(stops: Stops): boolean {
    return isFresh(stops, this.#ports.now());
  }

  get #killEpoch(): number {
    return this.#heard?.epoch ?? 0;
  }

  async #arm(run: LoadedRun): Promise<void> {
    const { traces, now } = this.#ports;
    const { machinery, state, leaving, trace } = run;
    await this.#alarm.setByAll([nextWakeAt(machinery, state, now()), this.#restAt, leaving.nextDueAt(), trace.dueAt(traces, state)]);
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
    await this.#records.send(run);
    await this.#trace.lookAfter(run);
    await this.#trace.send(run);
  }
}
