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
  tell: async () => undefined,
  drillRuns: {
    mint: () => Promise.reject(new Error("unscripted: drillRuns.mint")),
    start: () => Promise.reject(new Error("unscripted: drillRuns.start")),
    told: () => Promise.reject(new Error("unscripted: drillRuns.told")),
    end: () => Promise.reject(new Error("unscripted: drillRuns.end")),
  },
  resumeRun: () => Promise.reject(new Error("unscripted: resumeRun")),
};
