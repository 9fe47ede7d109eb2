/**
 * How many requests a scope (a key, a user, an org, a tool) may make a minute and have under way at once, counted for all isolates
 * together. Isolates lease permits ahead of use, so a request seldom asks. Never more than the limit in any 60 seconds: a permit counts
 * from its grant until a minute after its last possible use, so the last few requests of a minute may be refused early. Pure.
 */
import type { EpochMs } from "../time.ts";

/** What a limit counts over. */
export const WINDOW_MS = 60_000;
/** How long an isolate may use permits: short where they are many, so that what it does not use is soon somebody else's. */
const USABLE_MS = { many: 2_000, few: 60_000 } as const;
/** Permits are few up to this share of the limit. */
const FEW_SHARE = 1 / 100;
/** An isolate that says nothing for this long has no request under way. It reports more often while it has one. */
export const SLOTS_LAST_MS = 60_000;

/** null: without a limit. */
export type Limit = { readonly perMinute: number | null; readonly atOnce: number | null };

/** What an isolate asks for one scope. */
export type Wish = Limit & {
  readonly scope: string;
  /** Permits that it did not use in time and gives back, by the grant they came from. */
  readonly unused: readonly { readonly lot: number; readonly permits: number }[];
  readonly permits: number;
  /** The permits are used at once, so each counts for a minute from now, and as many are granted as are free. */
  readonly usedAtOnce?: true;
  /** Requests that it has under way; they keep their slots. */
  readonly underWay: number;
  readonly slots: number;
};

/** What it gets. */
export type Grant = {
  readonly scope: string;
  /** Names this grant when what is left of it is given back. */
  readonly lot: number;
  readonly permits: number;
  /** From when it asked. */
  readonly usableMs: number;
  /** Permits that are left for others. */
  readonly left: number;
  /** Requests that it may have under way, those under way included. */
  readonly slots: number;
  /** When asking again may help; 0: at once. */
  readonly retryMs: number;
  /** When the next permits come back; 0: all are there. Absent: an object of an earlier version answered. */
  readonly backMs?: number;
};

type Counted = { readonly isolate: string; readonly lot: number; readonly permits: number; readonly usableUntil: EpochMs };
type Held = { readonly isolate: string; readonly slots: number; readonly until: EpochMs };

/** PERSISTED: one row for each scope that is in use. */
export type Book = { readonly v: 1; readonly counted: readonly Counted[]; readonly held: readonly Held[] };

/** Nobody asked yet. */
export const EMPTY: Book = { v: 1, counted: [], held: [] };

/** When the book says nothing any more. */
export const bookEnds = (book: Book): EpochMs =>
  Math.max(0, ...book.counted.map(({ usableUntil }) => usableUntil + WINDOW_MS), ...book.held.map(({ until }) => until));

/** One isolate's wish, answered from the book. */
export function grant(book: Book, isolate: string, wish: Wish, at: EpochMs): { readonly book: Book; readonly grant: Grant } {
  const counted = settled(book, isolate, wish.unused, at);
  const lot = 1 + Math.max(0, ...counted.map((one) => one.lot));
  const used = counted.reduce((sum, { permits }) => sum + permits, 0);
  const free = wish.perMinute === null ? wish.permits : Math.max(0, wish.perMinute - used);
  // Half of what is free at most: an isolate that comes a moment later finds something.
  const permits = Math.min(wish.permits, wish.usedAtOnce ? free : Math.ceil(free / 2));
  const usableMs = wish.usedAtOnce
    ? 0
    : wish.perMinute === null || permits <= Math.max(1, wish.perMinute * FEW_SHARE)
      ? USABLE_MS.few
      : USABLE_MS.many;
  const others = book.held.filter((held) => held.isolate !== isolate && held.until > at);
  const taken = others.reduce((sum, { slots }) => sum + slots, 0);
  const room = wish.atOnce === null ? wish.underWay + wish.slots : Math.max(0, wish.atOnce - taken);
  const slots = Math.max(wish.underWay, Math.min(room, wish.underWay + wish.slots));
  const soonest = Math.min(...counted.map(({ usableUntil }) => usableUntil + WINDOW_MS));
  return {
    book: {
      v: 1,
      counted: permits > 0 && wish.perMinute !== null ? [...counted, { isolate, lot, permits, usableUntil: at + usableMs }] : counted,
      held: slots > 0 && wish.atOnce !== null ? [...others, { isolate, slots, until: at + SLOTS_LAST_MS }] : others,
    },
    grant: {
      scope: wish.scope,
      lot,
      permits,
      usableMs,
      left: wish.perMinute === null ? 0 : Math.max(0, free - permits),
      slots,
      retryMs: permits > 0 || wish.permits === 0 || !Number.isFinite(soonest) ? 0 : soonest - at,
      backMs: wish.perMinute === null || used + permits === 0 ? 0 : Math.min(soonest - at, permits > 0 ? usableMs + WINDOW_MS : Infinity),
    },
  };
}

/** Grants whose minute is over are forgotten, and what an isolate gives back is taken off: it did not use those, and will not. */
function settled(book: Book, isolate: string, unused: Wish["unused"], at: EpochMs): readonly Counted[] {
  return book.counted
    .filter(({ usableUntil }) => usableUntil + WINDOW_MS > at)
    .map((one) => {
      const back = unused.find(({ lot }) => one.isolate === isolate && one.lot === lot);
      if (back === undefined) return one;
      return { ...one, permits: Math.max(0, one.permits - Math.max(0, back.permits)), usableUntil: Math.min(one.usableUntil, at) };
    })
    .filter(({ permits }) => permits > 0);
}
