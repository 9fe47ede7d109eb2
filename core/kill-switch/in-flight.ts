/**
 * Which calls are open, told by the isolates that made them: each sends what it has open with every question for the switches, at
 * most two seconds apart while a call is open. A call counts until its isolate says that it is closed. Pure: every decision brings its time.
 */
import type { EpochMs } from "../time.ts";
import { covers, type StopScope, type StopSubject } from "./stops.ts";

/** Open calls that touch the same things. `workflow` absent: of no run (chats, embeddings). */
export type OpenCalls = { readonly subject: StopSubject; readonly calls: number };

/** What one isolate has open. */
export type OpenReport = {
  /** Names the isolate for its life. */
  readonly isolate: string;
  readonly open: readonly OpenCalls[];
  /** Calls beyond `MOST_SUBJECTS`: they count in every scope. */
  readonly more: number;
};

/** Maximum entries of one report; the calls of further subjects are only counted. */
export const MOST_SUBJECTS = 200;

/**
 * An isolate that said nothing for this long, in ms, has no call open: it is gone and its sockets with it, or it cannot reach the switch,
 * and then it has closed its calls itself (`GRACE_MS` and two looks in workers/kill-switch/break-off.ts come before this).
 */
export const HEARD_MS = 30_000;

/** By isolate, with the time of the report. */
export type Heard = ReadonlyMap<string, { readonly at: EpochMs; readonly report: OpenReport }>;

/** Open calls of a scope: those of runs, and all others. */
export type Open = { readonly ofRuns: number; readonly others: number };

/** What is known once the report has come. Isolates that have nothing open, and those that are silent, are forgotten. */
export function hear(heard: Heard, report: OpenReport, at: EpochMs): Heard {
  const next = new Map([...heard].filter(([, known]) => at - known.at <= HEARD_MS));
  if (report.open.length === 0 && report.more === 0) next.delete(report.isolate);
  else next.set(report.isolate, { at, report });
  return next;
}

/** What is open in the scope, as far as isolates have said. */
export function openIn(heard: Heard, scope: StopScope, at: EpochMs): Open {
  let [ofRuns, others] = [0, 0];
  for (const known of heard.values()) {
    if (at - known.at > HEARD_MS) continue;
    others += known.report.more;
    for (const { subject, calls } of known.report.open) {
      if (!covers(scope, subject)) continue;
      if (subject.workflow === undefined) others += calls;
      else ofRuns += calls;
    }
  }
  return { ofRuns, others };
}

/** The report of these open calls: equal subjects are counted together. */
export function reportOf(isolate: string, open: Iterable<StopSubject>): OpenReport {
  const counted = new Map<string, OpenCalls>();
  let more = 0;
  for (const subject of open) {
    const key = JSON.stringify([subject.org, subject.workflow ?? null, subject.tool ?? null, subject.model ?? null]);
    const known = counted.get(key);
    if (known !== undefined) counted.set(key, { subject, calls: known.calls + 1 });
    else if (counted.size < MOST_SUBJECTS) counted.set(key, { subject, calls: 1 });
    else more++;
  }
  return { isolate, open: [...counted.values()], more };
}
