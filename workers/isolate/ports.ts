/** What the room of isolates needs from outside, and what it is asked. */
import type { Json } from "../../core/json.ts";
import type { Body } from "../kit/body.ts";

/** The gate that the code's requests pass (workers/egress). */
export type IsolateGate = {
  readonly send: (request: Request) => Promise<Response>;
  readonly close: () => void;
  /** Requests that have left so far. */
  readonly sent: () => number;
};

/** One call of a tool's code. */
export type IsolateJob = {
  readonly org: string;
  /** Calls of one run are in flight from one object, which the platform bounds. */
  readonly run: string;
  readonly code: string;
  /** True: an isolate for this call alone. */
  readonly fresh: boolean;
  readonly input: Json;
  readonly ctx: Json;
  /** Milliseconds. */
  readonly timeoutMs: number;
  /** Maximum bytes of the output's JSON; a longer one is read no further. */
  readonly outputBytes: number;
};

/**
 * How a job ended. `answered`: an answer of the code, with a status as the entry has them (entry.isolate.js). `not_started`: the code
 * does not load, with what the runtime says of it. `broken`: the isolate ended before it answered. `crowded`: too many wait already.
 */
export type IsolateAnswer =
  | { readonly kind: "answered"; readonly status: number; readonly body: Body }
  | { readonly kind: "not_started"; readonly message: string }
  | { readonly kind: "broken" }
  | { readonly kind: "crowded" };

/** What the room needs. */
export type IsolatePorts = {
  readonly loader: WorkerLoader;
};
