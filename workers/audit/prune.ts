/**
 * Ends the retention of entries: what is older than its org's years goes from R2. The entry that counts it is committed with the mark after
 * which nobody reads the segments, and only then are they deleted: nothing goes unrecorded. What the tree needs of them stays: their hashes.
 */
import { auditRecord } from "../../core/audit/record.ts";
import { mintId } from "../../core/ids.ts";
import { errorName, type Log, logLine } from "../../core/telemetry/log-line.ts";
import type { EpochMs } from "../../core/time.ts";
import type { AuditKeeping, OldSegment } from "../store/audit-keeping.ts";
import { segmentKey } from "./segments.ts";

/** What pruning needs. */
export type PrunePorts = {
  readonly now: () => EpochMs;
  readonly random: (bytes: number) => Uint8Array;
  readonly log: Log;
  readonly bucket: R2Bucket;
  readonly keeping: Pick<AuditKeeping, "old" | "prune" | "leaving" | "removed">;
  /** Years of the lock that was set at deploy: before that R2 deletes nothing. */
  readonly lockYears: number;
  /** The roots of the complete subtrees of an org's first entries, largest first, base64; null: no checkpoint covers them. */
  readonly subtrees: (org: string, size: number) => Promise<readonly string[] | null>;
};

/** Segments of one sweep; the next takes the rest. */
const AT_ONCE = 50;

/** One sweep; answers how many entries were pruned. Safe at any time, also twice at once. */
export async function pruneSegments(ports: PrunePorts): Promise<number> {
  const { keeping, bucket, log } = ports;
  let pruned = 0;
  const old = await keeping.old(ports.now(), ports.lockYears, AT_ONCE);
  for (const [org, segments] of Map.groupBy(old, (segment) => segment.org)) {
    try {
      pruned += await pruneOrg(ports, org, segments);
    } catch (error) {
      log(logLine("audit.not_pruned", { org, seqs: segments.map((one) => one.first_seq), error: errorName(error) }));
    }
  }
  for (const { org, first_seq: first } of await keeping.leaving(AT_ONCE)) {
    try {
      await bucket.delete(segmentKey(org, first));
      await keeping.removed(org, first);
    } catch (error) {
      log(logLine("audit.not_pruned", { org, seqs: [first], error: errorName(error) })); // under a lock that is longer than was said
    }
  }
  return pruned;
}

/** `segments`: of one org, ascending, with nothing kept before the first. */
async function pruneOrg(ports: PrunePorts, org: string, segments: readonly OldSegment[]): Promise<number> {
  const [first, last] = [segments[0], segments.at(-1)];
  if (first === undefined || last === undefined) return 0;
  // A verifier starts from these: the chain after `last_hash`, the tree with `subtrees`.
  const subtrees = await ports.subtrees(org, last.last_seq);
  if (subtrees === null) throw new Error("no checkpoint covers what is to be pruned");
  const at = ports.now();
  const entries = last.last_seq - first.first_seq + 1;
  const record = auditRecord({
    id: mintId("evt", at, ports.random(10)),
    at,
    type: "retention.applied",
    actor: { type: "system", id: "retention" },
    action: "audit.prune",
    resource: `org/${org}`,
    data: {
      class: "audit",
      entries,
      after_years: last.years,
      ...{ first_seq: first.first_seq, last_seq: last.last_seq, last_hash: last.last_hash, subtrees: [...subtrees] },
    },
  });
  await ports.keeping.prune(org, last.last_seq, record);
  return entries;
}
