/** How other rooms reach the breaker of a key (`{origin} {upstream id}`). */
import { stubsOf } from "../kit/stub.ts";
import type { CircuitBreaker } from "./circuit-breaker.ts";

/** The breaker of a key, from the namespace of breakers. */
export const circuitBreakerOf = stubsOf<CircuitBreaker, "ask" | "tell">();
/** The verbs that other rooms may call. */
export type CircuitBreakerRpc = ReturnType<typeof circuitBreakerOf>;
