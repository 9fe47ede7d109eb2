/**
 * Rebuilds a log from raw rows (chain, pages, segments, tree, tiles) and compares the three places that have it: the log's object, D1 and R2.
 * Ends at the first difference and says where it is. Stands alone; written from the contract and docs/audit.md, and not from the platform's code.
 */
import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { Chain, FAULTS, keysFor } from "./chain.ts";
import { canonical, type Fields, isFields, parsed, type Value } from "./json.ts";
import { type Checkpoint, noteKey, readNote, signatureOf } from "./note.ts";
import type { RawLog, RawPage, RawSegment, RawStanding } from "./raw.ts";
import { tilesOf } from "./tiles.ts";
import { GrowingTree } from "./tree.ts";

/** Two places have different things, or one has something that cannot be. `where`: the store and the place in it. */
export class Difference extends Error {
  readonly where: string;
  constructor(where: string, what: string) {
    super(`${where}: ${what}`);
    this.where = where;
  }
}

/** What was compared. */
export type Compared = {
  readonly entries: number;
  readonly segments: number;
  readonly pages: number;
  readonly tiles: number;
  readonly head: { readonly seq: number; readonly hash: string } | null;
  /** Entries under the newest checkpoint; null: there is none. */
  readonly checkpoint: number | null;
  /** Entries whose retention is over: their hashes alone are left. */
  readonly pruned: number;
};

/** Tiles that are asked for side by side. */
const SIDE_BY_SIDE = 8;

/** Throws the first `Difference`. `progress`: a line that takes the place of the one before. `trusted`: keys that need no introduction. */
export async function fsck(log: RawLog, progress: (line: string) => void, trusted: readonly string[] = []): Promise<Compared> {
  const standing = await log.standing();
  const published = standing.published === null ? null : noteOf(standing.published, "R2: open/checkpoint");
  compareObject(standing, published);
  const keys = await log.keys();
  const rebuilt = new Rebuilt(new Chain(keysFor("audit", keys), "first", trusted));

  let segments = 0;
  for await (const segment of log.segments()) {
    await takeSegment(log, rebuilt, segment);
    progress(`${++segments} segments, ${count(rebuilt.size)} entries`);
  }
  let pages = 0;
  for await (const page of log.pages()) {
    takePage(rebuilt, page);
    if (++pages % 50 === 0) progress(`${segments} segments, ${count(pages)} pages of D1, ${count(rebuilt.size)} entries`);
  }
  rebuilt.end();
  compareEnds(standing, rebuilt);
  const tiles = published === null ? 0 : await compareTree(log, standing, published, rebuilt, keys, progress);
  progress("");
  return {
    ...{ entries: rebuilt.size, segments, pages, tiles, head: rebuilt.head },
    ...{ checkpoint: published?.size ?? null, pruned: rebuilt.pruned },
  };
}

/** A log as its rows give it. */
class Rebuilt {
  readonly chain: Chain;
  /** The hash of each entry; of pruned ones as R2's bundles have it. */
  readonly hashes: Buffer[] = [];
  /** SHA-256 of the text of each entry that a segment has, for the comparison with D1; null: a pruned one. */
  readonly #texts: (Buffer | null)[] = [];
  #before: { readonly seq: number; readonly hash: string } | null = null;
  /** Up to this number D1 has dropped its pages. */
  trimmedTo = 0;
  /** The last number of the page of D1 before. */
  pagesTo: number | null = null;

  constructor(chain: Chain) {
    this.chain = chain;
  }

  get size(): number {
    return this.hashes.length;
  }

  get pruned(): number {
    return this.#before?.seq ?? 0;
  }

  get head(): { readonly seq: number; readonly hash: string } | null {
    const hash = this.hashes.at(-1);
    return hash === undefined ? null : { seq: this.size, hash: hex(hash) };
  }

  /** Hashes of entries that are gone. */
  prune(hashes: readonly Buffer[], last: { readonly seq: number; readonly hash: string }): void {
    this.hashes.push(...hashes);
    this.#texts.push(...hashes.map(() => null));
    this.#before = last;
  }

  /** The next entry, with the text that it was read from. */
  take(text: string, where: string): Fields {
    const entry = parsed(text);
    const seq = this.size + 1;
    const [fault] = this.chain.take(entry ?? null);
    if (fault !== undefined) throw new Difference(where, `entry ${fault.seq ?? seq}: ${fault.code}: ${FAULTS[fault.code]}`);
    if (!isFields(entry) || entry["seq"] !== seq)
      throw new Difference(where, `entry ${seq} is missing: there stands ${isFields(entry) ? entry["seq"] : "none"}`);
    if (this.#before?.seq === seq - 1 && entry["prev_hash"] !== this.#before.hash)
      throw new Difference(where, `entry ${seq} does not follow the last entry that is not kept`);
    if (canonical(entry) !== text) throw new Difference(where, `entry ${seq} is not written as canonical JSON`);
    this.hashes.push(Buffer.from(String(entry["hash"]), "hex"));
    this.#texts.push(digest(text));
    return entry;
  }

  /** Another store has this entry too: it has to be the same, byte for byte. */
  compare(seq: number, text: string, where: string): Fields {
    const known = this.#texts[seq - 1];
    if (known === null || known === undefined) throw new Difference(where, `entry ${seq} stands here, and was dropped elsewhere`);
    if (!same(known, digest(text))) throw new Difference(where, `entry ${seq} differs from that in its segment in R2`);
    const entry = parsed(text);
    return isFields(entry) ? entry : {};
  }

  /** After the last entry: what is gone has to be accounted for. */
  end(): void {
    if (this.#before !== null && this.chain.pruning?.lastSeq !== this.#before.seq)
      throw new Difference(`R2: segments up to entry ${this.#before.seq}`, "they are gone, and no entry says that their retention is over");
  }
}

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
const count = (value: number): string => value.toLocaleString("en");

function noteOf(text: string, where: string): Checkpoint {
  const note = readNote(text);
  if (note === null) throw new Difference(where, "this is not a signed checkpoint");
  return note;
}

/** R2 has what the object signed last, and not more than the object has numbered. */
function compareObject({ head, checkpoint, tree }: RawStanding, published: Checkpoint | null): void {
  const size = head?.seq ?? 0;
  if (published !== null && published.size > size)
    throw new Difference("object", `it is behind: it has ${size} entries, and R2 has a checkpoint of ${published.size}`);
  if (tree !== null && tree.size !== size) throw new Difference("object", `its tree has ${tree.size} entries, and its chain ${size}`);
  const own = checkpoint === null ? null : noteOf(checkpoint, "object: checkpoint");
  if (own?.text !== published?.text && own !== null)
    throw new Difference(
      "R2: open/checkpoint",
      published === null ? "it is missing" : "it is not the checkpoint that the object signed last",
    );
  if (own === null && published !== null) throw new Difference("object", "it knows of no checkpoint, and R2 has one");
}

const segmentKey = (firstSeq: number): string => `sealed/segment/${String(firstSeq).padStart(16, "0")}.jsonl.gz`;

async function takeSegment(log: RawLog, rebuilt: Rebuilt, segment: RawSegment): Promise<void> {
  const key = segmentKey(segment.first_seq);
  const where = `R2: ${key}`;
  if (segment.first_seq !== rebuilt.size + 1)
    throw new Difference(
      "D1: audit_segments",
      `the segment after entry ${rebuilt.size} is missing: the next begins with ${segment.first_seq}`,
    );
  if (segment.trimmed) rebuilt.trimmedTo = segment.last_seq;
  const packed = segment.pruned ? null : await log.object(key);
  if (segment.pruned) return takePruned(log, rebuilt, segment);
  if (packed === null) throw new Difference(where, `the segment is missing: entries ${segment.first_seq} to ${segment.last_seq}`);
  for (const line of unpacked(packed, where).split("\n")) if (line !== "") rebuilt.take(line, where);
  const { head } = rebuilt;
  if (head?.seq !== segment.last_seq || head.hash !== segment.last_hash)
    throw new Difference(where, `it ends with entry ${head?.seq}, and D1 (audit_segments) says ${segment.last_seq}, or another hash`);
}

function unpacked(bytes: Buffer, where: string): string {
  try {
    return gunzipSync(bytes).toString();
  } catch {
    throw new Difference(where, "it is not gzip");
  }
}

/** Of entries whose retention is over R2 has the hashes alone, in the bundles. That they are these is shown by the root of the tree. */
async function takePruned(log: RawLog, rebuilt: Rebuilt, { first_seq: first, last_seq: last, last_hash: hash }: RawSegment): Promise<void> {
  const hashes: Buffer[] = [];
  for (let seq = first; seq <= last; ) {
    const index = Math.floor((seq - 1) / 256);
    const key = `sealed/tile/entries/${pathOf(index)}`;
    const bundle = await log.object(key);
    if (bundle === null) throw new Difference(`R2: ${key}`, "the bundle is missing");
    for (; seq <= last && Math.floor((seq - 1) / 256) === index; seq++) {
      const at = ((seq - 1) % 256) * 34 + 2;
      hashes.push(bundle.subarray(at, at + 32));
    }
  }
  if (hex(hashes.at(-1) ?? Buffer.of()) !== hash)
    throw new Difference("D1: audit_segments", `entry ${last} has another hash in the bundles of R2`);
  rebuilt.prune(hashes, { seq: last, hash });
}

const pathOf = (index: number): string => {
  const digits =
    String(index)
      .padStart(Math.ceil(String(index).length / 3) * 3, "0")
      .match(/.{3}/g) ?? [];
  return digits.map((group, at) => (at < digits.length - 1 ? `x${group}` : group)).join("/");
};

function takePage(rebuilt: Rebuilt, page: RawPage): void {
  const where = `D1: audit_pages, first_seq ${page.first_seq}`;
  const expected = (rebuilt.pagesTo ?? rebuilt.trimmedTo) + 1;
  if (page.first_seq !== expected) throw new Difference(where, `the page of entry ${expected} is missing`);
  const list = parsed(page.entries);
  if (!Array.isArray(list) || list.length === 0) throw new Difference(where, "this is not a list of entries");
  const texts = (list as readonly Value[]).map(textOf);
  if (`[${texts.join(",")}]` !== page.entries)
    throw new Difference(where, `it is not written as canonical JSON, at or before entry ${rewrittenAt(page, texts)}`);
  let seq = page.first_seq;
  for (const text of texts) {
    const entry = seq <= rebuilt.size ? rebuilt.compare(seq, text, where) : rebuilt.take(text, where);
    if (runOf(entry) !== page.run) throw new Difference(where, `the column \`run\` is not the run of entry ${seq}`);
    seq++;
  }
  if (seq - 1 !== page.last_seq) throw new Difference(where, `the column \`last_seq\` is ${page.last_seq}, and its last entry ${seq - 1}`);
  rebuilt.pagesTo = page.last_seq;
}

function textOf(entry: Value): string {
  try {
    return canonical(entry);
  } catch {
    return ""; // it has no canonical form, so the page is not written in it
  }
}

function rewrittenAt({ first_seq: first, entries }: RawPage, texts: readonly string[]): number {
  let at = 1;
  for (const [index, text] of texts.entries()) {
    if (!entries.startsWith(text, at)) return first + index;
    at += text.length + 1;
  }
  return first + texts.length - 1;
}

/** docs/audit.md, "An entry": the run that an entry is listed under. */
function runOf(entry: Fields): string | null {
  const [kind, id] = String(entry["resource"]).split("/");
  const data = entry["data"];
  const run = kind === "run" ? id : isFields(data) ? data["run"] : null;
  return typeof run === "string" && /^run_[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(run) ? run : null;
}

function compareEnds({ head, tree }: RawStanding, rebuilt: Rebuilt): void {
  const { size } = rebuilt;
  if (head === null && size > 0) throw new Difference("object", `it has no entries, and D1 and R2 have ${size}`);
  if (head === null) return;
  if (size < head.integrated_seq)
    throw new Difference("D1: audit_pages", `entries from ${size + 1} on are missing: the object has ${head.seq}`);
  if (rebuilt.trimmedTo > 0 && rebuilt.pagesTo === null && head.integrated_seq > rebuilt.trimmedTo)
    throw new Difference("D1: audit_pages", `entries from ${rebuilt.trimmedTo + 1} on are missing`);
  // Entries that came while this looked are beyond the head as it was then; those on their way into D1 are not there yet.
  const own = rebuilt.hashes[head.seq - 1];
  if (own !== undefined && hex(own) !== head.hash) throw new Difference("object", `its entry ${head.seq} is another one than D1's`);
  if (tree !== null && own !== undefined && !same(rootAt(rebuilt.hashes, tree.size), Buffer.from(tree.root, "base64")))
    throw new Difference("object", `its tree over ${tree.size} entries has another root than these entries have`);
}

function rootAt(hashes: readonly Buffer[], size: number): Buffer {
  const tree = new GrowingTree();
  for (const hash of hashes.slice(0, size)) tree.add(hash);
  return tree.root();
}

/** The newest checkpoint stands for these entries, is signed and sealed, and every tile is what they give. Answers how many tiles there are. */
async function compareTree(
  log: RawLog,
  standing: RawStanding,
  published: Checkpoint,
  rebuilt: Rebuilt,
  keys: readonly Value[],
  progress: (line: string) => void,
): Promise<number> {
  const { size } = published;
  if (size > rebuilt.size)
    throw new Difference("D1: audit_pages", `entries from ${rebuilt.size + 1} on are missing: the newest checkpoint has ${size}`);
  if (!same(rootAt(rebuilt.hashes, size), published.root))
    throw new Difference("R2: open/checkpoint", `its root over ${size} entries is not that of these entries`);
  const signers = [...keysFor("checkpoint", keys).values()].map(({ raw }) => noteKey("log", published.origin, raw));
  if (!signers.some((key) => signatureOf(published, key).result === "valid"))
    throw new Difference("R2: open/checkpoint", "no published key of checkpoints signed it");
  const sealedKey = `sealed/checkpoint/${String(size).padStart(16, "0")}`;
  const sealed = await log.object(sealedKey);
  if (sealed === null) throw new Difference(`R2: ${sealedKey}`, "the checkpoint is missing");
  if (noteOf(sealed.toString(), `R2: ${sealedKey}`).text !== published.text)
    throw new Difference(`R2: ${sealedKey}`, "it is another checkpoint than the newest one, of the same size");
  let tiles = 0;
  let portion: Promise<string | null>[] = [];
  const settle = async (): Promise<void> => {
    for (const gone of await Promise.all(portion)) if (gone !== null) await explainMissing(log, standing, gone);
    portion = [];
  };
  for (const { path, isFull, bytes } of tilesOf(rebuilt.hashes.slice(0, size))) {
    portion.push(compareTile(log, `${isFull ? "sealed" : "open"}/tile/${path}`, bytes));
    tiles++;
    if (portion.length < SIDE_BY_SIDE) continue;
    await settle();
    progress(`${count(rebuilt.size)} entries, ${count(tiles)} tiles`);
  }
  await settle();
  return tiles;
}

/** The key where R2 lacks it; null: it is there, and the same. */
async function compareTile(log: RawLog, key: string, bytes: Buffer): Promise<string | null> {
  const stored = await log.object(key);
  if (stored === null) return key;
  if (!same(stored, bytes)) throw new Difference(`R2: ${key}`, `the tile differs from these entries, at byte ${firstByte(stored, bytes)}`);
  return null;
}

/** A partial tile goes when the log grows: then it is not missing. */
async function explainMissing(log: RawLog, before: RawStanding, key: string): Promise<void> {
  const hasGrown = key.startsWith("open/") && (await log.standing()).published !== before.published;
  if (!hasGrown) throw new Difference(`R2: ${key}`, "the tile is missing");
}

function firstByte(a: Buffer, b: Buffer): number {
  const at = a.findIndex((byte, index) => byte !== b[index]);
  return at < 0 ? a.length : at;
}
