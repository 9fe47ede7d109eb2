/**
 * One org's audit chain: gives each record its number and the hash of the one before, signs it, and keeps it until D1 has it.
 * Two appends at the same time, a crash anywhere and a row delivered twice never make a second branch or a second number. Publishes the
 * chain as a Merkle tree with signed checkpoints; an object that was set back to an older state finds that out and signs nothing.
 */
import { DurableObject } from "cloudflare:workers";
import { toBase64 } from "../../core/audit/base64.ts";
import type { AuditPage } from "../../core/audit/page.ts";
import { isObject } from "../../core/json.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { EpochMs } from "../../core/time.ts";
import { Alarm } from "../kit/alarm.ts";
import { isMigrated, migrate } from "../kit/schema.ts";
import { catchUp, type EntriesAfter, isCatchingUp } from "./catch-up.ts";
import { type KeptCheckpoint, readCheckpoint } from "./checkpoint-row.ts";
import type { Fork } from "./fork.ts";
import { forgetOld, type SourcedRow } from "./known-rows.ts";
import { Publisher, type PublishingPorts } from "./publisher.ts";
import {
  type ConsistencyProof,
  coverage,
  type InclusionProof,
  leafText,
  proveConsistency,
  proveInclusion,
  readTile,
  rootsOfSubtrees,
  type Unproven,
} from "./readings.ts";
import { AUDIT_LOG_SCHEMA } from "./schema.ts";
import { type Chain, dropPages, keptEntries, pendingPages, readChain } from "./segments.ts";
import { type RefusedRow, sequence } from "./sequence.ts";
import { type AuditSigner, keepSigner, readSigner } from "./signer-row.ts";
import { TileReader } from "./tile-reader.ts";
import { TreeRows } from "./tree-rows.ts";

/** Everything this room needs from outside. */
export type AuditLogPorts = {
  readonly now: () => EpochMs;
  /** Fetches the key; the signing itself is synchronous. Throws when there is none: nothing is numbered then. */
  readonly signer: () => Promise<AuditSigner>;
  /** null: the chain is kept and not published (a simulated world). */
  readonly publishing:
    | (PublishingPorts & { readonly entriesAfter: EntriesAfter; readonly seal: Seal; readonly strangeKey: StrangeKey })
    | null;
};

/** Says that a key signs which the one before it did not introduce. Never throws. */
export type StrangeKey = (org: string, keyId: string) => Promise<void>;

/** Puts what is due of the first `covered` entries into segments in R2; answers up to which number R2 has them all. `leafOf`: the tree's. */
export type Seal = (org: string, covered: number, leafOf: (seq: number) => Promise<string>) => Promise<number>;

/** What came of an append: rows that were refused, and pages that D1 does not have yet. */
export type AppendAnswer = {
  readonly refused: RefusedRow[];
  /** What D1 does not have yet, oldest first. A writer to D1 starts here, so that D1 always has a chain without gaps. */
  readonly pending: AuditPage[];
};

/** Where a log stands, as its object has it. */
export type Standing = {
  /** null before the first entry. */
  readonly head: Chain | null;
  /** null: R2 has what the object signed last. */
  readonly fork: Fork | null;
  /** The note that the object signed last. */
  readonly checkpoint: string | null;
  /** MTH (RFC 6962 section 2.1) of all entries, base64; null: nothing is stored. */
  readonly tree: { readonly size: number; readonly root: string } | null;
};

/** Why a log shows nothing: it signs nothing any more, it has no entry yet, or it is from before there was a tree and gets one now. */
export type Unpublished = { readonly code: "forked"; readonly fork: Fork } | { readonly code: "empty" } | { readonly code: "catching_up" };

/** Proofs that lead to one checkpoint, hashes in base64. */
export type ManyProofs = {
  readonly checkpoint: string;
  readonly proofs: readonly { readonly seq: number; readonly proof: readonly string[] }[];
};

/** A new entry is covered by a checkpoint after this, in ms: many entries share one. */
const CHECKPOINT_AFTER_MS = 15_000;
/** Segments are looked after when so many entries are new, or so much time has gone by. */
const SEAL_EVERY = { entries: 4_096, ms: 6 * 60 * 60_000 };
/** Between two slices of catching up, in ms. */
const SLICE_PAUSE_MS = 50;
/** After a failure, in ms. */
const AGAIN_MS = 20_000;

/** The runtime constructs the object, so ports come in through the class, not through the constructor. */
export function defineAuditLog(portsFor: (env: Cloudflare.Env) => AuditLogPorts) {
  return class AuditLog extends DurableObject {
    readonly #ports: AuditLogPorts;
    readonly #alarm: Alarm;
    readonly #publisher: Publisher | null;
    #tiles: TileReader | null = null;
    /** Up to which number R2 has the entries, and when that was looked at; null: not in this life yet. */
    #sealed: { readonly seq: number; readonly at: EpochMs } | null = null;

    constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
      super(ctx, env);
      this.#ports = portsFor(env);
      this.#alarm = new Alarm(ctx.storage, this.#ports.now);
      const { publishing, now } = this.#ports;
      this.#publisher = publishing === null ? null : new Publisher(ctx.storage, publishing, now);
    }

    /**
     * Sequenced: when it answers, the records of each row that it does not refuse have durable numbers, and have them once. Throws
     * `audit.forked` when R2 has what this object does not know: it numbers nothing then.
     */
    async append(org: string, rows: readonly SourcedRow[]): Promise<AppendAnswer> {
      const signer = await this.#ports.signer();
      const { storage } = this.ctx;
      migrate(storage, AUDIT_LOG_SCHEMA);
      if (this.#publisher !== null && (await this.#publisher.awake(org)) !== null) throw new Error("audit.forked");
      await this.#learnSigner(org);
      const signedBefore = readSigner(storage.sql)?.kid;
      const at = this.#ports.now();
      const answer = storage.transactionSync(() => {
        forgetOld(storage.sql, at);
        const refused = sequence(storage.sql, org, rows, signer, at);
        return { refused, pending: pendingPages(storage.sql) };
      });
      if (this.#publisher?.isDue() || isCatchingUp(storage.sql)) await this.#alarm.setByAny([at + CHECKPOINT_AFTER_MS]);
      const isStrange = signedBefore !== undefined && ![signer.keyId, signer.replaced?.keyId].includes(signedBefore);
      if (isStrange) await this.#ports.publishing?.strangeKey(org, signer.keyId);
      return answer;
    }

    /** Where another key signs now: puts that on record, though there is nothing else to record. Answers what D1 lacks, as `append` does. */
    async followKey(org: string): Promise<AuditPage[]> {
      const { sql } = this.ctx.storage;
      return isMigrated(sql) && readChain(sql) !== null ? (await this.append(org, [])).pending : [];
    }

    /** Integrated: D1 has every entry up to this number. Answers what it still lacks, as `append` does. */
    async integrated(upToSeq: number): Promise<AuditPage[]> {
      const { storage } = this.ctx;
      if (!isMigrated(storage.sql)) return [];
      return storage.transactionSync(() => {
        dropPages(storage.sql, upToSeq);
        return pendingPages(storage.sql);
      });
    }

    /** The last number given and its hash; null before the first. */
    async head(): Promise<Chain | null> {
      const { sql } = this.ctx.storage;
      return isMigrated(sql) ? readChain(sql) : null;
    }

    /** The head, and whether R2 agrees with this object now. */
    async standing(org: string): Promise<Standing> {
      const { storage } = this.ctx;
      if (!isMigrated(storage.sql)) return { head: null, fork: null, checkpoint: null, tree: null };
      migrate(storage, AUDIT_LOG_SCHEMA);
      const fork = (await this.#publisher?.compare(org)) ?? null;
      const rows = new TreeRows(storage.sql);
      const tree = { size: rows.size(), root: toBase64(rows.root()) };
      return { head: readChain(storage.sql), fork, checkpoint: readCheckpoint(storage.sql)?.note ?? null, tree };
    }

    /** The newest checkpoint, made now when it is due. `host`: where it is read. */
    async checkpoint(org: string, host: string): Promise<Result<string, Unpublished>> {
      const published = await this.#published(org, host);
      return published.ok ? ok(published.value.note) : published;
    }

    /** That entry `seq` is in the log, below the newest checkpoint. */
    async proof(org: string, host: string, seq: number): Promise<Result<InclusionProof, Unpublished | Unproven>> {
      const published = await this.#covering(org, host, seq);
      return published.ok ? ok(await proveInclusion(seq, published.value, this.#tilesOf(org))) : published;
    }

    /** As `proof`, of many entries below one checkpoint; those that it does not cover are left out. */
    async proofs(org: string, host: string, seqs: readonly number[]): Promise<Result<ManyProofs, Unpublished>> {
      // Made now where it can be, so that it covers what is asked for.
      const covering = await this.#covering(org, host, Math.max(0, ...seqs));
      const published = covering.ok ? covering : await this.#published(org, host);
      if (!published.ok) return published;
      const { note, size } = published.value;
      const proofs: { seq: number; proof: readonly string[] }[] = [];
      for (const seq of seqs) {
        if (seq > size) continue;
        const { proof } = await proveInclusion(seq, published.value, this.#tilesOf(org));
        proofs.push({ seq, proof });
      }
      return ok({ checkpoint: note, proofs });
    }

    /** That the log with `to` entries only adds to the one with `from`. MUST be 1 <= from <= to. */
    async consistency(org: string, host: string, from: number, to: number): Promise<Result<ConsistencyProof, Unpublished | Unproven>> {
      const published = await this.#covering(org, host, to);
      return published.ok ? ok(await proveConsistency(from, to, this.#tilesOf(org))) : published;
    }

    /** The roots of the complete subtrees of the first `count` entries, largest first, base64: what a tree needs of entries that are not kept. null: not covered. */
    async subtrees(org: string, count: number): Promise<string[] | null> {
      const kept = isMigrated(this.ctx.storage.sql) ? this.#checkpointOf() : null;
      return kept === null || kept.size < count ? null : rootsOfSubtrees(count, kept.size, this.#tilesOf(org));
    }

    /** What lies under this path (c2sp.org/tlog-tiles); null: nothing. */
    async tile(org: string, path: string): Promise<Uint8Array | null> {
      const { sql } = this.ctx.storage;
      const kept = isMigrated(sql) ? this.#checkpointOf() : null;
      return kept === null ? null : readTile(path, kept, this.#tilesOf(org));
    }

    /** Publishes what is due; a log from before there was a tree gets the next slice of it. */
    override async alarm(): Promise<void> {
      const { storage } = this.ctx;
      const chain = isMigrated(storage.sql) ? readChain(storage.sql) : null;
      if (chain === null || this.#ports.publishing === null) return;
      migrate(storage, AUDIT_LOG_SCHEMA);
      this.#alarm.forget();
      let wish: EpochMs | null = null;
      try {
        await this.#alarm.lease();
        wish = await this.#work(chain.org);
      } catch {
        wish = this.#ports.now() + AGAIN_MS; // R2 or D1 is out of reach
      }
      await this.#alarm.setTo([wish]);
    }

    /** When to work again; null: with the next entry. */
    async #work(org: string): Promise<EpochMs | null> {
      const { publishing, now } = this.#ports;
      if (publishing === null || this.#publisher === null) return null;
      if (isCatchingUp(this.ctx.storage.sql)) {
        const step = await catchUp(this.ctx.storage, publishing.entriesAfter);
        if (step !== "done") return now() + (step === "more" ? SLICE_PAUSE_MS : AGAIN_MS);
      }
      const fork = await this.#publisher.publish(org, null);
      if (fork !== null) return now() + AGAIN_MS;
      await this.#seal(org);
      return this.#publisher.isDue() && (publishing.host !== null || this.#checkpointOf() !== null) ? now() + CHECKPOINT_AFTER_MS : null;
    }

    /** A log from before keys were noted: who signed its last entry is read there. */
    async #learnSigner(org: string): Promise<void> {
      const { sql } = this.ctx.storage;
      const chain = readChain(sql);
      if (chain === null || readSigner(sql) !== null) return;
      const kept = keptEntries(sql, chain.seq - 1);
      const [last] = kept.length > 0 ? kept : ((await this.#ports.publishing?.entriesAfter(org, chain.seq - 1, 1)) ?? []);
      if (isObject(last) && typeof last["key_id"] === "string") keepSigner(sql, { kid: last["key_id"], retired: [] });
    }

    /** Now and then: what a checkpoint covers goes into segments. */
    async #seal(org: string): Promise<void> {
      const { publishing, now } = this.#ports;
      const covered = this.#checkpointOf()?.size ?? 0;
      const known = this.#sealed;
      if (publishing === null || covered === 0) return;
      if (known !== null && covered - known.seq < SEAL_EVERY.entries && now() - known.at < SEAL_EVERY.ms) return;
      const tiles = this.#tilesOf(org);
      const seq = await publishing.seal(org, covered, async (number) => leafText(number, covered, tiles));
      this.#sealed = { seq, at: now() };
    }

    /** The newest checkpoint, after what is due was published. */
    async #published(org: string, host: string): Promise<Result<KeptCheckpoint, Unpublished>> {
      const { storage } = this.ctx;
      if (this.#publisher === null || !isMigrated(storage.sql)) return err({ code: "empty" });
      migrate(storage, AUDIT_LOG_SCHEMA);
      const fork = (await this.#publisher.awake(org)) ?? (isCatchingUp(storage.sql) ? null : await this.#publisher.publish(org, host));
      if (fork !== null) return err({ code: "forked", fork });
      const kept = this.#checkpointOf();
      if (kept !== null) return ok(kept);
      if (!isCatchingUp(storage.sql)) return err({ code: "empty" });
      await this.#alarm.setByAny([this.#ports.now()]);
      return err({ code: "catching_up" });
    }

    async #covering(org: string, host: string, count: number): Promise<Result<KeptCheckpoint, Unpublished | Unproven>> {
      const published = await this.#published(org, host);
      if (!published.ok) return published;
      const covered = coverage(count, readChain(this.ctx.storage.sql)?.seq ?? 0, published.value.size);
      return covered.ok ? published : covered;
    }

    /** The newest that R2 has. */
    #checkpointOf(): KeptCheckpoint | null {
      const kept = readCheckpoint(this.ctx.storage.sql);
      return kept === null || kept.before.length > 0 ? null : kept;
    }

    #tilesOf(org: string): TileReader {
      const { publishing } = this.#ports;
      if (publishing === null) throw new Error("this log is not published");
      this.#tiles ??= new TileReader(new TreeRows(this.ctx.storage.sql), publishing.bucket, org);
      return this.#tiles;
    }
  };
}

/** The object, as its stub sees it. */
export type AuditLog = InstanceType<ReturnType<typeof defineAuditLog>>;
export type { Fork } from "./fork.ts";
export type { SourcedRow } from "./known-rows.ts";
export type { CosignRequest, NoteKey, PublishingPorts } from "./publisher.ts";
export type { ConsistencyProof, InclusionProof, Unproven } from "./readings.ts";
export type { Chain } from "./segments.ts";
export type { RefusedRow } from "./sequence.ts";
export type { AuditSigner } from "./signer-row.ts";
