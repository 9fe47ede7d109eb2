/** One request to the platform and what comes back: JSON, or a `BulkheadError` with the problem document. Knows no route. */
import type { Problem } from "./schema.ts";

/** Every code that the platform's errors carry. */
export type ErrorCode = Problem["code"];

/** Where the platform is, and who calls it. */
export type ClientOptions = {
  /** The platform's address, with or without a slash at its end. */
  readonly url: string;
  /** An API key (`bh_…`) or the platform admin's key. */
  readonly key: string;
  /** For the platform admin: the org to act in. */
  readonly org?: string;
  readonly fetch?: typeof fetch;
};

/** The parts of one request besides method and path. */
export type Call = {
  readonly body?: unknown;
  /** Makes a POST that creates something safe to repeat (docs/contract.md, "Conventions"). */
  readonly idempotencyKey?: string;
  readonly headers?: { readonly [name: string]: string };
  readonly signal?: AbortSignal;
};

/** The platform refused the request. `message` says what was asked and why it was refused; it holds no secret and no personal data. */
export class BulkheadError extends Error {
  override readonly name = "BulkheadError";
  readonly status: number;
  readonly code: ErrorCode | "unexpected_answer";
  /** null when the answer was no problem document (a proxy's page, an older deployment). */
  readonly problem: Problem | null;
  /** What is wrong, in the platform's words; empty without a problem document. */
  readonly detail: string;
  /** The request's trace id; null without a problem document. */
  readonly traceId: string | null;
  /** Seconds to wait before the next try, from `Retry-After`; null: the platform did not say. */
  readonly retryAfter: number | null;

  constructor(method: string, path: string, status: number, problem: Problem | null, retryAfter: number | null) {
    const fields = (problem?.errors ?? []).map(({ path: at, message }) => `; ${at} ${message}`).join("");
    super(
      `${method} ${path}: ${status} ${problem === null ? "without a problem document" : `${problem.code}: ${problem.detail}${fields}`}`,
    );
    this.status = status;
    this.code = problem?.code ?? "unexpected_answer";
    this.problem = problem;
    this.detail = problem?.detail ?? "";
    this.traceId = problem?.trace_id ?? null;
    this.retryAfter = retryAfter;
  }

  /** The same as `retryAfter`. */
  get retryAfterSeconds(): number | null {
    return this.retryAfter;
  }
}

/** Sends requests with the client's key. */
export type Transport = {
  /** The answer's JSON; null for an empty one. Throws `BulkheadError` for every status from 400 up, and what `fetch` throws. */
  json<T>(method: string, path: string, call?: Call): Promise<T>;
  /** The answer as it is, once its status is below 400. */
  raw(method: string, path: string, call?: Call): Promise<Response>;
};

/** Creates a transport. Nothing is sent before the first request. */
export function createTransport(options: ClientOptions): Transport {
  const base = options.url.replace(/\/+$/, "");
  const send = options.fetch ?? fetch;

  async function raw(method: string, path: string, call: Call = {}): Promise<Response> {
    const headers = new Headers({ accept: "application/json", ...call.headers });
    headers.set("authorization", `Bearer ${options.key}`);
    if (options.org !== undefined) headers.set("bulkhead-org", options.org);
    if (call.idempotencyKey !== undefined) headers.set("idempotency-key", call.idempotencyKey);
    if (call.body !== undefined) headers.set("content-type", "application/json");
    const response = await send(`${base}${path}`, {
      method,
      headers,
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
      ...(call.signal === undefined ? {} : { signal: call.signal }),
    });
    if (response.status < 400) return response;
    const problem = readProblem(await response.text());
    throw new BulkheadError(method, path, response.status, problem, readSeconds(response.headers.get("retry-after")));
  }

  return {
    raw,
    async json<T>(method: string, path: string, call?: Call): Promise<T> {
      const response = await raw(method, path, call);
      const text = await response.text();
      return (text === "" ? null : JSON.parse(text)) as T;
    },
  };
}

/** `?name=value…` from what is set; empty when nothing is. */
export function query(parameters: { readonly [name: string]: string | number | undefined }): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) search.set(name, String(value));
  }
  const text = search.toString();
  return text === "" ? "" : `?${text}`;
}

function readProblem(text: string): Problem | null {
  try {
    const value: unknown = JSON.parse(text);
    return isProblem(value) ? value : null;
  } catch {
    return null;
  }
}

const isProblem = (value: unknown): value is Problem =>
  typeof value === "object" &&
  value !== null &&
  "code" in value &&
  typeof value.code === "string" &&
  "detail" in value &&
  typeof value.detail === "string";

/** RFC 9110, section 10.2.3: seconds; the form with a date is not one we send. */
function readSeconds(text: string | null): number | null {
  return text !== null && /^\d+$/.test(text) ? Number(text) : null;
}
