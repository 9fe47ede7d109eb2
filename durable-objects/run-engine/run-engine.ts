import { DurableObject } from "cloudflare:workers";

/** Everything this room needs from outside. */
export type RunEnginePorts = { readonly now: () => number };

/** The runtime constructs the object, so ports come in through the class, not through the constructor. */
export function defineRunEngine(portsFor: (env: Cloudflare.Env) => RunEnginePorts) {
  return class RunEngine extends DurableObject {
    readonly #ports: RunEnginePorts;

    constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
      super(ctx, env);
      this.#ports = portsFor(env);
    }

    now(): number {
      return this.#ports.now();
    }
  };
}

export type RunEngine = InstanceType<ReturnType<typeof defineRunEngine>>;
