/** The cost of a call that a desk pays for: of a chat or an embedding, or of what the platform itself asks a model beside a run's own calls. */
import type { ErrorCode } from "../errors/codes.ts";
import type { TokenUsage } from "../model/message.ts";
import type { MicroUsd } from "../money.ts";
import type { EpochMs } from "../time.ts";
import type { CostKind, CostsOf } from "./call.ts";

/** To whom a call is attributed. `workflow` as kill switches and caches know it: a chat's, in parentheses, is nobody's. */
export type CallOf = {
  readonly run: string;
  readonly user: string;
  readonly workflow: string | undefined;
  readonly kind: Exclude<CostKind, "tool">;
  readonly trace: string;
};

/** What came of the call. `usage` null: nobody told. */
export type EndedCall = {
  readonly id: string;
  readonly at: EpochMs;
  readonly name: string;
  /** null: it succeeded. */
  readonly code: ErrorCode | null;
  readonly microUsd: MicroUsd;
  readonly usage: TokenUsage | null;
  readonly ms: number;
};

/** The workflow whose costs and caps the call counts in; null: nobody's. */
export const workflowOfCall = ({ workflow }: Pick<CallOf, "workflow">): string | null =>
  workflow === undefined || workflow.startsWith("(") ? null : workflow;

/** The costs of one call, as they leave the ledger. */
export const costOfCall = (
  { run, user, workflow, kind, trace }: CallOf,
  { id, at, name, code, microUsd, usage, ms }: EndedCall,
): CostsOf => ({
  run,
  user,
  workflow: workflowOfCall({ workflow }),
  version: null,
  session: null,
  trace,
  metadata: {},
  calls: [
    {
      ...{ id, at, kind, name, ok: code === null, micro_usd: microUsd, tokens_in: usage?.input ?? 0, tokens_out: usage?.output ?? 0, ms },
      ...(code === null ? {} : { code }),
    },
  ],
});
