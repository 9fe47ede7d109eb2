import type { RunEnginePorts } from "../../../durable-objects/run-engine/run-engine.ts";
import { FAR } from "../far.ts";

/** What the outside world does to this room in the current test: tests replace what they script. */
export const runEngineWorld: { -readonly [K in keyof RunEnginePorts]: RunEnginePorts[K] } = { now: () => FAR };
