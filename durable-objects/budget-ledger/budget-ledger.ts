/** `BudgetLedger`: the single writer of one org's money and tokens: what is spent, leased and capped. */
import { DurableObject } from "cloudflare:workers";
import type { RecordsMessage } from "../../core/audit/record.ts";
import type { EpochMs } from "../../core/time.ts";

export type BudgetLedgerPorts = {
  readonly now: () => EpochMs;
  readonly random: (bytes: number) => Uint8Array;
  readonly send: (message: RecordsMessage) => Promise<void>;
};

export function defineBudgetLedger(portsFor: (env: Cloudflare.Env) => BudgetLedgerPorts) {
  return class BudgetLedger extends DurableObject {
    readonly #ports: BudgetLedgerPorts;

    constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
      super(ctx, env);
      this.#ports = portsFor(env);
    }

    async askedAt(): Promise<EpochMs> {
      return this.#ports.now();
    }
  };
}

export type BudgetLedger = InstanceType<ReturnType<typeof defineBudgetLedger>>;
