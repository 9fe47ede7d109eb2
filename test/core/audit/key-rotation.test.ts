/** Keys that follow each other: the platform's check and the outside verifier's, over the same chains. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { verifyChain } from "../../../core/audit/chain.ts";
import { type AuditEntry, GENESIS_HASH, link, signEntry } from "../../../core/audit/entry.ts";
import { rotationIn, rotationRecord } from "../../../core/audit/key-rotation.ts";
import type { AuditRecord } from "../../../core/audit/record.ts";
import type { Json } from "../../../core/json.ts";
import { auditVerify } from "../../../scripts/audit-verify.ts";
import { sha256Hex, type TestKey, testKey, testRecord, toolsOf } from "../../support/audit-chain.ts";

const [first, second, third, planted] = [testKey(1), testKey(2), testKey(3), testKey(9)];
const rotation = (from: TestKey, to: TestKey, introduced = true): AuditRecord =>
  rotationRecord(
    { retired: from.kid, current: to.kid, checkpoints: null, introduced },
    4_102_444_800_000,
    Buffer.from(from.kid + to.kid).subarray(0, 10),
  );

/** A chain of records, each signed with its key. */
function signed(parts: readonly (readonly [AuditRecord, TestKey])[]): AuditEntry[] {
  const entries: AuditEntry[] = [];
  for (const [record, key] of parts)
    entries.push(signEntry(link(record, entries.length + 1, entries.at(-1)?.hash ?? GENESIS_HASH, sha256Hex), key.kid, key.sign));
  return entries;
}

const chains: [string, AuditEntry[], string[]][] = [
  [
    "a key that the one before introduced, twice",
    signed([
      [testRecord(1), first],
      [rotation(first, second), first],
      [testRecord(2), second],
      [rotation(second, third), second],
      [testRecord(3), third],
    ]),
    [],
  ],
  [
    "a return to an earlier key, introduced like a new one",
    signed([
      [testRecord(1), first],
      [rotation(first, second), first],
      [rotation(second, first), second],
      [testRecord(2), first],
    ]),
    [],
  ],
  [
    "a planted key that nobody introduced: at its first entry",
    signed([
      [testRecord(1), first],
      [testRecord(2), planted],
      [testRecord(3), planted],
    ]),
    ["2 key_not_introduced"],
  ],
  [
    "a planted entry between others",
    signed([
      [testRecord(1), first],
      [testRecord(2), planted],
      [testRecord(3), first],
    ]),
    ["2 key_not_introduced"],
  ],
  [
    "a planted key that introduces itself",
    signed([
      [testRecord(1), first],
      [rotation(first, planted), planted],
      [testRecord(2), planted],
    ]),
    ["2 key_not_introduced"],
  ],
  [
    "an entry by the key before, but in the name of another",
    signed([
      [testRecord(1), first],
      [rotation(second, planted), first],
      [testRecord(2), planted],
    ]),
    ["3 key_not_introduced"],
  ],
  [
    "an introduction by a key that a planted one introduced",
    signed([
      [testRecord(1), first],
      [testRecord(2), planted],
      [rotation(planted, second), planted],
      [testRecord(3), second],
    ]),
    ["2 key_not_introduced", "4 key_not_introduced"],
  ],
  [
    "an old key after its retirement",
    signed([
      [testRecord(1), first],
      [rotation(first, second), first],
      [testRecord(2), first],
    ]),
    ["3 key_retired"],
  ],
];
const keys = [first, second, third, planted];

describe("[KEY-10] the platform's check", () => {
  it.each(chains)("%s", (_name, entries, expected) => {
    const { problems } = verifyChain(entries as unknown as Json[], toolsOf(...keys));
    expect(problems.map(({ seq, code }) => `${seq} ${code}`)).toEqual(expected);
  });

  it("goes on with the key in force where a slice begins", () => {
    const entries = signed([
      [testRecord(1), first],
      [testRecord(2), second],
    ]);
    const from = { seq: 1, hash: entries[0]?.hash ?? "" };
    const tools = toolsOf(...keys);
    const slice = entries.slice(1) as unknown as Json[];
    expect(verifyChain(slice, tools, from).ok).toBe(true);
    expect(verifyChain(slice, tools, { ...from, keyId: first.kid }).problems).toMatchObject([{ seq: 2, code: "key_not_introduced" }]);
  });

  it("reads only what is an entry of a rotation", () => {
    const [entry] = signed([[rotation(first, second), first]]);
    expect(rotationIn(entry as unknown as Json)).toEqual({ retired: first.kid, current: second.kid });
    for (const other of [null, [], {}, { ...entry, data: null }, { ...entry, data: { key_id: 1 } }, { ...entry, event_type: "x" }])
      expect(rotationIn(other as unknown as Json)).toBeNull();
  });
});

describe("[KEY-10] the outside verifier", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "key-rotation-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function run(entries: readonly AuditEntry[], jwks: readonly object[], ...args: string[]): Promise<string> {
    const path = join(folder, `${crypto.randomUUID()}.json`);
    await writeFile(path, JSON.stringify({ data: entries, keys: jwks }));
    const lines: string[] = [];
    const code = await auditVerify([path, ...args], { say: (line) => lines.push(line), progress: () => {} });
    return [`exit ${code}`, ...lines].join("\n");
  }

  it.each(chains)("%s", async (_name, entries, expected) => {
    const text = await run(
      entries,
      keys.map(({ jwk }) => jwk),
    );
    const found = [...text.matchAll(/seq (\d+): (key_\w+)/g)].map(([, seq, code]) => `${seq} ${code}`);
    expect(found).toEqual(expected);
    expect(text).toContain(expected.length === 0 ? "exit 0\nVERIFIED" : "exit 1\nBROKEN");
  });

  it("takes a key whose introduction was lost when the auditor names it, and that key only", async () => {
    const entries = signed([
      [testRecord(1), first],
      [rotation(first, second, false), second],
      [testRecord(2), second],
    ]);
    const jwks = keys.map(({ jwk }) => jwk);
    expect(await run(entries, jwks)).toContain("seq 2: key_not_introduced");
    expect(await run(entries, jwks, "--trust-key", third.kid)).toContain("seq 2: key_not_introduced");
    expect(await run(entries, jwks, "--trust-key", second.kid)).toContain("exit 0\nVERIFIED");
  });

  it("takes no other key under the id that was introduced", async () => {
    const forged = { ...planted, kid: second.kid };
    const entries = signed([
      [testRecord(1), first],
      [rotation(first, second), first],
      [testRecord(2), forged],
    ]);
    expect(await run(entries, [first.jwk, { ...planted.jwk, kid: second.kid }])).toContain("seq 2: key_not_introduced");
  });
});
