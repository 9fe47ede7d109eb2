/**
 * What this life of the object has under way: effects in flight, by key, and the calls whose intents it wrote. All of it is memory: what
 * an earlier life left behind is found in the state, and reported as interrupted. Decides nothing and stores nothing.
 */
import { own } from "../../core/json.ts";
import type { Result } from "../../core/result.ts";
import type { RunEvent } from "../../core/run/machine/event.ts";
import type { Happening, Refused } from "../../core/run/machine/happening.ts";
import type { RunState } from "../../core/run/machine/state.ts";
import { type RunEffect, wantedEffects } from "../../core/run/outside/wanted.ts";
import { errorName, logLine } from "../../core/telemetry/log-line.ts";
import type { EpochMs } from "../../core/time.ts";
import { carryOut, type EffectOutcome } from "./effects.ts";
import type { LoadedRun } from "./journal.ts";
import { ValuesOutOfReach } from "./out-of-reach.ts";
import type { RunEnginePorts } from "./ports.ts";

/** A queue consumer says every few seconds that it is at its call (workers/slow-calls); silent for so long, it is gone. */
const SILENT_MS = 9_000;
/** An answer that is here within this time joins the turn that asked for it. */
const AT_ONCE_MS = 20;
/** A little less than the time after which a parent is woken to look after its child (core/run/outside/wake.ts). */
const CHILD_AGAIN_MS = 9 * 60_000;

/** How often an outcome is offered in one form, where the object fails to take it. */
const OFFERS = 3;

/**
 * A child that was cancelled, or asked to undo its steps, and has not told its end is asked again: to do so twice changes nothing. A callback that a
 * kill switch holds is looked at again.
 */
const LOOK_AGAIN_MS = 9_000;

/** A little less than the time after which a run that waits for its turn in its session is woken to ask again (core/run/outside/wake.ts). */
const TURN_AGAIN_MS = 29_000;

/** Gives a happening to the run's machine. A refusal is data. */
export type Offer = (happening: Happening) => Promise<Result<RunState, Refused>>;

/** The effects that this life of the object has started and that have not ended. */
export class UnderWay {
  readonly #ports: RunEnginePorts;
  /** Where outcomes go. */
  readonly #offer: Offer;
  /** The run's id, for the log. */
  readonly #run: () => string | null;
  readonly #effects = new Set<string>();
  /** Effects that this life has delivered, and when. They stay wanted until somebody answers: once is enough, except for a child. */
  readonly #delivered = new Map<string, EpochMs>();
  /** Calls whose intent this life wrote and that have not left yet: any other call in the state, unless it is under way, was cut short. */
  readonly #ours = new Set<number>();
  /** Outcomes that could not be stored yet. They are still under way: what an upstream answered is not asked again. */
  readonly #held = new Map<string, EffectOutcome>();
  /** How often an outcome could not be taken. */
  readonly #offers = new Map<string, number>();
  /** When each call that a queue consumer makes gave its last sign of life, taking it up included; before the first, since this life began. */
  readonly #signs = new Map<number, EpochMs>();
  readonly #bornAt: EpochMs;

  constructor(ports: RunEnginePorts, offer: Offer, run: () => string | null) {
    this.#ports = ports;
    this.#offer = offer;
    this.#run = run;
    this.#bornAt = ports.now();
  }

  /** MUST be called after every turn that was committed. */
  noteCalls(events: readonly RunEvent[]): void {
    for (const event of events) {
      if (event.type === "tool.called" || event.type === "model.calling" || event.type === "tool.looking_up") this.#ours.add(event.seq);
      else if (event.type === "call.taken") this.noteSign(event.data.call);
    }
  }

  /** The consumer of a queued call is still working on it. */
  noteSign(call: number): void {
    this.#signs.set(call, this.#ports.now());
  }

  /**
   * Authority is mostly known in this isolate: what is answered at once goes into the same turn, so that a step costs one commit. An
   * answer that takes longer comes as a happening of its own.
   */
  async answersAtOnce(run: LoadedRun, state: RunState, killEpoch: number): Promise<Happening[]> {
    const asked = wantedEffects(run.machinery, state, this.#ports.now()).filter(
      (effect) => effect.kind === "authority.ask" && !this.#effects.has(effect.key),
    );
    if (asked.length === 0) return [];
    const answers: Happening[] = [];
    const asking = asked.map(async (effect) => {
      this.#effects.add(effect.key);
      const answer = carryOut(this.#ports, { machinery: run.machinery, state, killEpoch }, effect);
      const first = await Promise.race([answer, sleep(AT_ONCE_MS)]).catch(() => null);
      if (first === null) void this.#await(effect.key, answer);
      else {
        this.#effects.delete(effect.key);
        if (first.kind !== "delivered") answers.push(first);
      }
    });
    await Promise.all(asking);
    return answers;
  }

  /** Starts what the state wants and nobody does yet. */
  act(run: LoadedRun, killEpoch: number): void {
    this.#giveUpSilent(run);
    for (const effect of wantedEffects(run.machinery, run.state, this.#ports.now())) {
      if (this.#effects.has(effect.key) || this.#isDelivered(effect) || this.#isOvertaking(effect)) continue;
      const isCall = effect.kind === "tool.call" || effect.kind === "model.call" || effect.kind === "tool.look_up";
      if (isCall && this.#isCutShort(run, effect)) {
        if (run.state.status === "paused") continue;
        this.#begin(effect.key, async () => ({ kind: "interrupted", activity: effect.activity, call: effect.call }));
      } else {
        if (isCall) this.#ours.delete(effect.call); // it leaves once: if its outcome is lost here, it was cut short
        this.#begin(effect.key, () => this.#carryOut(run, effect, killEpoch));
      }
    }
  }

  /** An effect that was delivered is to be delivered again. */
  again(key: string): void {
    this.#delivered.delete(key);
  }

  /** Offers again what could not be stored. */
  async offerHeld(): Promise<void> {
    const held = [...this.#held];
    this.#held.clear();
    await Promise.all(held.map(([key, outcome]) => this.#await(key, Promise.resolve(outcome))));
  }

  /** An outcome that the object failed to take: in the end as a failure of what it was for, or as the end of the run. */
  #otherwise(key: string, outcome: Happening): Happening {
    const offers = (this.#offers.get(key) ?? 0) + 1;
    this.#offers.set(key, offers);
    if (offers % OFFERS > 0 || outcome.kind === "collapsed") return outcome;
    return outcome.kind === "broken" ? { kind: "collapsed", over: outcome.over } : { kind: "broken", over: outcome };
  }

  /** Queued calls whose consumer fell silent: it was cut short like a call of ours. */
  #giveUpSilent(run: LoadedRun): void {
    const now = this.#ports.now();
    for (const { id: activity, call, queued, phase } of Object.values(run.state.activities)) {
      if (phase !== "calling" || queued !== "taken" || call === null) continue;
      const key = `silent/${activity}#${call}`;
      const isSilent = now - (this.#signs.get(call) ?? this.#bornAt) > SILENT_MS;
      if (isSilent && run.state.status !== "paused" && !this.#effects.has(key)) {
        this.#begin(key, async () => ({ kind: "interrupted", activity, call }));
      }
    }
  }

  /** A child is told of a pause and of its end one after the other, in that order: the next look begins what follows. */
  #isOvertaking(effect: RunEffect): boolean {
    if (effect.kind !== "child.hold") return false;
    return [...this.#effects].some((key) => key.startsWith(`hold/${effect.run}#`));
  }

  /** A child may have lost its alarm before anybody but its parent knew of it: to start it again is to look after it. */
  #isDelivered({ kind, key }: RunEffect): boolean {
    const at = this.#delivered.get(key);
    const againAfter =
      kind === "child.start"
        ? CHILD_AGAIN_MS
        : kind === "child.cancel" || kind === "child.undo" || kind === "callback.send"
          ? LOOK_AGAIN_MS
          : kind === "session.enter"
            ? TURN_AGAIN_MS
            : Number.POSITIVE_INFINITY;
    return at !== undefined && this.#ports.now() - at < againAfter;
  }

  /** A call or a look-up that an earlier life sent out, or a call that the queue has lost. */
  #isCutShort(run: LoadedRun, { activity, call }: { readonly activity: string; readonly call: number }): boolean {
    return !this.#ours.has(call) || own(run.state.activities, activity)?.queued !== null;
  }

  #carryOut({ machinery, state }: LoadedRun, effect: RunEffect, killEpoch: number): Promise<EffectOutcome> {
    return carryOut(this.#ports, { machinery, state, killEpoch }, effect);
  }

  #begin(key: string, work: () => Promise<EffectOutcome>): void {
    this.#effects.add(key);
    void this.#await(key, work());
  }

  /** Offers the outcome of an effect. What throws (an object out of reach, a dying isolate) is left to the alarm: the effect is still wanted. */
  async #await(key: string, work: Promise<EffectOutcome>): Promise<void> {
    const { log } = this.#ports;
    let outcome: EffectOutcome | null = null;
    try {
      outcome = await work;
      if (outcome.kind === "delivered") this.#delivered.set(key, this.#ports.now());
      const taken = await this.#offer(outcome.kind === "delivered" ? { kind: "tick" } : outcome);
      if (!taken.ok) {
        const { happening, why } = taken.error;
        log(logLine("run.input_refused", { run: this.#run(), input: happening, why }));
      }
    } catch (error) {
      log(logLine("run.effect_failed", { run: this.#run(), effect: key.split("/")[0] ?? key, error: errorName(error) }));
      // What came back is offered again by the alarm. It is not asked for again, as after a call that was cut short.
      if (outcome !== null && outcome.kind !== "delivered") {
        this.#held.set(key, error instanceof ValuesOutOfReach ? outcome : this.#otherwise(key, outcome));
        return;
      }
    }
    this.#effects.delete(key);
  }
}

const sleep = (ms: number): Promise<null> => new Promise((resolve) => setTimeout(resolve, ms, null));
