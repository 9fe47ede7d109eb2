/** Append-only SQL steps: step n of a room brings its tables from version n to n + 1. A step that was deployed is never edited. */
export function migrate(storage: DurableObjectStorage, steps: readonly string[]): void {
  const { sql } = storage;
  storage.transactionSync(() => {
    sql.exec("CREATE TABLE IF NOT EXISTS schema_version (id INTEGER PRIMARY KEY CHECK (id = 1), version INTEGER NOT NULL)");
    const version = sql.exec<{ version: number }>("SELECT version FROM schema_version").toArray()[0]?.version ?? 0;
    if (version > steps.length) throw new Error(`stored schema version ${version} is newer than this code knows (${steps.length})`);
    if (version === steps.length) return;
    for (const step of steps.slice(version)) sql.exec(step);
    sql.exec("INSERT INTO schema_version (id, version) VALUES (1, ?1) ON CONFLICT (id) DO UPDATE SET version = ?1", steps.length);
  });
}

/**
 * The row that says what the object is about, with its tables brought up to date first. null: the object has stored nothing, or no such row; asking
 * creates nothing.
 */
export function storedRow<Row extends Record<string, SqlStorageValue>>(
  storage: DurableObjectStorage,
  steps: readonly string[],
  query: string,
): Row | null {
  if (!isMigrated(storage.sql)) return null;
  migrate(storage, steps);
  return storage.sql.exec<Row>(query).toArray()[0] ?? null;
}

/** True when the object has stored anything: asking creates nothing. */
export function isMigrated(sql: SqlStorage): boolean {
  return sql.exec("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'schema_version'").toArray().length > 0;
}
