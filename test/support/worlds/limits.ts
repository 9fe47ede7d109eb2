import type { LimitsPorts } from "../../../durable-objects/limits/limits.ts";
import { FAR } from "../far.ts";

/** What the outside world does to this room in the current test: tests replace what they script. */
export const limitsWorld: { -readonly [K in keyof LimitsPorts]: LimitsPorts[K] } = { now: () => FAR };
