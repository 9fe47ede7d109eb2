/**
 * Runs a tool's code in a V8 isolate of its own through the Worker Loader: without bindings, without a network but the gate that is handed
 * in with the call, with bounded CPU. Calls of one org and content share an isolate unless they ask for a fresh one.
 */
import { RpcTarget } from "cloudflare:workers";
import { createHash } from "node:crypto";
import { readBody } from "../kit/body.ts";
import { type Deadline, DeadlineError } from "../kit/deadline.ts";
import entry from "./entry.isolate.js";
import ground from "./ground.isolate.js";
import type { IsolateAnswer, IsolateGate, IsolateJob, IsolatePorts } from "./ports.ts";
import { Slots } from "./slots.ts";

/** CPU milliseconds of one call, where its time is longer. The local runtime does not enforce it. */
const MOST_CPU_MS = 10_000;
/** Requests to the gate that the runtime allows one call; the gate itself refuses earlier. */
const MOST_SUBREQUESTS = 1_000;
const COMPATIBILITY_DATE = "2026-09-25";
/** No Node modules but the storage that tells the calls of an isolate apart. */
const COMPATIBILITY_FLAGS = ["no_nodejs_compat", "no_nodejs_compat_v2", "nodejs_als"];

/** Changes with everything that an isolate is made of beside the tool's code: what runs under an id never changes. */
const FRAME = createHash("sha256")
  .update(JSON.stringify([ground, entry, COMPATIBILITY_DATE, COMPATIBILITY_FLAGS]))
  .digest("hex");

type Entry = { call(text: string, limit: number, gate: SendOnly): Promise<Response> };

/** What the code gets of its gate: to send, and not to close it. */
class SendOnly extends RpcTarget {
  readonly #gate: IsolateGate;

  constructor(gate: IsolateGate) {
    super();
    this.#gate = gate;
  }

  send(request: Request): Promise<Response> {
    return this.#gate.send(request);
  }
}

/** Runs jobs. */
export type Isolates = {
  /** Throws a `DeadlineError` and nothing else. */
  readonly run: (job: IsolateJob, gate: IsolateGate, deadline: Deadline) => Promise<IsolateAnswer>;
  /** Calls that wait for an isolate here, by org. */
  readonly waiting: () => ReadonlyMap<string, number>;
};

/** Isolates of one Worker Loader. */
export function defineIsolates({ loader }: IsolatePorts): Isolates {
  const slots = new Slots();

  function stubFor({ org, code, fresh, timeoutMs }: IsolateJob): Entry {
    const limits = { cpuMs: Math.min(timeoutMs, MOST_CPU_MS), subRequests: MOST_SUBREQUESTS };
    const worker: WorkerLoaderWorkerCode = {
      compatibilityDate: COMPATIBILITY_DATE,
      compatibilityFlags: COMPATIBILITY_FLAGS,
      mainModule: "entry.isolate.js",
      modules: { "entry.isolate.js": entry, "ground.isolate.js": ground, "tool.js": code },
      env: {},
      globalOutbound: null, // also for the fetch that the code finds behind the one it is given
      limits,
    };
    const id = createHash("sha256")
      .update(JSON.stringify([FRAME, org, code, limits.cpuMs]))
      .digest("hex");
    const stub = fresh ? loader.load(worker) : loader.get(id, () => worker);
    return stub.getEntrypoint() as unknown as Entry;
  }

  async function call(job: IsolateJob, gate: IsolateGate, deadline: Deadline): Promise<IsolateAnswer> {
    const text = JSON.stringify({ input: job.input, ctx: job.ctx });
    try {
      const response = await deadline.within(stubFor(job).call(text, job.outputBytes, new SendOnly(gate)));
      return { kind: "answered", status: response.status, body: await readBody(response, job.outputBytes, deadline) };
    } catch (error) {
      if (error instanceof DeadlineError) throw error;
      const message = error instanceof Error ? error.message : "";
      const start = /^Failed to start Worker:\s*(?:Uncaught )?(.{0,500})/s.exec(message);
      return start === null ? { kind: "broken" } : { kind: "not_started", message: start[1] ?? "" };
    }
  }

  return {
    run: async (job, gate, deadline) =>
      (await slots.use(job.run, job.org, deadline.within, () => call(job, gate, deadline))) ?? { kind: "crowded" },
    waiting: () => slots.waiting(),
  };
}
