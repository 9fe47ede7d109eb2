import { DurableObject } from "cloudflare:workers";

/** Everything this room needs from outside. */
export type AuditLogPorts = { readonly now: () => number };

/** The runtime constructs the object, so ports come in through the class, not through the constructor. */
export function defineAuditLog(portsFor: (env: Cloudflare.Env) => AuditLogPorts) {
  return class AuditLog extends DurableObject {
    readonly #ports: AuditLogPorts;

    constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
      super(ctx, env);
      this.#ports = portsFor(env);
    }

    now(): number {
      return this.#ports.now();
    }
  };
}

export type AuditLog = InstanceType<ReturnType<typeof defineAuditLog>>;
