/**
 * Server-sent events as an upstream sends them (WHATWG HTML, section 9.2.6), read piece by piece from decoded text. Bounded: a line
 * or an event that is longer than the limits ends the stream. Of what the events say it sees only where JSON ends.
 */
import { err, ok, type Result } from "../../result.ts";
import { openJsonScan } from "../json-pieces.ts";

/** One server-sent event. */
export type SseEvent = {
  /** The field `event`; `message` where there is none. */
  readonly type: string;
  /** The lines of `data`, joined by a line feed. */
  readonly data: string;
};

/** Both in UTF-16 units. */
export type SseLimits = { readonly lineUnits: number; readonly eventUnits: number };
const SSE_LIMITS: SseLimits = { lineUnits: 1_048_576, eventUnits: 1_048_576 };

/** The stream exceeds the limits and cannot be read any further. */
export type SseRefusal = "line_too_long" | "event_too_long";

/** Reads events from text that comes in pieces. */
export type SseReader = {
  /** The events that `text` completes, in order. Once refused, always refused. */
  push(text: string): Result<readonly SseEvent[], SseRefusal>;
  /** The event that lacks its blank line, which some servers leave out at their end. What it says may be cut. */
  end(): Result<readonly SseEvent[], SseRefusal>;
};

/** Some servers end an event with one line feed: a line of JSON that is whole, and behind it another, are two events. */
const BEGINS_ANOTHER = /^\s*(?:\{|\[DONE\])/;

/** One line that is a JSON object. */
function isWhole(data: readonly string[]): boolean {
  const line = data.length === 1 ? (data[0] ?? "").trim() : "";
  if (!line.startsWith("{") || !line.endsWith("}")) return false;
  const scan = openJsonScan();
  scan.push(line);
  return scan.isComplete();
}

const LINE_END = /[\r\n]/g;

/** Begins a stream. `limits`: UTF-16 units of a line and of an event. */
export function openSse(limits: SseLimits = SSE_LIMITS): SseReader {
  let line: string[] = [];
  let lineUnits = 0;
  let type = "";
  let data: string[] = [];
  let dataUnits = 0;
  let isFirst = true;
  let endedInReturn = false;
  let refusal: SseRefusal | null = null;

  const dispatch = (events: SseEvent[]): void => {
    if (data.length > 0) events.push({ type: type === "" ? "message" : type, data: data.join("\n") });
    type = "";
    data = [];
    dataUnits = 0;
  };
  const take = (whole: string, events: SseEvent[]): void => {
    if (whole === "") return dispatch(events);
    const colon = whole.indexOf(":");
    if (colon === 0) return;
    const field = colon < 0 ? whole : whole.slice(0, colon);
    const value = colon < 0 ? "" : whole.slice(whole[colon + 1] === " " ? colon + 2 : colon + 1);
    if ((field === "event" || (field === "data" && BEGINS_ANOTHER.test(value))) && isWhole(data)) dispatch(events);
    if (field === "event") type = value;
    else if (field === "data") {
      data.push(value);
      dataUnits += value.length + 1;
      if (dataUnits > limits.eventUnits) refusal = "event_too_long";
    }
  };

  const reader: SseReader = {
    end: () => reader.push(endedInReturn ? "\n\n\n" : "\n\n"),
    push(text) {
      if (refusal !== null) return err(refusal);
      const events: SseEvent[] = [];
      let from = 0;
      if (isFirst && text !== "") {
        isFirst = false;
        if (text.startsWith("\uFEFF")) from = 1;
      }
      // A carriage return ended the last piece: the line feed that follows belongs to it.
      if (endedInReturn && from < text.length) {
        if (text[from] === "\n") from++;
        endedInReturn = false;
      }
      LINE_END.lastIndex = from;
      for (let found = LINE_END.exec(text); found !== null; found = LINE_END.exec(text)) {
        const end = found.index;
        line.push(text.slice(from, end));
        lineUnits += end - from;
        if (lineUnits > limits.lineUnits) refusal = "line_too_long";
        else take(line.join(""), events);
        if (refusal !== null) return err(refusal);
        line = [];
        lineUnits = 0;
        from = end + 1;
        if (text[end] === "\r") {
          if (from === text.length) endedInReturn = true;
          else if (text[from] === "\n") from++;
        }
        LINE_END.lastIndex = from;
      }
      if (from < text.length) {
        line.push(text.slice(from));
        lineUnits += text.length - from;
        if (lineUnits > limits.lineUnits) refusal = "line_too_long";
      }
      return refusal === null ? ok(events) : err(refusal);
    },
  };
  return reader;
}
