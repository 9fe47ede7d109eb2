import type { KillSwitchPorts } from "../../../durable-objects/kill-switch/kill-switch.ts";
import { FAR } from "../far.ts";

/** What the outside world does to this room in the current test: tests replace what they script. */
export const killSwitchWorld: { -readonly [K in keyof KillSwitchPorts]: KillSwitchPorts[K] } = {
  now: () => FAR,
  random: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
  send: () => Promise.reject(new Error("unscripted: send")),
  flag: {
    read: () => Promise.reject(new Error("unscripted: flag.read")),
    write: () => Promise.reject(new Error("unscripted: flag.write")),
  },
  runsInScope: () => Promise.reject(new Error("unscripted: runsInScope")),
  countRunsInScope: () => Promise.reject(new Error("unscripted: countRunsInScope")),
  haltRun: () => Promise.reject(new Error("unscripted: haltRun")),
  resumeRun: () => Promise.reject(new Error("unscripted: resumeRun")),
};
