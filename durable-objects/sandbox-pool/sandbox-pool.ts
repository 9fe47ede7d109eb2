/**
 * `SandboxPool`: which instances stand ready, and which call gets which. One per deployment. The decisions are core/sandbox's; this is
 * where they are carried out. What it knows is in memory: when it is forgotten, instances end by themselves and new ones are started.
 */
import { DurableObject } from "cloudflare:workers";
import { begin, emptyPool, leave, missing, type Pool, type PoolRule, passTime, stand, surplus, take } from "../../core/sandbox/pool.ts";
import { errorName, type Log, logLine } from "../../core/telemetry/log-line.ts";
import type { EpochMs } from "../../core/time.ts";

/** What the pool does with an instance; `ToolSandbox` has these verbs. */
export type PooledSandbox = {
  warm(): Promise<boolean>;
  renew(): Promise<boolean>;
  discard(): Promise<void>;
};

/** Everything this room needs from outside. */
export type SandboxPoolPorts = {
  readonly now: () => EpochMs;
  readonly log: Log;
  readonly rule: PoolRule;
  readonly newId: () => string;
  readonly sandbox: (id: string) => PooledSandbox;
};

/** Which instance a call gets. `full`: so many calls wait already, or no place came free in time. */
export type Place = { readonly ok: true; readonly id: string; readonly isReady: boolean } | { readonly ok: false; readonly why: "full" };

/** What the pool looks like from outside. */
export type PoolView = { readonly ready: number; readonly starting: number; readonly taken: number; readonly waiting: number };

/** Leases are renewed this often, in ms: twice and more in the time that one lasts (`LEASE_S` in sandbox/runner.py). */
const TEND_MS = 7_000;
/** Calls that may wait for a place; a further one is refused. */
const MOST_WAITING = 100;
/** An instance whose end nobody reported is forgotten this long after its call's time. */
const FORGET_MS = 60_000;
/** A start that failed is not tried again sooner, in ms: an engine that is gone is not asked all the time. */
const PAUSE_MS = 5_000;

type Waiting = { readonly callMs: number; readonly give: (place: Place) => void };

/** The runtime constructs the object, so ports come in through the class, not through the constructor. */
export function defineSandboxPool(portsFor: (env: Cloudflare.Env) => SandboxPoolPorts) {
  return class SandboxPool extends DurableObject {
    readonly #ports: SandboxPoolPorts;
    #pool: Pool;
    #queue: Waiting[] = [];
    #pausedUntil: EpochMs = 0;

    constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
      super(ctx, env);
      this.#ports = portsFor(env);
      const at = this.#ports.now();
      const stood = ctx.storage.kv.get<Pool["stood"]>("stood");
      this.#pool = { ...emptyPool(at), ...(stood === undefined ? {} : { stood }) };
    }

    /** An instance for one call that takes `callMs` at most; waits for a place up to `patienceMs`. */
    async take(callMs: number, patienceMs: number): Promise<Place> {
      this.#pass();
      const place = this.#queue.length > 0 ? null : this.#give(callMs);
      void this.#tend();
      if (place !== null) return place;
      if (this.#queue.length >= MOST_WAITING) return { ok: false, why: "full" };
      return new Promise((resolve) => {
        let isOpen = true;
        const give = (place: Place): void => {
          if (!isOpen) return;
          isOpen = false;
          this.#queue = this.#queue.filter((other) => other !== waiting);
          this.#pool = { ...this.#pool, waiting: this.#queue.length };
          resolve(place);
        };
        const waiting: Waiting = { callMs, give };
        this.#queue.push(waiting);
        this.#pool = { ...this.#pool, waiting: this.#queue.length };
        void scheduler.wait(patienceMs).then(() => give({ ok: false, why: "full" }));
      });
    }

    /** The instance is gone: its place is free. */
    async released(id: string): Promise<void> {
      this.#pass();
      this.#pool = leave(this.#pool, id);
      this.#serve();
      await this.#tend();
    }

    /** Called from time to time, so that a pool that nobody has asked yet, or that lost its alarm, has instances ready. */
    async tend(): Promise<PoolView> {
      this.#pass();
      await this.#tend();
      const { ready, starting, taken } = this.#pool;
      return { ready: ready.length, starting: starting.length, taken: taken.length, waiting: this.#queue.length };
    }

    override async alarm(): Promise<void> {
      this.#pass();
      await this.#renew();
      this.ctx.storage.kv.put("stood", this.#pool.stood);
      await this.#tend();
    }

    #pass(): void {
      this.#pool = passTime(this.#pool, this.#ports.now());
    }

    #give(callMs: number): Place | null {
      const { rule, newId, now } = this.#ports;
      const given = take(this.#pool, rule, newId(), now() + callMs + FORGET_MS);
      this.#pool = given.pool;
      return given.id === null ? null : { ok: true, id: given.id, isReady: given.isReady };
    }

    /** Places that came free go to those who wait, in their order. */
    #serve(): void {
      for (let first = this.#queue[0]; first !== undefined; first = this.#queue[0]) {
        const place = this.#give(first.callMs);
        if (place === null) return;
        first.give(place);
      }
    }

    /** Starts what is missing, ends what is too much, and sets the alarm while anything stands ready or is wanted. */
    async #tend(): Promise<void> {
      const { rule, newId, now } = this.#ports;
      for (let left = surplus(this.#pool, rule); left > 0; left--) {
        const [id] = this.#pool.ready;
        if (id === undefined) break;
        this.#pool = leave(this.#pool, id);
        void this.#end(id);
      }
      if (now() >= this.#pausedUntil) {
        for (let left = missing(this.#pool, rule); left > 0; left--) {
          const id = newId();
          this.#pool = begin(this.#pool, id);
          void this.#warm(id);
        }
      }
      const isIdle = rule.ready === 0 && this.#pool.ready.length === 0 && this.#pool.starting.length === 0;
      if (!isIdle && (await this.ctx.storage.getAlarm()) === null) await this.ctx.storage.setAlarm(now() + TEND_MS);
    }

    async #warm(id: string): Promise<void> {
      const { sandbox, log, now } = this.#ports;
      const isUp = await sandbox(id)
        .warm()
        .catch((error: unknown) => {
          log(logLine("sandbox.not_started", { error: errorName(error) }));
          return false;
        });
      this.#pass();
      if (isUp) {
        this.#pool = stand(this.#pool, id);
        this.#serve();
        return this.#tend();
      }
      this.#pausedUntil = now() + PAUSE_MS;
      this.#pool = leave(this.#pool, id);
      this.#serve(); // who waited for it tries by itself
    }

    /** Whoever does not answer is gone. */
    async #renew(): Promise<void> {
      const { sandbox } = this.#ports;
      await Promise.all(
        this.#pool.ready.map(async (id) => {
          const isThere = await sandbox(id)
            .renew()
            .catch(() => false);
          // Taken meanwhile, it is its call's.
          if (!isThere && this.#pool.ready.includes(id)) {
            this.#pool = leave(this.#pool, id);
            void this.#end(id);
          }
        }),
      );
    }

    async #end(id: string): Promise<void> {
      await this.#ports
        .sandbox(id)
        .discard()
        .catch(() => undefined);
    }
  };
}

/** The object, as its stub sees it. */
export type SandboxPool = InstanceType<ReturnType<typeof defineSandboxPool>>;
