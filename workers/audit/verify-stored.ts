/**
 * Recomputes an org's chain from the raw rows of D1: text, indexed columns, hashes, links, signatures, and that nothing is missing up
 * to the number that the audit log knows to be in D1. One changed byte anywhere is found.
 */
import { createHash, createPublicKey, verify } from "node:crypto";
import { type ChainHead, type ChainProblem, ChainVerifier, type VerifyTools } from "../../core/audit/chain.ts";
import type { AuditEntry } from "../../core/audit/entry.ts";
import type { Json } from "../../core/json.ts";
import { differences, ENTRY_COLUMNS, type EntryRow, toRow } from "./rows.ts";

/** A public half as `/.well-known/jwks.json` lists it. Keys whose `purpose` is not `audit` sign no entry. */
export type PublishedKey = {
  readonly kid: string;
  readonly kty: string;
  readonly crv?: string;
  readonly x?: string;
  readonly purpose?: string;
};

/** A problem has a number even where the text has none: that of its row. */
export type StoredProblem = ChainProblem & { readonly seq: number };

export type StoredVerdict = {
  readonly ok: boolean;
  readonly checked: number;
  /** The first hundred. */
  readonly problems: readonly StoredProblem[];
  readonly head: ChainHead | null;
};

/** What the audit log says of the chain: the last number it gave, and up to where D1 has everything. */
export type KnownHead = ChainHead & { readonly integratedSeq: number };

const PAGE = 500;
const PROBLEMS = 100;

/**
 * `readHead`: the audit log's own word, null when it has numbered nothing yet. Asked before and after the rows are read, since the
 * chain grows meanwhile: what was integrated before must be there, and nothing may be there that it has not numbered by the end.
 */
export async function verifyStored(
  db: D1Database,
  org: string,
  keys: readonly PublishedKey[],
  readHead: () => Promise<KnownHead | null>,
): Promise<StoredVerdict> {
  const before = await readHead();
  const verifier = new ChainVerifier(verifyToolsOf(keys));
  const problems: StoredProblem[] = [];
  const statement = db.prepare(
    `SELECT ${ENTRY_COLUMNS.join(", ")} FROM audit_entries WHERE org = ? AND seq > ? ORDER BY seq LIMIT ${PAGE}`,
  );
  for (let after = Number.MIN_SAFE_INTEGER; ; ) {
    const { results } = await statement.bind(org, after).all<EntryRow>();
    for (const row of results) problems.push(...checkRow(row, verifier));
    const last = results.at(-1);
    if (last === undefined || results.length < PAGE) break;
    after = last.seq;
  }
  problems.push(...checkEnd(verifier.head, before, await readHead()));
  return { ok: problems.length === 0, checked: verifier.checked, problems: problems.slice(0, PROBLEMS), head: verifier.head };
}

function checkRow(row: EntryRow, verifier: ChainVerifier): StoredProblem[] {
  const entry = parse(row.entry);
  const problems = verifier.take(entry).map((problem) => ({ ...problem, seq: problem.seq ?? row.seq }));
  if (problems.some((problem) => problem.code === "malformed")) return problems;
  const expected = rowOf(entry);
  const changed = expected === null ? ENTRY_COLUMNS : differences(expected, row);
  if (changed.length === 0) return problems;
  const message = `the stored row differs from its entry in \`${changed.join("`, `")}\``;
  return [...problems, { seq: row.seq, code: "row_differs", message }];
}

/** An entry that was sequenced a moment ago may still be on its way: D1 owes only what the log calls integrated. */
function checkEnd(stored: ChainHead | null, before: KnownHead | null, after: KnownHead | null): StoredProblem[] {
  const last = stored?.seq ?? 0;
  if (last < (before?.integratedSeq ?? 0)) return [{ seq: last + 1, code: "truncated", message: "entries are missing at the end" }];
  if (last > (after?.seq ?? 0)) return [{ seq: last, code: "beyond_head", message: "the audit log never gave this number" }];
  if (stored !== null && last === after?.seq && stored.hash !== after.hash)
    return [{ seq: last, code: "head_differs", message: "the last entry is not the one that the audit log gave" }];
  return [];
}

/** null, which is no entry, for a text that is no JSON. */
function parse(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return null;
  }
}

/** null when the entry lacks what a row is made of. */
function rowOf(entry: Json): EntryRow | null {
  try {
    return toRow(entry as unknown as AuditEntry);
  } catch {
    return null;
  }
}

/** SHA-256 and Ed25519 of the runtime over published keys. */
export function verifyToolsOf(keys: readonly PublishedKey[]): VerifyTools {
  const usable = keys.filter((key) => key.kty === "OKP" && key.crv === "Ed25519" && (key.purpose ?? "audit") === "audit");
  const publicKeys = new Map(
    usable.map((key) => [key.kid, createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: key.x ?? "" }, format: "jwk" })]),
  );
  return {
    sha256Hex: (text) => createHash("sha256").update(text).digest("hex"),
    verify: (keyId, hash, signature) => {
      const key = publicKeys.get(keyId);
      return key === undefined ? null : verify(null, hash, key, signature);
    },
  };
}
