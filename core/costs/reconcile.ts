/**
 * The ledger's costs beside an upstream's own account, by day and model. A model is named as its upstream names it, since that is all that the
 * upstream knows; several of ours with one upstream name are one line. Pure.
 */
import { type MicroUsd, toUsd } from "../money.ts";
import type { ExportedUse } from "./usage-export.ts";

/** Sums of one model on one day, as the ledger has them. */
export type LedgerUse = {
  readonly day: string;
  readonly model: string;
  readonly microUsd: MicroUsd;
  readonly tokens_in: number;
  readonly tokens_out: number;
  readonly calls: number;
};

/** What counts as equal: dollars, or a percentage of what the upstream says, whichever is more. */
export type Tolerance = { readonly microUsd: MicroUsd; readonly percent: number };

type Side = { usd: number | null; tokens_in: number | null; tokens_out: number | null; calls: number | null };

/** A day and a model on which the two differ. `models`: our names of it; empty: we know of none. */
export type Difference = {
  day: string;
  model: string;
  models: string[];
  status: "differs" | "only_ours" | "only_theirs";
  ours: Side | null;
  theirs: Side | null;
  difference_usd: number | null;
};

/** The comparison. The totals cover all lines, also the equal ones. */
export type Reconciliation = {
  data: Difference[];
  equal: number;
  total: { ours_usd: number; theirs_usd: number | null; difference_usd: number | null };
};

/** Maximum differences told, the largest first. */
const MOST = 1_000;

type Pair = { readonly day: string; readonly model: string; readonly models: Set<string>; ours: Sums | null; theirs: Sums | null };
type Sums = {
  readonly microUsd: MicroUsd | null;
  readonly tokens_in: number | null;
  readonly tokens_out: number | null;
  readonly calls: number | null;
};

/**
 * `upstreamName`: of each of our models that is registered; of any other it is the part behind the provider. `provider`: only our models of it;
 * null: of the providers that the export has a model of (of all, where it has none that we know).
 */
export function reconcile(
  ours: readonly LedgerUse[],
  theirs: readonly ExportedUse[],
  upstreamName: ReadonlyMap<string, string>,
  provider: string | null,
  tolerance: Tolerance,
): Reconciliation {
  const named = ours.map((use) => ({ use, name: (upstreamName.get(use.model) ?? nameOf(use.model)).toLowerCase() }));
  const known = new Set([...named.map(({ name }) => name), ...[...upstreamName.values()].map((name) => name.toLowerCase())]);
  const theirName = (model: string): string => {
    const name = model.toLowerCase();
    return known.has(name) || !known.has(nameOf(name)) ? name : nameOf(name);
  };
  const told = new Set(theirs.map(({ model }) => theirName(model)));
  const isOf = (one: string) => (model: string) => providerOf(model) === one;
  const covered = new Set(named.filter(({ name }) => told.has(name)).map(({ use }) => providerOf(use.model)));
  const mine = named.filter(({ use }) =>
    provider !== null ? isOf(provider)(use.model) : covered.size === 0 || covered.has(providerOf(use.model)),
  );

  const pairs = new Map<string, Pair>();
  const pairOf = (day: string, model: string): Pair => {
    const key = `${day} ${model}`;
    const pair = pairs.get(key) ?? { day, model, models: new Set(), ours: null, theirs: null };
    pairs.set(key, pair);
    return pair;
  };
  for (const { use, name } of mine) {
    const pair = pairOf(use.day, name);
    pair.models.add(use.model);
    pair.ours = plus(pair.ours, use);
  }
  for (const use of theirs) {
    const pair = pairOf(use.day, theirName(use.model));
    pair.theirs = plus(pair.theirs, use);
  }
  const all = [...pairs.values()];
  const differing = all.filter((pair) => !isEqual(pair, tolerance)).map(differenceOf);
  const sum = (side: "ours" | "theirs"): MicroUsd => all.reduce((total, pair) => total + (pair[side]?.microUsd ?? 0), 0);
  const hasMoney = theirs.some(({ microUsd }) => microUsd !== null);
  return {
    data: differing.toSorted((a, b) => sizeOf(b) - sizeOf(a) || (a.day < b.day ? -1 : 1)).slice(0, MOST),
    equal: all.length - differing.length,
    total: {
      ours_usd: toUsd(sum("ours")),
      theirs_usd: hasMoney ? toUsd(sum("theirs")) : null,
      difference_usd: hasMoney ? toUsd(sum("theirs") - sum("ours")) : null,
    },
  };
}

const providerOf = (model: string): string => model.slice(0, Math.max(0, model.indexOf("/")));
const nameOf = (model: string): string => model.slice(model.indexOf("/") + 1);

function plus(a: Sums | null, b: Sums): Sums {
  const add = (one: number | null | undefined, other: number | null) => (one == null && other === null ? null : (one ?? 0) + (other ?? 0));
  return {
    microUsd: add(a?.microUsd, b.microUsd),
    tokens_in: add(a?.tokens_in, b.tokens_in),
    tokens_out: add(a?.tokens_out, b.tokens_out),
    calls: add(a?.calls, b.calls),
  };
}

/** By money where the upstream tells of it, else by tokens. One side alone is equal to nothing within the tolerance. */
function isEqual({ ours, theirs }: Pair, { microUsd, percent }: Tolerance): boolean {
  if (theirs !== null && theirs.microUsd === null) {
    const within = (a: number | null | undefined, b: number | null) =>
      b === null || Math.abs((a ?? 0) - b) <= (Math.abs(b) * percent) / 100;
    return within(ours?.tokens_in, theirs.tokens_in) && within(ours?.tokens_out, theirs.tokens_out);
  }
  const [a, b] = [ours?.microUsd ?? 0, theirs?.microUsd ?? 0];
  return Math.abs(a - b) <= Math.max(microUsd, (Math.abs(b) * percent) / 100);
}

const sizeOf = ({ difference_usd, ours }: Difference): number => Math.abs(difference_usd ?? ours?.usd ?? 0);

function differenceOf({ day, model, models, ours, theirs }: Pair): Difference {
  const difference = theirs !== null && theirs.microUsd === null ? null : (theirs?.microUsd ?? 0) - (ours?.microUsd ?? 0);
  return {
    ...{ day, model, models: [...models].toSorted() },
    status: ours === null ? "only_theirs" : theirs === null ? "only_ours" : "differs",
    ours: sideOf(ours),
    theirs: sideOf(theirs),
    difference_usd: difference === null ? null : toUsd(difference),
  };
}

const sideOf = (sums: Sums | null): Side | null =>
  sums === null
    ? null
    : {
        usd: sums.microUsd === null ? null : toUsd(sums.microUsd),
        tokens_in: sums.tokens_in,
        tokens_out: sums.tokens_out,
        calls: sums.calls,
      };
