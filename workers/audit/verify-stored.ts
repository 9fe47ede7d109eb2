/**
 * Recomputes an org's chain from the raw pages of D1: text, columns, hashes, links, signatures, and that nothing is missing up
 * to the number that the audit log knows to be in D1. One changed byte anywhere is found.
 */
import { createHash, createPublicKey, verify } from "node:crypto";
import { type ChainHead, type ChainProblem, ChainVerifier, type VerifyTools } from "../../core/audit/chain.ts";
import { type AuditEntry, entryText } from "../../core/audit/entry.ts";
import { type AuditPage, PAGE_COLUMNS, pageDifferences, pageOf } from "../../core/audit/page.ts";
import type { Json } from "../../core/json.ts";

/** A public half as `/.well-known/jwks.json` lists it. Keys whose `purpose` is not `audit` sign no entry. */
export type PublishedKey = {
  readonly kid: string;
  readonly kty: string;
  readonly crv?: string;
  readonly x?: string;
  readonly purpose?: string;
};

/** A problem has a number even where the text has none: the one that its place in the page gives it. */
export type StoredProblem = ChainProblem & { readonly seq: number };

/** What the verifier found in an org's chain. */
export type StoredVerdict = {
  readonly ok: boolean;
  readonly checked: number;
  /** The first hundred. */
  readonly problems: readonly StoredProblem[];
  readonly head: ChainHead | null;
};

/** What the audit log says of the chain: the last number it gave, and up to where D1 has everything. */
export type KnownHead = ChainHead & { readonly integratedSeq: number };

/** Pages of one query, and their characters: an answer of D1 stays small whatever was put there. */
const READ = { pages: 500, characters: 4_000_000 };
/** Problems that a verdict lists. */
export const PROBLEMS = 100;

/**
 * The whole chain that D1 has, in one go. `readHead`: the audit log's own word, null when it has numbered nothing yet. Asked before and after the rows
 * are read, since the chain grows meanwhile: what was integrated before must be there, and nothing may be there that it has not numbered by the end.
 */
export async function verifyStored(
  db: D1Database,
  org: string,
  keys: readonly PublishedKey[],
  readHead: () => Promise<KnownHead | null>,
): Promise<StoredVerdict> {
  const before = await readHead();
  const verifier = new ChainVerifier(verifyToolsOf(keys), (await droppedUpTo(db, org)) ?? "genesis");
  const { problems } = await checkPages(db, org, verifier, { after: null, atMost: Number.POSITIVE_INFINITY });
  problems.push(...checkEnd(verifier.head, before, await readHead()));
  return { ok: problems.length === 0, checked: verifier.checked, problems: problems.slice(0, PROBLEMS), head: verifier.head };
}

/**
 * Pages that begin after a number (null: all there are, whatever their numbers), until about so many entries were checked, or the pages up to a number.
 * `isEnd`: there are no more.
 */
export async function checkPages(
  db: D1Database,
  org: string,
  verifier: ChainVerifier,
  { after, atMost, until }: { readonly after: number | null; readonly atMost: number; readonly until?: number },
): Promise<{ readonly problems: StoredProblem[]; readonly isEnd: boolean }> {
  const problems: StoredProblem[] = [];
  const statement = db.prepare(PAGES_AFTER);
  const first = verifier.checked;
  for (let last: number | null = after ?? Number.MIN_SAFE_INTEGER; last !== null; ) {
    const { results }: D1Result<AuditPage> = await statement.bind(org, last).all<AuditPage>();
    for (const page of results) {
      if (verifier.checked - first >= atMost || (until !== undefined && page.first_seq > until)) return { problems, isEnd: false };
      problems.push(...checkPage(page, verifier));
    }
    last = results.at(-1)?.first_seq ?? null;
  }
  return { problems, isEnd: true };
}

/** The last entry that D1 has dropped; null: it has all. */
export const droppedUpTo = (db: D1Database, org: string): Promise<ChainHead | null> => db.prepare(DROPPED).bind(org).first<ChainHead>();

/** The last entry that D1 has dropped, since R2 has it; what D1 has follows it. */
const DROPPED = `SELECT last_seq AS seq, last_hash AS hash FROM audit_segments
  WHERE org = ? AND trimmed_at IS NOT NULL ORDER BY first_seq DESC LIMIT 1`;

/** The next pages after a number: as many as are asked for, or fewer when they are long, but one at least. */
const PAGES_AFTER = `
  SELECT ${PAGE_COLUMNS.join(", ")} FROM (
    SELECT *, SUM(LENGTH(entries)) OVER (ORDER BY first_seq) - LENGTH(entries) AS characters_before
    FROM (SELECT * FROM audit_pages WHERE org = ?1 AND first_seq > ?2 ORDER BY first_seq LIMIT ${READ.pages}))
  WHERE characters_before < ${READ.characters} ORDER BY first_seq`;

function checkPage(page: AuditPage, verifier: ChainVerifier): StoredProblem[] {
  const entries = parse(page.entries);
  if (!Array.isArray(entries) || entries.length === 0)
    return [{ seq: page.first_seq, code: "malformed", message: "this is not a page of audit entries" }];
  const problems = entries.flatMap((entry, index) =>
    verifier.take(entry).map((problem) => ({ ...problem, seq: problem.seq ?? page.first_seq + index })),
  );
  if (problems.some((problem) => problem.code === "malformed")) return problems;
  const expected = expectedPage(entries);
  const changed = expected === null ? PAGE_COLUMNS : pageDifferences(expected, page);
  if (changed.length === 0) return problems;
  const message = `the stored page differs from its entries in \`${changed.join("`, `")}\``;
  return [...problems, { seq: placeOfDifference(page, expected === null ? [] : entries), code: "page_differs", message }];
}

/** The number of the first entry that is written otherwise; of a difference elsewhere, the page's own. */
function placeOfDifference(page: AuditPage, entries: readonly Json[]): number {
  let at = 1; // behind the bracket
  for (const entry of entries as unknown as readonly AuditEntry[]) {
    const text = entryText(entry);
    if (!page.entries.startsWith(text, at)) return entry.seq;
    at += text.length + 1;
  }
  return page.first_seq;
}

/** What is wrong at the end of what is stored. An entry that was sequenced a moment ago may still be on its way: D1 owes only what the log calls integrated. */
export function checkEnd(stored: ChainHead | null, before: KnownHead | null, after: KnownHead | null): StoredProblem[] {
  const last = stored?.seq ?? 0;
  if (last < (before?.integratedSeq ?? 0)) return [{ seq: last + 1, code: "truncated", message: "entries are missing at the end" }];
  if (last > (after?.seq ?? 0)) return [{ seq: last, code: "beyond_head", message: "the audit log never assigned this number" }];
  if (stored !== null && last === after?.seq && stored.hash !== after.hash)
    return [{ seq: last, code: "head_differs", message: "the last entry differs from the head of the audit log" }];
  return [];
}

/** null, which is no page, for a text that is no JSON. */
function parse(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return null;
  }
}

/** null when the entries lack what a page is made of. */
function expectedPage(entries: readonly Json[]): AuditPage | null {
  try {
    return pageOf(entries as unknown as readonly AuditEntry[]);
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
