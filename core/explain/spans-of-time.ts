/** What time went to: intervals read off the journal, of steps and of the run as a whole, and in each instant the one that matters most. Pure. */
import type { RunEvent } from "../run/machine/event.ts";
import type { EpochMs } from "../time.ts";

/**
 * What a time went to. `failed`: a call that did not succeed; `correction`: a model's answer that was not good enough; `retry`: the pause before
 * the next attempt; `queue`: nobody had taken the work up; `person`, `waiting`: nothing was to be done until a person said so, or a time, a signal
 * or the end of a kill switch came; `platform`: none of these.
 */
export type TimeKind = "call" | "failed" | "correction" | "retry" | "queue" | "person" | "waiting" | "child" | "platform";

/** A stretch of time of one step, or of the whole run: then `step` is no step of the definition. */
export type Stretch = {
  readonly step: string;
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly kind: TimeKind;
  readonly what: string;
};

/** Where stretches overlap, the first kind in this list has the time. */
const RANK: readonly TimeKind[] = ["call", "child", "failed", "correction", "person", "waiting", "queue", "retry", "platform"];

/** The stretches of the run itself, which no step can be called. */
export const RUN_STEP = "(run)";

type Open = { readonly at: EpochMs; readonly step: string; readonly kind: TimeKind; readonly what: string };

/** What nobody waits for any more in a run that stops. */
const OVER_WHEN_STOPPING: ReadonlySet<TimeKind> = new Set<TimeKind>(["person", "waiting", "retry"]);

/** `until`: where what is still open is cut off. */
export function stretchesOf(events: readonly RunEvent[], until: EpochMs): Stretch[] {
  const done: Stretch[] = [];
  const open = new Map<string, Open>();
  const lasting = new Set<string>();
  const begin = (key: string, event: RunEvent, kind: TimeKind, what: string): void => {
    end(key, event.at);
    open.set(key, { at: event.at, step: event.step ?? RUN_STEP, kind, what });
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
      case "review.requested": {
        // A stopping run still waits for a person's word on a write of unknown outcome, and for no other.
        const key = `review ${event.data.activity}`;
        if (event.data.reason === "unknown-outcome") lasting.add(key);
        begin(key, event, "person", "waiting for a person");
        break;
      }
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
      case "tool.looking_up":
        begin(`look-up ${event.data.activity}`, event, "retry", `asking ${event.data.tool} what became of a call`);
        break;
      case "tool.looked_up":
        end(`look-up ${event.data.activity}`, event.at);
        break;
      case "hand_over.proposed":
        begin("hand-over", event, "person", "waiting for the user to say whether a person is wanted");
        break;
      case "hand_over.confirmed":
      case "hand_over.settled":
        end("hand-over", event.at);
        break;
      case "memory.considered":
        if (event.data.intent.needed) begin("memory", event, "call", "recalling what is remembered");
        break;
      case "memory.recalled":
        end("memory", event.at);
        break;
      case "run.paused":
        if (event.data.by === undefined) begin("stopped", event, "waiting", "held by the kill switch");
        else {
          end("stopped", event.at);
          if (event.data.parent === undefined) begin("paused", event, "person", "paused by a person");
          else begin("paused above", event, "person", "paused by a person, with its parent run");
        }
        break;
      case "run.resumed":
        if (event.data.from === "paused")
          end(event.data.by === undefined ? "stopped" : event.data.parent === undefined ? "paused" : "paused above", event.at);
        break;
      case "run.cancelling":
      case "run.stopping":
        for (const [key, { kind }] of open) if (OVER_WHEN_STOPPING.has(kind) && !lasting.has(key)) end(key, event.at);
        break;
      case "run.completed":
        begin("ended", event, "waiting", "completed, until its parent run was undone");
        break;
      case "run.compensating":
        end("ended", event.at);
        break;
    }
  }
  for (const key of [...open.keys()]) end(key, until);
  return done;
}

/** The stretches laid over each other, in the order of time: no instant is in two pieces, and each belongs to the stretch that matters most. */
export function layered(stretches: readonly Stretch[]): Stretch[] {
  const marks = stretches.flatMap((stretch) => [
    { at: stretch.from, stretch, opens: true },
    { at: stretch.to, stretch, opens: false },
  ]);
  marks.sort((a, b) => a.at - b.at);
  const active = new Map<TimeKind, Set<Stretch>>();
  const pieces: Stretch[] = [];
  let last = 0;
  for (const { at, stretch, opens } of marks) {
    if (at > last) {
      const kind = RANK.find((one) => (active.get(one)?.size ?? 0) > 0);
      const first = kind === undefined ? undefined : active.get(kind)?.values().next().value;
      if (first !== undefined) pieces.push({ ...first, from: last, to: at });
    }
    last = at;
    const ofKind = active.get(stretch.kind) ?? new Set();
    active.set(stretch.kind, ofKind);
    if (opens) ofKind.add(stretch);
    else ofKind.delete(stretch);
  }
  return pieces;
}
