/** The failure of a call whose upstream is not asked, because its breaker is open. */
import type { Failure } from "../run/calls/call.ts";

/** `retryAfterMs`: until the upstream may be asked again. */
export const restingFailure = (retryAfterMs: number): Failure => ({
  class: "transient",
  code: "upstream_unavailable",
  message: "the model's upstream rests after many failures",
  retryAfterMs,
});
