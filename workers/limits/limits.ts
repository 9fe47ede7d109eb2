/**
 * An isolate's side of the limits: it leases permits ahead of use from the org's `Limits` object, so that a request seldom waits for
 * one, and asks for more while some are left. A request enters under all of its rules or under none. The runtime may end a request
 * without a word, when its client goes: a request that is not heard of for a while has left. When the object cannot be reached the
 * isolate counts by itself: the limits then hold for each isolate, not for all together, and the log says so.
 */
import { type Grant, SLOTS_LAST_MS, WINDOW_MS, type Wish } from "../../core/limits/book.ts";
import type { Rule } from "../../core/limits/rules.ts";
import { errorName, type Log, logLine } from "../../core/telemetry/log-line.ts";
import type { EpochMs } from "../../core/time.ts";

/** What is left of a rule, for the headers of an answer. */
export type Left = { readonly scope: string; readonly perMinute: number; readonly remaining: number; readonly resetSeconds: number };

/** A request that entered MUST leave. `holdsSlot`: it counts among those under way at once until it does, or until it is lost. */
export type Entry =
  | {
      readonly ok: true;
      readonly left: readonly Left[];
      readonly leave: () => void;
      readonly holdsSlot: boolean;
      readonly background: Promise<void> | null;
    }
  | {
      readonly ok: false;
      readonly scope: string;
      readonly why: "per_minute" | "at_once";
      readonly left: readonly Left[];
      readonly retryAfterSeconds: number;
    };

/** What the room needs from outside. */
export type LimitPorts = {
  readonly now: () => EpochMs;
  readonly random: (bytes: number) => Uint8Array;
  /** Ends early, without an error, when the signal fires. */
  readonly wait: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly log: Log;
  /** The org's object; a stub for each call. */
  readonly object: (org: string) => { readonly ask: (isolate: string, wishes: readonly Wish[]) => Promise<Grant[]> };
};

/** The limits of this isolate. */
export type LimitsPort = {
  readonly enter: (org: string, rules: readonly Rule[]) => Promise<Entry>;
  /**
   * Takes one permit of a scope for use at once; null: it may go. Otherwise the milliseconds until another try makes sense. Asks the
   * object each time where the limit is low, so that no isolate holds permits that another one lacks.
   */
  readonly take: (org: string, scope: string, perMinute: number) => Promise<number | null>;
};

/** Up to this many a minute, permits are taken one by one. */
const ONE_BY_ONE = 120;

/** A lease aims at this much of what the isolate used lately. */
const AHEAD_MS = 2_000;
const FIRST_PERMITS = 8;
/** More are asked for when less than this share of the last grant is left. */
const LOW_SHARE = 0.5;
/** Slots that an isolate leases beyond the requests it has under way. */
const SLOTS_AHEAD = 2;
/** Askings that one request waits for. */
const MOST_TRIES = 3;
/** How long a refusal holds without asking again, at most. */
const REFUSED_MS = 1_000;
/** While all slots are taken the object is asked this seldom for one that another isolate gave up. */
const FULL_MS = 100;
/** How often somebody looks whether the asking of another request is over, and for how long. */
const LOOK = { everyMs: 2, forMs: 2_000 } as const;
/** Isolates report what is under way this often, well within the time that the object remembers it. */
const REPORT_MS = SLOTS_LAST_MS / 3;
/** A request with a slot says this often that it is still there. */
const BEAT_MS = 5_000;
/** One that says nothing for this long is lost. Longer than an isolate computes without a break, so that none is lost by mistake. */
const LOST_MS = 4 * BEAT_MS;
/** Scopes that an isolate remembers; the one that was used longest ago is forgotten. */
const MOST_SCOPES = 10_000;
/** Permits of one grant. */
type Lot = { readonly lot: number; permits: number; readonly usableUntil: EpochMs };
type Held = {
  lots: Lot[];
  /** Permits of the last grant. */
  granted: number;
  /** Permits that the object had left for others after the last grant. */
  leftAtObject: number;
  slots: number;
  slotsUntil: EpochMs;
  /** The requests under way and when each was last heard of; who was heard of longest ago comes first. */
  readonly inside: Map<Visitor, EpochMs>;
  /** Requests since `since`: what the next lease is measured by. */
  demand: number;
  since: EpochMs;
  /** Until then nobody asks again. */
  refusedUntil: EpochMs;
  /** When permits that are used come back, as the object said. */
  backAt: EpochMs;
  /** When the object is asked, while it is. */
  askedAt: EpochMs | null;
  /** Nothing is known of the scope before. */
  isKnown: boolean;
};
type Counted = { readonly rule: Rule; readonly held: Held };
/** A request under way; it is only itself. */
type Visitor = object;

/** One per isolate. */
export function defineLimitsOfIsolate(ports: LimitPorts): LimitsPort {
  const isolate = [...ports.random(9)].map((byte) => byte.toString(36).padStart(2, "0")).join("");
  const scopes = new Map<string, Held>();

  const heldOf = (org: string, scope: string, at: EpochMs): Held => {
    const name = `${org}\n${scope}`;
    const held = scopes.get(name) ?? {
      ...{ lots: [], granted: 0, leftAtObject: 0, slots: 0, slotsUntil: 0, inside: new Map() },
      ...{ demand: 0, since: at, refusedUntil: 0, backAt: 0, askedAt: null, isKnown: false },
    };
    scopes.delete(name);
    scopes.set(name, held);
    const [oldest] = scopes.keys();
    const first = scopes.size > MOST_SCOPES && oldest !== undefined ? scopes.get(oldest) : undefined;
    if (oldest !== undefined && first !== undefined && underWay(first, at) === 0) scopes.delete(oldest);
    return held;
  };

  /** Asks for all rules of a request at once. What is leased already stays in use meanwhile. `more`: permits too, not only slots. */
  const ask = async (org: string, counted: readonly Counted[], more = true): Promise<void> => {
    const at = ports.now();
    const wishes = counted.map((one) => ({ ...wishOf(one, at), ...(more ? {} : { permits: 0 }) }));
    for (const { held } of counted) held.askedAt = at;
    try {
      const grants = await ports.object(org).ask(isolate, wishes);
      for (const [index, one] of counted.entries()) {
        const granted = grants[index];
        if (granted !== undefined) take(one, granted, at);
      }
    } catch (error) {
      ports.log(logLine("limits.out_of_reach", { org, error: errorName(error) }));
      for (const one of counted) countByItself(one, at);
    } finally {
      for (const { held } of counted) held.askedAt = null;
    }
  };

  /** Only what the object may have something of: the answer for the others is known. */
  const askNotRefused = (org: string, counted: readonly Counted[]): Promise<void> =>
    ask(
      org,
      counted.filter((one) => !isRefused(one, ports.now())),
    );

  const isAsking = (counted: readonly Counted[]): boolean =>
    counted.some(({ held: { askedAt } }) => askedAt !== null && ports.now() - askedAt < LOOK.forMs);

  /** What keeps a request from entering; undefined: nothing does. A rule that was asked for and refused comes first: it is the reason. */
  const lackOf = (counted: readonly Counted[]): Counted | undefined => {
    const at = ports.now();
    const lacking = counted.filter((one) => !hasPermit(one, at) || !hasSlot(one, at));
    return lacking.find((one) => isRefused(one, at)) ?? lacking[0];
  };

  /**
   * While a request is under way it says so here, and its isolate to the object: without a word its slot would be somebody else's. The
   * timer is the request's own: it ends with it, however that ends.
   */
  const reportUntil = async (left: AbortSignal, who: Visitor, counted: readonly Counted[], report: () => Promise<void>): Promise<void> => {
    for (let reportedAt = ports.now(); ; ) {
      await ports.wait(BEAT_MS, left);
      if (left.aborted) return;
      const at = ports.now();
      for (const { held } of counted) hear(held, who, at);
      if (at - reportedAt < REPORT_MS) continue;
      reportedAt = at;
      await report();
    }
  };

  const enter: LimitsPort["enter"] = async (org, rules) => {
    const bound = rules.filter(({ perMinute, atOnce }) => perMinute !== null || atOnce !== null);
    const counted = bound.map((rule) => ({ rule, held: heldOf(org, rule.scope, ports.now()) }));
    for (const { held } of counted) held.demand++;
    for (let tries = 0, lack = lackOf(counted); tries < MOST_TRIES && lack !== undefined; tries++, lack = lackOf(counted)) {
      if (isAsking(counted)) while (isAsking(counted)) await ports.wait(LOOK.everyMs);
      else if (isRefused(lack, ports.now())) break;
      else await askNotRefused(org, counted);
    }
    const at = ports.now();
    const lack = lackOf(counted);
    if (lack !== undefined) return refusal(lack, counted, at);
    const gone = new AbortController();
    for (const one of counted) enterOne(one, gone, at);
    const isLow = !isAsking(counted) && counted.some((one) => isRunningLow(one, at));
    const slotted = counted.filter(({ rule }) => rule.atOnce !== null);
    const reports = slotted.length > 0 ? [reportUntil(gone.signal, gone, slotted, () => ask(org, slotted, false))] : [];
    const work = isLow ? [askNotRefused(org, counted), ...reports] : reports;
    return {
      ok: true,
      left: shownOf(counted, at),
      holdsSlot: slotted.length > 0,
      leave() {
        if (gone.signal.aborted) return;
        gone.abort();
        for (const { held } of counted) held.inside.delete(gone);
      },
      background: work.length === 0 ? null : Promise.all(work).then(() => undefined),
    };
  };

  /** By leased permits. What the lease does in the background is short, and is awaited. */
  const takeLeased: LimitsPort["take"] = async (org, scope, perMinute) => {
    const entry = await enter(org, [{ scope, perMinute, atOnce: null }]);
    if (!entry.ok) return entry.retryAfterSeconds * 1_000;
    entry.leave();
    await entry.background;
    return null;
  };

  return {
    enter,
    async take(org, scope, perMinute) {
      if (perMinute > ONE_BY_ONE) return takeLeased(org, scope, perMinute);
      const wish: Wish = { scope, perMinute, atOnce: null, unused: [], permits: 1, usedAtOnce: true, underWay: 0, slots: 0 };
      try {
        const [granted] = await ports.object(org).ask(isolate, [wish]);
        return granted !== undefined && granted.permits > 0 ? null : Math.max(1, granted?.retryMs ?? WINDOW_MS);
      } catch (error) {
        ports.log(logLine("limits.out_of_reach", { org, error: errorName(error) }));
        return takeLeased(org, scope, perMinute);
      }
    },
  };
}

const permitsOf = (held: Held, at: EpochMs): number =>
  held.lots.reduce((sum, { permits, usableUntil }) => sum + (usableUntil > at ? permits : 0), 0);
const hasPermit = ({ rule, held }: Counted, at: EpochMs): boolean => rule.perMinute === null || permitsOf(held, at) > 0;
const hasSlot = ({ rule, held }: Counted, at: EpochMs): boolean =>
  rule.atOnce === null || (underWay(held, at) < held.slots && held.slotsUntil > at);
const isRefused = ({ held }: Counted, at: EpochMs): boolean => held.refusedUntil > at;

/** How many requests are under way. Those of which nothing was heard for long are let go. */
function underWay({ inside }: Held, at: EpochMs): number {
  for (const [who, heardAt] of inside) {
    if (at - heardAt < LOST_MS) break;
    inside.delete(who);
  }
  return inside.size;
}

/** A request is there. It goes to the end, so that who was heard of longest ago stays first. */
function hear({ inside }: Held, who: Visitor, at: EpochMs): void {
  inside.delete(who);
  inside.set(who, at);
}

/** The permit that ends first is used first. */
function enterOne({ rule, held }: Counted, who: Visitor, at: EpochMs): void {
  hear(held, who, at);
  const lot = rule.perMinute === null ? undefined : held.lots.find(({ permits, usableUntil }) => permits > 0 && usableUntil > at);
  if (lot !== undefined) lot.permits--;
}

const isRunningLow = ({ rule, held }: Counted, at: EpochMs): boolean =>
  rule.perMinute !== null && held.leftAtObject > 0 && held.granted > 1 && permitsOf(held, at) < held.granted * LOW_SHARE;

/** What is over is given back; the lease is measured by what was used lately. */
function wishOf({ rule, held }: Counted, at: EpochMs): Wish {
  const over = held.lots.filter(({ usableUntil }) => usableUntil <= at);
  held.lots = held.lots.filter(({ usableUntil }) => usableUntil > at);
  const elapsed = at - held.since;
  const ahead = Math.ceil((held.demand * AHEAD_MS) / Math.max(elapsed, AHEAD_MS)) * 2;
  if (elapsed > AHEAD_MS) {
    held.demand = 0;
    held.since = at;
  }
  return {
    ...rule,
    unused: over.filter(({ permits }) => permits > 0).map(({ lot, permits }) => ({ lot, permits })),
    permits: rule.perMinute === null ? 0 : Math.max(FIRST_PERMITS, ahead),
    underWay: underWay(held, at),
    slots: rule.atOnce === null ? 0 : SLOTS_AHEAD,
  };
}

function take({ rule, held }: Counted, granted: Grant, askedAt: EpochMs): void {
  const { lot, permits } = granted;
  if (permits > 0)
    held.lots = [...held.lots, { lot, permits, usableUntil: askedAt + granted.usableMs }].sort((a, b) => a.usableUntil - b.usableUntil);
  if (permits > 0) held.granted = permits;
  held.leftAtObject = granted.left;
  held.slots = granted.slots;
  held.slotsUntil = askedAt + SLOTS_LAST_MS;
  held.backAt = askedAt + (granted.retryMs > 0 ? granted.retryMs : (granted.backMs ?? WINDOW_MS));
  held.isKnown = true;
  const isFull = rule.atOnce !== null && granted.slots <= underWay(held, askedAt);
  held.refusedUntil = granted.retryMs > 0 ? askedAt + Math.min(granted.retryMs, REFUSED_MS) : isFull ? askedAt + FULL_MS : 0;
}

/** A minute's permits at once, and slots as many as there may be: this isolate keeps the limit by itself. */
function countByItself(one: Counted, at: EpochMs): void {
  const { rule, held } = one;
  if (held.lots.some(({ usableUntil }) => usableUntil > at)) return;
  const granted = {
    scope: rule.scope,
    lot: 0,
    permits: rule.perMinute ?? 0,
    usableMs: WINDOW_MS,
    left: 0,
    slots: rule.atOnce ?? 0,
    retryMs: 0,
    backMs: WINDOW_MS,
  };
  take(one, granted, at);
}

const shownOf = (counted: readonly Counted[], at: EpochMs): Left[] => counted.flatMap((one) => leftOf(one, at));

/** A scope of which nothing was asked yet has all of its permits. */
function leftOf({ rule: { scope, perMinute }, held }: Counted, at: EpochMs): Left[] {
  if (perMinute === null) return [];
  const remaining = held.isKnown ? permitsOf(held, at) + held.leftAtObject : perMinute;
  return [{ scope, perMinute, remaining, resetSeconds: Math.max(0, Math.ceil((held.backAt - at) / 1000)) }];
}

function refusal(lack: Counted, counted: readonly Counted[], at: EpochMs): Entry {
  const { rule, held } = lack;
  const why = hasPermit(lack, at) ? "at_once" : "per_minute";
  const retryAfterSeconds = why === "at_once" ? 1 : Math.max(1, Math.ceil((held.backAt - at) / 1000));
  return { ok: false, scope: rule.scope, why, left: shownOf(counted, at), retryAfterSeconds };
}
