/**
 * How a workflow's traffic is split among its versions. Every user has a slot for life, out of ten thousand; a layout says which
 * version a slot belongs to. A new split changes as few slots as it can: a version that keeps or gains percents keeps all its
 * users, so that a growing canary never sends anybody back. Pure; the hash comes in from outside.
 */

/** A slot is a hundredth of a percent. */
export const SLOTS = 10_000;
/** Versions that one split may name. */
export const MOST_SHARES = 20;

/** The share of the traffic that one version gets. */
export type Share = {
  readonly version: number;
  /** 0 to 100, in steps of 0.01. */
  readonly percent: number;
};

/** PERSISTED (D1 table `traffic`): slots `from` (inclusive) to `to` (exclusive) belong to `version`. */
export type Slice = { readonly version: number; readonly from: number; readonly to: number };

/** PERSISTED: slices in ascending order that cover every slot once. */
export type Layout = readonly Slice[];

/** All traffic goes to one version. */
export const wholeOf = (version: number): Layout => [{ version, from: 0, to: SLOTS }];

/** `sha256`: hex. 52 bits of it, so that the remainder favours no slot noticeably. */
export function slotOf(sha256: (text: string) => string, org: string, workflow: string, user: string): number {
  return Number.parseInt(sha256(JSON.stringify([org, workflow, user])).slice(0, 13), 16) % SLOTS;
}

/** The version that a slot belongs to. */
export function versionAt(layout: Layout, slot: number): number {
  const slice = layout.find(({ from, to }) => from <= slot && slot < to);
  if (slice === undefined) throw new TypeError(`slot ${slot} belongs to no version`);
  return slice.version;
}

/** null, or what is wrong: `index` of the share, null for the split as a whole. */
export function flawOfShares(shares: readonly Share[]): { readonly index: number | null; readonly message: string } | null {
  const seen = new Set<number>();
  for (const [index, { version, percent }] of shares.entries()) {
    if (seen.has(version)) return { index, message: "names a version that is already listed" };
    seen.add(version);
    if (!isHundredths(percent)) return { index, message: "has a percent that is not a multiple of 0.01" };
  }
  const sum = shares.reduce((total, { percent }) => total + slotsOf(percent), 0);
  return sum === SLOTS ? null : { index: null, message: `the percents add up to ${sum / 100}, not 100` };
}

/**
 * The next layout. A version that loses percents gives up its highest slots; those that gain take the lowest free ones, in the order
 * of their numbers. MUST be given shares without a flaw.
 */
export function layOut(before: Layout, shares: readonly Share[]): Layout {
  const lacking = new Map(shares.map(({ version, percent }) => [version, slotsOf(percent)]));
  const kept: Slice[] = [];
  for (const { version, from, to } of before) {
    const end = from + Math.min(to - from, lacking.get(version) ?? 0);
    if (end === from) continue;
    kept.push({ version, from, to: end });
    lacking.set(version, (lacking.get(version) ?? 0) - (end - from));
  }
  return merged([...kept, ...filled(gapsOf(kept), lacking)]);
}

/** What each version has, in percent, by its number. */
export function sharesOf(layout: Layout): Share[] {
  const slots = new Map<number, number>();
  for (const { version, from, to } of layout) slots.set(version, (slots.get(version) ?? 0) + to - from);
  return [...slots].map(([version, count]) => ({ version, percent: count / 100 })).sort((a, b) => a.version - b.version);
}

const slotsOf = (percent: number): number => Math.round(percent * 100);
const isHundredths = (percent: number): boolean => percent >= 0 && percent <= 100 && Math.abs(percent * 100 - slotsOf(percent)) < 1e-6;

type Gap = { readonly from: number; readonly to: number };

function gapsOf(slices: readonly Slice[]): Gap[] {
  const gaps: Gap[] = [];
  let next = 0;
  for (const { from, to } of slices) {
    if (from > next) gaps.push({ from: next, to: from });
    next = to;
  }
  if (next < SLOTS) gaps.push({ from: next, to: SLOTS });
  return gaps;
}

function filled(gaps: readonly Gap[], lacking: ReadonlyMap<number, number>): Slice[] {
  const takers = [...lacking].filter(([, slots]) => slots > 0).sort(([a], [b]) => a - b);
  const slices: Slice[] = [];
  let taker = takers.shift();
  for (const gap of gaps) {
    for (let from = gap.from; from < gap.to && taker !== undefined; ) {
      const [version, wanted]: [number, number] = taker;
      const to = Math.min(gap.to, from + wanted);
      slices.push({ version, from, to });
      taker = to - from === wanted ? takers.shift() : [version, wanted - (to - from)];
      from = to;
    }
  }
  return slices;
}

/** Ascending, neighbours of one version as one slice. */
function merged(slices: readonly Slice[]): Layout {
  const layout: Slice[] = [];
  for (const slice of [...slices].sort((a, b) => a.from - b.from)) {
    const last = layout.at(-1);
    if (last !== undefined && last.version === slice.version && last.to === slice.from) layout.splice(-1, 1, { ...last, to: slice.to });
    else layout.push(slice);
  }
  return layout;
}
