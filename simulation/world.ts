import type { RecordsMessage } from "../core/audit/record.ts";
import type { Stops } from "../core/kill-switch/stops.ts";
import type { SlowCallMessage } from "../core/run/calls/slow-call.ts";
import type { EventView } from "../core/run/outside/view.ts";
import { defineStopsReader } from "../workers/kill-switch/stops-reader.ts";
import { openDatabase } from "../workers/store/database.ts";
import { type RunIndex, storeRuns } from "../workers/store/runs.ts";
import { Bucket } from "./bucket.ts";
import { Callbacks } from "./callbacks.ts";
import { type Climate, climateOf } from "./climate.ts";
import { Clock, type Owner, WORLD } from "./clock.ts";
import { databaseFor, freshDatabase } from "./database.ts";
import type { Work } from "./definitions.ts";
import { Dice } from "./dice.ts";
import { Flag } from "./flag.ts";
import { type Construct, House, type HousedObject } from "./house.ts";
import { Models } from "./models.ts";
import { type Batch, Queue } from "./queue.ts";
import { Shop } from "./shop.ts";
import { takeOver } from "./take-over.ts";
import { type Schedule, Trouble } from "./trouble.ts";
import { Watch } from "./watch.ts";

/** A morning, the last seconds of a day, of a month, of a February and of a year. */
const STARTS = [
  "2026-01-01T00:00:00Z",
  "2026-01-14T23:59:40Z",
  "2026-01-31T23:59:30Z",
  "2028-02-28T23:59:50Z",
  "2026-12-31T23:58:00Z",
] as const;

/** A world lasts shorter than a run's line stays in D1. */
const NOTHING_ARCHIVED = { list: async () => [] };

/** What of a world is given instead of drawn. */
export type WorldOptions = {
  /** null: as the dice fall. */
  readonly schedule: Schedule;
  /** null: drawn from the seed. */
  readonly climate: Climate | null;
  /** null: one to three, drawn from the seed. */
  readonly works: readonly Work[] | null;
};

/** A run that a client holds a 202 for, and what it has seen of it. */
export type Accepted = { readonly run: string; readonly seen: EventView[]; done: boolean };

/** What works in a world. It is made with the world (open-world.ts), since it reaches the world's other parts when it runs. */
export type Fittings = {
  readonly objects: { readonly [kind: string]: Construct };
  readonly consumeRecords: (batch: MessageBatch<RecordsMessage>, owner: Batch) => Promise<void>;
  readonly consumeCalls: (batch: MessageBatch<SlowCallMessage>, owner: Batch) => Promise<void>;
  /** An object has committed a transaction. */
  readonly committed: (object: HousedObject) => void;
};

/** One seed's world: its clock, its dice, its stores and queues, and the objects that live in it. */
export class World {
  readonly dice: Dice;
  readonly clock: Clock;
  readonly climate: Climate;
  readonly trouble: Trouble;
  readonly watch: Watch;
  readonly house: House;
  readonly bucket: Bucket;
  readonly shop: Shop;
  readonly models: Models;
  readonly records: Queue<RecordsMessage>;
  readonly calls: Queue<SlowCallMessage>;
  readonly callbacks: Callbacks;
  readonly flag: Flag;
  readonly database = freshDatabase();
  readonly accepted: Accepted[] = [];
  /** Runs that must come to exist although no client knows of them yet. */
  readonly owed = new Set<string>();
  readonly calmAt: number;
  redriven = 0;
  clientsLeft = 0;
  readonly stops: () => Promise<Stops>;
  #cutOffUntil = 0;
  readonly #release: () => void;
  readonly #touched = new Set<HousedObject>();

  constructor(seed: number, { schedule, climate }: Pick<WorldOptions, "schedule" | "climate">, fittingsOf: (world: World) => Fittings) {
    this.dice = new Dice(seed);
    const { dice } = this;
    const start = Date.parse(dice.one("clock/start", STARTS));
    this.clock = new Clock(start, dice);
    const { clock } = this;
    this.climate = climate ?? climateOf(dice);
    this.calmAt = start + this.climate.roughMs;
    this.trouble = new Trouble(dice, schedule, () => clock.now, this.calmAt);
    const { trouble } = this;
    this.bucket = new Bucket(clock, dice, trouble, this.climate);
    this.watch = new Watch(clock, this.bucket, this.climate.clock > 0);
    const { watch } = this;
    this.shop = new Shop(clock, dice, trouble, this.climate.tool, (arrival) => watch.toolArrived(arrival));
    this.models = new Models(clock, dice, trouble, this.climate.model, (asked) => watch.modelAsked(asked));
    this.flag = new Flag(clock, dice);
    const fittings = fittingsOf(this);
    const rough = this.climate.queue;
    this.records = new Queue("records", clock, dice, trouble, rough, fittings.consumeRecords);
    this.calls = new Queue("calls", clock, dice, trouble, rough, fittings.consumeCalls);
    this.callbacks = new Callbacks(trouble, this.climate.unreachable);
    this.house = new House({ clock, dice, trouble, climate: this.climate }, fittings.objects);
    this.house.committed = (object) => {
      watch.committed(object);
      if (object.kind === "RunEngine") this.#touched.add(object);
      fittings.committed(object);
    };
    const reader = defineStopsReader({
      ask: () => this.reachable(() => this.ask<Stops>("KillSwitch", "deployment", "stops")),
      now: () => clock.now,
    });
    this.stops = () => reader.stops();
    this.#release = takeOver(clock, (error) =>
      watch.note("stray error", error instanceof Error ? (error.stack ?? error.message) : String(error)),
    );
  }

  /** Gives the runtime its timers back. MUST be called when the seed has ended. */
  close(): void {
    this.#release();
    this.watch.close();
    this.house.close();
    this.database.close();
  }

  /** Lets the next thing happen that is due before `until`. Resolves to false when there is none. */
  async step(until: number): Promise<boolean> {
    const moved = await this.clock.step(until);
    for (const object of this.#touched) this.watch.lookAt(object);
    this.#touched.clear();
    return moved;
  }

  /** An RPC from outside of every object. */
  ask<T>(kind: string, name: string, method: string, ...given: readonly unknown[]): Promise<T> {
    return this.house.call(WORLD, kind, name, method, given) as Promise<T>;
  }

  /** For `ms` nobody reaches the kill switch, and it reaches no run. */
  cutOffKillSwitch(ms: number): void {
    this.#cutOffUntil = this.clock.now + ms;
  }

  /** Something that reaches the kill switch, unless it is cut off. */
  async reachable<T>(work: () => Promise<T>): Promise<T> {
    if (this.clock.now < this.#cutOffUntil) throw new Error("Network connection lost.");
    return work();
  }

  /** Resolves after `ms` of the world's time. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.clock.after(ms, WORLD, resolve));
  }

  /** The index of runs in D1, for what belongs to `owner`: it ends with it. */
  index(owner: Owner): RunIndex {
    return storeRuns(openDatabase(this.databaseOf(owner)), NOTHING_ARCHIVED, () => this.clock.now);
  }

  /** The world's D1, for what belongs to `owner`. */
  databaseOf(owner: Owner): D1Database {
    return databaseFor(this.database, owner, this.clock, this.dice, this.trouble, this.climate.database);
  }
}
