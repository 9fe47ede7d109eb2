/** How other rooms reach the breaker of a key (`{origin} {upstream id}`). */
import { stubsOf } from "../kit/stub.ts";
import type { CircuitBreaker } from "./circuit-breaker.ts";

export const circuitBreakerOf = stubsOf<CircuitBreaker, "ask" | "tell">();
export type CircuitBreakerRpc = ReturnType<typeof circuitBreakerOf>;
