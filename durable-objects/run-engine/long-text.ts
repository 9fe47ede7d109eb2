/**
 * Texts that are longer than a row, as rows written before large values went elsewhere (large-values.ts) have them: the head stands in
 * the row itself, the rest in pieces beside it. They are only read.
 */

/** UTF-16 units of a piece, or one less: a pair of surrogates stays together. */
const PIECE = 400_000;

/** PERSISTED: the table of older runs' long texts. New rows are never written. */
export const LONG_TEXT_SCHEMA = `
  -- What follows the head of a text that is longer than a row: \`owner\` is the row's number, 0 for the birth.
  CREATE TABLE rest (owner INTEGER NOT NULL, part INTEGER NOT NULL, text TEXT NOT NULL, PRIMARY KEY (owner, part)) WITHOUT ROWID;
`;

/** The whole text of which `head` is the head. */
export function wholeText(sql: SqlStorage, owner: number, head: string): string {
  if (head.length < PIECE - 1) return head;
  const rest = sql.exec<{ text: string }>("SELECT text FROM rest WHERE owner = ? ORDER BY part", owner).toArray();
  return head + rest.map((row) => row.text).join("");
}
