import { env } from "cloudflare:workers";
import type { RunEnginePorts } from "../../../durable-objects/run-engine/run-engine.ts";
import { vaultOf } from "../../../durable-objects/vault/stub.ts";
import { runValues } from "../../../workers/archive/run-values.ts";
import { defineTexts } from "../../../workers/audit/index.ts";
import { defineSeals } from "../../../workers/kit/seals.ts";
import { FAR } from "../far.ts";
import { UNSCRIPTED, unscripted } from "../run/unscripted.ts";
import { vaultSealing } from "./sealing.ts";

/** The seals of the scripted vault. */
export const seals = defineSeals({
  sealingKey: (org, of) => vaultOf(env.VAULT, org).sealingKey(of),
  openingKeys: (org, of) => vaultOf(env.VAULT, org).openingKeys(of),
});

/** What the outside world does to a run in the current test: tests replace what they script; what nobody scripted fails. */
export const runEngineWorld: { -readonly [K in keyof RunEnginePorts]: RunEnginePorts[K] } = {
  ...UNSCRIPTED,
  now: () => FAR,
  stops: async () => ({ epoch: 0, active: [], asOf: runEngineWorld.now() }),
  authorize: unscripted("authorize"),
  lease: async (_org, { want }) => ({ ok: true, lease: want, until: Number.MAX_SAFE_INTEGER, pressure: 0, alerts: [] }),
  callTool: unscripted("callTool"),
  openReview: unscripted("openReview"),
  withdrawReviews: unscripted("withdrawReviews"),
  toolEffects: async () => ({}),
  values: {
    largerThan: 256 * 1024,
    put: (key, text, sha256) => runValues(env.VALUES).put(key, text, sha256),
    get: (key) => runValues(env.VALUES).get(key),
  },
  sealing: vaultSealing,
  keepTexts: (...given) => defineTexts(env.TEXTS, seals).keep(...given),
  send: async () => {},
  resends: { enter: () => 0, leave: () => {} },
  traces: null,
  log: () => {},
};
