/** `CircuitBreaker`: the health of one upstream origin and model, or of one org's tool; shared by everybody who calls it. */
import { DurableObject } from "cloudflare:workers";
import type { EpochMs } from "../../core/time.ts";

export type CircuitBreakerPorts = { readonly now: () => EpochMs };

export function defineCircuitBreaker(portsFor: (env: Cloudflare.Env) => CircuitBreakerPorts) {
  return class CircuitBreaker extends DurableObject {
    readonly #ports: CircuitBreakerPorts;

    constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
      super(ctx, env);
      this.#ports = portsFor(env);
    }

    async askedAt(): Promise<EpochMs> {
      return this.#ports.now();
    }
  };
}

export type CircuitBreaker = InstanceType<ReturnType<typeof defineCircuitBreaker>>;
