/**
 * Server-sent events from text that comes in pieces (WHATWG HTML, section 9.2.6 "Interpreting an event stream"). Pure: bytes are
 * decoded elsewhere.
 */
export type StreamEvent = {
  /** `message` where the stream names none. */
  readonly event: string;
  readonly data: string;
  /** The last id the stream gave, this event's or an earlier one's. */
  readonly id: string;
};

/** Parses one stream. Text may be split anywhere. */
export class EventStreamParser {
  #rest = "";
  #event = "";
  #data: string[] = [];
  #id = "";
  #retryMs: number | null = null;
  #started = false;

  /** Milliseconds the server asks a client to wait before it comes back; null until it says so. */
  get retryMs(): number | null {
    return this.#retryMs;
  }

  /** The events that this piece completes. What an unfinished stream leaves behind is dropped, as the standard says. */
  push(piece: string): StreamEvent[] {
    let text = this.#rest + piece;
    if (!this.#started && text.length > 0) {
      this.#started = true;
      if (text.startsWith("\uFEFF")) text = text.slice(1);
    }
    const events: StreamEvent[] = [];
    let from = 0;
    for (;;) {
      const end = lineEnd(text, from);
      if (end === null) break;
      const event = this.#line(text.slice(from, end.at));
      if (event !== null) events.push(event);
      from = end.next;
    }
    this.#rest = text.slice(from);
    return events;
  }

  #line(line: string): StreamEvent | null {
    if (line === "") return this.#dispatch();
    const colon = line.indexOf(":");
    if (colon === 0) return null; // a comment: the server shows that it is there
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
    if (field === "event") this.#event = value;
    else if (field === "data") this.#data.push(value);
    else if (field === "id" && !value.includes("\0")) this.#id = value;
    else if (field === "retry" && /^\d+$/.test(value)) this.#retryMs = Number(value);
    return null;
  }

  #dispatch(): StreamEvent | null {
    const event = this.#data.length === 0 ? null : { event: this.#event || "message", data: this.#data.join("\n"), id: this.#id };
    this.#event = "";
    this.#data = [];
    return event;
  }
}

/** A line ends with LF, CR LF or CR; a CR at the very end may be half of a CR LF and has to wait. */
function lineEnd(text: string, from: number): { at: number; next: number } | null {
  for (let at = from; at < text.length; at++) {
    const character = text[at];
    if (character === "\n") return { at, next: at + 1 };
    if (character !== "\r") continue;
    if (at + 1 === text.length) return null;
    return { at, next: text[at + 1] === "\n" ? at + 2 : at + 1 };
  }
  return null;
}
