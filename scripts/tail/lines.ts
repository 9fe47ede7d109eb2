/**
 * Log lines (docs/logs.md) out of whatever carries them, and as a person reads them. A carrier is a log file of a local platform, where
 * each line may have a prefix, or `wrangler tail --format json`, where a line is an argument of `console.log` inside an event.
 */

/** A log line as the Worker writes it. */
export type Line = {
  readonly timestamp: string;
  readonly level: string;
  readonly event_type: string;
  readonly trace_id: string | null;
  readonly span_id: string | null;
  readonly org_id: string | null;
  readonly run_id: string | null;
  readonly structured_data: { readonly [field: string]: unknown };
};

/** Which lines are wanted; what is absent is not asked about. */
export type Wanted = { readonly run?: string; readonly trace?: string; readonly org?: string; readonly level?: string };

const LEVELS = ["info", "warn", "error"];
/** Levels that `--level` takes. */
export const LEVEL_NAMES: readonly string[] = LEVELS;

/** The log lines in one line of a carrier, in their order; none when it carries none. */
export function linesIn(carried: string): Line[] {
  const start = carried.indexOf("{");
  if (start < 0) return [];
  const value = parsed(carried.slice(start, carried.lastIndexOf("}") + 1));
  if (isLine(value)) return [value];
  // An event of `wrangler tail`: {logs: [{message: [argument, …]}], …}
  const logs = isObject(value) && Array.isArray(value["logs"]) ? value["logs"] : [];
  return logs.flatMap((log: unknown) => {
    const messages = isObject(log) && Array.isArray(log["message"]) ? log["message"] : [];
    return messages.map((message: unknown) => (typeof message === "string" ? parsed(message) : message)).filter(isLine);
  });
}

/** True when the line is one that was asked for. */
export function isWanted(line: Line, { run, trace, org, level }: Wanted): boolean {
  return (
    (run === undefined || line.run_id === run || line.structured_data["child"] === run) &&
    (trace === undefined || line.trace_id === trace) &&
    (org === undefined || line.org_id === org) &&
    (level === undefined || LEVELS.indexOf(line.level) >= LEVELS.indexOf(level))
  );
}

/** Shown first, in this order; the others follow by their own names. */
const FIRST = ["workflow", "step", "model", "tool", "outcome", "code", "duration_ms"];
/** Shown without their names, since their values speak for themselves. */
const BARE = new Set(["workflow", "step", "model", "tool", "outcome", "code"]);

/** The line on one row: time, level where it matters, what happened, to what, and how. `withRun`: several runs are shown. */
export function rowOf(line: Line, withRun: boolean): string {
  const data = line.structured_data;
  const names = [...FIRST.filter((name) => name in data), ...Object.keys(data).filter((name) => !FIRST.includes(name))];
  const told = names.flatMap((name) => {
    const value = data[name];
    if (value === null || value === undefined || value === "") return [];
    if (name === "duration_ms" && typeof value === "number") return [duration(value)];
    if (name === "usd" && typeof value === "number") return value === 0 ? [] : [`$${value.toFixed(6)}`];
    const text = typeof value === "object" ? JSON.stringify(value) : String(value);
    return [BARE.has(name) ? text : `${name}=${text}`];
  });
  const mark = line.level === "info" ? " " : line.level === "warn" ? "!" : "✗";
  const of = withRun ? (line.run_id ?? line.org_id ?? "") : null;
  return [line.timestamp.slice(11, 23), mark, line.event_type.padEnd(18), ...(of === null ? [] : [of.padEnd(30)]), ...told]
    .map(printable)
    .join(" ")
    .trimEnd();
}

const duration = (ms: number): string => (ms < 10_000 ? `${Math.round(ms)}ms` : `${(ms / 1_000).toFixed(1)}s`);

/** What a terminal would obey is shown, not sent to it. */
const printable = (text: string): string =>
  text.replace(/\p{Cc}/gu, (control) => `\\x${control.charCodeAt(0).toString(16).padStart(2, "0")}`);

const isObject = (value: unknown): value is { readonly [name: string]: unknown } =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isLine = (value: unknown): value is Line =>
  isObject(value) &&
  typeof value["timestamp"] === "string" &&
  typeof value["level"] === "string" &&
  typeof value["event_type"] === "string" &&
  isObject(value["structured_data"]);

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
