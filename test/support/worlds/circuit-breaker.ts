import type { CircuitBreakerPorts } from "../../../durable-objects/circuit-breaker/circuit-breaker.ts";
import { FAR } from "../far.ts";

/** What the outside world does to this room in the current test: tests replace what they script. */
export const circuitBreakerWorld: { -readonly [K in keyof CircuitBreakerPorts]: CircuitBreakerPorts[K] } = {
  now: () => FAR,
  random: () => Uint8Array.of(128),
};
