/**
 * How many instances of the container sandbox stand ready, and who gets which: decided here, without a clock or a platform. An
 * instance is taken once and never comes back. Nothing of this is a run's: what is forgotten costs a cold start.
 */
import type { EpochMs } from "../time.ts";

/** What a deployment allows. */
export type PoolRule = {
  /** Instances that stand ready when nobody asks. */
  readonly ready: number;
  /** Maximum instances at once: ready, starting and at work. */
  readonly most: number;
  /** What instances that stand ready may cost a day, in dollars; past it none are started ahead of their call. */
  readonly usdPerDay: number;
};

/** The rule where the deployment says nothing. */
export const DEFAULT_POOL_RULE: PoolRule = { ready: 2, most: 10, usdPerDay: 1 };

/**
 * What an instance of the type `basic` costs while it stands ready, in dollars a second: 1 GiB of memory at 0.0000025 and 4 GB of disk at
 * 0.00000007 a second (Cloudflare Containers, pricing). Processor time is paid for what is used: next to nothing while it waits.
 */
const READY_USD_PER_SECOND = 0.0000025 + 4 * 0.00000007;
/** Calls that found no instance ready in this time, in ms, keep one more each ready. */
const MISSES_MS = 60_000;
const DAY_MS = 24 * 3_600_000;

/** What the pool knows. Lists are short: `PoolRule.most` bounds them. */
export type Pool = {
  /** Started and waiting for their call, oldest first. */
  readonly ready: readonly string[];
  readonly starting: readonly string[];
  /** Given to a call; `until`: when they are gone for certain, whoever was to say so. */
  readonly taken: readonly { readonly id: string; readonly until: EpochMs }[];
  /** When calls found none ready. */
  readonly misses: readonly EpochMs[];
  /** Calls that wait for a place. */
  readonly waiting: number;
  /** How long instances stood ready on `day` (days since 1970 in UTC), all together. */
  readonly stood: { readonly day: number; readonly ms: number };
  readonly at: EpochMs;
};

/** Nothing is there. */
export const emptyPool = (at: EpochMs): Pool => ({
  ready: [],
  starting: [],
  taken: [],
  misses: [],
  waiting: 0,
  stood: { day: dayOf(at), ms: 0 },
  at,
});

const dayOf = (at: EpochMs): number => Math.floor(at / DAY_MS);

/** The pool at `at`: what stood ready is counted, what is past its time is forgotten. */
export function passTime(pool: Pool, at: EpochMs): Pool {
  const day = dayOf(at);
  const ms = Math.max(0, at - pool.at) * (pool.ready.length + pool.starting.length);
  return {
    ...pool,
    at: Math.max(pool.at, at),
    stood: day === pool.stood.day ? { day, ms: pool.stood.ms + ms } : { day, ms: 0 },
    taken: pool.taken.filter(({ until }) => until > at),
    misses: pool.misses.filter((miss) => miss > at - MISSES_MS),
  };
}

const sizeOf = ({ ready, starting, taken }: Pool): number => ready.length + starting.length + taken.length;

/** True while standing ready is paid for by the day's cap. */
export const mayStand = ({ stood }: Pool, { usdPerDay }: PoolRule): boolean => (stood.ms / 1_000) * READY_USD_PER_SECOND < usdPerDay;

/** How many more instances are to be started (below zero: how many less are wanted), to have those ready that the rule wants. */
function lacking(pool: Pool, rule: PoolRule): number {
  const wanted = mayStand(pool, rule) ? rule.ready + pool.misses.length : 0;
  return wanted + pool.waiting - pool.ready.length - pool.starting.length;
}

/** How many instances are to be started now. */
export const missing = (pool: Pool, rule: PoolRule): number => Math.max(0, Math.min(lacking(pool, rule), rule.most - sizeOf(pool)));

/** How many instances that stand ready are not wanted any more. */
export const surplus = (pool: Pool, rule: PoolRule): number => Math.max(0, Math.min(-lacking(pool, rule), pool.ready.length));

/** An instance for a call: one that is ready, a new one where there is room, or a place in the queue. `fresh`: the id for a new one. */
export function take(
  pool: Pool,
  rule: PoolRule,
  fresh: string,
  until: EpochMs,
): { readonly pool: Pool; readonly id: string | null; readonly isReady: boolean } {
  const [first, ...others] = pool.ready;
  if (first !== undefined)
    return { pool: { ...pool, ready: others, taken: [...pool.taken, { id: first, until }] }, id: first, isReady: true };
  const missed = { ...pool, misses: [...pool.misses, pool.at].slice(-rule.most) };
  // One that is being started will be there sooner than one that is not.
  if (pool.starting.length > pool.waiting || sizeOf(pool) >= rule.most) return { pool: missed, id: null, isReady: false };
  return { pool: { ...missed, taken: [...pool.taken, { id: fresh, until }] }, id: fresh, isReady: false };
}

/** The instance is being started ahead of its call. */
export const begin = (pool: Pool, id: string): Pool => ({ ...pool, starting: [...pool.starting, id] });

/** The instance listens; nothing changes where nobody started it. */
export const stand = (pool: Pool, id: string): Pool =>
  pool.starting.includes(id) ? { ...pool, starting: pool.starting.filter((other) => other !== id), ready: [...pool.ready, id] } : pool;

/** The instance is gone, whatever it was doing. */
export const leave = (pool: Pool, id: string): Pool => ({
  ...pool,
  ready: pool.ready.filter((other) => other !== id),
  starting: pool.starting.filter((other) => other !== id),
  taken: pool.taken.filter((other) => other.id !== id),
});
