import type { MemoryStorePorts } from "../../../durable-objects/memory-store/memory-store.ts";
import { FAR } from "../far.ts";
import { vaultSealing } from "./sealing.ts";

/** What the outside world does to this room in the current test: tests replace what they script. */
export const memoryStoreWorld: { -readonly [K in keyof MemoryStorePorts]: MemoryStorePorts[K] } = {
  now: () => FAR,
  send: () => Promise.reject(new Error("unscripted: send")),
  forget: () => Promise.reject(new Error("unscripted: forget")),
  sealing: vaultSealing,
};
