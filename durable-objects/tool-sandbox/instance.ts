/** One container instance, from its start to its end. Knows the runner's three requests and nothing of tools or runs. */
import {
  RUNNER_PORT,
  readRunnerAnswer,
  runnerRequest,
  SANDBOX_BYTES,
  type SandboxAnswer,
  type SandboxCall,
} from "../../core/sandbox/call.ts";

/** What is used of `ctx.container`. */
export type ContainerPort = {
  readonly running: boolean;
  start(options: { readonly enableInternet: boolean; readonly env?: Record<string, string> }): void;
  monitor(): Promise<void>;
  destroy(error?: unknown): Promise<void>;
  interceptAllOutboundHttp(to: Fetcher): Promise<void>;
  interceptOutboundHttps(host: string, to: Fetcher): Promise<void>;
  getTcpPort(port: number): Pick<Fetcher, "fetch">;
};

/**
 * How a call of an instance ended. `no`: the code certainly did not run. `unknown`: the call was handed over, and no answer came.
 */
export type InstanceOutcome =
  | { readonly reached: "answered"; readonly answer: SandboxAnswer; readonly startMs: number }
  | { readonly reached: "no" | "unknown"; readonly why: "not_started" | "refused" | "cut_short" | "too_late" | "unreadable" };

/** Between two questions whether the runner listens, in ms. */
const ASK_AGAIN_MS = 15;
/** What the runner may take after the code's time is up: to end it, and to answer. */
const ANSWER_GRACE_MS = 2_000;

/** The host is never looked up: the port decides where a request goes. */
const ADDRESS = "http://runner";

/** Why an instance did not start. */
export type StartFlaw = "no_engine" | "ended" | "silent";

/** Starts the instance unless it runs. null: its runner listens. `silent`: it did not within `patienceMs`. */
export async function startInstance(container: ContainerPort, patienceMs: number, now: () => number): Promise<StartFlaw | null> {
  const until = now() + patienceMs;
  let isOver = false;
  const over = (): void => {
    isOver = true;
  };
  try {
    if (!container.running) container.start({ enableInternet: false });
    container.monitor().then(over, over); // an instance that has ended has nothing to wait for
  } catch {
    return "no_engine";
  }
  while (!isOver && now() < until) {
    if (await renewLease(container, until - now())) return null;
    await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
  }
  return isOver ? "ended" : "silent";
}

/** False: the instance is gone, or does not listen (any more). */
export async function renewLease(container: ContainerPort, patienceMs: number): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(Math.max(1, patienceMs));
    const response = await container.getTcpPort(RUNNER_PORT).fetch(`${ADDRESS}/lease`, { method: "POST", signal });
    await response.body?.cancel();
    return response.status === 204;
  } catch {
    return false;
  }
}

/** Hands the call to the runner of an instance that listens. Never throws. */
export async function callRunner(container: ContainerPort, call: SandboxCall, signal: AbortSignal): Promise<InstanceOutcome> {
  const late = AbortSignal.timeout(call.wallMs + ANSWER_GRACE_MS);
  try {
    const response = await container.getTcpPort(RUNNER_PORT).fetch(`${ADDRESS}/run`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: runnerRequest(call),
      signal: AbortSignal.any([signal, late]),
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      return { reached: response.status === 400 ? "no" : "unknown", why: "refused" };
    }
    const text = await readAtMost(response, SANDBOX_BYTES.answer);
    const answer = text === null ? null : readRunnerAnswer(text);
    return answer === null ? { reached: "unknown", why: "unreadable" } : { reached: "answered", answer, startMs: 0 };
  } catch {
    return { reached: "unknown", why: late.aborted ? "too_late" : "cut_short" };
  }
}

/** null: it is longer. */
async function readAtMost(response: Response, limitBytes: number): Promise<string | null> {
  const reader = (response.body as ReadableStream<Uint8Array> | null)?.getReader();
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for (;;) {
    const chunk = await reader?.read();
    if (chunk === undefined || chunk.done) return text + decoder.decode();
    bytes += chunk.value.byteLength;
    if (bytes > limitBytes) {
      await reader?.cancel();
      return null;
    }
    text += decoder.decode(chunk.value, { stream: true });
  }
}
