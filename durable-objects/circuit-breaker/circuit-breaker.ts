/**
 * `CircuitBreaker`: the health of one upstream origin and model, shared by everybody who calls it, or of one org's tool. The
 * decisions are core/breaker's; this is where their state lies. README.md has the picture and the rules.
 */
import { DurableObject } from "cloudflare:workers";
import type { Admission, BreakerRule, BreakerState, BreakerView, CallOutcome } from "../../core/breaker/breaker.ts";
import { admitOrg, readUpstream, reportOrg, type UpstreamState, viewOfOrg, WELL } from "../../core/breaker/upstream.ts";
import type { EpochMs } from "../../core/time.ts";
import { isMigrated, migrate, storedRow } from "../kit/schema.ts";
import { SCHEMA } from "./schema.ts";

/** Everything this room needs from outside. */
export type CircuitBreakerPorts = {
  readonly now: () => EpochMs;
  /** As many random bytes as asked for. */
  readonly random: (bytes: number) => Uint8Array;
};

/** A probe is given up this long after its call's time is over, or after the longest that a probe may hold others back. */
const PROBE_MS = { grace: 5_000, most: 120_000 } as const;

/** Nobody failed lately: there is nothing to keep. */
const isWell = ({ shared, own, evidence }: UpstreamState): boolean =>
  shared.phase === "closed" && own.length === 0 && evidence.length === 0;

/** The runtime constructs the object, so ports come in through the class, not through the constructor. */
export function defineCircuitBreaker(portsFor: (env: Cloudflare.Env) => CircuitBreakerPorts) {
  return class CircuitBreaker extends DurableObject {
    readonly #ports: CircuitBreakerPorts;
    #state: UpstreamState = WELL;

    constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
      super(ctx, env);
      this.#ports = portsFor(env);
      const { storage } = ctx;
      const row = storedRow<{ body: string }>(storage, SCHEMA, "SELECT body FROM breaker");
      if (row !== null) this.#state = readUpstream(JSON.parse(row.body) as UpstreamState | BreakerState);
    }

    /** May a call of this org that takes `callMs` at most go out now? */
    async ask(callMs: number, org: string): Promise<Admission> {
      const probeMs = Math.min(Math.max(0, callMs), PROBE_MS.most) + PROBE_MS.grace;
      const { state, admission } = admitOrg(this.#state, org, this.#ports.now(), probeMs);
      this.#keep(state);
      return admission;
    }

    /** How a call ended. `probe`: its number, if it was one. `rule`: the tool's; of models' upstreams all have one. Answers with what holds for the org now. */
    async tell(outcome: CallOutcome, probe: number | null, org: string, rule?: BreakerRule): Promise<BreakerView> {
      const at = this.#ports.now();
      const [byte = 0] = this.#ports.random(1);
      this.#keep(reportOrg(this.#state, org, outcome, probe, at, byte / 256, rule));
      return viewOfOrg(this.#state, org, at);
    }

    /** Closed and without a failure there is nothing to keep: such an object has no table, or an empty one. */
    #keep(state: UpstreamState): void {
      if (state === this.#state) return;
      const { storage } = this.ctx;
      if (!isMigrated(storage.sql)) migrate(storage, SCHEMA);
      if (isWell(state)) storage.sql.exec("DELETE FROM breaker");
      else
        storage.sql.exec("INSERT INTO breaker (id, body) VALUES (1, ?1) ON CONFLICT (id) DO UPDATE SET body = ?1", JSON.stringify(state));
      this.#state = state;
    }
  };
}

/** The object, as its stub sees it. */
export type CircuitBreaker = InstanceType<ReturnType<typeof defineCircuitBreaker>>;
