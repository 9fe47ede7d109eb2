/** How other rooms reach the breaker of a key (`{origin} {upstream id}`). */
import type { CircuitBreaker } from "./circuit-breaker.ts";

export type CircuitBreakerRpc = Pick<CircuitBreaker, "ask" | "tell">;
