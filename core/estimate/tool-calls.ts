/** What calls of priced tools cost before they are made: one call of a step, or the calls of an agent's loop. */
import { fromUsd } from "../money.ts";
import type { ToolPrice } from "../tool/manifest.ts";
import { type Cost, FREE } from "./model-calls.ts";
import { ordered } from "./spread.ts";

/** Every attempt may cost the price. Where the output says what a call cost, it may be less. */
export function costOfTool(price: ToolPrice | null, attempts: number): Cost {
  if (price === null) return FREE;
  const most = fromUsd(price.per_call_usd);
  return { ...FREE, microUsd: ordered({ low: price.output_pointer === undefined ? most : 0, expected: most, max: most * attempts }) };
}

/** `prices`: of each tool that the agent may call. It calls each once, or the dearest as often as its bounds let it. */
export function costOfAgentsTools(
  prices: readonly (ToolPrice | null)[],
  loop: { readonly attempts: number; readonly mostCalls: number },
): Cost {
  const each = prices.map((price) => (price === null ? 0 : fromUsd(price.per_call_usd)));
  const dearest = Math.max(0, ...each);
  if (dearest === 0) return FREE;
  const expected = each.reduce((sum, one) => sum + one, 0);
  return { ...FREE, microUsd: ordered({ low: 0, expected, max: dearest * loop.mostCalls * loop.attempts }) };
}
