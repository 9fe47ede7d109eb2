/** What people are told: a notice says what happened in names and numbers, and never holds a prompt, an answer or personal data. Pure. */
import type { Json, JsonObject } from "../json.ts";

/** Topics that a destination can subscribe to (docs/contract.md, "Costs, explanations, health": `notify`). */
export const NOTICE_TOPICS = [
  "review",
  "escalation",
  "budget",
  "kill",
  "dead_letter",
  "alert",
  "anomaly",
  "rollout",
  "policy",
  "incident",
] as const;
/** One of them. */
export type NoticeTopic = (typeof NOTICE_TOPICS)[number];

/** How urgent it is. */
export type NoticeSeverity = "info" | "warning" | "critical";

/** PERSISTED: a notice on its way. */
export type Notice = {
  /** `evt_…` or `ntc_…`: receivers drop repeats by it. */
  readonly id: string;
  /** `budget.alert`, `kill_switch.thrown` …; the topic follows from it. */
  readonly type: string;
  readonly data: Json;
  /** Absent: `warning`. */
  readonly severity?: NoticeSeverity;
  /** Set when the event has a beginning and an end: both notices carry this key. Absent: there is one notice. */
  readonly dedup?: string;
  /** It is over. */
  readonly resolves?: true;
};

const TOPICS: readonly (readonly [prefix: string, topic: NoticeTopic])[] = [
  ["review.", "review"],
  ["escalation.", "escalation"],
  ["budget.", "budget"],
  ["kill_switch.", "kill"],
  ["dead_letter.", "dead_letter"],
  ...["run.dead_lettered", "run.failed", "run.cancelled"].map((type) => [type, "dead_letter"] as const),
  ["anomaly.", "anomaly"],
  ["rollout.", "rollout"],
  ["policy.", "policy"],
  ["permission.", "policy"],
  ["override.", "policy"],
  ["incident.", "incident"],
  ["audit.", "incident"],
];

/** The topic of a notice's type; what is in no list is an alert. */
export const topicOf = (type: string): NoticeTopic => TOPICS.find(([prefix]) => type.startsWith(prefix))?.[1] ?? "alert";

/** Fields that may hold what a person or a model wrote; they never leave in a notice. */
const FREE_TEXT: ReadonlySet<string> = new Set(
  "input output prompt prompts completion messages text content answer proposal reason comment notes summary subject metadata postmortem error message said".split(
    " ",
  ),
);
/** Maximum characters of a value; names and ids are shorter. */
const MOST_CHARACTERS = 200;
const MOST_FIELDS = 30;

/** The data of a notice without anything that may be free text: names, numbers, times and short lists of them. */
export function tidyData(data: Json): JsonObject {
  if (typeof data !== "object" || data === null || Array.isArray(data)) return {};
  const kept = Object.entries(data).flatMap(([name, value]): [string, Json][] => {
    if (FREE_TEXT.has(name.toLowerCase())) return [];
    const short = asShort(value);
    return short === undefined ? [] : [[name, short]];
  });
  return Object.fromEntries(kept.slice(0, MOST_FIELDS));
}

function asShort(value: Json | undefined): Json | undefined {
  if (typeof value === "string") return value.length > MOST_CHARACTERS ? undefined : value;
  if (typeof value === "number" || typeof value === "boolean" || value === null) return value;
  if (Array.isArray(value)) {
    const all = value.slice(0, MOST_FIELDS).map(asShort);
    return all.some((one) => one === undefined) ? undefined : (all as Json[]);
  }
  return undefined;
}

/** The name of the workflow that a notice, or the data of a record, is about: its owner is told. null: of none, or of several. */
export function workflowOf(data: Json): string | null {
  const { workflow, scope } = tidyData(data);
  if (typeof workflow === "string") return workflow.split("@")[0] ?? null; // records name the version too
  return typeof scope === "string" && scope.startsWith(WORKFLOW_SCOPE) ? scope.slice(WORKFLOW_SCOPE.length) : null;
}

/** How scopes of kill switches and budgets name a workflow. */
const WORKFLOW_SCOPE = "workflow:";

/** The first line that a person reads. */
export function titleOf({ type, data, resolves }: Notice): string {
  const told = tidyData(data);
  const about = ["rule", "workflow", "scope", "run", "key"].flatMap((name) => (typeof told[name] === "string" ? [String(told[name])] : []));
  const what = type.replaceAll("_", " ").replace(".", ": ");
  return `Bulkhead ${resolves === true ? "resolved " : ""}${what}${about.length === 0 ? "" : ` (${about.slice(0, 2).join(", ")})`}`;
}

/** The other lines: a field each. */
export const linesOf = ({ data }: Notice): string[] =>
  Object.entries(tidyData(data)).map(([name, value]) => `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`);
