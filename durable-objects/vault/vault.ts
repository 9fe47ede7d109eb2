import { DurableObject } from "cloudflare:workers";

/** Everything this room needs from outside. */
export type VaultPorts = { readonly now: () => number };

/** The runtime constructs the object, so ports come in through the class, not through the constructor. */
export function defineVault(portsFor: (env: Cloudflare.Env) => VaultPorts) {
  return class Vault extends DurableObject {
    readonly #ports: VaultPorts;

    constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
      super(ctx, env);
      this.#ports = portsFor(env);
    }

    now(): number {
      return this.#ports.now();
    }
  };
}

export type Vault = InstanceType<ReturnType<typeof defineVault>>;
