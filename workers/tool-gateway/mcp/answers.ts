/**
 * Answers of an MCP server, read with bounds before the client library sees them: JSON or a stream of events, of which the one that
 * answers the request is taken. The library would read without a limit, and would round numbers that a double does not hold.
 */
import { isObject, type Json, type JsonObject, own } from "../../../core/json.ts";
import { err, ok, type Result } from "../../../core/result.ts";
import { type ExactJson, parseExact } from "../../../core/untrusted-json.ts";
import { readBody } from "../../kit/body.ts";
import { type Deadline, DeadlineError } from "../../kit/deadline.ts";

/** Why an answer is not taken. `batch`: several messages in one, which no revision that is spoken here has. */
export type AnswerFlaw = "redirect" | "too_large" | "cut" | "not_json" | "too_deep" | "batch" | "content_type" | "no_answer" | "talkative";

/** The message that answers a request. `long`: as in `ExactJson`; of a number that nothing holds, its path alone. */
export type Message = ExactJson & { readonly value: JsonObject };

/** A message of the server's that is no answer to the request. */
export type Aside = (message: JsonObject) => void;

/** `limitBytes`: of everything that comes, what is skipped included. Throws a `DeadlineError` and nothing else. */
export async function readAnswer(
  response: Response,
  id: Json,
  limitBytes: number,
  deadline: Deadline,
  aside: Aside,
): Promise<Result<Message, AnswerFlaw>> {
  const type = (response.headers.get("content-type") ?? "").split(";", 1)[0]?.trim().toLowerCase();
  if (type === "text/event-stream") return readStream(response, id, limitBytes, deadline, aside);
  if (type !== "application/json") {
    void response.body?.cancel().catch(() => undefined);
    return err("content_type");
  }
  const body = await readBody(response, limitBytes, deadline);
  if (!body.ok) return err(body.reason === "not_text" ? "not_json" : body.reason);
  const message = readMessage(body.text);
  if (!message.ok) return message;
  return isAnswerTo(message.value.value, id) ? message : err("no_answer");
}

async function readStream(
  response: Response,
  id: Json,
  limitBytes: number,
  { within }: Deadline,
  aside: Aside,
): Promise<Result<Message, AnswerFlaw>> {
  const reader = (response.body as ReadableStream<Uint8Array> | null)?.getReader();
  if (reader === undefined) return err("no_answer");
  const events = new EventReader();
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });
  let bytes = 0;
  try {
    for (;;) {
      const chunk = await within(reader.read()).catch(nullUnlessOver);
      if (chunk === null) return err("cut");
      if (chunk.done) return err("no_answer"); // an event that is not closed by an empty line is none
      bytes += chunk.value.byteLength;
      if (bytes > limitBytes) return err("too_large");
      let text: string;
      try {
        text = decoder.decode(chunk.value, { stream: true });
      } catch {
        return err("not_json");
      }
      for (const data of events.feed(text)) {
        const message = readMessage(data);
        if (!message.ok) return message;
        if (isAnswerTo(message.value.value, id)) return message;
        aside(message.value.value);
      }
    }
  } finally {
    void reader.cancel().catch(() => undefined);
  }
}

function readMessage(text: string): Result<Message, AnswerFlaw> {
  const parsed = parseExact(text, "replaced");
  if (parsed.ok) {
    const { value, long } = parsed.value;
    return isObject(value) ? ok({ value, long }) : err(Array.isArray(value) ? "batch" : "not_json");
  }
  const { error } = parsed;
  if (error.why !== "number") return err(error.why === "too_deep" ? "too_deep" : "not_json");
  // The number is lost; the message is read for its id, and the path says what is wrong with it.
  const value = JSON.parse(text) as Json;
  return isObject(value) ? ok({ value, long: [error.path] }) : err("batch");
}

const isAnswerTo = (message: JsonObject, id: Json): boolean => own(message, "method") === undefined && own(message, "id") === id;

/** Server-sent events (WHATWG HTML section 9.2.6), of which only `data` counts here. Linear in the text, however it is cut. */
class EventReader {
  #rest: string[] = [];
  #data: string[] = [];
  #endedWithCr = false;

  /** The data of each event that the text completes. */
  feed(text: string): string[] {
    const done: string[] = [];
    // A CRLF that is cut between its halves is one end of a line.
    const start = this.#endedWithCr && text.startsWith("\n") ? text.slice(1) : text;
    if (text !== "") this.#endedWithCr = text.endsWith("\r");
    const lines = start.split(/\r\n|\r|\n/);
    const last = lines.length - 1; // not ended yet
    for (let index = 0; index < last; index++) {
      const line = lines[index] ?? "";
      const isWhole = this.#rest.length === 0;
      if (isWhole && line === "" && this.#data.length === 0) continue;
      const whole = isWhole ? line : `${this.#rest.join("")}${line}`;
      if (!isWhole) this.#rest = [];
      if (whole === "") {
        done.push(this.#data.join("\n"));
        this.#data = [];
      } else if (whole.startsWith("data:")) this.#data.push(whole.slice(whole.startsWith("data: ") ? 6 : 5));
    }
    const begun = lines[last] ?? "";
    if (begun !== "") this.#rest.push(begun);
    return done.filter((data) => data !== "");
  }
}

function nullUnlessOver(error: unknown): null {
  if (error instanceof DeadlineError) throw error;
  return null;
}
