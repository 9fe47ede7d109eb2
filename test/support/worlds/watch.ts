import type { WatchPorts } from "../../../durable-objects/watch/watch.ts";
import { FAR } from "../far.ts";

/** What the outside world does to this room in the current test: tests replace what they script. */
export const watchWorld: { -readonly [K in keyof WatchPorts]: WatchPorts[K] } = {
  now: () => FAR,
  random: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
  sums: () => Promise.reject(new Error("unscripted: sums")),
  slos: async () => new Map(),
  minutes: () => Promise.reject(new Error("unscripted: minutes")),
  send: () => Promise.reject(new Error("unscripted: send")),
  record: () => Promise.reject(new Error("unscripted: record")),
  openIncident: () => Promise.reject(new Error("unscripted: openIncident")),
};
