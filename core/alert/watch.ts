/** Which alerts fire: a look at the sums changes what is known of each rule and workflow, and says whom to tell. Pure. */
import type { JsonObject } from "../json.ts";
import type { Notice, NoticeSeverity } from "../notice/notice.ts";
import { type EpochMs, toRfc3339 } from "../time.ts";
import { ALERT_RULES, type AlertRule, runbookOf } from "./rules.ts";
import type { AlertSums } from "./sums.ts";

/** PERSISTED: what is over its threshold. */
export type Alert = {
  readonly rule: string;
  readonly workflow: string | null;
  readonly since: EpochMs;
  readonly value: number;
  /** When it was told; null: its time (`forMs`) has not passed yet. */
  readonly toldAt: EpochMs | null;
  /** Looks in a row that found it below its threshold. */
  readonly calm: number;
};

/** An alert as HTTP shows it. */
export type AlertView = {
  rule: string;
  workflow: string | null;
  severity: NoticeSeverity;
  what: string;
  since: string;
  value: number;
  threshold: number;
  unit: string;
  runbook: string;
};

/** What a look found: what is over its threshold now, and what is to be told. */
export type Looked = { readonly alerts: readonly Alert[]; readonly notices: Omit<Notice, "id">[] };

/** Looks in a row below the threshold after which an alert is over: one that comes and goes is told once. */
export const CALM_LOOKS = 2;

const keyOf = ({ rule, workflow }: Pick<Alert, "rule" | "workflow">): string => `${rule}/${workflow ?? ""}`;

/** One look. */
export function lookAt(known: readonly Alert[], sums: AlertSums, at: EpochMs, rules: readonly AlertRule[] = ALERT_RULES): Looked {
  const before = new Map(known.map((alert) => [keyOf(alert), alert]));
  const alerts: Alert[] = [];
  const notices: Omit<Notice, "id">[] = [];
  for (const rule of rules) {
    for (const { workflow, value } of rule.read(sums)) {
      const old = before.get(keyOf({ rule: rule.id, workflow }));
      if (value <= rule.threshold) continue;
      before.delete(keyOf({ rule: rule.id, workflow }));
      const since = old?.since ?? at;
      const isDue = at - since >= rule.forMs;
      const toldAt = old?.toldAt ?? (isDue ? at : null);
      const alert: Alert = { rule: rule.id, workflow, since, value, toldAt, calm: 0 };
      alerts.push(alert);
      if (toldAt !== null && (old?.toldAt ?? null) === null) notices.push(noticeOf(rule, alert, false));
    }
  }
  for (const old of before.values()) {
    const rule = rules.find(({ id }) => id === old.rule);
    if (rule === undefined || old.toldAt === null) continue; // a rule that is no more, or nobody heard of it
    if (old.calm + 1 < CALM_LOOKS) alerts.push({ ...old, calm: old.calm + 1 });
    else notices.push(noticeOf(rule, old, true));
  }
  return { alerts, notices };
}

function noticeOf(rule: AlertRule, alert: Alert, isOver: boolean): Omit<Notice, "id"> {
  const { workflow, value, since } = alert;
  const about = workflow === null ? {} : { workflow };
  const data: JsonObject = {
    ...{ rule: rule.id, ...about, value: rounded(value), threshold: rule.threshold, unit: rule.unit },
    ...{ since: toRfc3339(since), what: rule.what, runbook: runbookOf(rule.id) },
  };
  const notice = {
    type: isOver ? "alert.cleared" : "alert.firing",
    severity: rule.severity,
    data,
    dedup: `alert/${keyOf(alert)}/${since}`,
  };
  return isOver ? { ...notice, resolves: true } : notice;
}

const rounded = (value: number): number => Math.round(value * 1000) / 1000;

/** Alerts that were told, as HTTP shows them. */
export const alertViews = (alerts: readonly Alert[], rules: readonly AlertRule[] = ALERT_RULES): AlertView[] =>
  alerts.flatMap(({ rule: id, workflow, since, value, toldAt }) => {
    const rule = rules.find((one) => one.id === id);
    if (rule === undefined || toldAt === null) return [];
    const { severity, what, threshold, unit } = rule;
    return [
      { rule: id, workflow, severity, what, since: toRfc3339(since), value: rounded(value), threshold, unit, runbook: runbookOf(id) },
    ];
  });
