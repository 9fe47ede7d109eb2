import type { KeyRingPorts } from "../../../durable-objects/key-ring/key-ring.ts";
import { FAR } from "../far.ts";

/** What the outside world does to this room in the current test: tests replace what they script. */
export const keyRingWorld: { -readonly [K in keyof KeyRingPorts]: KeyRingPorts[K] } = {
  now: () => FAR,
  secrets: {},
  allowPrivateHosts: true,
};
