/** Log lines of declared events (log-events.ts), and the form in which a line is written. A field that its event does not declare is not written. */
import type { Json, JsonObject } from "../json.ts";
import { type EpochMs, toRfc3339 } from "../time.ts";
import { type FieldKind, LOG_EVENTS, LOG_FIELDS, type LogEvent, type LogField, type LogLevel, type ValueOf } from "./log-events.ts";

type FieldsOf<E extends LogEvent> = { readonly [F in (typeof LOG_EVENTS)[E]["fields"][number]]: ValueOf<F> };

/** Made by `logLine`. */
export type LogLine = { readonly level: LogLevel; readonly event: LogEvent } & { readonly [F in LogField]?: ValueOf<F> };

/** Where lines go. */
export type Log = (line: LogLine) => void;

/** A line of this event, with all of its fields. `level`: where it is not that of the list. */
export const logLine = <E extends LogEvent>(event: E, fields: FieldsOf<E>, level: LogLevel = LOG_EVENTS[event].level): LogLine => ({
  level,
  event,
  ...(fields as { readonly [F in LogField]?: ValueOf<F> }),
});

/** What a line says of a thrown error: the name of its class. */
export const errorName = (error: unknown): string => (error instanceof Error ? error.name : typeof error);

/** Maximum UTF-16 units of a text, and maximum items of a list; the rest is cut. */
const LONGEST_TEXT = 200;
const MOST_ITEMS = 50;
const NAME = /^[\x21-\x7e]*$/;
/** Written in place of a value that is not a name. */
const UNNAMED = "?";

/**
 * The line as it is written: `timestamp`, `level`, `event_type`, the four ids (null where the event has none) and the other fields of
 * the event under `structured_data`. A field that the event does not declare is left out.
 */
export function shapeLine(line: LogLine, at: EpochMs): JsonObject {
  const ids: Record<string, Json> = { trace_id: null, span_id: null, org_id: null, run_id: null };
  const data: Record<string, Json> = {};
  for (const field of LOG_EVENTS[line.event].fields) {
    const value = clean(LOG_FIELDS[field], line[field]);
    if (field === "org" || field === "run") ids[`${field}_id`] = value;
    else if (field === "trace_id" || field === "span_id") ids[field] = value;
    else data[field] = value;
  }
  return { timestamp: toRfc3339(at), level: line.level, event_type: line.event, ...ids, structured_data: data };
}

function clean(kind: FieldKind, value: LogLine[LogField]): Json {
  if (typeof value === "number") return value;
  if (typeof value === "string") {
    if (kind === "name" && !NAME.test(value)) return UNNAMED;
    return value.slice(0, LONGEST_TEXT);
  }
  if (value === undefined || value === null) return null;
  if (isList(value)) return value.slice(0, MOST_ITEMS).map((item) => (typeof item === "string" ? item.slice(0, LONGEST_TEXT) : item));
  const numbers = Object.entries(value).filter((entry): entry is [string, number] => typeof entry[1] === "number");
  return Object.fromEntries(numbers.slice(0, MOST_ITEMS));
}

const isList = (value: unknown): value is readonly (string | number)[] => Array.isArray(value);
