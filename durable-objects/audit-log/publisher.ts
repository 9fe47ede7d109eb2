/**
 * Publishes a log: full tiles, the partial ones at its edge, and a signed checkpoint of it all, in this order, so that whoever reads a
 * checkpoint finds what it stands for. Before it signs, it looks whether R2 has what it signed last (fork.ts), and signs nothing if not.
 */
import { checkpointText, noteBody, signCheckpoint } from "../../core/audit/checkpoint.ts";
import { consistencyRanges, entryBundle, hashesOf, leafHashes, partialTiles, type TilePath, tilesOf } from "../../core/audit/tiles.ts";
import type { EpochMs } from "../../core/time.ts";
import { type KeptCheckpoint, keepCheckpoint, readCheckpoint } from "./checkpoint-row.ts";
import { type Fork, forkOf } from "./fork.ts";
import { checkpointKey, sealedCheckpointKey, tileKey } from "./places.ts";
import { readSigner } from "./signer-row.ts";
import { TileReader } from "./tile-reader.ts";
import { sha256, TreeRows } from "./tree-rows.ts";

/** Signs notes: an Ed25519 key of its own, not that of the entries. */
export type NoteKey = { readonly publicKey: Uint8Array; readonly sign: (text: Uint8Array) => Uint8Array };

/** What publishing needs from outside. */
export type PublishingPorts = {
  readonly bucket: R2Bucket;
  /** The key that goes with the one that signs the entries; null: that one is not known. */
  readonly noteKey: (auditKeyId: string | null) => Promise<NoteKey>;
  /** Host in the log's name; null: that of the address at which it is first read. */
  readonly host: string | null;
  /** Cosignature lines of the org's witnesses; none when they do not answer in time. Never throws. */
  readonly cosign: (asked: CosignRequest) => Promise<readonly string[]>;
  /** Says that this log signs nothing any more, to whom it concerns. */
  readonly alert: (org: string, fork: Fork) => Promise<void>;
};

/** A checkpoint on its way to the witnesses. */
export type CosignRequest = {
  readonly org: string;
  readonly note: string;
  readonly size: number;
  /** Entries of the checkpoint before it, which the witnesses have most likely seen; 0: there was none. */
  readonly previous: number;
  /** RFC 6962 section 2.1.2, from an older size to this one. */
  readonly proofFrom: (older: number) => Promise<readonly Uint8Array[]>;
};

/** At most one checkpoint in this time (docs/contract.md, "Evidence"). */
const CHECKPOINT_EVERY_MS = 1_000;
/** The same alert is given again after this. */
const ALERT_EVERY_MS = 60 * 60_000;
/** Objects that go to R2 side by side. */
const UPLOADS = 6;
const BYTES = { httpMetadata: { contentType: "application/octet-stream" } };
const TEXT = { httpMetadata: { contentType: "text/plain; charset=utf-8" } };
const ABSENT = { etagDoesNotMatch: "*" };

/** One log's publisher, for as long as the object lives. */
export class Publisher {
  readonly #storage: DurableObjectStorage;
  readonly #ports: PublishingPorts;
  readonly #now: () => EpochMs;
  readonly #tree: TreeRows;
  #looked: Promise<Fork | null> | null = null;
  #underWay: Promise<Fork | null> | null = null;

  constructor(storage: DurableObjectStorage, ports: PublishingPorts, now: () => EpochMs) {
    this.#storage = storage;
    this.#ports = ports;
    this.#now = now;
    this.#tree = new TreeRows(storage.sql);
  }

  /** Looks at R2 once in the life of the object, and every time as long as that shows a fork. Throws when R2 is out of reach. */
  async awake(org: string): Promise<Fork | null> {
    const looked = this.#looked ?? this.#look(org).then(({ fork }) => fork);
    this.#looked = looked;
    const fork = await looked.catch((error: unknown) => {
      this.#looked = null;
      throw error;
    });
    if (fork !== null) this.#looked = null;
    return fork;
  }

  /** Looks at R2 now. null: it has what this object signed last. Throws when R2 is out of reach. */
  async compare(org: string): Promise<Fork | null> {
    return (await this.#look(org)).fork;
  }

  /** True when entries are numbered that no checkpoint covers, or R2 may not have the newest checkpoint. */
  isDue(): boolean {
    const kept = readCheckpoint(this.#storage.sql);
    const size = this.#tree.size();
    return size > 0 && (kept === null || kept.size < size || kept.before.length > 0);
  }

  /**
   * Publishes what is due, unless the last checkpoint is younger than a second. `host`: where the log is being read; it names a log that
   * nothing has named yet. Answers the fork for which it signs nothing. Throws when R2 is out of reach.
   */
  publish(org: string, host: string | null): Promise<Fork | null> {
    this.#underWay ??= this.#publish(org, host).finally(() => {
      this.#underWay = null;
    });
    return this.#underWay;
  }

  async #publish(org: string, host: string | null): Promise<Fork | null> {
    const last = readCheckpoint(this.#storage.sql);
    const origin = last?.origin ?? originOf(this.#ports.host ?? host, org);
    if (origin === null || !this.isDue() || (last !== null && isFresh(last, this.#now()))) return null;
    const { fork, published, etag } = await this.#look(org);
    if (fork !== null) return fork;
    const { kept, partial } = this.#sign(org, origin, published, await this.#ports.noteKey(readSigner(this.#storage.sql)?.kid ?? null));
    await this.#saveFullTiles(org);
    await inPortions(partial, ({ key, bytes }) => this.#ports.bucket.put(key, bytes, BYTES));
    const proofFrom = (older: number) => this.#consistency(org, older, kept.size);
    const note =
      kept.note + (await this.#ports.cosign({ org, note: kept.note, size: kept.size, previous: last?.size ?? 0, proofFrom })).join("");
    await this.#ports.bucket.put(sealedCheckpointKey(org, kept.size), note, { ...TEXT, onlyIf: ABSENT });
    const unchanged = etag === null ? ABSENT : { etagMatches: etag };
    const stored = await this.#ports.bucket.put(checkpointKey(org), note, { ...TEXT, onlyIf: unchanged });
    if (stored === null) return (await this.#look(org)).fork; // somebody else wrote meanwhile
    keepCheckpoint(this.#storage.sql, { ...kept, note, before: [] });
    const current = new Set(partial.map(({ key }) => key));
    const outgrown = partialPaths(last?.size ?? 0).map((path) => tileKey(org, path));
    const gone = outgrown.filter((key) => !current.has(key));
    if (gone.length > 0) await this.#ports.bucket.delete(gone);
    return null;
  }

  /** Nothing is awaited in it: what is signed is one state of the tree, and it is committed before anybody sees it. */
  #sign(org: string, origin: string, published: string | null, key: NoteKey) {
    const { sql } = this.#storage;
    return this.#storage.transactionSync(() => {
      const last = readCheckpoint(sql);
      const checkpoint = { origin, size: this.#tree.size(), root: this.#tree.root() };
      const isSigned = last !== null && noteBody(last.note) === checkpointText(checkpoint);
      const note = isSigned ? last.note : signCheckpoint(checkpoint, { name: origin, ...key }, sha256);
      const unsure = last === null || last.before.length === 0 ? [] : [...last.before, last.note];
      const kept: KeptCheckpoint = {
        origin,
        size: checkpoint.size,
        note,
        before: [...new Set([published, ...unsure])],
        signedAt: this.#now(),
      };
      keepCheckpoint(sql, kept);
      const partial = partialPaths(kept.size).map((path) => ({ key: tileKey(org, path), bytes: this.#bytesOf(path) }));
      return { kept, partial };
    });
  }

  #bytesOf({ kind, tile }: TilePath): Uint8Array {
    const hashes = this.#tree.hashes(tile);
    if (hashes === null) throw new Error("the edge of the tree has no such tile");
    return kind === "entries" ? entryBundle(hashes) : tile.level === 0 ? leafHashes(hashes, sha256) : hashes;
  }

  /** A full tile is dropped here once R2 has it; one that R2 has already is the same. */
  async #saveFullTiles(org: string): Promise<void> {
    for (let tiles = this.#tree.unsaved(UPLOADS); tiles.length > 0; tiles = this.#tree.unsaved(UPLOADS)) {
      await inPortions(tiles, async ({ level, index, hashes }) => {
        const tile = { level, index, width: 256 };
        const put = (path: TilePath, bytes: Uint8Array) => this.#ports.bucket.put(tileKey(org, path), bytes, { ...BYTES, onlyIf: ABSENT });
        await put({ kind: "tile", tile }, level === 0 ? leafHashes(hashes, sha256) : hashes);
        if (level === 0) await put({ kind: "entries", tile }, entryBundle(hashes));
        this.#tree.saved({ level, index });
      });
    }
  }

  async #consistency(org: string, older: number, size: number): Promise<readonly Uint8Array[]> {
    const ranges = consistencyRanges(older, size);
    return hashesOf(ranges, await new TileReader(this.#tree, this.#ports.bucket, org).readAll(tilesOf(ranges, size)), sha256);
  }

  /** Compares with R2, and alerts when it differs. */
  async #look(org: string): Promise<{ readonly fork: Fork | null; readonly published: string | null; readonly etag: string | null }> {
    const object = await this.#ports.bucket.get(checkpointKey(org));
    const published = object === null ? null : await object.text();
    const { sql } = this.#storage;
    const fork = forkOf(published, readCheckpoint(sql), this.#tree.size());
    if (fork !== null && this.#mayAlert(fork.kind)) await this.#ports.alert(org, fork);
    return { fork, published, etag: object?.etag ?? null };
  }

  #mayAlert(kind: Fork["kind"]): boolean {
    const { sql } = this.#storage;
    const last = sql.exec<{ given_at: number }>("SELECT given_at FROM alerts WHERE kind = ?", kind).toArray()[0]?.given_at;
    if (last !== undefined && this.#now() - last < ALERT_EVERY_MS) return false;
    sql.exec("INSERT INTO alerts (kind, given_at) VALUES (?1, ?2) ON CONFLICT (kind) DO UPDATE SET given_at = ?2", kind, this.#now());
    return true;
  }
}

/** docs/contract.md, "Evidence". null: the log has no name yet. */
const originOf = (host: string | null, org: string): string | null => (host === null ? null : `${host}/audit/${org}`);

const isFresh = ({ signedAt }: KeptCheckpoint, at: EpochMs): boolean => at >= signedAt && at - signedAt < CHECKPOINT_EVERY_MS;

/** The partial tiles of a tree, and the partial bundle of its leaves. */
const partialPaths = (size: number): TilePath[] =>
  partialTiles(size).flatMap((tile): TilePath[] =>
    tile.level === 0
      ? [
          { kind: "tile", tile },
          { kind: "entries", tile },
        ]
      : [{ kind: "tile", tile }],
  );

async function inPortions<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  for (let start = 0; start < items.length; start += UPLOADS) await Promise.all(items.slice(start, start + UPLOADS).map(work));
}
