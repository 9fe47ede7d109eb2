/**
 * Texts that may be longer than a row: the head stands in the row itself, the rest in pieces beside it. A row is 2 MB at most
 * (developers.cloudflare.com/durable-objects/platform/limits, 2026-10); the local runtime does not enforce it.
 */

/** UTF-16 units of a piece: 1.2 MB of UTF-8 at most. */
export const PIECE = 400_000;

export const LONG_TEXT_SCHEMA = `
  -- What follows the head of a text that is longer than a row: \`owner\` is the row's number, 0 for the birth.
  CREATE TABLE rest (owner INTEGER NOT NULL, part INTEGER NOT NULL, text TEXT NOT NULL, PRIMARY KEY (owner, part)) WITHOUT ROWID;
`;

/** Stores what follows the head, and gives the head. MUST be called inside the transaction of the row. */
export function keepRest(sql: SqlStorage, owner: number, text: string): string {
  const [head = "", ...rest] = pieces(text);
  for (const [part, piece] of rest.entries()) sql.exec("INSERT INTO rest (owner, part, text) VALUES (?, ?, ?)", owner, part, piece);
  return head;
}

/** The whole text of which `head` is the head. */
export function wholeText(sql: SqlStorage, owner: number, head: string): string {
  if (head.length < PIECE - 1) return head;
  const rest = sql.exec<{ text: string }>("SELECT text FROM rest WHERE owner = ? ORDER BY part", owner).toArray();
  return head + rest.map((row) => row.text).join("");
}

/** A pair of surrogates stays together: half of one has no UTF-8. */
function pieces(text: string): string[] {
  const found: string[] = [];
  for (let start = 0; start < text.length; ) {
    const end = Math.min(start + PIECE, text.length);
    const last = text.charCodeAt(end - 1);
    const splits = end < text.length && last >= 0xd800 && last <= 0xdbff;
    found.push(text.slice(start, splits ? end - 1 : end));
    start = splits ? end - 1 : end;
  }
  return found;
}
