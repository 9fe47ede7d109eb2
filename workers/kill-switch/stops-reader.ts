/**
 * What is stopped, as this isolate knows it: one snapshot for all requests and objects in it, at most two seconds old. It decides
 * nothing; when it cannot be sure it throws, and who asked refuses.
 */
import { STOPS_MAX_AGE_MS, type Stops } from "../../core/kill-switch/stops.ts";
import type { EpochMs } from "../../core/time.ts";
import { within } from "../../kit/bounded.ts";

/** What the snapshot is made from. */
export type StopsReaderPorts = {
  /** The `KillSwitch` object's `stops()`. */
  readonly ask: () => Promise<Stops>;
  readonly now: () => EpochMs;
};

/** The snapshot of this isolate. */
export type StopsReader = {
  /** Throws when the object is out of reach and the snapshot too old. */
  stops(): Promise<Stops>;
  /** After a throw or recovery through this isolate: what is known, and what is being asked, is older than that. */
  forget(): void;
  /** Asks now, however young the snapshot is: what this isolate has open is told with it. */
  tell(): Promise<unknown>;
  /** True when the last answer named an active switch. */
  isAnythingStopped(): boolean;
};

/** A caller waits no longer than this for the object. */
const ASK_MS = 1_500;
/**
 * A caller waits this long for an ask that another request sent, then sends its own: the runtime ends the ask of a request whose
 * client went away, and its promise then never settles.
 */
const SHARE_MS = 250;
/** How many pending requests of other callers a caller waits for before it sends its own. The second covers a caller that gave up on the first. */
const SHARED_ASKS = 2;

type Ask = { readonly sentAt: EpochMs; readonly answer: Promise<Stops> };

/** One per isolate, made by the composition root. */
export function defineStopsReader(ports: StopsReaderPorts): StopsReader {
  let known: Stops | null = null;
  let underWay: Ask | null = null;

  const isFresh = (stops: Stops): boolean => ports.now() - stops.asOf <= STOPS_MAX_AGE_MS;

  const send = (): Ask => {
    const sentAt = ports.now();
    const ask: Ask = { sentAt, answer: askFrom(sentAt) };
    underWay = ask;
    const settle = (answer: Stops | null) => {
      if (underWay !== ask) return; // forgotten, or replaced by a later one
      underWay = null;
      if (answer !== null) known = answer;
    };
    ask.answer.then(settle, () => settle(null));
    return ask;
  };

  /** The age counts from before the ask left: what was thrown while it was on its way may be missing in the answer. */
  const askFrom = async (sentAt: EpochMs): Promise<Stops> => ({ ...(await within(ASK_MS, ports.ask())), asOf: sentAt });

  return {
    async stops() {
      let waitedFor: Ask | null = null;
      for (let turn = 0; turn < SHARED_ASKS; turn++) {
        if (known !== null && isFresh(known)) return known;
        if (underWay === null || underWay === waitedFor) break;
        waitedFor = underWay;
        const shared = await within(SHARE_MS, waitedFor.answer).catch(() => null);
        if (shared !== null && isFresh(shared)) return shared;
      }
      const answer = known !== null && isFresh(known) ? known : await send().answer;
      if (!isFresh(answer)) throw new Error("the kill switch did not answer in time");
      return answer;
    },
    forget() {
      known = null;
      underWay = null;
    },
    tell: () => send().answer,
    isAnythingStopped: () => (known?.active.length ?? 0) > 0,
  };
}
