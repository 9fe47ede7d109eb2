/** One seed's world: the platform's own objects, consumer and stop reader, and around them everything they touch, simulated. */
import { createHash } from "node:crypto";
import type { RecordsMessage } from "../core/audit/record.ts";
import type { Stops } from "../core/kill-switch/stops.ts";
import type { SlowCallMessage } from "../core/run/calls/slow-call.ts";
import {
  defineAuditLog,
  defineBudgetLedger,
  defineKillSwitch,
  defineReviewQueue,
  defineRunEngine,
  type KillSwitchPorts,
  type ReviewQueuePorts,
} from "../durable-objects/index.ts";
import { type AuditLogPort, consumeRecords, type Outboxes } from "../workers/audit/consume-records.ts";
import { defineStopsReader } from "../workers/kill-switch/stops-reader.ts";
import { defineSlowCalls, type TakenCall } from "../workers/slow-calls/consumer.ts";
import { openDatabase } from "../workers/store/database.ts";
import type { Outbox } from "../workers/store/outbox.ts";
import { storeRunKeeping } from "../workers/store/run-keeping.ts";
import { type RunIndex, storeRuns } from "../workers/store/runs.ts";
import { sweepRuns } from "../workers/watchdog/watchdog.ts";
import { defineAuthority } from "./authority.ts";
import { Bucket } from "./bucket.ts";
import { Callbacks } from "./callbacks.ts";
import { CALM, type Climate, climateOf } from "./climate.ts";
import { Clock, type Owner, WORLD } from "./clock.ts";
import { databaseFor, freshDatabase } from "./database.ts";
import { birthOf, ORG, type Work, workOf } from "./definitions.ts";
import { Dice } from "./dice.ts";
import { Flag } from "./flag.ts";
import { type Construct, House, type HousedObject } from "./house.ts";
import type { Life } from "./life.ts";
import { Models } from "./models.ts";
import { checkCaps, treasurer } from "./money.ts";
import { outward } from "./outward.ts";
import { type Accepted, client, operator, reviewer, signaller } from "./people.ts";
import { type Batch, Queue } from "./queue.ts";
import { runPorts } from "./run-ports.ts";
import { Shop } from "./shop.ts";
import { takeOver } from "./take-over.ts";
import { type Schedule, Trouble } from "./trouble.ts";
import { Watch } from "./watch.ts";

const START = Date.UTC(2026, 0, 1);

export type WorldOptions = {
  /** null: as the dice fall. */
  readonly schedule: Schedule;
  /** null: drawn from the seed. */
  readonly climate: Climate | null;
  /** null: one to three, drawn from the seed. */
  readonly works: readonly Work[] | null;
};

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
  /** Runs that must come to be although no client has their word yet. */
  readonly owed = new Set<string>();
  readonly calmAt: number;
  redriven = 0;
  clientsLeft = 0;
  readonly stops: () => Promise<Stops>;
  #cutOffUntil = 0;
  readonly #release: () => void;
  readonly #touched = new Set<HousedObject>();
  /** What was taken of each scope at the ledger's last commit, in micro-dollars. */
  readonly #taken = new Map<string, number>();

  constructor(seed: number, { schedule, climate, works }: WorldOptions) {
    this.dice = new Dice(seed);
    const { dice } = this;
    this.clock = new Clock(START, dice);
    const { clock } = this;
    this.climate = climate ?? climateOf(dice);
    this.calmAt = START + this.climate.roughMs;
    this.trouble = new Trouble(dice, schedule, () => clock.now, this.calmAt);
    const { trouble } = this;
    this.bucket = new Bucket(clock, dice, trouble, this.climate);
    this.watch = new Watch(clock, this.bucket);
    const { watch } = this;
    this.shop = new Shop(clock, dice, trouble, this.climate.tool, (arrival) => watch.toolArrived(arrival));
    this.models = new Models(clock, dice, trouble, this.climate.model, (asked) => watch.modelAsked(asked));
    this.flag = new Flag(clock, dice);
    const rough = this.climate.queue;
    this.records = new Queue("records", clock, dice, trouble, rough, (batch, owner) => this.#consumeRecords(batch, owner));
    this.calls = new Queue("calls", clock, dice, trouble, rough, (batch, owner) => this.#consumeCalls(batch, owner));
    this.callbacks = new Callbacks(trouble, this.climate.unreachable);
    this.house = new House({ clock, dice, trouble, climate: this.climate }, this.#kinds());
    this.house.committed = (object) => {
      watch.committed(object);
      if (object.kind === "RunEngine") this.#touched.add(object);
      else if (object.kind === "BudgetLedger") checkCaps(this, object, this.#taken);
    };
    const reader = defineStopsReader({
      ask: () => this.#reachable(() => this.ask<Stops>("KillSwitch", "deployment", "stops")),
      now: () => clock.now,
    });
    this.stops = () => reader.stops();
    this.#release = takeOver(clock, (error) =>
      watch.note("stray error", error instanceof Error ? (error.stack ?? error.message) : String(error)),
    );
    this.#people(works);
  }

  close(): void {
    this.#release();
    this.watch.close();
    this.house.close();
    this.database.close();
  }

  async step(until: number): Promise<boolean> {
    const moved = await this.clock.step(until);
    for (const object of this.#touched) this.watch.lookAt(object);
    this.#touched.clear();
    return moved;
  }

  /** RPC on behalf of the outside. */
  ask<T>(kind: string, name: string, method: string, ...given: readonly unknown[]): Promise<T> {
    return this.house.call(WORLD, kind, name, method, given) as Promise<T>;
  }

  /** For so long nobody hears of the kill switch, and it reaches no run. */
  cutOffKillSwitch(ms: number): void {
    this.#cutOffUntil = this.clock.now + ms;
  }

  async #reachable<T>(work: () => Promise<T>): Promise<T> {
    if (this.clock.now < this.#cutOffUntil) throw new Error("Network connection lost.");
    return work();
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.clock.after(ms, WORLD, resolve));
  }

  #people(works: readonly Work[] | null): void {
    const { clock, dice } = this;
    const begin = (delay: number, work: () => Promise<void>): void => {
      clock.after(delay, WORLD, () => {
        work().catch((error: unknown) => this.watch.note("stray error", error instanceof Error ? (error.stack ?? "") : String(error)));
      });
    };
    const all = works ?? Array.from({ length: dice.skewed("runs", 1, 3) }, (_, index) => workOf(dice, `run-${index}`));
    for (const [index, work] of all.entries()) {
      this.clientsLeft++;
      const at = works === null ? dice.skewed("client/start", 0, 60_000) : 0;
      begin(at, async () => {
        await client(this, birthOf(dice, `run-${index}`, work, clock.now));
        this.clientsLeft--;
      });
    }
    begin(0, () => reviewer(this));
    begin(0, () => operator(this));
    begin(0, () => signaller(this));
    begin(0, () => treasurer(this));
    begin(0, () => this.#watchdog());
  }

  #kinds(): { readonly [kind: string]: Construct } {
    const { clock, dice, climate } = this;
    const now = () => clock.now;
    const random = (bytes: number) => dice.bytes("random", bytes);
    const send = (life: Life) => (message: RecordsMessage) => this.#outward(life, "send", () => this.records.send(message), 0);
    const of = (env: Cloudflare.Env): Life => (env as unknown as { readonly life: Life }).life;

    const ReviewQueue = defineReviewQueue((env) => {
      const life = of(env);
      const tellRun: ReviewQueuePorts["tellRun"] = (run, message) =>
        this.#outward(life, "tellRun", async () => {
          const tell = () => this.ask<void>("RunEngine", run, "review", message);
          const struck = this.trouble.strike("review/told", climate.queue, ["told again"] as const);
          if (struck !== null) clock.after(dice.skewed("review/again", 1, 90_000), WORLD, () => void tell().catch(() => {}));
          await tell();
        });
      return { now, random, send: send(life), tellRun };
    });
    const KillSwitch = defineKillSwitch((env) => {
      const life = of(env);
      const index = this.#index(WORLD);
      const lookAgain: KillSwitchPorts["haltRun"] = (run, stops) =>
        this.#outward(life, "lookAgain", () => this.#reachable(() => this.ask("RunEngine", run, "lookAgain", stops)));
      return {
        now,
        random,
        send: send(life),
        flag: {
          read: () => this.#outward(life, "flag.read", () => this.flag.read()),
          write: (value, mark) => this.#outward(life, "flag.write", () => this.flag.write(value, mark)),
        },
        runsInScope: (...given) => this.#outward(life, "runsInScope", () => index.runsInScope(...given)),
        countRunsInScope: (...given) => this.#outward(life, "countRunsInScope", () => index.countRunsInScope(...given)),
        haltRun: lookAgain,
        resumeRun: lookAgain,
      };
    });
    const authorize = defineAuthority(dice, this.trouble, climate.authority);
    const RunEngine = defineRunEngine((env) => runPorts(this, of(env), authorize, send(of(env))));
    const BudgetLedger = defineBudgetLedger((env) => {
      const life = of(env);
      return {
        now,
        random,
        send: send(life),
        askRun: (run) => this.#outward(life, "askRun", () => this.ask("RunEngine", run, "account")),
        notify: async () => "told",
      };
    });
    const AuditLog = defineAuditLog(() => ({ now, signer: async () => SIGNER }));
    const construct =
      (Class: new (ctx: DurableObjectState, env: Cloudflare.Env) => object): Construct =>
      (ctx, life) =>
        new Class(ctx, { life } as unknown as Cloudflare.Env);
    return {
      RunEngine: construct(RunEngine),
      ReviewQueue: construct(ReviewQueue),
      KillSwitch: construct(KillSwitch),
      BudgetLedger: construct(BudgetLedger),
      AuditLog: construct(AuditLog),
    };
  }

  #outward<T>(life: Life, what: string, work: () => Promise<T>, unreachable = this.climate.unreachable): Promise<T> {
    return outward(this, life, what, unreachable, work);
  }

  #index(owner: Owner): RunIndex {
    return storeRuns(openDatabase(this.databaseOf(owner)), () => this.clock.now);
  }

  databaseOf(owner: Owner): D1Database {
    return databaseFor(this.database, owner, this.clock, this.dice, this.trouble, this.climate.database);
  }

  /** The real consumer of the records, with ports that end with the batch that they belong to. */
  #consumeRecords(batch: MessageBatch<RecordsMessage>, owner: Batch): Promise<void> {
    const rpc = <T>(kind: string, name: string, method: string, ...given: readonly unknown[]): Promise<T> =>
      this.house.call(owner, kind, name, method, given) as Promise<T>;
    const toObject =
      (kind: string): Outboxes["run"] =>
      (rows, { id }) =>
        rpc(kind, id, "confirm", rows);
    return consumeRecords(batch, {
      db: this.databaseOf(owner),
      auditLog: (org): AuditLogPort => ({
        append: (...given) => rpc("AuditLog", org, "append", ...given),
        integrated: (upTo) => rpc("AuditLog", org, "integrated", upTo),
      }),
      upsertRuns: (rows) => this.#index(owner).upsertRuns(rows),
      outboxes: {
        run: toObject("RunEngine"),
        "review-queue": toObject("ReviewQueue"),
        "kill-switch": toObject("KillSwitch"),
        "budget-ledger": toObject("BudgetLedger"),
        store: () => Promise.reject(new Error("no world writes records into D1")),
      },
      log: (line) => {
        if (line.event === "audit.chain_broken" || line.event === "audit.row_refused")
          this.watch.note("audit broken", `${line.event} ${JSON.stringify(line)}`);
      },
    });
  }

  /** The real consumer of the slow calls. A call that it has made goes on at the other side when it ends. */
  #consumeCalls(batch: MessageBatch<SlowCallMessage>, owner: Batch): Promise<void> {
    const rpc = <T>(run: string, method: string, ...given: readonly unknown[]): Promise<T> =>
      this.house.call(owner, "RunEngine", run, method, given) as Promise<T>;
    const made = <T>(work: Promise<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        work.then(
          (value) => this.clock.after(1, owner, () => resolve(value)),
          (error: unknown) => this.clock.after(1, owner, () => reject(error)),
        );
      });
    return defineSlowCalls({
      take: (run, activity, call) => rpc<TakenCall | null>(run, "takeCall", activity, call),
      answer: (run, activity, call, outcome) => rpc(run, "callAnswered", activity, call, outcome),
      stillCalling: (run, call) => rpc(run, "stillCalling", call),
      callTool: (call) => made(this.shop.call(call)),
      callModel: (call) => made(this.models.call(call)),
      log: () => {},
      wait: (ms) => new Promise((resolve) => this.clock.after(ms, owner, resolve)),
    }).consume(batch);
  }

  /** The scheduled handler, every five minutes. A run that it had to move had lost its alarm: the platform did that, or we did. */
  async #watchdog(): Promise<void> {
    const { clock, dice } = this;
    for (;;) {
      await this.sleep(dice.between("watchdog", 5 * 60_000, 6 * 60_000));
      const owner: Batch = { name: "watchdog", dead: false };
      const { takeQuiet } = storeRunKeeping(openDatabase(this.databaseOf(owner)), null as unknown as Outbox, () => clock.now);
      await sweepRuns({
        now: () => clock.now,
        random: (bytes) => dice.bytes("random", bytes),
        takeQuiet,
        stops: this.stops,
        lookAgain: (run, stops) => this.ask("RunEngine", run, "lookAgain", stops),
        record: async () => {},
        notify: async () => {},
        log: () => {},
      }).catch(() => {});
    }
  }
}

/** Stands for Ed25519, which is not what is simulated here: 64 bytes that only this hash gives. */
export const signatureOf = (hash: Uint8Array): Uint8Array => new Uint8Array(createHash("sha512").update("audit").update(hash).digest());
const SIGNER = { keyId: "simulated", sign: signatureOf };

export { CALM, ORG };
