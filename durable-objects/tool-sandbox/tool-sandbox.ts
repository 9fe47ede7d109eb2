/**
 * `ToolSandbox`: one container instance, for one call. The object's id is nobody's before and nobody's after. It stores nothing: an
 * object that dies leaves an instance that ends by itself, because nobody renews its lease or holds its connection (README.md).
 */
import { DurableObject } from "cloudflare:workers";
import type { SandboxCall } from "../../core/sandbox/call.ts";
import { errorName, type Log, logLine } from "../../core/telemetry/log-line.ts";
import type { EpochMs } from "../../core/time.ts";
import { type ContainerPort, callRunner, type InstanceOutcome, renewLease, startInstance } from "./instance.ts";

/** Everything this room needs from outside. */
export type ToolSandboxPorts = {
  readonly now: () => EpochMs;
  readonly log: Log;
  /** The instance with this id is gone. */
  readonly released: (id: string) => Promise<void>;
};

/** What the egress of the deployment (workers/egress) is given as its grant. */
export type SandboxEgress = { readonly hosts: readonly string[] };
type Exports = { Egress(options: { readonly props: SandboxEgress }): Fetcher };

/** How long a runner may take from its start until it listens, in ms: a cold image takes seconds. */
const START_MS = 30_000;
/** A renewal that takes longer, in ms, counts as failed. */
const RENEW_MS = 2_000;

/** The runtime constructs the object, so ports come in through the class, not through the constructor. */
export function defineToolSandbox(portsFor: (env: Cloudflare.Env) => ToolSandboxPorts) {
  return class ToolSandbox extends DurableObject {
    readonly #ports: ToolSandboxPorts;
    #use: "free" | "called" | "gone" = "free";
    readonly #over = new AbortController();

    constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
      super(ctx, env);
      this.#ports = portsFor(env);
    }

    /** Starts the instance ahead of its call. False: it does not listen, and is gone. */
    async warm(): Promise<boolean> {
      if (this.#use !== "free") return false;
      const isUp = await this.#start(START_MS);
      if (!isUp) await this.discard();
      return isUp;
    }

    /** The instance waits on. False: it is gone. */
    async renew(): Promise<boolean> {
      const container = this.#container();
      return this.#use === "free" && container?.running === true && (await renewLease(container, RENEW_MS));
    }

    /**
     * The one call of this instance, which is destroyed afterwards. `patienceMs`: for the start, where it is not up yet. `egress`: what its
     * requests are judged by; null: it has no network. Never throws.
     */
    async run(call: SandboxCall, patienceMs: number, egress: SandboxEgress | null): Promise<InstanceOutcome> {
      const container = this.#container();
      if (container === null || this.#use !== "free") return { reached: "no", why: "not_started" };
      this.#use = "called";
      const startedAt = this.#ports.now();
      try {
        if (!(await this.#start(Math.min(START_MS, patienceMs)))) return { reached: "no", why: "not_started" };
        if (egress !== null && !(await this.#open(container, egress))) return { reached: "no", why: "not_started" };
        if (this.#over.signal.aborted) return { reached: "no", why: "cut_short" };
        const startMs = this.#ports.now() - startedAt;
        const outcome = await callRunner(container, call, this.#over.signal);
        return outcome.reached === "answered" ? { ...outcome, startMs } : outcome;
      } finally {
        void this.discard(); // the answer does not wait for it
      }
    }

    /** Ends the instance, whatever it is doing. */
    async discard(): Promise<void> {
      this.#over.abort();
      const isFirst = this.#use !== "gone";
      this.#use = "gone";
      try {
        const container = this.#container();
        if (container?.running === true) await container.destroy();
      } catch (error) {
        this.#ports.log(logLine("sandbox.not_destroyed", { error: errorName(error) })); // its lease ends it
      }
      if (isFirst) await this.#ports.released(this.ctx.id.toString()).catch(() => undefined); // the pool forgets it after its time
    }

    /** Every request of the instance ends at the egress. False: it could not be set up, so the code does not run. */
    async #open(container: ContainerPort, egress: SandboxEgress): Promise<boolean> {
      try {
        const gate = (this.ctx.exports as unknown as Exports).Egress({ props: egress });
        await container.interceptAllOutboundHttp(gate);
        // With the runtime's own authority, which the image trusts. Where that cannot be had, https goes nowhere.
        for (const host of egress.hosts) await container.interceptOutboundHttps(host.replace(/:\d+$/, ""), gate).catch(() => undefined);
        return true;
      } catch (error) {
        this.#ports.log(logLine("sandbox.not_started", { error: errorName(error) }));
        return false;
      }
    }

    #container(): ContainerPort | null {
      return (this.ctx.container as ContainerPort | undefined) ?? null;
    }

    async #start(patienceMs: number): Promise<boolean> {
      const container = this.#container();
      const flaw = container === null ? "no_engine" : await startInstance(container, patienceMs, this.#ports.now);
      if (flaw !== null) this.#ports.log(logLine("sandbox.not_started", { error: flaw }));
      return flaw === null;
    }
  };
}

/** The object, as its stub sees it. */
export type ToolSandbox = InstanceType<ReturnType<typeof defineToolSandbox>>;
