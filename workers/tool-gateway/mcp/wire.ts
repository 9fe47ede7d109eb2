/**
 * The `fetch` that the MCP client library is given for one piece of work: one address, no redirect, no listening stream, bounded answers;
 * and what was seen on the way, since the library's errors do not tell how far a call came.
 */
import { isObject, type Json, type JsonObject, own } from "../../../core/json.ts";
import { retryAfterMs } from "../../../core/tool/retry-after.ts";
import { parseUntrusted } from "../../../core/untrusted-json.ts";
import { readBody } from "../../kit/body.ts";
import { type Deadline, DeadlineError } from "../../kit/deadline.ts";
import { type AnswerFlaw, readAnswer } from "./answers.ts";

/** Bytes of all answers of one piece of work: an answer may hold its output twice, as data and as text. */
const WIRE_BYTES = 4 * 1024 * 1024;
/** Bytes of a failed request's answer that are read. */
const ERROR_BYTES = 4_096;
/** Requests that a server may make of its client; they are refused, and after that the call is. */
const MOST_ASIDES = 8;
/** The form of a session's id (specification 2025-06-18, "Session Management"), and a bound. */
const SESSION = /^[\x21-\x7e]{1,1024}$/;
/** How long what nobody waits for may take, in ms: the end of a session, the news that a call is cancelled. */
const COURTESY_MS = 2_000;

/** What was seen of the request that the work is about. */
export type Seen = {
  /** It left. */
  sent: boolean;
  /** The status of its answer; before it left, of the last answer. null: none came. */
  status: number | null;
  flaw: AnswerFlaw | "session" | null;
  /** The connection failed. */
  broke: boolean;
  /** JSON Pointers into its answer. */
  long: readonly string[];
  retryAfterMs: number | null;
  /** What the server said with a status that is no success. */
  said: Json;
};

/** What a wire is for. `method`: of the request that the work is about. `body`: writes its message. */
export type WireSpec = {
  readonly fetch: typeof fetch;
  readonly now: () => number;
  readonly target: URL;
  readonly deadline: Deadline;
  readonly method: "tools/call" | "tools/list";
  readonly write?: (message: JsonObject) => string;
};

/** The guarded `fetch`, and what it saw. */
export type Wire = { readonly fetch: (url: string | URL, init?: RequestInit) => Promise<Response>; readonly seen: Seen };

/** A wire for one piece of work; it is not used again. */
export function defineWire(spec: WireSpec): Wire {
  const { target, deadline } = spec;
  const seen: Seen = { sent: false, status: null, flaw: null, broke: false, long: [], retryAfterMs: null, said: null };
  let left = WIRE_BYTES;
  let asides = 0;

  /** Flawed answers end the work: the library is told by an exception, the caller by `seen`. */
  const refuse = (flaw: AnswerFlaw | "session"): never => {
    seen.flaw = flaw;
    throw new Error("the server's answer is refused");
  };

  /** A request of the server's: a ping is answered, any other refused. What it tells is nobody's business here. */
  const answerAside = (init: RequestInit) => (message: JsonObject) => {
    const id = own(message, "id");
    if (own(message, "method") === undefined || (typeof id !== "string" && typeof id !== "number")) return;
    if (++asides > MOST_ASIDES) refuse("talkative");
    const answer =
      own(message, "method") === "ping" ? { result: {} } : { error: { code: -32601, message: "this client takes no requests" } };
    courtesy({ ...init, body: JSON.stringify({ jsonrpc: "2.0", id, ...answer }) });
  };

  const courtesy = (init: RequestInit): void => {
    const signal = AbortSignal.timeout(COURTESY_MS);
    void spec
      .fetch(target, { ...init, redirect: "manual", signal })
      .then((response) => response.body?.cancel())
      .catch(() => undefined);
  };

  const ask = async (init: RequestInit): Promise<Response> => {
    const response = await deadline.within(spec.fetch(target, init)).catch((error: unknown) => {
      if (!(error instanceof DeadlineError)) seen.broke = true;
      throw error;
    });
    seen.status = response.status;
    seen.retryAfterMs = retryAfterMs(response.headers.get("retry-after"), spec.now());
    return response;
  };

  return {
    seen,
    fetch: async (url, init = {}) => {
      if (String(url) !== target.href) throw new Error("the client asked for another address");
      if (init.method !== "POST") {
        // A session is ended, and nobody waits for it; a stream to listen to is not opened.
        if (init.method === "DELETE") courtesy(init);
        return new Response(null, { status: init.method === "DELETE" ? 204 : 405 });
      }
      const message = JSON.parse(String(init.body)) as JsonObject;
      const method = own(message, "method");
      const id = own(message, "id");
      seen.said = null;
      if (method === "notifications/cancelled") {
        courtesy(init);
        return new Response(null, { status: 202 });
      }
      if (method === spec.method) {
        seen.sent = true;
        seen.status = null;
      }
      const body = method === spec.method && spec.write !== undefined ? spec.write(message) : String(init.body);
      const response = await ask({ ...init, body, redirect: "manual", signal: deadline.signal });
      const { status } = response;
      if (status >= 300 && status < 400) {
        drop(response);
        return refuse("redirect");
      }
      if (status < 200 || status > 299) {
        const text = await readError(response, deadline);
        const said = text === null ? null : parseUntrusted(text, "replaced");
        seen.said = said === null ? null : said.ok ? wordsOf(said.value) : text;
        // A status that no `Response` can have is for the library a failure like any other; `seen` keeps it.
        return new Response(text, {
          status: status >= 400 && status <= 599 ? status : 500,
          headers: { "content-type": "application/json" },
        });
      }
      if (id === undefined) {
        drop(response);
        return new Response(null, { status: 202 });
      }
      const session = response.headers.get("mcp-session-id") || null; // an empty one names no session
      if (method === "initialize" && session !== null && !SESSION.test(session)) {
        drop(response);
        return refuse("session");
      }
      const counted = counting(response, (bytes) => {
        left -= bytes;
      });
      const answer = await readAnswer(counted, id, left, deadline, answerAside(init));
      if (!answer.ok) return refuse(answer.error);
      if (method === spec.method) seen.long = answer.value.long;
      const headers = { "content-type": "application/json", ...(session === null ? {} : { "mcp-session-id": session }) };
      return new Response(JSON.stringify(answer.value.value), { headers });
    },
  };
}

/** The same answer; how much of it was read is told. */
function counting(response: Response, count: (bytes: number) => void): Response {
  if (response.body === null) return response;
  const counter = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      count(chunk.byteLength);
      controller.enqueue(chunk);
    },
  });
  return new Response((response.body as ReadableStream<Uint8Array>).pipeThrough(counter), { headers: response.headers });
}

async function readError(response: Response, deadline: Deadline): Promise<string | null> {
  const type = response.headers.get("content-type") ?? "";
  if (!/^\s*(text\/plain|application\/([\w.+-]+\+)?json)\s*(;|$)/i.test(type)) {
    drop(response);
    return null;
  }
  const body = await readBody(response, ERROR_BYTES, deadline);
  return body.ok && body.text !== "" ? body.text : null;
}

/** A JSON-RPC error says what it has to say inside of `error`. */
const wordsOf = (said: Json): Json =>
  isObject(said) && isObject(own(said, "error")) ? { message: own(own(said, "error") as JsonObject, "message") ?? null } : said;

const drop = (response: Response): void => void response.body?.cancel().catch(() => undefined);
