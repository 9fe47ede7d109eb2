import { DurableObject } from "cloudflare:workers";

/** Everything this room needs from outside. */
export type ReviewQueuePorts = { readonly now: () => number };

/** The runtime constructs the object, so ports come in through the class, not through the constructor. */
export function defineReviewQueue(portsFor: (env: Cloudflare.Env) => ReviewQueuePorts) {
  return class ReviewQueue extends DurableObject {
    readonly #ports: ReviewQueuePorts;

    constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
      super(ctx, env);
      this.#ports = portsFor(env);
    }

    now(): number {
      return this.#ports.now();
    }
  };
}

export type ReviewQueue = InstanceType<ReturnType<typeof defineReviewQueue>>;
