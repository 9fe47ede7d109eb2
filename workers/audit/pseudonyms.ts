/**
 * Pseudonyms on the way into the log and out of it: the org's vault makes and resolves them, once for a batch of records. A record whose
 * person has none waits in its outbox; nothing of it is numbered.
 */
import { belongsTo } from "../../core/audit/belongs.ts";
import { isPseudonym, personsOf, pseudonymCodeOf, pseudonymOf, pseudonymsIn, withPseudonyms } from "../../core/audit/persons.ts";
import type { AuditRecord } from "../../core/audit/record.ts";
import { idTime } from "../../core/ids.ts";
import type { Json } from "../../core/json.ts";

/** The codes of persons, in order. Throws when the vault cannot say. `since`: when what they are named for began. */
export type Pseudonyms = (
  org: string,
  persons: readonly { readonly subject: string; readonly since: number }[],
) => Promise<readonly string[]>;

/** Rows of outboxes with pseudonyms in their records. */
export async function pseudonymised<Row extends { readonly records: readonly AuditRecord[] }>(
  org: string,
  rows: readonly Row[],
  pseudonyms: Pseudonyms,
): Promise<Row[]> {
  const persons = new Map<string, { readonly subject: string; readonly since: number }>();
  const readable = new Set<AuditRecord>();
  for (const record of rows.flatMap((row) => row.records)) {
    try {
      const since = sinceOf(record);
      for (const subject of personsOf(record)) persons.set(keyOf(subject, since), { subject, since });
      readable.add(record);
    } catch {
      // It is no record: the log refuses its row.
    }
  }
  if (persons.size === 0) return [...rows];
  const codes = await pseudonyms(org, [...persons.values()]);
  const known = new Map([...persons.keys()].map((key, index) => [key, codes[index]]));
  const renamed = (record: AuditRecord): AuditRecord => {
    const since = sinceOf(record);
    return withPseudonyms(record, (subject) => {
      const code = known.get(keyOf(subject, since));
      return code === undefined ? undefined : pseudonymOf(code);
    });
  };
  return rows.map((row) => ({ ...row, records: row.records.map((record) => (readable.has(record) ? renamed(record) : record)) }));
}

const keyOf = (subject: string, since: number): string => `${since} ${subject}`;

/** What a run records belongs to the run's person as of its beginning: after their erasure it names nobody who is known. */
function sinceOf(record: AuditRecord): number {
  const { run } = belongsTo(record);
  return run === null ? Date.parse(record.timestamp) : idTime(run);
}

/** Resolves codes; null where nobody knows (any more) who is behind one. */
export type Resolve = (org: string, codes: readonly string[]) => Promise<readonly (string | null)[]>;

/** Who is behind the pseudonyms in these entries, as far as that is known. */
export async function personsBehind(org: string, entries: readonly Json[], resolve: Resolve): Promise<Map<string, string>> {
  const pseudonyms = [...new Set(entries.flatMap(pseudonymsIn))];
  const found = pseudonyms.length === 0 ? [] : await resolve(org, pseudonyms.map(pseudonymCodeOf));
  return new Map(pseudonyms.flatMap((pseudonym, index) => (found[index] == null ? [] : [[pseudonym, found[index]] as const])));
}

/** The names under which a person's entries are listed: their own, and their pseudonym. */
export async function namesOf(
  org: string,
  user: string,
  codeOf: (org: string, subject: string) => Promise<string | null>,
): Promise<string[]> {
  const code = isPseudonym(user) ? null : await codeOf(org, user);
  return code === null ? [user] : [user, pseudonymOf(code)];
}
