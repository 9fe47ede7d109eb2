/**
 * The audit log: entries sequenced into one org's log by its object in the runtime, D1's part told apart; a checkpoint, a proof at a million
 * entries, and the verification of a million from outside, in this process. Floors: what hashing and signing alone take.
 */
import { createHash, createPublicKey, generateKeyPairSync, sign, verify as verifyOne } from "node:crypto";
import { signCheckpoint } from "../../core/audit/checkpoint.ts";
import { edgeRoot, grow, type TreeEdge } from "../../core/audit/edge.ts";
import { GENESIS_HASH, hexBytes, link, signEntry } from "../../core/audit/entry.ts";
import { auditRecord } from "../../core/audit/record.ts";
import { hashesOf, inclusionRanges, leafHashes, tileName, tilesOf } from "../../core/audit/tiles.ts";
import { Chain } from "../../scripts/audit/chain.ts";
import { parsed, type Value } from "../../scripts/audit/json.ts";
import { GrowingTree } from "../../scripts/audit/tree.ts";
import type { Figure, Target } from "../report/figure.ts";
import { summarise } from "../report/statistics.ts";
import type { Part } from "./part.ts";

const SEQUENCED: Target = { at: "least", value: 3_000 };
const CHECKPOINT: Target = { at: "most", value: 20 };
const PROOF: Target = { at: "most", value: 5 };
const VERIFIED: Target = { at: "most", value: 20_000 };
const ORIGIN = "bulkhead.example/audit/bench";

const sha256 = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash("sha256").update(bytes).digest());
const sha256Hex = (text: string): string => createHash("sha256").update(text).digest("hex");
const { privateKey } = generateKeyPairSync("ed25519");
const signed = (bytes: Uint8Array): Uint8Array => new Uint8Array(sign(null, bytes, privateKey));

export const audit: Part = async ({ quick, tell }) => {
  const rounds = quick ? 3 : 7;
  const many = quick ? 100_000 : 1_000_000;
  tell("entries numbered, linked, hashed and signed");
  const sequenced = times(rounds, () => rateOf(2_000, sequence));
  const signatures = times(rounds, () => rateOf(2_000, (count) => void Array.from({ length: count }, () => signed(new Uint8Array(32)))));
  tell("checkpoints over a thousand new entries");
  const checkpoints = times(rounds, checkpointOver(1_000));
  tell(`a tree of ${many} entries`);
  const { edge, tiles } = treeOf(many);
  const proofs = times(rounds, () => proofIn(many, tiles));
  tell(`the chain and tree of ${many} entries, verified from outside`);
  const verified = verify(many);
  const figures: Figure[] = [
    {
      part: "audit",
      id: "audit.sequence",
      what: "entries numbered, linked, hashed, signed and taken into the tree",
      unit: "entries/s",
      target: SEQUENCED,
      value: summarise(sequenced),
      sides: [{ name: "Ed25519 signatures alone", unit: "entries/s", value: summarise(signatures) }],
      note: "in one thread of Node, with the object's own functions: SQL, queue and D1 are not in it",
    },
    {
      part: "audit",
      id: "audit.checkpoint",
      what: "the tree grown by 1,000 entries and a signed checkpoint over it",
      unit: "ms",
      target: CHECKPOINT,
      value: summarise(checkpoints),
      sides: [],
      note: "R2 is not in it",
    },
    {
      part: "audit",
      id: "audit.proof",
      what: `an inclusion proof in a tree of ${many} entries`,
      unit: "ms",
      target: PROOF,
      value: summarise(proofs),
      sides: [],
      note: "from tiles in memory: reading the three tiles from R2 is not in it",
    },
    {
      part: "audit",
      id: "audit.verify",
      what: `chain and tree of ${many} entries verified from outside, their checkpoint's root included`,
      unit: "ms",
      target: many === 1_000_000 ? VERIFIED : null,
      value: summarise([verified.ms]),
      sides: [
        { name: "SHA-256 of the same bytes alone", unit: "ms", value: summarise([verified.floorMs]) },
        { name: "with the signature of each entry too, reckoned from 500 of them", unit: "ms", value: summarise([verified.signaturesMs]) },
      ],
    },
  ];
  if (edge.length === 0) throw new Error("the tree is empty");
  return figures;
};

const times = (rounds: number, measure: () => number): number[] => Array.from({ length: rounds }, measure);

/** Per second. */
function rateOf(count: number, work: (count: number) => void): number {
  const from = performance.now();
  work(count);
  return count / ((performance.now() - from) / 1000);
}

function msOf(work: () => void): number {
  const from = performance.now();
  work();
  return performance.now() - from;
}

const record = (number: number) =>
  auditRecord({
    id: `evt_01JZ${String(number).padStart(22, "0")}`,
    at: 4_102_444_800_000 + number,
    type: "tool.called",
    actor: { type: "agent", id: "support-refund@1" },
    action: "call",
    resource: "run/run_01JZ0000000000000000000000/refund",
    traceId: "0af7651916cd43dd8448eb211c80319c",
    decision: "allow",
    data: { tool: "payments.refund", attempt: number, user: "alice", input: sha256Hex(String(number)) },
  });

function sequence(count: number): void {
  let edge: TreeEdge = [];
  let hash = GENESIS_HASH;
  const leaves: Uint8Array[] = [];
  for (let seq = 1; seq <= count; seq++) {
    const entry = signEntry(link(record(seq), seq, hash, sha256Hex), "key", signed);
    hash = entry.hash;
    leaves.push(hexBytes(hash));
  }
  for (let at = 0; at < leaves.length; at += 200) ({ edge } = grow(edge, leaves.slice(at, at + 200), sha256));
}

const leafAt = (index: number): Uint8Array => sha256(Uint8Array.of(index & 255, (index >> 8) & 255, (index >> 16) & 255));

function checkpointOver(count: number): () => number {
  const { edge } = grow(
    [],
    Array.from({ length: 5_555 }, (_, index) => leafAt(index)),
    sha256,
  );
  const leaves = Array.from({ length: count }, (_, index) => leafAt(index + 5_555));
  return () =>
    msOf(() => {
      const grown = grow(edge, leaves, sha256);
      const checkpoint = { origin: ORIGIN, size: 5_555 + count, root: edgeRoot(grown.edge, sha256) };
      signCheckpoint(checkpoint, { name: ORIGIN, publicKey: new Uint8Array(32), sign: signed }, sha256);
    });
}

function treeOf(count: number) {
  let edge: TreeEdge = [];
  const tiles = new Map<string, Uint8Array>();
  for (let at = 0; at < count; at += 1_000) {
    const step = grow(
      edge,
      Array.from({ length: 1_000 }, (_, index) => leafAt(at + index)),
      sha256,
    );
    edge = step.edge;
    for (const tile of step.full) tiles.set(tileName(tile), tile.level === 0 ? leafHashes(tile.hashes, sha256) : tile.hashes);
  }
  for (const [level, hashes] of edge.entries())
    tiles.set(
      tileName({ level, index: Math.floor(Math.floor(count / 256 ** level) / 256) }),
      level === 0 ? leafHashes(hashes, sha256) : hashes,
    );
  return { edge, tiles };
}

/** The mean of a hundred proofs at places all over the tree. */
function proofIn(size: number, tiles: ReadonlyMap<string, Uint8Array>): number {
  const places = Array.from({ length: 100 }, (_, at) => Math.floor((size / 100) * at) + 7);
  const spent = msOf(() => {
    for (const index of places) {
      const ranges = inclusionRanges(index, size);
      if (tilesOf(ranges, size).length > 6) throw new Error("a proof reads more tiles than a tree of this size has levels for");
      hashesOf(ranges, tiles, sha256);
    }
  });
  return spent / places.length;
}

/** What the check of one entry's signature takes. */
function msOfOneSignature(): number {
  const publicKey = createPublicKey(privateKey);
  const [text, times] = [new Uint8Array(32), 500];
  const signature = signed(text);
  const spent = msOf(() => {
    for (let turn = 0; turn < times; turn++)
      if (!verifyOne(null, text, publicKey, signature)) throw new Error("a valid signature was refused");
  });
  return spent / times;
}

/** In portions, since a million entries do not fit into memory at once: only the verifier's own time counts. */
function verify(count: number) {
  const chain = new Chain(new Map(), "first");
  const tree = new GrowingTree();
  let hash = GENESIS_HASH;
  let [ms, floorMs] = [0, 0];
  for (let from = 1; from <= count; from += 5_000) {
    const lines: string[] = [];
    for (let seq = from; seq < from + 5_000; seq++) {
      const entry = signEntry(link(record(seq), seq, hash, sha256Hex), "key", () => new Uint8Array(64));
      hash = entry.hash;
      lines.push(JSON.stringify(entry));
    }
    floorMs += msOf(() => {
      for (const line of lines) createHash("sha256").update(line).digest();
    });
    ms += msOf(() => {
      for (const line of lines) {
        const entry = parsed(line) as Value & { readonly hash: string };
        if (chain.take(entry, false).length > 0) throw new Error("a valid entry was refused");
        tree.add(Buffer.from(entry.hash, "hex"));
      }
    });
  }
  ms += msOf(() => void tree.root());
  return { ms, floorMs, signaturesMs: ms + count * msOfOneSignature() };
}
