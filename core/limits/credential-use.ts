/**
 * What an org's credentials for one tool are used for, and which use is unusual: a host that none went to before, a scope that none had
 * before, or far more in a minute than usual. A tool's first credential is what is usual from then on. Bounded, pure and total.
 */
import type { EpochMs } from "../time.ts";

/** What an org wants of each kind of unusual use: that it is on record, or that it is refused as well. */
export type CredentialRules = { readonly [K in UnusualKind]: "flag" | "refuse" };
/** A kind of unusual use. */
export type UnusualKind = "burst" | "new_destination" | "new_scope";

/** What holds while an org has chosen nothing. */
export const DEFAULT_CREDENTIAL_RULES: CredentialRules = { burst: "flag", new_destination: "flag", new_scope: "flag" };

/** Up to this many credentials of one tool in a minute are no burst, whatever is usual. */
export const BURST_FLOOR = 120;
/** A minute with more than this many times the usual number is a burst. */
export const BURST_TIMES = 5;
/** The usual number halves in this many minutes without use: a day, so that a quiet night does not make a morning unusual. */
const HALVED_MINUTES = 24 * 60;
/** Destinations and scopes that are remembered for a tool; the one that was added first is forgotten. */
const MOST_KNOWN = 64;
/** What is refused is on record once in this time, in ms, for each tool and kind: every call that fails is on record by itself. */
const TOLD_MS = 60_000;
/** Credentials that an isolate may make before it asks again, at most, and for how long, in ms. */
const LEASE = { most: 64, ms: 5_000, share: 1 / 8 } as const;
/** Without use for this long, in ms, what is usual is forgotten: 90 days. */
export const FORGOTTEN_MS = 90 * 24 * 3_600_000;

/** PERSISTED: one row for each tool. */
export type CredentialUse = {
  readonly v: 1;
  /** Origins (`https://api.example.com`), oldest first. */
  readonly destinations: readonly string[];
  readonly scopes: readonly string[];
  /** The minute that is counted, in minutes since 1970, and the credentials made in it. */
  readonly minute: number;
  readonly count: number;
  /** The most in a minute before, halved each day. */
  readonly usual: number;
  /** When a burst, and a refusal of each kind, was last put on record. */
  readonly toldAt: { readonly [K in UnusualKind]?: EpochMs };
};

/** Credentials that an isolate makes. */
export type UseWish = {
  readonly tool: string;
  readonly destinations: readonly string[];
  readonly scopes: readonly string[];
  /** Made under the last lease and not yet told. */
  readonly made: number;
};

/** Something unusual, to be put on record. */
export type Unusual = {
  readonly kind: UnusualKind;
  readonly refused: boolean;
  readonly destinations?: readonly string[];
  readonly scopes?: readonly string[];
  /** Credentials of the minute, and the most that is usual. */
  readonly count?: number;
  readonly usual?: number;
};

/** What an isolate is answered. */
export type UseAnswer = {
  /** To be put on record by the isolate that asked. */
  readonly unusual: readonly Unusual[];
  /** Why no credential may be made; null: it may. */
  readonly refused: UnusualKind | null;
  /** When another try makes sense, in ms; 0: not before a person has admitted it. */
  readonly retryMs: number;
  /** As many more of the same use may be made, for so long, before the isolate asks again. */
  readonly lease: { readonly more: number; readonly ms: number };
};

const minuteOf = (at: EpochMs): number => Math.floor(at / 60_000);

/** The book as it is at a time: a minute that is over becomes part of what is usual. */
function atMinute(use: CredentialUse | null, at: EpochMs): CredentialUse {
  const minute = minuteOf(at);
  if (use === null) return { v: 1, destinations: [], scopes: [], minute, count: 0, usual: 0, toldAt: {} };
  if (use.minute >= minute) return use;
  return { ...use, minute, count: 0, usual: Math.max(use.usual, use.count) * 0.5 ** ((minute - use.minute) / HALVED_MINUTES) };
}

/** How many credentials a minute may have before it is a burst. */
const lineOf = ({ usual }: CredentialUse): number => Math.max(BURST_FLOOR, Math.floor(usual * BURST_TIMES));

/**
 * One credential is wanted. What may be made is counted; what is refused is not. Only the first use of all is learnt here: what is new
 * later is learnt with `admitUse`, after it was put on record.
 */
export function noteUse(
  before: CredentialUse | null,
  wish: UseWish,
  rules: CredentialRules,
  at: EpochMs,
): { readonly use: CredentialUse; readonly answer: UseAnswer } {
  const now = atMinute(before, at);
  const counted = { ...now, count: now.count + Math.max(0, wish.made) };
  const isFirst = before === null;
  const destinations = isFirst ? [] : wish.destinations.filter((one) => !now.destinations.includes(one));
  const scopes = isFirst ? [] : wish.scopes.filter((one) => !now.scopes.includes(one));
  const line = lineOf(counted);
  const kinds: readonly UnusualKind[] = [
    ...(destinations.length > 0 ? (["new_destination"] as const) : []),
    ...(scopes.length > 0 ? (["new_scope"] as const) : []),
    ...(counted.count >= line ? (["burst"] as const) : []),
  ];
  const refused = kinds.find((kind) => rules[kind] === "refuse") ?? null;
  const told = kinds.filter((kind) => isToBeTold(counted, kind, rules[kind] === "refuse", at));
  const again = told.filter((kind) => kind === "burst" || rules[kind] === "refuse");
  const toldAt = { ...counted.toldAt, ...Object.fromEntries(again.map((kind) => [kind, at])) };
  const unusual = told.map((kind): Unusual => {
    const base = { kind, refused: rules[kind] === "refuse" };
    if (kind === "burst") return { ...base, count: counted.count, usual: Math.round(counted.usual) };
    return kind === "new_destination" ? { ...base, destinations } : { ...base, scopes };
  });
  if (refused !== null) {
    const retryMs = refused === "burst" ? (counted.minute + 1) * 60_000 - at : 0;
    return { use: { ...counted, toldAt }, answer: { unusual, refused, retryMs, lease: { more: 0, ms: 0 } } };
  }
  const use = { ...(isFirst ? learnt(counted, wish) : counted), count: counted.count + 1, toldAt };
  const more = Math.min(LEASE.most, Math.floor((line - use.count) * LEASE.share));
  return { use, answer: { unusual, refused: null, retryMs: 0, lease: more > 0 ? { more, ms: LEASE.ms } : { more: 0, ms: 0 } } };
}

/** A new destination or scope is told until it is learnt; what comes again and again is told once in a while. */
const isToBeTold = ({ toldAt }: CredentialUse, kind: UnusualKind, isRefused: boolean, at: EpochMs): boolean =>
  (kind !== "burst" && !isRefused) || at - (toldAt[kind] ?? Number.NEGATIVE_INFINITY) >= TOLD_MS;

/** A use is on record, or a person admits it: from then on it is usual. */
export const admitUse = (before: CredentialUse | null, wish: Pick<UseWish, "destinations" | "scopes">, at: EpochMs): CredentialUse =>
  learnt(atMinute(before, at), wish);

const learnt = (use: CredentialUse, { destinations, scopes }: Pick<UseWish, "destinations" | "scopes">): CredentialUse => ({
  ...use,
  destinations: known(use.destinations, destinations),
  scopes: known(use.scopes, scopes),
});

const known = (before: readonly string[], more: readonly string[]): readonly string[] =>
  [...new Set([...before, ...more])].slice(-MOST_KNOWN);
