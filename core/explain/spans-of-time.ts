/** What each step's time went to: intervals read off the journal, and in each instant the one that matters most. Pure. */
import type { RunEvent } from "../run/machine/event.ts";
import type { EpochMs } from "../time.ts";

/**
 * What a time went to. `failed`: a call that did not succeed; `correction`: a model's answer that was not good enough; `retry`: the pause before
 * the next attempt; `queue`: nobody had taken the work up.
 */
export type TimeKind = "call" | "failed" | "correction" | "retry" | "queue" | "waiting" | "child";

/** A stretch of time of one step. */
export type Stretch = {
  readonly step: string;
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly kind: TimeKind;
  readonly what: string;
};

/** Where stretches of one step overlap, the first kind in this list has the time. */
const RANK: readonly TimeKind[] = ["call", "child", "failed", "correction", "waiting", "queue", "retry"];

type Open = { readonly at: EpochMs; readonly step: string; readonly kind: TimeKind; readonly what: string };

/** `until`: where what is still open is cut off. */
export function stretchesOf(events: readonly RunEvent[], until: EpochMs): Stretch[] {
  const done: Stretch[] = [];
  const open = new Map<string, Open>();
  const begin = (key: string, event: RunEvent, kind: TimeKind, what: string): void => {
    end(key, event.at);
    open.set(key, { at: event.at, step: event.step ?? "", kind, what });
  };
  const end = (key: string, at: EpochMs, kind?: TimeKind): void => {
    const begun = open.get(key);
    open.delete(key);
    if (begun === undefined) return;
    const { at: from, ...stretch } = begun;
    if (at > from) done.push({ ...stretch, from, to: at, kind: kind ?? stretch.kind });
  };
  for (const event of events) {
    switch (event.type) {
      case "model.calling":
        end(`pause ${event.data.activity}`, event.at);
        begin(event.data.activity, event, event.data.lost_at === undefined ? "call" : "queue", `model ${event.data.model}`);
        break;
      case "tool.called":
        end(`pause ${event.data.activity}`, event.at);
        begin(event.data.activity, event, event.data.lost_at === undefined ? "call" : "queue", `tool ${event.data.tool}`);
        break;
      case "call.taken": {
        const what = open.get(event.data.activity)?.what ?? "call";
        begin(event.data.activity, event, "call", what);
        break;
      }
      case "model.called":
      case "tool.answered": {
        const { ok, unasked } = event.data;
        const queued = open.get(event.data.activity)?.kind === "queue";
        const isCorrected = event.type === "model.called" && event.data.correction !== undefined;
        const ended = ok ? "call" : isCorrected ? "correction" : "failed";
        end(event.data.activity, event.at, unasked === true || queued ? "queue" : ended);
        break;
      }
      case "step.retrying": {
        const isQueue = event.data.error.code === "rate_limited";
        begin(
          `pause ${event.data.activity}`,
          event,
          isQueue ? "queue" : "retry",
          isQueue ? "waiting for its turn" : `pause before attempt ${event.data.attempt + 1}`,
        );
        break;
      }
      case "child.called":
        begin(event.data.activity, event, "child", `run ${event.data.workflow}`);
        break;
      case "child.ended":
        end(event.data.activity, event.at);
        break;
      case "budget.asked":
        if (event.data.activity !== null) begin(`budget ${event.data.n}`, event, "queue", "waiting for budget");
        break;
      case "budget.leased":
      case "budget.refused":
        end(`budget ${event.data.n}`, event.at);
        break;
      case "review.requested":
        begin(`review ${event.data.activity}`, event, "waiting", "waiting for a person");
        break;
      case "review.decided":
        end(`review ${event.data.activity}`, event.at);
        break;
      case "step.started":
        if (event.data.kind === "wait")
          begin(
            `wait ${event.step}`,
            event,
            "waiting",
            event.data.signal ? `waiting for the signal \`${event.data.signal}\`` : "waiting for a time",
          );
        break;
      case "step.completed":
      case "step.failed":
        end(`wait ${event.step}`, event.at);
        break;
    }
  }
  for (const key of [...open.keys()]) end(key, until);
  return done;
}

/** Milliseconds of one step by what they went to, the longest first; each instant counts once. What no stretch covers is `the platform`. */
export function shareOut(stretches: readonly Stretch[], from: EpochMs, to: EpochMs): { what: string; kind: TimeKind | null; ms: number }[] {
  const within = stretches
    .map((stretch) => ({ ...stretch, from: Math.max(stretch.from, from), to: Math.min(stretch.to, to) }))
    .filter((stretch) => stretch.to > stretch.from);
  const marks = within.flatMap((stretch) => [
    { at: stretch.from, stretch, opens: true },
    { at: stretch.to, stretch, opens: false },
  ]);
  marks.sort((a, b) => a.at - b.at);
  const active = new Map<TimeKind, Map<string, number>>();
  const shares = new Map<string, { what: string; kind: TimeKind | null; ms: number }>();
  let last = from;
  const give = (until: EpochMs): void => {
    if (until <= last) return;
    const kind = RANK.find((one) => (active.get(one)?.size ?? 0) > 0) ?? null;
    const what = kind === null ? "the platform" : (active.get(kind)?.keys().next().value ?? "");
    const share = shares.get(`${kind} ${what}`) ?? { what, kind, ms: 0 };
    share.ms += until - last;
    shares.set(`${kind} ${what}`, share);
    last = until;
  };
  for (const { at, stretch, opens } of marks) {
    give(at);
    const ofKind = active.get(stretch.kind) ?? new Map<string, number>();
    active.set(stretch.kind, ofKind);
    const count = (ofKind.get(stretch.what) ?? 0) + (opens ? 1 : -1);
    if (count > 0) ofKind.set(stretch.what, count);
    else ofKind.delete(stretch.what);
  }
  give(to);
  return [...shares.values()].toSorted((a, b) => b.ms - a.ms);
}
