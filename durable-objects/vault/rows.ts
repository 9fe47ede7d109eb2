/** The rows of the vault: one per value and run, everything in them sealed or opaque. All functions are synchronous. */
import type { PlaceholderType } from "../../core/guardrail/finding.ts";
import { formatPlaceholder, parsePlaceholder } from "../../core/guardrail/placeholder.ts";
import { sameValueKey } from "../../core/guardrail/same-value.ts";
import { leastId } from "../../core/ids.ts";
import type { EpochMs } from "../../core/time.ts";
import { personOf } from "../../kit/sealed-text.ts";
import { lookupCode, openValue, type PersonKey, sealValue } from "./envelope.ts";

/** Append-only. `code` is the HMAC by which a value is found again in any of its spellings, `from_input` whether the run's own input ever put it in. */
export const VAULT_SCHEMA: readonly string[] = [
  `CREATE TABLE value (
     run TEXT NOT NULL, type TEXT NOT NULL, number INTEGER NOT NULL, code TEXT NOT NULL, sealed BLOB NOT NULL,
     from_input INTEGER NOT NULL, subject TEXT NOT NULL, key_id TEXT NOT NULL, v INTEGER NOT NULL,
     PRIMARY KEY (run, type, number), UNIQUE (run, code)
   ) WITHOUT ROWID;`,
  // `person`: SHA-256 of the subject, hex. `at`: epoch ms; runs whose ids are not younger get no key any more. `done`: the key is removed.
  `CREATE INDEX value_by_subject ON value (subject, run);
   CREATE TABLE erased (person TEXT PRIMARY KEY NOT NULL, at INTEGER NOT NULL, done INTEGER NOT NULL) WITHOUT ROWID;`,
  // Who is behind a code of the audit log: the subject, sealed under the key that made the code.
  `CREATE TABLE pseudonym (code TEXT PRIMARY KEY NOT NULL, person TEXT NOT NULL, sealed BLOB NOT NULL) WITHOUT ROWID;
   CREATE INDEX pseudonym_by_person ON pseudonym (person);`,
  // `recalled`: an earlier run's input put it in, and this run has it out of a session or a memory of the same person.
  `ALTER TABLE value ADD COLUMN recalled INTEGER NOT NULL DEFAULT 0;`,
  // `unnamed`: what began up to then names nobody, though `at` was earlier: the erasure was under way.
  `ALTER TABLE erased ADD COLUMN unnamed INTEGER NOT NULL DEFAULT 0;`,
  // Runs that keep something under a key that derives from their person's: the person's key stays as long as there is one.
  `CREATE TABLE sealed_run (run TEXT PRIMARY KEY NOT NULL, subject TEXT NOT NULL) WITHOUT ROWID;
   CREATE INDEX sealed_run_by_subject ON sealed_run (subject);`,
];

/** PERSISTED: the version of a row's form (`v`). */
const ROW_VERSION = 1;

/** A value to be kept under a placeholder of its type. */
export type ValueToKeep = { readonly type: PlaceholderType; readonly value: string };
/** PERSISTED. `subject` is the pseudonym of the person under whose key `sealed` is. */
export type StoredValue = { sealed: ArrayBuffer; from_input: number; recalled: number; subject: string; key_id: string; v: number };

/** The placeholder of a value in its run: the one it has, else the next of its type. MUST run inside the assigning transaction. */
export function keepValue(
  sql: SqlStorage,
  key: PersonKey,
  owner: { readonly run: string; readonly subject: string; readonly fromInput: boolean; readonly recalled?: boolean },
  { type, value }: ValueToKeep,
): string {
  const code = lookupCode(key, type, sameValueKey(type, value));
  const known = sql
    .exec<{ number: number; from_input: number; recalled: number }>(
      "SELECT number, from_input, recalled FROM value WHERE run = ? AND code = ?",
      owner.run,
      code,
    )
    .toArray()[0];
  if (known !== undefined) {
    if (owner.fromInput && known.from_input === 0) sql.exec("UPDATE value SET from_input = 1 WHERE run = ? AND code = ?", owner.run, code);
    if (owner.recalled && known.recalled === 0) sql.exec("UPDATE value SET recalled = 1 WHERE run = ? AND code = ?", owner.run, code);
    return formatPlaceholder(type, known.number);
  }
  const number = sql
    .exec<{ next: number }>("SELECT COALESCE(MAX(number), 0) + 1 AS next FROM value WHERE run = ? AND type = ?", owner.run, type)
    .one().next;
  const placeholder = formatPlaceholder(type, number);
  if (parsePlaceholder(placeholder) === null) throw new Error("a run holds more values of one kind than a placeholder can number");
  const sealed = sealValue(key, placeOf(owner.run, placeholder), value);
  sql.exec(
    "INSERT INTO value (run, type, number, code, sealed, from_input, recalled, subject, key_id, v) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    owner.run,
    type,
    number,
    code,
    sealed,
    owner.fromInput ? 1 : 0,
    owner.recalled ? 1 : 0,
    owner.subject,
    key.id,
    ROW_VERSION,
  );
  return placeholder;
}

/** What the run keeps under this placeholder; null when it made no such one. */
export function findStored(sql: SqlStorage, run: string, placeholder: string): StoredValue | null {
  const parsed = parsePlaceholder(placeholder);
  if (parsed === null) return null;
  const [row] = sql
    .exec<StoredValue>(
      "SELECT sealed, from_input, recalled, subject, key_id, v FROM value WHERE run = ? AND type = ? AND number = ?",
      run,
      parsed.type,
      parsed.number,
    )
    .toArray();
  if (row !== undefined && row.v > ROW_VERSION) throw new Error(`a row of the vault has version ${row.v}, newer than this code knows`);
  return row ?? null;
}

/** Everything a run keeps, by placeholder. */
export function listStored(sql: SqlStorage, run: string): { readonly placeholder: string; readonly stored: StoredValue }[] {
  const query = "SELECT type, number, sealed, from_input, recalled, subject, key_id, v FROM value WHERE run = ? ORDER BY type, number";
  return sql
    .exec<StoredValue & { type: PlaceholderType; number: number }>(query, run)
    .toArray()
    .map(({ type, number, ...stored }) => ({ placeholder: formatPlaceholder(type, number), stored }));
}

/** Copies a value to another run under the same placeholder, sealed for its place there. A second copy changes nothing. */
export function copyStored(sql: SqlStorage, key: PersonKey, from: string, to: string, placeholder: string, stored: StoredValue): void {
  const parsed = parsePlaceholder(placeholder);
  const value = parsed === null ? null : unsealStored(key, from, placeholder, stored);
  if (parsed === null || value === null) return;
  sql.exec(
    "INSERT INTO value (run, type, number, code, sealed, from_input, recalled, subject, key_id, v) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
    to,
    parsed.type,
    parsed.number,
    lookupCode(key, parsed.type, sameValueKey(parsed.type, value)),
    sealValue(key, placeOf(to, placeholder), value),
    stored.from_input,
    stored.recalled,
    stored.subject,
    key.id,
    ROW_VERSION,
  );
}

/** The value; null when it lies under a key of the person that is gone. */
export const unsealStored = (key: PersonKey, run: string, placeholder: string, stored: StoredValue): string | null =>
  key.id === stored.key_id ? openValue(key, placeOf(run, placeholder), new Uint8Array(stored.sealed)) : null;

const placeOf = (run: string, placeholder: string): string => `${run} ${placeholder}`;

/** When the person was last erased, up to when the log names nobody in their place, and whether the erasure is done; null: never erased. */
export function erasureOf(
  sql: SqlStorage,
  subject: string,
): { readonly at: EpochMs; readonly unnamedUntil: EpochMs; readonly done: boolean } | null {
  const [row] = sql
    .exec<{ at: number; unnamed: number; done: number }>("SELECT at, unnamed, done FROM erased WHERE person = ?", personOf(subject))
    .toArray();
  return row === undefined ? null : { at: row.at, unnamedUntil: Math.max(row.at, row.unnamed), done: row.done === 1 };
}

/** What began up to `until` names nobody in the erased person's place. */
export function markUnnamed(sql: SqlStorage, subject: string, until: EpochMs): void {
  sql.exec("UPDATE erased SET unnamed = ?2 WHERE person = ?1 AND unnamed < ?2", personOf(subject), until);
}

/** Puts down that the person is erased as of `at`; a later erasure replaces an earlier one. */
export function markErased(sql: SqlStorage, subject: string, at: EpochMs, done: boolean): void {
  sql.exec(
    "INSERT INTO erased (person, at, done) VALUES (?1, ?2, ?3) ON CONFLICT (person) DO UPDATE SET at = ?2, done = ?3 WHERE ?2 >= at",
    personOf(subject),
    at,
    done ? 1 : 0,
  );
}

/**
 * Deletes what is kept of a person in runs, sessions and memories that are not younger than `at`; how many values that were. Ids of all kinds
 * end in a ULID, which sorts by time.
 */
export function deleteOfPerson(sql: SqlStorage, subject: string, at: EpochMs): number {
  const upTo = leastId("run", at + 1).slice("run_".length);
  const isOld = "subject = ? AND SUBSTR(run, INSTR(run, '_') + 1) < ?";
  const { found } = sql.exec<{ found: number }>(`SELECT COUNT(*) AS found FROM value WHERE ${isOld}`, subject, upTo).one();
  sql.exec(`DELETE FROM value WHERE ${isOld}`, subject, upTo);
  sql.exec(`DELETE FROM sealed_run WHERE ${isOld}`, subject, upTo);
  return found;
}

/** Whether anything is kept of a person, here or sealed with a run. */
export const hasValues = (sql: SqlStorage, subject: string): boolean =>
  sql.exec("SELECT 1 FROM value WHERE subject = ?1 UNION ALL SELECT 1 FROM sealed_run WHERE subject = ?1 LIMIT 1", subject).toArray()
    .length > 0;

/** A run has a key that derives from its person's. The same again changes nothing. */
export function noteSealedRun(sql: SqlStorage, run: string, subject: string): void {
  if (sql.exec("SELECT 1 FROM sealed_run WHERE run = ?", run).toArray().length > 0) return;
  sql.exec("INSERT INTO sealed_run (run, subject) VALUES (?, ?)", run, subject);
}

/** Deletes what is kept of a run; how many values that were. */
export function deleteOfRun(sql: SqlStorage, run: string): number {
  const { found } = sql.exec<{ found: number }>("SELECT COUNT(*) AS found FROM value WHERE run = ?", run).one();
  sql.exec("DELETE FROM value WHERE run = ?", run);
  sql.exec("DELETE FROM sealed_run WHERE run = ?", run);
  return found;
}

/** The newest runs of a person, not younger than `at`, that have a key which derives from the person's. */
export function sealedRunsOf(sql: SqlStorage, subject: string, at: EpochMs, limit: number): string[] {
  const before = leastId("run", at + 1);
  // Sessions and memories seal under such keys, too, and their ids come before those of runs.
  const query = "SELECT run FROM sealed_run WHERE subject = ? AND run > 'run_' AND run < ? ORDER BY run DESC LIMIT ?";
  return sql
    .exec<{ run: string }>(query, subject, before, limit)
    .toArray()
    .map(({ run }) => run);
}

/** Keeps who is behind a code. The same again changes nothing. */
export function keepPseudonym(sql: SqlStorage, key: PersonKey, code: string, subject: string): void {
  if (sql.exec("SELECT 1 FROM pseudonym WHERE code = ?", code).toArray().length > 0) return;
  const sealed = sealValue(key, pseudonymPlace(code), subject);
  sql.exec("INSERT INTO pseudonym (code, person, sealed) VALUES (?, ?, ?)", code, personOf(subject), sealed);
}

/** Who is behind a code, sealed; null: nobody that is known here (any more). */
export function findPseudonym(sql: SqlStorage, code: string): { readonly person: string; readonly sealed: ArrayBuffer } | null {
  return (
    sql.exec<{ person: string; sealed: ArrayBuffer }>("SELECT person, sealed FROM pseudonym WHERE code = ?", code).toArray()[0] ?? null
  );
}

/** The subject behind a code; null when another key of the person made the code. */
export const openPseudonym = (key: PersonKey, code: string, sealed: ArrayBuffer): string | null => {
  try {
    return openValue(key, pseudonymPlace(code), new Uint8Array(sealed));
  } catch {
    return null;
  }
};

/** Deletes who is behind the codes of a person. */
export function forgetPseudonyms(sql: SqlStorage, subject: string): void {
  sql.exec("DELETE FROM pseudonym WHERE person = ?", personOf(subject));
}

const pseudonymPlace = (code: string): string => `pseudonym ${code}`;
