/** A witness and a verifier against a log that shows two histories. The log is played with the platform's code, the other two have none of it. */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { signCheckpoint, verifierKey } from "../../core/audit/checkpoint.ts";
import { addCheckpointBody, cosignaturesIn, readSize, readWitnessKey } from "../../core/audit/cosignature.ts";
import { type AuditEntry, hexBytes } from "../../core/audit/entry.ts";
import { consistencyProof, inclusionProof, leafHash, rootHash } from "../../core/audit/tree.ts";
import { canonicalJson } from "../../core/canonical-json.ts";
import type { Json } from "../../core/json.ts";
import { canonical, type Value } from "../../scripts/audit/json.ts";
import { type Checkpoint, readNote, readVkey, signatureOf, vkeyOf } from "../../scripts/audit/note.ts";
import { readPolicy } from "../../scripts/audit/policy.ts";
import { isConsistent, isIncluded } from "../../scripts/audit/tree.ts";
import { Witness } from "../../scripts/audit/witness.ts";
import { auditVerify } from "../../scripts/audit-verify.ts";
import { chainOf, testKey, testRecord } from "../support/audit-chain.ts";

const ROOT = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "witness-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

const ORIGIN = "bulkhead.example/audit/acme";
const [entryKey, noteKey] = [testKey(1), testKey(2)];
const sha256 = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash("sha256").update(bytes).digest());
const leavesOf = (entries: readonly AuditEntry[]) => entries.map(({ hash }) => leafHash(hexBytes(hash), sha256));
const logKey = verifierKey(ORIGIN, noteKey.publicBytes, sha256);
const noteOf = (entries: readonly AuditEntry[]): string =>
  signCheckpoint(
    { origin: ORIGIN, size: entries.length, root: rootHash(leavesOf(entries), sha256) },
    { name: ORIGIN, publicKey: noteKey.publicBytes, sign: noteKey.sign },
    sha256,
  );
const proofOf = (entries: readonly AuditEntry[], from: number) => (from === 0 ? [] : consistencyProof(leavesOf(entries), from, sha256));
const history = (count: number, forkAt = count): AuditEntry[] =>
  chainOf(
    Array.from({ length: count }, (_, at) => testRecord(at + 1, at >= forkAt ? { action: "another" } : {})),
    entryKey,
  );
const options = (name: string) => ({
  name: `witness.example/${name}`,
  keyFile: join(folder, `${name}.key`),
  stateFile: join(folder, `${name}.json`),
  logs: [readVkey(logKey)].filter((key) => key !== null),
  seconds: () => 1_800_000_000,
});
const verifyWith = (publicKey: Uint8Array, bytes: Uint8Array, signature: Uint8Array): boolean => {
  const key = readVkey(vkeyOf(new Witness(options("w1")).key));
  return key !== null && Buffer.compare(key.raw, publicKey) === 0 && bytes.length > 0 && signature.length === 64;
};

describe("vectors of others", () => {
  it("[WITNESS-1] the note and the verifier key of golang.org/x/mod/sumdb/note hold", () => {
    const key = readVkey("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");
    const text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
    const line = "\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
    if (key === null) throw new Error("the key is not read");
    const note = { origin: "", size: 0, root: new Uint8Array(32), text, note: `${text}\n${line}` } satisfies Checkpoint;
    expect(signatureOf(note, key)).toEqual({ result: "valid", at: null });
    expect(signatureOf({ ...note, text: text.replace("know", "knew"), note: note.note.replace("know", "knew") }, key).result).toBe(
      "invalid",
    );
    expect(vkeyOf(key)).toBe("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");
    expect(readVkey("PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")).toBeNull();
  });

  it("[WITNESS-1] the example of c2sp.org/tlog-cosignature is read, with its time", () => {
    const note = [
      "example.com/behind-the-sofa",
      "20852163",
      "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=",
      "",
      "\u2014 example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=",
      "\u2014 witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==",
      "",
    ].join("\n");
    expect(readNote(note)).toMatchObject({ origin: "example.com/behind-the-sofa", size: 20_852_163 });
    const line = note.split("\n")[5] ?? "";
    expect(Buffer.from(line.split(" ")[2] ?? "", "base64").readBigUInt64BE(4)).toBe(1_679_315_147n);
  });

  it("[WITNESS-2] canonical JSON, RFC 8785's own example, and the platform's are the same", () => {
    const value: Value = {
      numbers: [333_333_333.333_333_3, 1e30, 4.5, 0.002, 1e-27],
      string: '\u20ac$\u000f\nA\'B"\\\\"/',
      literals: [null, true, false],
    };
    expect(canonical(value)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
    for (const entry of history(3)) expect(canonical(entry as unknown as Value)).toBe(canonicalJson(entry as unknown as Json));
    expect(history(3).length).toBe(3);
  });

  it("[WITNESS-2] its trees take the proofs of the platform's, and no others", () => {
    const leaves = leavesOf(history(40));
    let checked = 0;
    for (let size = 1; size <= 40; size += 3) {
      const root = rootHash(leaves.slice(0, size), sha256);
      for (let from = 1; from <= size; from += 2) {
        const proof = consistencyProof(leaves.slice(0, size), from, sha256);
        const older = rootHash(leaves.slice(0, from), sha256);
        expect(isConsistent(from, older, size, root, proof)).toBe(true);
        expect(isConsistent(from, sha256(older), size, root, proof)).toBe(false);
        expect(isConsistent(from, older, size, root, [...proof, root])).toBe(false);
        const inclusion = inclusionProof(leaves.slice(0, size), from - 1, sha256);
        expect(isIncluded(leaves[from - 1] as Uint8Array, from - 1, size, root, inclusion)).toBe(true);
        expect(isIncluded(leaves[from] as Uint8Array, from - 1, size, root, inclusion)).toBe(false);
        checked++;
      }
    }
    expect(checked).toBeGreaterThan(100);
  });
});

describe("the verifier and the witness", () => {
  it("[WITNESS-3] import nothing of the platform", () => {
    const audit = readdirSync(join(ROOT, "scripts/audit")).map((name) => join("scripts/audit", name));
    const files = new Set(["scripts/audit-verify.ts", "scripts/witness.ts", ...audit]);
    const imported = [...files].flatMap((file) =>
      [...readFileSync(join(ROOT, file), "utf8").matchAll(/(?:from|import|require)\s*\(?\s*["']([^"']+)["']/g)].map(
        ([, path = ""]) => [file, path] as const,
      ),
    );
    expect(imported.length).toBeGreaterThan(20);
    // What they import is Node's, or one of these files, each of which is looked at in its turn.
    expect(
      imported.filter(([file, path]) => !/^node:[\w/]+$/.test(path) && !(path.startsWith("./") && files.has(join(dirname(file), path)))),
    ).toEqual([]);
  });

  it("[WITNESS-4] cosigns what grew from what it saw, and keeps that before it answers", () => {
    const witness = new Witness(options("w1"));
    const [short, long] = [history(5), history(9)];
    const first = witness.addCheckpoint(addCheckpointBody(0, [], noteOf(short)));
    expect(first.status).toBe(200);
    const key = readWitnessKey(vkeyOf(witness.key), sha256);
    if (key === null) throw new Error("the platform does not read the witness's key");
    expect(cosignaturesIn(first.text, noteOf(short), key, verifyWith)).toEqual([first.text]);
    expect(cosignaturesIn(`\u2014 other AAAA\n${first.text}`, noteOf(short), { ...key, name: "else" }, verifyWith)).toEqual([]);
    expect(signatureOf(readNote(noteOf(short) + first.text) as Checkpoint, witness.key)).toEqual({ result: "valid", at: 1_800_000_000 });
    const reborn = new Witness(options("w1"));
    const conflict = reborn.addCheckpoint(addCheckpointBody(0, [], noteOf(long)));
    expect(conflict).toMatchObject({ status: 409, type: "text/x.tlog.size" });
    expect(readSize(conflict.text)).toBe(5);
    expect(reborn.addCheckpoint(addCheckpointBody(5, proofOf(long, 5), noteOf(long))).status).toBe(200);
    expect(reborn.addCheckpoint(addCheckpointBody(9, [], noteOf(long))).status).toBe(200);
    expect(new Witness(options("w1")).addCheckpoint(addCheckpointBody(5, [], noteOf(short)))).toMatchObject({ status: 409, text: "9\n" });
  });

  it("[WITNESS-5] refuses a fork, a shorter log, a stranger's log, another key, and what it cannot read", () => {
    const witness = new Witness(options("w2"));
    expect(witness.addCheckpoint(addCheckpointBody(0, [], noteOf(history(6)))).status).toBe(200);
    const fork = history(9, 4);
    const status = (old: number, proof: readonly Uint8Array[], note: string) =>
      witness.addCheckpoint(addCheckpointBody(old, proof, note)).status;
    expect(status(6, proofOf(fork, 6), noteOf(fork))).toBe(422);
    expect(status(6, [], noteOf(history(6, 3)))).toBe(422);
    expect(status(6, [], noteOf(history(9)))).toBe(422);
    expect(status(9, [], noteOf(history(6)))).toBe(400);
    expect(status(0, [], noteOf(history(9)).replaceAll(ORIGIN, "other.example/audit/acme"))).toBe(404);
    const stranger = testKey(3);
    const forged = { origin: ORIGIN, size: 1, root: sha256(Uint8Array.of(1)) };
    expect(status(6, [], signCheckpoint(forged, { name: ORIGIN, publicKey: stranger.publicBytes, sign: stranger.sign }, sha256))).toBe(403);
    for (const body of ["", "old 6\n", `old 06\n\n${noteOf(history(6))}`, `old 6\nx\n\n${noteOf(history(6))}`, "old 6\n\nnothing"])
      expect(witness.addCheckpoint(body).status).toBe(400);
    expect(status(6, proofOf(history(9), 6), noteOf(history(9)))).toBe(200);
    writeFileSync(options("w2").stateFile, readFileSync(options("w2").stateFile, "utf8").replace('"size":9', '"size":6'));
    expect(() => new Witness(options("w2"))).toThrow("must not go on");
  });

  const verified = async (...args: string[]) => {
    const lines: string[] = [];
    const code = await auditVerify(args, { say: (line) => lines.push(line), progress: () => {} });
    return { code, text: lines.join("\n") };
  };

  it("[WITNESS-6] a forked log finds no quorum: the true history verifies, the other one does not", async () => {
    const witnesses = ["a", "b", "c"].map((name) => new Witness(options(name)));
    const [truth, fork] = [history(8), history(8, 4)];
    const cosigned = (entries: readonly AuditEntry[], by: readonly Witness[]) =>
      noteOf(entries) +
      by
        .map((witness) => witness.addCheckpoint(addCheckpointBody(0, [], noteOf(entries))))
        .map(({ status, text }) => (status === 200 ? text : ""))
        .join("");
    // The operator shows the truth to two witnesses, and another history to all three: the third believes it, the two do not.
    const honest = cosigned(truth, witnesses.slice(0, 2));
    const forked = cosigned(fork, witnesses);
    const lines = witnesses.map((witness, at) => `witness w${at} ${vkeyOf(witness.key)}`);
    const policy = file("policy", `# ours\nlog ${logKey}\n${lines.join("\n")}\ngroup most 2 w0 w1 w2\nquorum most\n`);
    const keys = file("jwks.json", JSON.stringify({ keys: [entryKey.jwk, { ...noteKey.jwk, purpose: "checkpoint" }] }));
    const run = (entries: readonly AuditEntry[], note: string, more: readonly string[] = []) =>
      verified(
        file("entries.jsonl", entries.map((entry) => JSON.stringify(entry)).join("\n")),
        "--keys",
        keys,
        "--checkpoint",
        file("note", note),
        ...more,
      );
    const whole = await run(truth, honest, ["--policy", policy]);
    expect(whole).toMatchObject({ code: 0, text: expect.stringContaining("cosigned by w0, w1") });
    expect(whole.text).toContain(logKey);
    expect(await run(fork, forked, ["--policy", policy])).toMatchObject({
      code: 1,
      text: expect.stringContaining("no_quorum: cosigned by w2"),
    });
    expect(await run(fork, forked)).toMatchObject({ code: 0 });
    expect(await run(fork, honest)).toMatchObject({ code: 1, text: expect.stringContaining("root_differs") });
    expect(await run(truth.slice(0, 7), honest)).toMatchObject({ code: 1, text: expect.stringContaining("truncated") });
    expect(await run(truth, honest.replace("\u2014 witness.example/a", "\u2014 witness.example/b"), ["--policy", policy])).toMatchObject({
      code: 1,
    });
    const unsigned = await verified(
      join(folder, "entries.jsonl"),
      "--keys",
      file("k.json", JSON.stringify({ keys: [entryKey.jwk] })),
      "--checkpoint",
      file("n", honest),
    );
    expect(unsigned).toMatchObject({ code: 1, text: expect.stringContaining("unknown_key") });
    const changed = truth.map((entry, at) => (at === 4 ? { ...entry, action: "else" } : entry));
    expect(await run(changed, honest)).toMatchObject({ code: 1, text: expect.stringContaining("first bad entry: seq 5") });
  });

  it("[WITNESS-8] a policy judges the newest checkpoint: one that was kept from before there were witnesses, or another key, stays good", async () => {
    const witness = new Witness(options("later"));
    const [older, all] = [history(5), history(8)];
    const newest = noteOf(all) + witness.addCheckpoint(addCheckpointBody(0, [], noteOf(all))).text;
    const policy = file("later-policy", `log ${logKey}\nwitness w ${vkeyOf(witness.key)}\nquorum w\n`);
    const keys = file("later-jwks.json", JSON.stringify({ keys: [entryKey.jwk, { ...noteKey.jwk, purpose: "checkpoint" }] }));
    const entries = file("later.jsonl", all.map((entry) => JSON.stringify(entry)).join("\n"));
    const run = (...notes: string[]) =>
      verified(
        ...[entries, "--keys", keys, "--policy", policy],
        ...notes.flatMap((note, at) => ["--checkpoint", file(`later-${at}.note`, note)]),
      );
    const both = await run(noteOf(older), newest);
    expect(both).toMatchObject({ code: 0, text: expect.stringContaining("checkpoint 5 is older than the newest") });
    expect(both.text).toContain("checkpoint 8 is cosigned by w");
    // The same checkpoint twice, once without its cosignature; then a newest one that nobody cosigned.
    expect(await run(noteOf(all), newest)).toMatchObject({ code: 0 });
    expect(await run(noteOf(older), noteOf(all))).toMatchObject({ code: 1, text: expect.stringContaining("checkpoint 8: no_quorum") });
    expect(await run(noteOf(older))).toMatchObject({ code: 1, text: expect.stringContaining("checkpoint 5: no_quorum") });
    // An older one is still one of this log, of these entries.
    expect(await run(noteOf(history(5, 2)), newest)).toMatchObject({
      code: 1,
      text: expect.stringContaining("checkpoint 5: root_differs"),
    });
  });

  it("reads policies as c2sp.org/tlog-policy writes them, and says what is wrong with others", () => {
    const [one, two] = ["a", "b"].map((name) => vkeyOf(new Witness(options(name)).key));
    const policy = readPolicy(
      `log ${logKey} https://x\n\n# two\nwitness X ${one}\nwitness Y ${two} https://w\ngroup G all X Y\nquorum G\n`,
    );
    if (typeof policy === "string") throw new Error(policy);
    expect([policy.quorum(new Set(["X"])), policy.quorum(new Set(["X", "Y"]))]).toEqual([false, true]);
    const wrong: [string, RegExp][] = [
      ["", /no `quorum`/],
      ["quorum X", /line 1: .*names a witness or group/],
      [`witness X ${logKey}\nquorum X`, /line 1: .*verifier key of a witness/],
      [`witness X ${one}\nwitness Y ${one}\nquorum X`, /line 2: this key is listed twice/],
      [`witness X ${one}\ngroup G 2 X\nquorum G`, /line 2: .*number up to/],
      [`witness X ${one}\ngroup G any X\ngroup H any X\nquorum H`, /line 3: .*member of one group/],
      ["quorum none\nquorum none", /line 2/],
      ["allow all", /line 1: `allow` is no word/],
    ];
    for (const [text, why] of wrong) expect(readPolicy(text)).toMatch(why);
    expect(wrong.length).toBe(8);
  });

  it("[WITNESS-4] runs as a process of its own", async () => {
    const args = [
      "--name",
      "witness.example/p",
      "--log",
      logKey,
      "--port",
      "0",
      "--key",
      join(folder, "p.key"),
      "--state",
      join(folder, "p.json"),
    ];
    const child = spawn(process.execPath, ["scripts/witness.ts", ...args], { cwd: ROOT, stdio: ["ignore", "pipe", "inherit"] });
    try {
      const address = await new Promise<string>((resolve) =>
        child.stdout.on("data", (text: Uint8Array) => resolve(/http:\S+/.exec(String(text))?.[0] ?? "")),
      );
      const send = (body: string, path = "/add-checkpoint") => fetch(`${address}${path}`, { method: "POST", body });
      const answer = await send(addCheckpointBody(0, [], noteOf(history(3))));
      expect([answer.status, await answer.text()]).toEqual([200, expect.stringMatching(/^\u2014 witness\.example\/p [A-Za-z0-9+/=]+\n$/)]);
      const conflict = await send(addCheckpointBody(0, [], noteOf(history(4))));
      expect([conflict.status, conflict.headers.get("content-type")]).toEqual([409, "text/x.tlog.size"]);
      expect((await send("x".repeat(70_000))).status).toBe(413);
      expect((await send("", "/other")).status).toBe(404);
    } finally {
      child.kill("SIGTERM");
    }
  });
});
