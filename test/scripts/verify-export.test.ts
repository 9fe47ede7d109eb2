/** An export of evidence of a period, verified from outside: its entries, its checkpoint, and its proofs. */
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { signCheckpoint } from "../../core/audit/checkpoint.ts";
import { hexBytes } from "../../core/audit/entry.ts";
import { inclusionProof, leafHash, rootHash } from "../../core/audit/tree.ts";
import { auditVerify } from "../../scripts/audit-verify.ts";
import { testChain, testKey } from "../support/audit-chain.ts";

const root = mkdtempSync(join(tmpdir(), "verify-export-"));
afterAll(() => rmSync(root, { recursive: true }));
const ORIGIN = "bulkhead.example/audit/acme";
const [entryKey, noteKey] = [testKey(1), testKey(2)];
const sha256 = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash("sha256").update(bytes).digest());
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");
const chain = testChain(12, entryKey);
const leaves = chain.map(({ hash }) => leafHash(hexBytes(hash), sha256));
const noteSigned = (key: ReturnType<typeof testKey>): string =>
  signCheckpoint(
    { origin: ORIGIN, size: 12, root: rootHash(leaves, sha256) },
    { name: ORIGIN, publicKey: key.publicBytes, sign: key.sign },
    sha256,
  );
const note = noteSigned(noteKey);
const proof = (seq: number, checkpoint = note) => ({
  ...{ seq, size: 12, checkpoint, leaf_hash: base64(leaves[seq - 1] as Uint8Array) },
  proof: inclusionProof(leaves, seq - 1, sha256).map(base64),
});
const keys = join(root, "jwks.json");
writeFileSync(keys, JSON.stringify({ keys: [entryKey.jwk, { ...noteKey.jwk, purpose: "checkpoint" }] }));

type Parts = { entries?: readonly object[]; proofs?: readonly object[]; checkpoint?: string };
function folderOf({ entries = chain.slice(3, 9), proofs = [proof(5), proof(9)], checkpoint = note }: Parts): string {
  const folder = mkdtempSync(join(root, "export-"));
  mkdirSync(join(folder, "entries"));
  const lines = (part: readonly object[]): string => part.map((entry) => `${JSON.stringify(entry)}\n`).join("");
  if (entries.length > 0) {
    writeFileSync(join(folder, "entries/0001.jsonl"), lines(entries.slice(0, 2)));
    writeFileSync(join(folder, "entries/0002.jsonl"), lines(entries.slice(2)));
  }
  writeFileSync(join(folder, "controls.json"), "{}");
  writeFileSync(join(folder, "proofs.json"), JSON.stringify(proofs));
  writeFileSync(join(folder, "checkpoint.txt"), checkpoint);
  return folder;
}

async function verified(parts: Parts, ...more: string[]) {
  const lines: string[] = [];
  const code = await auditVerify([folderOf(parts), "--keys", keys, ...more], { say: (line) => lines.push(line), progress: () => {} });
  return { code, text: lines.join("\n") };
}

it("[COMPLY-7] the export of a period is verified as it is: entries in the middle of a log, checkpoint, proofs", async () => {
  const whole = await verified({});
  expect(whole).toMatchObject({ code: 0, text: expect.stringContaining("VERIFIED: 6 entries are valid, up to seq 9") });
  expect(whole.text).toContain("2 entries are proven to lie below it");
  expect(await verified({}, "--after", `3:${chain[2]?.hash}`)).toMatchObject({ code: 0 });
  const young = await verified({ proofs: [proof(5), { seq: 9, proof: null, why: "no checkpoint covers the entry yet" }] });
  expect(young).toMatchObject({ code: 0, text: expect.stringContaining("1 entries were younger") });
  expect(await verified({ proofs: [], checkpoint: "there is no checkpoint yet\n" })).toMatchObject({ code: 0 });
});

const other = { ...chain[4], action: "else" };
it.each<[string, Parts, string]>([
  ["a changed entry", { entries: [...chain.slice(3, 4), other, ...chain.slice(5, 9)] }, "seq 5: hash_mismatch"],
  ["a missing entry", { entries: [...chain.slice(3, 5), ...chain.slice(6, 9)] }, "seq 7: gap"],
  ["a proof of an entry that is not there", { proofs: [proof(11)] }, "proof of 11: entry_missing"],
  ["the proof of another entry", { proofs: [{ ...proof(5), leaf_hash: proof(6).leaf_hash }] }, "proof of 5: entry_differs"],
  ["a proof that leads elsewhere", { proofs: [{ ...proof(5), proof: proof(6).proof }] }, "proof of 5: proof_invalid"],
  ["a proof to a checkpoint that a stranger signed", { proofs: [proof(5, noteSigned(testKey(3)))] }, "unknown_key"],
  ["a checkpoint that a stranger signed", { checkpoint: noteSigned(testKey(3)) }, "unknown_key"],
  ["a checkpoint that is none", { checkpoint: "nothing" }, "checkpoint.txt is not a signed checkpoint"],
  ["what is no proof", { proofs: [{ seq: 5 }] }, "is no proof"],
  ["no entries", { entries: [], proofs: [] }, "has no segments"],
])("[COMPLY-7] finds %s", async (_name, parts, says) => {
  expect(await verified(parts)).toMatchObject({ code: 1, text: expect.stringContaining(says) });
});
