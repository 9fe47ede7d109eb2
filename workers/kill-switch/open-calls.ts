/**
 * The calls that this isolate has open. The kill switch hears of them with every question for what is stopped, so that "nothing is in
 * flight" is said only when the last socket is closed. Stores nothing.
 */
import { type OpenReport, reportOf } from "../../core/kill-switch/in-flight.ts";
import { STOPS_MAX_AGE_MS, type StopSubject } from "../../core/kill-switch/stops.ts";
import type { EpochMs } from "../../core/time.ts";

/** One open call. */
export type OpenCall = {
  /** MUST be called every two seconds while the call is open: a call whose request the runtime has ended falls silent, and counts no more. */
  readonly seen: () => void;
  /** MUST be called when the call's socket is closed. */
  readonly close: () => void;
};

/** The register of this isolate. */
export type OpenCallBook = {
  readonly open: (subject: StopSubject) => OpenCall;
  /** As `open`, for a call that nobody looks after: it is seen by itself until it is closed. Answers how to close it. */
  readonly hold: (subject: StopSubject) => () => void;
  /** What is open now; the caller sends it to the kill switch. */
  readonly report: () => OpenReport;
};

/** What the register needs. */
export type OpenCallPorts = {
  readonly now: () => EpochMs;
  /** A name for this isolate. Asked for once. */
  readonly name: () => string;
  /** A switch is active, as far as this isolate knows. */
  readonly isAnythingStopped: () => boolean;
  /** Sends a report. */
  readonly tell: () => Promise<unknown>;
  /** Sends a report when the last question is two seconds old. */
  readonly ask: () => Promise<unknown>;
  /** Does it after so many milliseconds. */
  readonly later: (ms: number, work: () => Promise<unknown>) => void;
};

/** A call that was not seen for this long, in ms, is gone with its request. */
const SILENT_MS = 10_000;
/** Calls that close within this time, in ms, are told together while a switch is active. */
const TOGETHER_MS = 200;

/** One per isolate, made by the composition root. */
export function defineOpenCalls(ports: OpenCallPorts): OpenCallBook {
  const calls = new Map<object, { readonly subject: StopSubject; seenAt: EpochMs }>();
  let name: string | null = null;
  /** Calls in the last report: while it names more than are open, the switch believes too much. */
  let told = 0;
  let isTelling = false;

  /** The end of a call is told soon when somebody may wait for it, and otherwise when the next question would have gone. */
  const tellSoon = (): void => {
    if (isTelling || told <= calls.size) return;
    isTelling = true;
    ports.later(ports.isAnythingStopped() ? TOGETHER_MS : STOPS_MAX_AGE_MS, async () => {
      isTelling = false;
      if (told > calls.size) await ports.tell().catch(() => undefined); // the next question tells it
    });
  };

  const open = (subject: StopSubject): OpenCall => {
    const key = {};
    const call = { subject, seenAt: ports.now() };
    calls.set(key, call);
    return {
      seen: () => {
        call.seenAt = ports.now();
      },
      close: () => {
        if (calls.delete(key)) tellSoon();
      },
    };
  };

  return {
    open,
    hold(subject) {
      const call = open(subject);
      const watch = setInterval(() => {
        call.seen();
        void ports.ask().catch(() => undefined);
      }, STOPS_MAX_AGE_MS);
      return () => {
        clearInterval(watch);
        call.close();
      };
    },
    report() {
      const since = ports.now() - SILENT_MS;
      for (const [key, { seenAt }] of calls) if (seenAt < since) calls.delete(key);
      told = calls.size;
      name ??= ports.name();
      return reportOf(
        name,
        [...calls.values()].map(({ subject }) => subject),
      );
    },
  };
}
