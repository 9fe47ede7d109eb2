/**
 * Verifies an org's log from where the last verification ended, so that it costs what is new and not what the log has. An end is believed only when it is
 * proven below the newest checkpoint: who holds D1 alone cannot move it. Older pages are gone through again, some with each call; a full check goes through
 * all of them, some thousand entries a call. Small logs are verified as a whole each time.
 */
import { createHash, createPublicKey, verify } from "node:crypto";
import { fromBase64, toBase64 } from "../../core/audit/base64.ts";
import { type ChainHead, ChainVerifier, type VerifyTools } from "../../core/audit/chain.ts";
import { type Checkpoint, noteBody, openCheckpoint, readCheckpointBody } from "../../core/audit/checkpoint.ts";
import { GENESIS_HASH, hexBytes } from "../../core/audit/entry.ts";
import { leafHash, verifyConsistency, verifyInclusion } from "../../core/audit/tree.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { ConsistencyProof, ManyProofs, Standing } from "../../durable-objects/audit-log/audit-log.ts";
import {
  checkEnd,
  checkPages,
  droppedUpTo,
  PROBLEMS,
  type PublishedKey,
  type StoredProblem,
  type StoredVerdict,
  verifyToolsOf,
} from "./verify-stored.ts";

/** An org's audit log, as a verification sees it. */
export type VerifiedLog = {
  standing(): Promise<Standing>;
  proofs(host: string, seqs: readonly number[]): Promise<Result<ManyProofs, { readonly code: string }>>;
  consistency(host: string, from: number, to: number): Promise<Result<ConsistencyProof, { readonly code: string }>>;
};

/** What a verification needs. */
export type VerifyPorts = {
  readonly db: D1Database;
  readonly keys: () => Promise<readonly PublishedKey[]>;
  readonly log: (org: string) => VerifiedLog;
  /** Tells people of a fault that they have not been told of. Never throws. */
  readonly tell: (org: string, fault: { readonly seq: number; readonly code: string }) => Promise<void>;
  /** Absent: the bounds below. */
  readonly bounds?: VerifyBounds;
};

/** How many entries one call checks. */
export type VerifyBounds = {
  /** A log up to this size is verified as a whole each time. */
  readonly whole: number;
  /** New entries of one call, and of one portion of a full check. */
  readonly portion: number;
  /** Older entries that a call goes through again. */
  readonly again: number;
};

/**
 * How to verify. `full`: everything, in portions; `cursor`: where the portion before ended, as it said. `host`: where the log is being read; it names a log
 * that nothing has named yet.
 */
export type VerifyRequest = { readonly full: boolean; readonly cursor: string | null; readonly host: string };

/** What one call found. */
export type LogVerdict = StoredVerdict & {
  /** The first entry of those that this call went on from; null: there was none to check. */
  readonly from: number | null;
  /** Older entries that it went through again. */
  readonly again: number;
  /** The newest checkpoint, when what is stored was compared with it; null: there is none yet. */
  readonly checkpoint: { readonly size: number; readonly root: string } | null;
  /** Not null: there is more to check, and this call has checked as much as one may. */
  readonly next_cursor: string | null;
};

/** Some 200 µs an entry, most of it its signature (`npm run check:deep -- audit-trail`): about a second a call, two where much is new. */
const BOUNDS: VerifyBounds = { whole: 3_000, portion: 10_000, again: 2_000 };

type Place = Required<ChainHead>;
type State = {
  readonly verified: Place;
  readonly checkpoint: { readonly size: number; readonly root: string } | null;
  readonly again: Place | null;
  readonly told: string | null;
};

const NOTHING_VERIFIED: State = { verified: { seq: 0, hash: GENESIS_HASH, keyId: "" }, checkpoint: null, again: null, told: null };

/** `no_cursor`: this is no cursor that a full check of this log gave out. */
export async function verifyLog(
  ports: VerifyPorts,
  org: string,
  { full, cursor, host }: VerifyRequest,
): Promise<Result<LogVerdict, "no_cursor">> {
  const { db, bounds = BOUNDS } = ports;
  const given = cursor === null ? null : readCursor(cursor);
  if (cursor !== null && (given === null || !(await endsPage(db, org, given.seq)))) return err("no_cursor");
  const log = ports.log(org);
  const tools = verifyToolsOf(await ports.keys());
  const before = await log.standing();
  const state = await readState(db, org);
  const dropped = await droppedUpTo(db, org);
  const start: Start = dropped ?? "genesis";
  const integrated = before.head?.integratedSeq ?? 0;
  const isSmall = integrated - (dropped?.seq ?? 0) <= bounds.whole;
  const known = state !== null && state.verified.seq > (dropped?.seq ?? 0) ? state.verified : null;
  const from: Start = full ? (given ?? start) : isSmall ? start : (known ?? start);

  const verifier = new ChainVerifier(tools, from);
  const walked = await checkPages(db, org, verifier, {
    after: typeof from === "string" || from === dropped ? null : from.seq,
    atMost: bounds.portion,
  });
  const problems: StoredProblem[] = [...walked.problems];
  if (before.fork !== null) {
    const { kind, size, publishedSize } = before.fork;
    const message = `the log's object has ${size} entries, and R2 has a checkpoint of ${publishedSize ?? "none"}: ${kind}`;
    problems.push({ seq: Math.min(size, publishedSize ?? size), code: "forked", message });
  }
  if (walked.isEnd) problems.push(...checkEnd(verifier.head, before.head, (await log.standing()).head));

  const round =
    !full && !isSmall && known !== null && problems.length === 0
      ? await goRound(ports, org, tools, { start, verified: known, reached: state?.again ?? null })
      : null;
  problems.push(...(round?.problems ?? []));
  const ends = [verifier.head, round?.end, from === "genesis" ? null : from].filter((end) => end !== null && end !== undefined);
  const compared = before.fork === null ? await compare(log, host, ends, state?.checkpoint ?? null, await ports.keys()) : null;
  problems.push(...(compared?.problems ?? []));

  const end = placeOf(verifier);
  const isWhole = problems.length === 0;
  const told = isWhole ? null : faultOf(problems);
  if (told !== null && told !== state?.told) await ports.tell(org, problems[0] as StoredProblem);
  if (isWhole && end !== null && !(full && state !== null && end.seq < state.verified.seq))
    await keepState(db, org, {
      verified: end,
      checkpoint: compared?.checkpoint ?? state?.checkpoint ?? null,
      again: round?.end ?? null,
      told,
    });
  else if (told !== (state?.told ?? null)) await keepState(db, org, { ...(state ?? NOTHING_VERIFIED), told });
  const isMore = !walked.isEnd && end !== null && walked.problems.length === 0;
  return ok({
    ok: isWhole,
    checked: verifier.checked + (round?.checked ?? 0),
    problems: problems.slice(0, PROBLEMS),
    head: verifier.head === null ? null : { seq: verifier.head.seq, hash: verifier.head.hash },
    from: verifier.checked === 0 ? null : (typeof from === "string" ? 0 : from.seq) + 1,
    again: round?.checked ?? 0,
    checkpoint: compared?.checkpoint ?? null,
    next_cursor: isMore ? [end.seq, end.hash, end.keyId].join(".") : null,
  });
}

type Start = ChainHead | "genesis";

const placeOf = ({ head, keyId }: ChainVerifier): Place | null => (head === null || keyId === null ? null : { ...head, keyId });

const faultOf = ([first]: readonly StoredProblem[]): string => `${first?.code}/${first?.seq}`;

/** Older pages again, from where the round before ended up to what is verified; there the hash must be that which was verified. */
async function goRound(
  { db, bounds = BOUNDS }: VerifyPorts,
  org: string,
  tools: VerifyTools,
  { start, verified, reached }: { readonly start: Start; readonly verified: Place; readonly reached: Place | null },
): Promise<{ readonly problems: StoredProblem[]; readonly checked: number; readonly end: Place | null }> {
  const first = typeof start === "string" ? 0 : start.seq;
  const from: Start = reached !== null && reached.seq > first && reached.seq < verified.seq ? reached : start;
  const verifier = new ChainVerifier(tools, from);
  const after = typeof from === "string" || from === start ? null : from.seq;
  const { problems } = await checkPages(db, org, verifier, { after, atMost: bounds.again, until: verified.seq });
  const end = placeOf(verifier);
  if (end !== null && end.seq >= verified.seq && end.hash !== verified.hash)
    problems.push({ seq: end.seq, code: "verified_differs", message: "this entry is not the one that was verified before" });
  return { problems, checked: verifier.checked, end: end !== null && end.seq < verified.seq ? end : null };
}

/** The ends of what was checked have to be in the tree that the newest checkpoint stands for, and that has to have grown out of the one before. */
async function compare(
  log: VerifiedLog,
  host: string,
  ends: readonly ChainHead[],
  last: State["checkpoint"],
  keys: readonly PublishedKey[],
): Promise<{ readonly problems: StoredProblem[]; readonly checkpoint: State["checkpoint"] }> {
  const proved = await log.proofs(host, [...new Set(ends.map(({ seq }) => seq))]);
  if (!proved.ok) return { problems: [], checkpoint: null }; // no entry yet, or a tree that is being built
  const problems: StoredProblem[] = [];
  const find = (seq: number, code: string, message: string) => problems.push({ seq, code, message });
  const claimed = readCheckpointBody(noteBody(proved.value.checkpoint));
  const checkpoint = openedBy(keys, proved.value.checkpoint);
  if (checkpoint === null) {
    find(claimed?.size ?? 0, "checkpoint_unsigned", "no published key of checkpoints signed the newest checkpoint");
    return { problems, checkpoint: null };
  }
  const { size, root } = checkpoint;
  for (const { seq, hash } of ends) {
    const proof = proved.value.proofs.find((one) => one.seq === seq);
    if (proof === undefined) continue; // no checkpoint covers it yet
    if (!verifyInclusion(leafHash(hexBytes(hash), sha256), seq - 1, size, bytesOf(proof.proof), root, sha256))
      find(seq, "checkpoint_differs", "the newest checkpoint stands for another entry");
  }
  if (last !== null && last.size > size) find(size, "checkpoint_behind", `a checkpoint of ${last.size} entries was verified before`);
  else if (last !== null) {
    const proof = await log.consistency(host, last.size, size);
    const older = fromBase64(last.root) ?? new Uint8Array(0);
    if (!proof.ok || !verifyConsistency(last.size, older, size, root, bytesOf(proof.value.proof), sha256))
      find(last.size, "checkpoint_forked", "the newest checkpoint does not contain the one that was verified before");
  }
  return { problems, checkpoint: { size, root: toBase64(root) } };
}

function openedBy(keys: readonly PublishedKey[], note: string): Checkpoint | null {
  const origin = readCheckpointBody(noteBody(note))?.origin ?? "";
  for (const { purpose, x } of keys) {
    if (purpose !== "checkpoint" || x === undefined) continue;
    const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
    const holds = (bytes: Uint8Array, signature: Uint8Array): boolean => verify(null, bytes, key, signature);
    const publicKey = new Uint8Array(Buffer.from(x, "base64url"));
    const checkpoint = openCheckpoint(note, { name: origin, publicKey, verify: holds }, sha256);
    if (checkpoint !== null) return checkpoint;
  }
  return null;
}

const sha256 = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash("sha256").update(bytes).digest());
const bytesOf = (hashes: readonly string[]): Uint8Array[] => hashes.map((hash) => fromBase64(hash) ?? new Uint8Array(0));

/** A cursor holds all that a portion needs of the one before. Who makes one up verifies something else than the log, and deceives nobody but themselves. */
function readCursor(cursor: string): Place | null {
  const [, seq, hash, keyId] = /^([1-9]\d{0,14})\.([0-9a-f]{64})\.([\w-]{1,64})$/.exec(cursor) ?? [];
  return seq === undefined || hash === undefined || keyId === undefined ? null : { seq: Number(seq), hash, keyId };
}

/** Portions end with pages. */
async function endsPage(db: D1Database, org: string, seq: number): Promise<boolean> {
  const query = "SELECT last_seq FROM audit_pages WHERE org = ? AND first_seq <= ? ORDER BY first_seq DESC LIMIT 1";
  return (await db.prepare(query).bind(org, seq).first<{ last_seq: number }>())?.last_seq === seq;
}

type Row = {
  seq: number;
  hash: string;
  key_id: string;
  size: number | null;
  root: string | null;
  again_seq: number | null;
  again_hash: string | null;
  again_key_id: string | null;
  told: string | null;
};

async function readState(db: D1Database, org: string): Promise<State | null> {
  const row = await db.prepare("SELECT * FROM audit_verified WHERE org = ?").bind(org).first<Row>();
  if (row === null) return null;
  const { size, root, again_seq: seq, again_hash: hash, again_key_id: keyId, told } = row;
  return {
    verified: { seq: row.seq, hash: row.hash, keyId: row.key_id },
    checkpoint: size === null || root === null ? null : { size, root },
    again: seq === null || hash === null || keyId === null ? null : { seq, hash, keyId },
    told,
  };
}

async function keepState(db: D1Database, org: string, { verified, checkpoint, again, told }: State): Promise<void> {
  await db
    .prepare(
      "INSERT OR REPLACE INTO audit_verified (org, seq, hash, key_id, size, root, again_seq, again_hash, again_key_id, told) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(
      org,
      verified.seq,
      verified.hash,
      verified.keyId,
      checkpoint?.size ?? null,
      checkpoint?.root ?? null,
      again?.seq ?? null,
      again?.hash ?? null,
      again?.keyId ?? null,
      told,
    )
    .run();
}
