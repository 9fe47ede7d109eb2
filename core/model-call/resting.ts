/** The failure of a call whose upstream is not asked, because its breaker is open. */
import type { Failure } from "../run/calls/call.ts";

/** `retryAfterMs`: until the upstream may be asked again. */
export const restingFailure = (retryAfterMs: number): Failure => ({
  class: "transient",
  code: "upstream_unavailable",
  message: "calls of the model's upstream are paused after many failures",
  retryAfterMs,
});
