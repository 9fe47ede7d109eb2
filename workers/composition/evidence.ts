/** What a run's evidence is gathered from. */
import type { Json } from "../../core/json.ts";
import { readWherever } from "../audit/index.ts";
import type { EvidencePorts } from "../evidence/evidence.ts";
import type { RunsPort } from "../use-cases/ports.ts";
import type { Rooms } from "./rooms.ts";

/** The ports of evidence; `runs`: live and archived. */
export function buildEvidence(env: Cloudflare.Env, rooms: Rooms, runs: RunsPort): EvidencePorts {
  const { objects, store, broker, texts } = rooms;
  return {
    now: rooms.outside.now,
    wait: (ms) => scheduler.wait(ms),
    events: (org, run, after) => runs(run, org).events(after),
    entries: (org, run, after, limit) =>
      readWherever({ db: env.DB, bucket: env.AUDIT }, org, { after, run, users: null, type: null, limit }),
    definition: async (org, name, version) => ((await store.workflows.get(org, name, version))?.definition ?? null) as Json,
    texts: texts.read,
    keys: async () => (await objects.keyRing().publicKeys()).map((key) => ({ ...key })),
    proofs: async (org, host, seqs) => {
      const proved = await objects.auditLog(org).proofs(org, host, [...seqs]);
      return proved.ok ? proved.value : null;
    },
    persons: store.audit.persons,
    signer: broker.auditSigner,
  };
}
