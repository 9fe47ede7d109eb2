import { DurableObject } from "cloudflare:workers";

/** Everything this room needs from outside. */
export type KeyRingPorts = { readonly now: () => number };

/** The runtime constructs the object, so ports come in through the class, not through the constructor. */
export function defineKeyRing(portsFor: (env: Cloudflare.Env) => KeyRingPorts) {
  return class KeyRing extends DurableObject {
    readonly #ports: KeyRingPorts;

    constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
      super(ctx, env);
      this.#ports = portsFor(env);
    }

    now(): number {
      return this.#ports.now();
    }
  };
}

export type KeyRing = InstanceType<ReturnType<typeof defineKeyRing>>;
