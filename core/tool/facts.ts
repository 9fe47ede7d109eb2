/** What a run keeps of a tool's manifest with the decision to call it. */
import { fromUsd } from "../money.ts";
import type { ToolFacts, ToolManifest } from "./manifest.ts";

/** The facts of one version of a tool. */
export function factsOf({ name, version, effect, idempotency, timeout_ms, sensitivity, kind, ...terms }: ToolManifest): ToolFacts {
  const { compensate, fallback, price } = terms;
  return {
    ...{ tool: name, version, effect, idempotency, timeout_ms, sensitivity },
    ...(compensate === undefined ? {} : { compensate }),
    ...(kind === "container" ? { queued: true } : {}),
    ...(fallback === undefined ? {} : { fallback }),
    ...(price === undefined || price.per_call_usd === 0 ? {} : { price: priceOf(price) }),
  };
}

const priceOf = ({ per_call_usd, output_pointer }: NonNullable<ToolManifest["price"]>): NonNullable<ToolFacts["price"]> => ({
  micro_usd: fromUsd(per_call_usd),
  ...(output_pointer === undefined ? {} : { output_pointer }),
});
