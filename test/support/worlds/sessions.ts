import type { SessionsPorts } from "../../../durable-objects/sessions/sessions.ts";
import { FAR } from "../far.ts";
import { vaultSealing } from "./sealing.ts";

/** What the outside world does to this room in the current test: tests replace what they script. */
export const sessionsWorld: { -readonly [K in keyof SessionsPorts]: SessionsPorts[K] } = {
  now: () => FAR,
  random: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
  send: () => Promise.reject(new Error("unscripted: send")),
  callRun: () => Promise.reject(new Error("unscripted: callRun")),
  forget: () => Promise.reject(new Error("unscripted: forget")),
  sealing: vaultSealing,
};
