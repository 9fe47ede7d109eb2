/** Which anomalies there are: a look's verdicts change what is known, and say whom to tell. Pure. */
import type { JsonObject } from "../json.ts";
import type { Notice } from "../notice/notice.ts";
import { type EpochMs, toRfc3339 } from "../time.ts";
import type { Verdict } from "./judge.ts";
import type { AnomalyMetric } from "./tally.ts";

/** PERSISTED: an anomaly, or what may become one. `value`, `expected` and `score` are those of the look that was farthest off. */
export type Anomaly = {
  readonly v: 1;
  readonly workflow: string;
  readonly metric: AnomalyMetric;
  /** When it was first seen. */
  readonly at: EpochMs;
  readonly value: number;
  readonly expected: readonly [low: number, high: number];
  readonly score: number;
  /** `suspected`: not told yet. */
  readonly status: "suspected" | "open" | "cleared";
  /** Looks in a row that found it in its range. */
  readonly calm: number;
  /** Looks that found it beyond its range. */
  readonly seen: number;
};

/** An anomaly as HTTP shows it. */
export type AnomalyView = {
  at: string;
  metric: AnomalyMetric;
  workflow: string;
  value: number;
  expected: [number, number];
  score: number;
  status: "open" | "cleared";
};

/** Looks that must agree before anybody is told. */
const SEEN_LOOKS = 2;
/** Looks in a row within the range after which an anomaly is over. */
export const CALM_LOOKS = 10;

/** Names an anomaly among those that are not over. */
export const anomalyKey = ({ workflow, metric }: Pick<Anomaly, "workflow" | "metric">): string => `${metric}/${workflow}`;

/** What is suspected or open after a look, and what has just cleared. */
export type Seen = {
  readonly current: readonly Anomaly[];
  readonly cleared: readonly Anomaly[];
  readonly notices: readonly Omit<Notice, "id">[];
};

/** One look. `current`: what is suspected or open. */
export function seeAnomalies(current: readonly Anomaly[], verdicts: ReadonlyMap<string, readonly Verdict[]>, at: EpochMs): Seen {
  const known = new Map(current.map((anomaly) => [anomalyKey(anomaly), anomaly]));
  const next: Anomaly[] = [];
  const cleared: Anomaly[] = [];
  const notices: Omit<Notice, "id">[] = [];
  for (const [workflow, found] of verdicts) {
    for (const verdict of found) {
      const key = anomalyKey({ workflow, metric: verdict.metric });
      const old = known.get(key);
      known.delete(key);
      if (verdict.isBeyond) {
        const anomaly = beyond(old, workflow, verdict, at);
        next.push(anomaly);
        if (anomaly.status === "open" && old?.status !== "open") notices.push(noticeOf(anomaly));
      } else if (old?.status === "open") settle({ ...old, calm: old.calm + 1 });
    }
  }
  // Nothing is known of the rest: no run ended. A suspicion goes, an anomaly calms down.
  for (const old of known.values()) if (old.status === "open") settle({ ...old, calm: old.calm + 1 });
  return { current: next, cleared, notices };

  function settle(anomaly: Anomaly): void {
    if (anomaly.calm < CALM_LOOKS) return void next.push(anomaly);
    const over: Anomaly = { ...anomaly, status: "cleared" };
    cleared.push(over);
    notices.push(noticeOf(over));
  }
}

function beyond(old: Anomaly | undefined, workflow: string, { metric, value, expected, score }: Verdict, at: EpochMs): Anomaly {
  const farthest = old !== undefined && old.score >= score ? old : { value, expected, score };
  const seen = (old?.seen ?? 0) + 1;
  return {
    ...{ v: 1, workflow, metric, at: old?.at ?? at, value: farthest.value, expected: farthest.expected, score: farthest.score },
    ...{ status: seen >= SEEN_LOOKS ? "open" : "suspected", calm: 0, seen },
  };
}

function noticeOf(anomaly: Anomaly): Omit<Notice, "id"> {
  const { at, metric, workflow, value, expected, score } = anomalyView(anomaly);
  const data: JsonObject = { workflow, metric, value, expected, score, since: at, runbook: ANOMALY_RUNBOOK };
  const notice = { severity: "warning", data, dedup: `anomaly/${anomalyKey(anomaly)}/${anomaly.at}` } as const;
  return anomaly.status === "cleared" ? { ...notice, type: "anomaly.cleared", resolves: true } : { ...notice, type: "anomaly.detected" };
}

/** The page that says what to do. */
const ANOMALY_RUNBOOK = "docs/runbooks/anomaly.md";

/** As HTTP shows it. A suspicion is none. */
export const anomalyView = ({ at, metric, workflow, value, expected, score, status }: Anomaly): AnomalyView => ({
  ...{ at: toRfc3339(at), metric, workflow, value: tidy(value), expected: [tidy(expected[0]), tidy(expected[1])] },
  ...{ score: tidy(score), status: status === "cleared" ? "cleared" : "open" },
});

/** Four significant digits. */
const tidy = (value: number): number => Number(value.toPrecision(4));
