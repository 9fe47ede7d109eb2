import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { ChainVerifier, verifyChain } from "../../../core/audit/chain.ts";
import { type AuditEntry, entryText, GENESIS_HASH, link, signEntry } from "../../../core/audit/entry.ts";
import { canonicalJson } from "../../../core/canonical-json.ts";
import type { Json, JsonObject } from "../../../core/json.ts";
import { sha256Hex, testChain, testKey, testRecord, toolsOf } from "../../support/audit-chain.ts";

const key = testKey(1);
const tools = toolsOf(key);
const chain = testChain(6, key);
const asJson = (entries: readonly AuditEntry[]): Json[] => structuredClone(entries) as unknown as Json[];
const found = (entries: readonly Json[], from?: Parameters<typeof verifyChain>[2]) =>
  verifyChain(entries, tools, from).problems.map(({ seq, code }) => `${seq} ${code}`);
const at = (entries: Json[], index: number): JsonObject => entries[index] as JsonObject;

describe("an entry", () => {
  it("[AUD-1] hashes the canonical JSON of everything but hash, key_id and signature", () => {
    const { hash, key_id: _keyId, signature: _signature, ...body } = chain[0] as AuditEntry;
    expect(hash).toBe(
      createHash("sha256")
        .update(canonicalJson(body as unknown as Json))
        .digest("hex"),
    );
    expect(body.prev_hash).toBe("0".repeat(64));
    expect(Object.keys(chain[0] as AuditEntry).sort()).toEqual(
      (
        "event_id seq timestamp trace_id event_type actor action resource decision policy_version risk_score data " +
        "prev_hash hash key_id signature"
      )
        .split(" ")
        .sort(),
    );
  });

  it("[AUD-2] names the hash of the entry before and signs the hash's 32 bytes", () => {
    expect(chain.slice(1).map((entry) => entry.prev_hash)).toEqual(chain.slice(0, -1).map((entry) => entry.hash));
    for (const entry of chain) {
      expect(Buffer.from(entry.signature, "base64url")).toEqual(Buffer.from(key.sign(Buffer.from(entry.hash, "hex"))));
      expect(entry.signature).toMatch(/^[\w-]{86}$/);
    }
  });

  it("has what its record says, field by field", () => {
    const said = { decision: "deny", policy_version: "0123456789abcdef", risk_score: 0.7, data: { a: 1 } } as const;
    const entry = link(testRecord(1, said), 1, GENESIS_HASH, sha256Hex);
    expect(entry).toMatchObject({ ...testRecord(1, said), ...said });
  });

  it("hashes what has no source as null", () => {
    const { trace_id: _gone, ...partial } = testRecord(1);
    const entry = link(partial as ReturnType<typeof testRecord>, 1, GENESIS_HASH, sha256Hex);
    expect(entry.trace_id).toBeNull();
    expect(entry.hash).toBe(link(testRecord(1, { trace_id: null }), 1, GENESIS_HASH, sha256Hex).hash);
  });
});

describe("verifyChain", () => {
  it("accepts a chain, a slice after a known entry, a slice from anywhere, and nothing at all", () => {
    const last = chain.at(-1) as AuditEntry;
    expect(verifyChain(asJson(chain), tools)).toEqual({ ok: true, checked: 6, problems: [], head: { seq: 6, hash: last.hash } });
    const second = chain[1] as AuditEntry;
    expect(verifyChain(asJson(chain.slice(2)), tools, { seq: 2, hash: second.hash }).ok).toBe(true);
    expect(verifyChain(asJson(chain.slice(2)), tools, "anywhere").ok).toBe(true);
    expect(verifyChain([], tools)).toEqual({ ok: true, checked: 0, problems: [], head: null });
  });

  it("accepts a chain that comes in pages", () => {
    const verifier = new ChainVerifier(tools);
    const problems = [chain.slice(0, 2), chain.slice(2)].flatMap((page) => asJson(page).flatMap((entry) => verifier.take(entry)));
    expect(problems).toEqual([]);
    expect(verifier.head?.seq).toBe(6);
  });

  it("[AUD-3] finds every single changed byte of an entry, wherever it is", () => {
    const text = entryText(chain[2] as AuditEntry);
    const unseen: string[] = [];
    for (let index = 0; index < text.length; index++) {
      const other = String.fromCharCode(text.charCodeAt(index) ^ 1);
      const changed = text.slice(0, index) + other + text.slice(index + 1);
      const entries = asJson(chain);
      try {
        entries[2] = JSON.parse(changed) as Json;
      } catch {
        continue; // not JSON any more: the reader of the text says so
      }
      if (verifyChain(entries, tools).ok) unseen.push(changed);
    }
    expect(unseen).toEqual([]);
  });

  it("[AUD-3] finds every other last character of a signature, also those that stand for the same bytes", () => {
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const { signature } = chain[2] as AuditEntry;
    const others = alphabet.replace(signature.slice(-1), "");
    expect(others).toHaveLength(63);
    for (const last of others) {
      const entries = asJson(chain);
      at(entries, 2)["signature"] = signature.slice(0, -1) + last;
      expect(found(entries)).toEqual(["3 signature_invalid"]);
    }
  });

  const tampered: [string, (entries: Json[]) => void, string[]][] = [
    [
      "a changed fact",
      (entries) => {
        at(entries, 2)["action"] = "refund";
      },
      ["3 hash_mismatch"],
    ],
    [
      "an added field",
      (entries) => {
        at(entries, 2)["note"] = "x";
      },
      ["3 hash_mismatch"],
    ],
    ["a removed field", (entries) => delete at(entries, 2)["decision"], ["3 hash_mismatch"]],
    ["a deleted entry", (entries) => entries.splice(2, 1), ["4 gap"]],
    ["a deleted first entry", (entries) => entries.splice(0, 1), ["2 gap"]],
    ["swapped entries", (entries) => entries.splice(1, 2, at(entries, 2), at(entries, 1)), ["3 gap", "2 out_of_order"]],
    ["an entry twice", (entries) => entries.splice(2, 0, at(entries, 1)), ["2 event_repeated", "2 duplicate"]],
    [
      "an upper-case hash",
      (entries) => {
        at(entries, 2)["hash"] = String(at(entries, 2)["hash"]).toUpperCase();
      },
      ["3 malformed", "4 gap"],
    ],
    [
      "no entry at all",
      (entries) => {
        entries[2] = "x";
      },
      ["null malformed", "4 gap"],
    ],
    [
      "a signature that is none",
      (entries) => {
        at(entries, 2)["signature"] = "AA";
      },
      ["3 signature_invalid"],
    ],
    [
      "an unknown key",
      (entries) => {
        at(entries, 2)["key_id"] = "other";
      },
      ["3 unknown_key"],
    ],
    [
      "a lone surrogate",
      (entries) => {
        at(entries, 2)["action"] = "\ud800";
      },
      ["3 hash_mismatch"],
    ],
  ];
  it.each(tampered)("[AUD-3] finds %s and says where", (_name, tamper, expected) => {
    const entries = asJson(chain);
    tamper(entries);
    expect(found(entries)).toEqual(expected);
  });

  it("[AUD-4] finds an entry that was written anew with a right hash but without the key", () => {
    const forger = testKey(2);
    const prev = chain[1] as AuditEntry;
    const forged = link(testRecord(3, { action: "nothing" }), 3, prev.hash, sha256Hex);
    const with_ = (entry: AuditEntry) => asJson([...chain.slice(0, 2), entry, ...chain.slice(3)]);
    expect(found(with_(signEntry(forged, forger.kid, forger.sign)))).toEqual(["3 unknown_key", "4 link_broken"]);
    expect(found(with_(signEntry(forged, key.kid, forger.sign)))).toEqual(["3 signature_invalid", "4 link_broken"]);
    expect(found(with_({ ...forged, key_id: key.kid, signature: (chain[2] as AuditEntry).signature }))).toEqual([
      "3 signature_invalid",
      "4 link_broken",
    ]);
  });

  it("[AUD-5] a slice that does not fit onto the entry before it is found", () => {
    const rest = asJson(chain.slice(2));
    expect(found(rest, { seq: 2, hash: "f".repeat(64) })).toEqual(["3 link_broken"]);
    expect(found(rest, { seq: 1, hash: (chain[0] as AuditEntry).hash })).toEqual(["3 gap"]);
    expect(found(rest)).toEqual(["3 gap"]);
  });

  it("cannot see entries missing at the end: the head it answers with is what to compare", () => {
    const verdict = verifyChain(asJson(chain.slice(0, 4)), tools);
    expect(verdict).toMatchObject({ ok: true, head: { seq: 4 } });
  });
});
