/** Calls of containers as the tool gateway makes them: a place from the pool, then the instance's one call. How far it came is data. */
import { SANDBOX_BYTES, type SandboxAnswer, type SandboxCall } from "../../core/sandbox/call.ts";
import { errorName, type Log, logLine } from "../../core/telemetry/log-line.ts";
import type { EpochMs } from "../../core/time.ts";
import type { SandboxPoolRpc } from "../../durable-objects/sandbox-pool/stub.ts";
import type { ToolSandboxRpc } from "../../durable-objects/tool-sandbox/stub.ts";
import type { EgressGrant } from "../egress/ports.ts";

/** What the room needs from outside. */
export type SandboxesPorts = {
  readonly pool: () => Pick<SandboxPoolRpc, "take">;
  readonly sandbox: (id: string) => Pick<ToolSandboxRpc, "run" | "discard">;
  readonly now: () => EpochMs;
  readonly log: Log;
};

/** `no`: the code certainly did not run. `unknown`: it may have. */
export type SandboxOutcome =
  | { readonly reached: "answered"; readonly answer: SandboxAnswer }
  | { readonly reached: "no"; readonly why: "full" | "not_started" | "too_large" }
  | { readonly reached: "unknown"; readonly why: "cut_short" | "too_late" | "unreadable" };

/** Whose requests a call's are, and the hosts that they may go to. */
export type CallEgress = Pick<EgressGrant, "org" | "tool" | "run" | "activity" | "traceId" | "hosts">;

/** What is counted is counted for each instance, and so for each attempt. */
const grantOf = (egress: CallEgress | null, id: string, until: EpochMs): EgressGrant | null =>
  egress === null ? null : { v: 1, ...egress, call: id, secrets: {}, meansHttps: true, until };

/** Runs code in containers. */
export type Sandboxes = {
  /** Never throws. When `signal` fires the instance is destroyed. `egress` null: no network. */
  run(call: SandboxCall, egress: CallEgress | null, signal: AbortSignal): Promise<SandboxOutcome>;
};

/** What is left of a call's time when its code is to be stopped at the latest, in ms: for the answer. */
const ANSWER_MS = 250;

/** An instance that stood ready may have ended a moment ago: the code did not run, so another one is asked for it. */
const ATTEMPTS = 3;
/** Less time than this, in ms, is not enough for another instance. */
const AGAIN_MS = 500;

/** Over the pool and the sandboxes of the deployment. */
export function defineSandboxes({ pool, sandbox, now, log }: SandboxesPorts): Sandboxes {
  return {
    async run(call, egress, signal) {
      if (new TextEncoder().encode(call.code).byteLength > SANDBOX_BYTES.code) return { reached: "no", why: "too_large" };
      const until = now() + call.wallMs;
      for (let attempt = 1; ; attempt++) {
        const outcome = await once(call, egress, until, signal);
        const isOver = outcome.reached !== "no" || outcome.why !== "not_started" || attempt === ATTEMPTS;
        if (isOver || signal.aborted || now() + AGAIN_MS >= until) return outcome;
      }
    },
  };

  /** One instance: the code runs in it or not at all. */
  async function once(call: SandboxCall, egress: CallEgress | null, until: EpochMs, signal: AbortSignal): Promise<SandboxOutcome> {
    const left = (): number => Math.max(1, until - now());
    let id: string | null = null;
    try {
      const place = await pool().take(call.wallMs, left());
      if (!place.ok) return { reached: "no", why: place.why };
      id = place.id;
    } catch (error) {
      log(logLine("sandbox.not_started", { error: errorName(error) }));
      return { reached: "no", why: "not_started" };
    }
    const object = sandbox(id);
    const discard = (): void => void object.discard().catch(() => undefined);
    if (signal.aborted) {
      discard();
      return { reached: "no", why: "not_started" };
    }
    signal.addEventListener("abort", discard, { once: true });
    try {
      const outcome = await object.run({ ...call, wallMs: Math.max(1, left() - ANSWER_MS) }, left(), grantOf(egress, id, until));
      if (outcome.reached === "answered") return { reached: "answered", answer: outcome.answer };
      if (outcome.reached === "no") return { reached: "no", why: "not_started" };
      return { reached: "unknown", why: outcome.why === "too_late" || outcome.why === "unreadable" ? outcome.why : "cut_short" };
    } catch (error) {
      log(logLine("sandbox.cut_short", { error: errorName(error) }));
      return { reached: "unknown", why: "cut_short" };
    } finally {
      signal.removeEventListener("abort", discard);
    }
  }
}
