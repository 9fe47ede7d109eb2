/**
 * Deletes rows so that their texts are gone from the file, too. SQLite leaves what it deletes in free pages until something else needs them, and
 * an object may not set `PRAGMA secure_delete`: what people wrote is written over first, with as many bytes of nothing. Knows SQL; decides nothing.
 */

/** As many bytes of nothing as the column has: SQLite writes a row of the same size over the old one. */
const nothingIn = (column: string): string => `substr(hex(zeroblob(octet_length(${column}) / 2 + 1)), 1, octet_length(${column}))`;

/** Of a table: the column that names a row, and the columns that hold texts. */
type Texts = { readonly key: string; readonly columns: readonly string[] };

/** Writes nothing over the texts of the rows that `where` finds, before they are deleted or replaced by texts of another length. */
export function overwrite(
  sql: SqlStorage,
  table: string,
  columns: readonly string[],
  where: string,
  ...bindings: readonly SqlStorageValue[]
): void {
  sql.exec(`UPDATE ${table} SET ${columns.map((column) => `${column} = ${nothingIn(column)}`).join(", ")} WHERE ${where}`, ...bindings);
}

/**
 * Deletes the rows that `where` finds, and answers how many those were. `where` may read the texts themselves: it is asked once, before they go.
 * What an object writes without waiting in between becomes durable together, so that no row is seen emptied.
 */
export function deleteOverwritten(
  sql: SqlStorage,
  table: string,
  { key, columns }: Texts,
  where: string,
  ...bindings: readonly SqlStorageValue[]
): number {
  const found = sql.exec<{ key: string | number }>(`SELECT ${key} AS key FROM ${table} WHERE ${where}`, ...bindings).toArray();
  if (found.length === 0) return 0;
  const keys = JSON.stringify([...new Set(found.map((row) => row.key))]);
  const these = `${key} IN (SELECT value FROM json_each(?))`;
  overwrite(sql, table, columns, these, keys);
  sql.exec(`DELETE FROM ${table} WHERE ${these}`, keys);
  return found.length;
}
