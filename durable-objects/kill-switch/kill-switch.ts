import { DurableObject } from "cloudflare:workers";

/** Everything this room needs from outside. */
export type KillSwitchPorts = { readonly now: () => number };

/** The runtime constructs the object, so ports come in through the class, not through the constructor. */
export function defineKillSwitch(portsFor: (env: Cloudflare.Env) => KillSwitchPorts) {
  return class KillSwitch extends DurableObject {
    readonly #ports: KillSwitchPorts;

    constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
      super(ctx, env);
      this.#ports = portsFor(env);
    }

    now(): number {
      return this.#ports.now();
    }
  };
}

export type KillSwitch = InstanceType<ReturnType<typeof defineKillSwitch>>;
