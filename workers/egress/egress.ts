/**
 * The entrypoint that a sandbox's network ends at: `ctx.exports.Egress({ props })`, with the grant as props. The runtime makes an
 * object for each request, so the gates of calls under way are kept by the isolate.
 */
import { WorkerEntrypoint } from "cloudflare:workers";
import { type Gate, openGate } from "./gate.ts";
import type { EgressGrant, EgressPorts } from "./ports.ts";

/** Calls whose requests are counted at once in an isolate. Past it the oldest is closed, which refuses its later requests. */
const MOST_GATES = 1_000;

/** Gates of this isolate by call. */
export class Gates {
  readonly #gates = new Map<string, { readonly gate: Gate; readonly until: number }>();
  readonly #ports: EgressPorts;

  constructor(ports: EgressPorts) {
    this.#ports = ports;
  }

  /** The one gate of this call in this isolate. */
  of(grant: EgressGrant): Gate {
    const key = JSON.stringify([grant.org, grant.call]);
    const known = this.#gates.get(key);
    if (known !== undefined) return known.gate;
    this.#forget();
    const gate = openGate(this.#ports, grant);
    this.#gates.set(key, { gate, until: grant.until });
    return gate;
  }

  /** A gate past its time refuses everything by itself, and so does a new one for the same grant. */
  #forget(): void {
    const now = this.#ports.now();
    for (const [key, { until }] of this.#gates) if (until <= now) this.#gates.delete(key);
    if (this.#gates.size < MOST_GATES) return;
    const [oldest] = this.#gates;
    if (oldest === undefined) return;
    oldest[1].gate.close();
    this.#gates.delete(oldest[0]);
  }
}

/** The class for `ctx.exports`, over the gates of the isolate. A request without a grant is refused. */
export function defineEgress(gatesOf: (env: Cloudflare.Env) => Gates) {
  return class Egress extends WorkerEntrypoint<Cloudflare.Env, EgressGrant | undefined> {
    override async fetch(request: Request): Promise<Response> {
      const grant = this.ctx.props as EgressGrant | undefined;
      if (grant?.v !== 1) return new Response(null, { status: 403 });
      return gatesOf(this.env).of(grant).send(request);
    }
  };
}
