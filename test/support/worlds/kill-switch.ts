import type { KillSwitchPorts } from "../../../durable-objects/kill-switch/kill-switch.ts";
import { FAR } from "../far.ts";

/** What the outside world does to this room in the current test: tests replace what they script. */
export const killSwitchWorld: { -readonly [K in keyof KillSwitchPorts]: KillSwitchPorts[K] } = { now: () => FAR };
