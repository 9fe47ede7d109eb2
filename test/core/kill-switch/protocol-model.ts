/**
 * The kill switch's protocol as a small model, checked exhaustively: every order of throw, recovery, question, answer, push, loss, delay
 * and dispatch, second by second. Decisions are those of core/kill-switch; what is around them (an object, an isolate's snapshot, a run,
 * messages) is modelled here. `Faults` take a guard out, to see that the checker notices.
 */
import { type FlagMemory, type FlagReading, type FlagVerdict, judgeFlag, UNWRITTEN } from "../../../core/kill-switch/flag.ts";
import { hearStops, isFresh, STOPS_MAX_AGE_MS, type Stops, stoppedBy } from "../../../core/kill-switch/stops.ts";

/** A model: where it begins, what may happen in a state, and what must not be. */
export type Model<S> = {
  readonly first: S;
  readonly next: (state: S) => readonly (readonly [what: string, state: S])[];
  /** Why the state must not be; null: it may. */
  readonly broken: (state: S) => string | null;
};

/** What became of a check: how many states there are, and the shortest way to a broken one. */
export type Checked = { readonly states: number; readonly broken: string | null; readonly way: readonly string[] };

/** Visits every reachable state, nearest first. Throws beyond `most`: a model that is not exhausted proves nothing. */
export function explore<S>({ first, next, broken }: Model<S>, most: number): Checked {
  const from = new Map<string, readonly [string, string] | null>([[JSON.stringify(first), null]]);
  const queue: S[] = [first];
  for (let index = 0; index < queue.length; index++) {
    const state = queue[index] as S;
    const key = JSON.stringify(state);
    const why = broken(state);
    if (why !== null) return { states: from.size, broken: why, way: wayTo(from, key) };
    for (const [what, after] of next(state)) {
      const reached = JSON.stringify(after);
      if (from.has(reached)) continue;
      from.set(reached, [key, what]);
      queue.push(after);
    }
    if (from.size > most) throw new Error(`more than ${most} states`);
  }
  return { states: from.size, broken: null, way: [] };
}

function wayTo(from: ReadonlyMap<string, readonly [string, string] | null>, key: string): string[] {
  const way: string[] = [];
  for (let at = from.get(key); at != null; at = from.get(at[0])) way.unshift(at[1]);
  return way;
}

// --- Dispatch -----------------------------------------------------------------------------------

/** docs/contract.md, "People and control": in seconds after the answer to a throw. */
export const DISPATCH_BOUND = 5;
const SECOND = 1_000;
/** An hour: ages are small numbers, and the model's clock stands still while they grow. */
const NOW = 3_600_000;
const SUBJECT = { org: "acme", workflow: "refund" };

/** A guard that is taken out. */
export type Faults = { readonly noEpoch?: boolean; readonly noAge?: boolean; readonly noGrace?: boolean };
/** How large the world is. `throws`: of the one switch, each after a recovery. `grace`: seconds until a call is broken off. */
export type Size = { readonly throws: number; readonly messages: number; readonly skew: number; readonly grace: number };

/** `e`: epoch, `a`: active, `age`: seconds since it was true. */
type Known = { readonly e: number; readonly a: boolean; readonly age: number };
type State = {
  readonly e: number;
  readonly a: boolean;
  /** Seconds since the throw, while active. */
  readonly since: number;
  /** A question of the isolate: null, on its way, or answered. */
  readonly ask: { readonly age: number; readonly answer: Omit<Known, "age"> | null } | null;
  /** The isolate's snapshot. */
  readonly cache: Known | null;
  /** Pushes on their way: any may be lost, late, or overtaken. */
  readonly pushes: readonly Known[];
  /** What the run has heard. */
  readonly heard: Known | null;
  /** A call of the run is open: seconds since the watch over it found it held. */
  readonly open: { readonly held: number } | null;
  readonly bad: string | null;
};

/** Nothing is told apart that is older than everything that matters. */
const OLDEST = STOPS_MAX_AGE_MS / SECOND + 2;
const older = (known: Known): Known => ({ ...known, age: Math.min(OLDEST, known.age + 1) });
const asStops = ({ e, a, age }: Known): Stops => ({
  epoch: e,
  active: a ? [{ kind: "org", org: "acme", name: "acme" }] : [],
  asOf: NOW - age * SECOND,
});
const asKnown = ({ epoch, active, asOf }: Stops): Known => ({ e: epoch, a: active.length > 0, age: Math.round((NOW - asOf) / SECOND) });

/** One switch, one isolate, one run. */
export function dispatchModel(faults: Faults, { throws, messages, skew, grace }: Size): Model<State> {
  const fresh = (known: Known | null): boolean => known !== null && (faults.noAge === true || isFresh(asStops(known), NOW));
  const hear = (heard: Known | null, told: Known | null): Known | null => {
    if (faults.noEpoch === true) return told ?? heard;
    const known = hearStops(heard === null ? null : asStops(heard), told === null ? null : asStops(told));
    return known === null ? null : asKnown(known);
  };
  const stops = (known: Known): boolean => stoppedBy(asStops(known), SUBJECT) !== null;
  /** While the switch is active no call may be open after this. */
  const drainBound = DISPATCH_BOUND + grace + OLDEST;

  /** The run decides, with what it is told: a push, or the isolate's snapshot. */
  const decide = (state: State, told: Known | null): State => {
    const knew = state.heard;
    const heard = hear(state.heard, told);
    if (heard === null || !fresh(heard) || stops(heard)) return { ...state, heard };
    if (state.open !== null) return { ...state, heard };
    const late = state.a && state.since > DISPATCH_BOUND ? "a call left after the bound" : null;
    const reopened =
      state.a && knew !== null && knew.e === state.e && knew.a ? "a stale value re-opened what the run knew as stopped" : null;
    return { ...state, heard, open: { held: 0 }, bad: late ?? reopened };
  };

  const next = (state: State): (readonly [string, State])[] => {
    const { e, a, ask, cache, pushes } = state;
    const found: (readonly [string, State])[] = [];
    const push = (known: Known): readonly Known[] => [...pushes, known].slice(-messages);
    if (!a && e < 2 * throws - 1) {
      // A place's clock may be ahead of the object's: what it is told seems younger than it is.
      const told = { e: e + 1, a: true, age: -skew };
      found.push(["throw", { ...state, e: e + 1, a: true, since: 0, pushes: push(told) }]);
    }
    if (a) found.push(["recover", { ...state, e: e + 1, a: false, since: 0, pushes: push({ e: e + 1, a: false, age: -skew }) }]);
    if (ask === null && !fresh(cache)) found.push(["ask", { ...state, ask: { age: 0, answer: null } }]);
    if (ask !== null) {
      found.push(["the question is lost", { ...state, ask: null }]);
      if (ask.answer === null) found.push(["answer", { ...state, ask: { ...ask, answer: { e, a } } }]);
      else found.push(["the answer arrives", { ...state, ask: null, cache: { ...ask.answer, age: ask.age } }]);
    }
    for (const [index, told] of pushes.entries()) {
      const left = pushes.toSpliced(index, 1);
      found.push(["a push is lost", { ...state, pushes: left }]);
      if (fresh(told)) found.push(["a push arrives", decide({ ...state, pushes: left }, told)]);
    }
    found.push(["the run decides", decide(state, fresh(cache) ? cache : null)]);
    if (state.open !== null) found.push(["the call ends", { ...state, open: null }]);
    found.push(["a second passes", tick(state)]);
    return found;
  };

  const tick = (state: State): State => {
    const { a, since, ask, cache, pushes, heard, open } = state;
    const isHeld = cache === null || !fresh(cache) || stops(cache);
    const held = open === null ? 0 : isHeld ? open.held + 1 : 0;
    const isBrokenOff = held >= grace && faults.noGrace !== true;
    return {
      ...state,
      since: a ? Math.min(drainBound + 1, since + 1) : 0,
      ask: ask === null ? null : { ...ask, age: Math.min(OLDEST, ask.age + 1) },
      cache: cache === null ? null : older(cache),
      pushes: pushes.map(older),
      heard: heard === null ? null : older(heard),
      open: open === null || isBrokenOff ? null : { held: Math.min(grace, held) },
    };
  };

  return {
    first: { e: 0, a: false, since: 0, ask: null, cache: null, pushes: [], heard: null, open: null, bad: null },
    next: (state) => (state.bad === null ? next(state) : []),
    broken: ({ bad, a, since, open }) => bad ?? (a && since > drainBound && open !== null ? "a call was open after the bound" : null),
  };
}

// --- The flag in KV -----------------------------------------------------------------------------

const LOOK = 30_000;
/** Looks for which KV may show what was written over. */
const STALE_LOOKS = 3;

/** A guard that is taken out. */
export type FlagFaults = { readonly kvDecides?: boolean; readonly believesAtOnce?: boolean };

type Written = {
  readonly value: "on" | "off" | null;
  readonly serial: number | null /** Looks since it was written over. */;
  readonly gone: number | null;
};
type FlagState = {
  readonly a: boolean;
  readonly memory: {
    readonly serial: number;
    readonly wrote: number;
    readonly seen: number;
    readonly hand?: number;
    readonly doubt?: readonly [number, number];
  };
  /** What was ever written, newest last; what no cache holds any more is left out. */
  readonly kv: readonly Written[];
  /** A hand's `on` that stood until it was read, and that nothing has answered yet. */
  readonly asked: boolean;
  /** A hand touched the flag since the last recovery: an old `on` beside a hand's value cannot be told from a new one, and stops. */
  readonly touched: boolean;
  /** Looks at the newest value, a hand's `on`, in a row, without a stop. */
  readonly ignored: number;
  readonly hands: number;
  readonly people: number;
  readonly bad: string | null;
};

/**
 * One flag, hands that set it, people who throw and recover, and a KV that may show what was written over. A place that has shown a value
 * shows none that is older: core/kill-switch/flag.ts counts on that where our own write was read back. Time is in looks.
 */
export function flagModel(faults: FlagFaults, { hands, people }: { readonly hands: number; readonly people: number }): Model<FlagState> {
  const FAR = 6;
  const AT = 1_000_000_000;
  const memoryOf = ({ serial, wrote, seen, hand, doubt }: FlagState["memory"]): FlagMemory => ({
    ...UNWRITTEN,
    ...{ serial, wroteAt: AT - wrote * LOOK, seenSerial: seen },
    ...(hand === undefined ? {} : { handAt: AT - hand * LOOK }),
    ...(doubt === undefined ? {} : { doubted: { at: AT - doubt[0] * LOOK, serial: doubt[1] } }),
  });
  const ageOf = (at: number): number => Math.round((AT - at) / LOOK);
  const asState = (memory: FlagMemory): FlagState["memory"] => ({
    ...{ serial: memory.serial, wrote: ageOf(memory.wroteAt), seen: memory.seenSerial },
    ...(memory.handAt === undefined ? {} : { hand: ageOf(memory.handAt) }),
    ...(memory.doubted === undefined ? {} : { doubt: [ageOf(memory.doubted.at), memory.doubted.serial] as const }),
  });
  const put = (kv: readonly Written[], value: "on" | "off", serial: number | null): Written[] => [
    ...kv.map((one) => ({ ...one, gone: one.gone ?? 0 })),
    { value, serial, gone: null },
  ];
  /** Our own write of what is true. */
  const mirror = (state: FlagState, a: boolean): FlagState => {
    const serial = state.memory.serial + 1;
    return { ...state, a, memory: { ...state.memory, serial, wrote: 0 }, kv: put(state.kv, a ? "on" : "off", serial) };
  };

  const look = (state: FlagState, shown: Written): FlagState => {
    const mark = shown.serial === null || shown.value === null ? null : { serial: shown.serial, value: shown.value };
    const reading: FlagReading = { value: shown.value, mark };
    const judged = judgeFlag(memoryOf(state.memory), state.a ? "on" : "off", reading, AT, state.a);
    let verdict: FlagVerdict = judged.verdict;
    if (faults.believesAtOnce === true && mark === null && shown.value === "on") verdict = "latch";
    const after = { ...state, memory: asState(judged.memory) } as { -readonly [K in keyof FlagState]: FlagState[K] };
    if (faults.kvDecides === true && shown.value === "off" && state.a) return { ...after, a: false, bad: "KV lifted a switch" };
    const isHand = mark === null && shown.value === "on";
    const isNewest = shown === state.kv.at(-1);
    if (verdict === "latch") {
      const bad = !state.a && !state.asked && !state.touched ? "an `on` that was answered stopped again" : null;
      return { ...mirror(after, true), asked: false, ignored: 0, bad };
    }
    const ignored = isHand && isNewest && !state.a ? state.ignored + 1 : state.ignored;
    if (isHand && state.a) after.asked = false; // all is stopped: that answers it
    return verdict === "write" ? { ...mirror(after, state.a), ignored } : { ...after, ignored };
  };

  const next = (state: FlagState): (readonly [string, FlagState])[] => {
    const found: (readonly [string, FlagState])[] = [];
    if (state.hands < hands) {
      found.push(["a hand sets `on`", { ...state, hands: state.hands + 1, kv: put(state.kv, "on", null), asked: true, touched: true }]);
      found.push(["a hand sets `off`", { ...state, hands: state.hands + 1, kv: put(state.kv, "off", null), touched: true, ignored: 0 }]);
    }
    if (state.people < people) {
      const done = { ...state, people: state.people + 1 };
      if (state.a) found.push(["two people recover", { ...mirror(done, false), touched: false }]);
      else found.push(["somebody throws", mirror(done, true)]);
    }
    for (const shown of state.kv)
      found.push([
        `a look shows ${shown.value}${shown.serial ?? " by hand"}${shown.gone === null ? "" : ", an old one"}`,
        passed(look({ ...state, kv: state.kv.slice(state.kv.indexOf(shown)) }, shown)),
      ]);
    return found;
  };

  /** Half a minute goes by. */
  const passed = (state: FlagState): FlagState => {
    const { memory } = state;
    const more = (age: number): number => Math.min(FAR, age + 1);
    return {
      ...state,
      memory: {
        ...{ serial: memory.serial, wrote: more(memory.wrote), seen: memory.seen },
        ...(memory.hand === undefined ? {} : { hand: more(memory.hand) }),
        ...(memory.doubt === undefined ? {} : { doubt: [more(memory.doubt[0]), memory.doubt[1]] as const }),
      },
      kv: state.kv
        .map((one) => (one.gone === null ? one : { ...one, gone: one.gone + 1 }))
        .filter(({ gone }) => gone === null || gone <= STALE_LOOKS),
    };
  };

  return {
    first: {
      ...{ a: false, memory: { serial: 0, wrote: FAR, seen: 0 }, kv: [{ value: null, serial: null, gone: null }] },
      ...{ asked: false, touched: false, ignored: 0, hands: 0, people: 0, bad: null },
    },
    next: (state) => (state.bad === null ? next(state) : []),
    broken: ({ bad, ignored }) => bad ?? (ignored > STALE_LOOKS + 2 ? "a hand's `on` stood there and did not stop" : null),
  };
}
