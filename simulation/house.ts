/**
 * Objects by name, as the platform houses them: one life at a time, born by what is delivered to it, its answers held until they are
 * durable, its alarm fired at least once.
 */

import type { Climate } from "./climate.ts";
import { type Clock, type Owner, WORLD } from "./clock.ts";
import type { Dice } from "./dice.ts";
import { type Alarm, Disk } from "./disk.ts";
import { ENDS, type End, Life } from "./life.ts";
import { storageOf } from "./storage.ts";
import { ObjectReset } from "./take-over.ts";
import type { Trouble } from "./trouble.ts";

/** Makes an object's instance for one life; `ctx` has its storage. */
export type Construct = (ctx: DurableObjectState, life: Life, name: string) => object;

/** The platform tries an alarm that failed six times more, then drops it. */
const ALARM_RETRIES = 6;
const ALARM_BACKOFF_MS = 2_000;
/** An instance of old code is gone after this at the latest. */
const OUTDATED_MS = 30_000;

export type HouseWorld = { readonly clock: Clock; readonly dice: Dice; readonly trouble: Trouble; readonly climate: Climate };

export class HousedObject {
  readonly kind: string;
  readonly name: string;
  readonly disk = new Disk();
  life: Life | null = null;
  instance: object | null = null;
  lives = 0;
  /** The platform gave up on an alarm of it: only somebody else can wake it. */
  alarmDropped = false;
  /** The alarm that is being handled, and by whom. */
  firing: { readonly alarm: Alarm; readonly life: Life } | null = null;
  /** The instant that the scheduler knows of. */
  scheduled: { readonly at: number; cancel(): void } | null = null;

  constructor(kind: string, name: string) {
    this.kind = kind;
    this.name = name;
  }

  get id(): string {
    return `${this.kind}/${this.name}`;
  }
}

export class House {
  readonly #world: HouseWorld;
  readonly #kinds: { readonly [kind: string]: Construct };
  readonly objects = new Map<string, HousedObject>();
  /** Hears of every commit and of the end of every event of an object. */
  committed: (object: HousedObject) => void = () => {};

  constructor(world: HouseWorld, kinds: { readonly [kind: string]: Construct }) {
    this.#world = world;
    this.#kinds = kinds;
  }

  object(kind: string, name: string): HousedObject {
    const id = `${kind}/${name}`;
    const known = this.objects.get(id);
    if (known !== undefined) return known;
    const object = new HousedObject(kind, name);
    object.disk.committed = () => {
      this.committed(object);
      this.#schedule(object);
    };
    this.objects.set(id, object);
    return object;
  }

  /** RPC: rejects when the object could not be reached or ended before it answered. Its work may be done all the same. */
  call(caller: Owner, kind: string, name: string, method: string, given: readonly unknown[]): Promise<unknown> {
    const { clock, dice, trouble, climate } = this.#world;
    const object = this.object(kind, name);
    const place = `${object.id}.${method}`;
    return new Promise((resolve, reject) => {
      let answered = false;
      const answer = (settle: () => void): void => {
        if (answered) return;
        answered = true;
        clock.after(dice.skewed("rpc/latency", 1, 60), caller, settle);
      };
      const struck = trouble.strike(`${place}/rpc`, climate.unreachable, ["lost", "answer lost", "slow"] as const);
      if (struck === "lost") return answer(() => reject(new Error("Network connection lost.")));
      const copy = structuredClone(given);
      const delay = struck === "slow" ? dice.between("rpc/slow", 1_000, 20_000) : dice.skewed("rpc/latency", 1, 60);
      clock.after(delay, WORLD, () => {
        const fail = (error: Error): void => answer(() => reject(error));
        const life = this.#enter(object);
        if (life === null) return fail(new Error("the object could not be made"));
        life.callers.add(fail);
        const leave = (settle: () => void): void => {
          life.leave(`${method}:answer`, () => {
            life.callers.delete(fail);
            if (struck === "answer lost") fail(new Error("Network connection lost."));
            else answer(settle);
          });
        };
        this.#perform(object, method, copy).then(
          (value) => leave(() => resolve(structuredClone(value))),
          (error: unknown) => {
            // Only its own end keeps an object from answering: that of an object it asked is an error like any other.
            if (!(error instanceof ObjectReset) || !(life.dead || life.outdated))
              leave(() => reject(error instanceof Error ? error : new Error(String(error))));
          },
        );
      });
    });
  }

  /** Drops what every object has in memory. */
  close(): void {
    for (const object of this.objects.values()) {
      if (object.life !== null) object.life.dead = true;
      object.disk.close();
    }
  }

  async #perform(object: HousedObject, method: string, given: readonly unknown[]): Promise<unknown> {
    const verb = (object.instance as Record<string, ((...given: readonly unknown[]) => unknown) | undefined> | null)?.[method];
    if (verb === undefined) throw new TypeError(`${object.id} has no method ${method}`);
    return verb.apply(object.instance, [...given]);
  }

  /** The life that an event is delivered to; null when the object could not be made. The rest of the event is its own. */
  #enter(object: HousedObject): Life | null {
    const { clock, trouble, climate } = this.#world;
    if (object.life !== null && object.life.callers.size === 0 && object.firing === null) {
      const evicted = trouble.strike(`${object.id}/evict`, climate.eviction, ["evicted"] as const);
      if (evicted !== null) {
        object.life.dead = true;
        object.life = null;
      }
    }
    if (object.life !== null) {
      clock.current = object.life;
      return object.life;
    }
    const construct = this.#kinds[object.kind];
    if (construct === undefined) throw new TypeError(`no class for ${object.kind}`);
    object.lives++;
    const life: Life = new Life(
      object.id,
      object.disk,
      (place) => trouble.strike(place, climate.crash, ENDS),
      (ended, how) => this.#ended(object, ended, how),
    );
    clock.current = life;
    object.life = life;
    try {
      const ctx = { storage: storageOf(life), id: { name: object.name, toString: () => object.id } } as unknown as DurableObjectState;
      object.instance = construct(ctx, life, object.name);
    } catch (error) {
      if (object.life === life) object.life = null;
      life.dead = true;
      if (error instanceof ObjectReset) return null;
      throw error; // a constructor that breaks by itself is a bug of ours
    }
    return life;
  }

  #ended(object: HousedObject, life: Life, how: End): void {
    const { clock, dice } = this.#world;
    if (object.life === life) {
      object.life = null;
      object.instance = null;
    }
    if (how !== "crash") {
      clock.after(dice.between("life/outdated", 0, OUTDATED_MS), WORLD, () => {
        life.dead = true;
      });
    }
    if (object.firing?.life === life) this.#alarmFailed(object);
  }

  /** Tells the scheduler of the alarm as it is now. */
  #schedule(object: HousedObject): void {
    const { clock, dice, trouble, climate } = this.#world;
    const { alarm } = object.disk;
    if (object.scheduled?.at === alarm?.at) return;
    object.scheduled?.cancel();
    object.scheduled = null;
    if (alarm === null) return;
    const late = trouble.strike(`${object.id}/alarm-late`, climate.alarm, ["alarm late"] as const) !== null;
    const delay = Math.max(0, alarm.at - clock.now) + (late ? dice.between("alarm/late", 1_000, 90_000) : dice.skewed("alarm/late", 0, 50));
    const entry = clock.after(delay, WORLD, () => {
      object.scheduled = null;
      if (object.firing === null) this.#fire(object);
    });
    object.scheduled = { at: alarm.at, cancel: () => entry.cancel() };
  }

  #fire(object: HousedObject): void {
    const { alarm } = object.disk;
    if (alarm === null) return;
    object.disk.alarm = null;
    this.#handle(object, alarm);
  }

  #handle(object: HousedObject, alarm: Alarm): void {
    const { clock, dice, trouble, climate } = this.#world;
    const life = this.#enter(object);
    if (life === null) {
      this.#retryAlarm(object, alarm);
      return;
    }
    object.firing = { alarm, life };
    this.#perform(object, "alarm", [{ retryCount: alarm.retry, isRetry: alarm.retry > 0 }]).then(
      () => {
        if (object.firing?.life !== life) return;
        life.leave("alarm:end", () => {
          object.firing = null;
          this.#schedule(object);
          if (object.scheduled === null && object.disk.alarm !== null && object.disk.alarm.at <= clock.now) this.#fire(object);
          if (trouble.strike(`${object.id}/alarm-twice`, climate.alarm, ["alarm twice"] as const) !== null) {
            clock.after(dice.between("alarm/twice", 0, 30_000), WORLD, () => {
              if (object.firing === null) this.#handle(object, { at: clock.now, retry: 0 });
            });
          }
        });
      },
      () => {
        if (object.firing?.life === life) this.#alarmFailed(object);
      },
    );
  }

  #alarmFailed(object: HousedObject): void {
    const { firing } = object;
    if (firing === null) return;
    object.firing = null;
    this.#retryAlarm(object, firing.alarm);
  }

  /** An alarm that was set meanwhile takes the place of the retry. */
  #retryAlarm(object: HousedObject, alarm: Alarm): void {
    const { clock } = this.#world;
    if (object.disk.alarm === null && alarm.retry >= ALARM_RETRIES) object.alarmDropped = true;
    else if (object.disk.alarm === null) {
      object.disk.alarm = { at: clock.now + ALARM_BACKOFF_MS * 2 ** alarm.retry, retry: alarm.retry + 1 };
    }
    object.scheduled?.cancel();
    object.scheduled = null;
    this.#schedule(object);
  }
}
