import type { ReviewQueuePorts } from "../../../durable-objects/review-queue/review-queue.ts";
import { FAR } from "../far.ts";
import { vaultSealing } from "./sealing.ts";

/** What the outside world does to this room in the current test: tests replace what they script. */
export const reviewQueueWorld: { -readonly [K in keyof ReviewQueuePorts]: ReviewQueuePorts[K] } = {
  now: () => FAR,
  random: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
  tellRun: () => Promise.reject(new Error("unscripted: tellRun")),
  send: () => Promise.reject(new Error("unscripted: send")),
  sealing: vaultSealing,
};
