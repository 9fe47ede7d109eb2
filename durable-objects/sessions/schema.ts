/** The tables of `Sessions`. PERSISTED: steps are appended, never edited. */
import { OUTBOX_SCHEMA } from "../kit/outbox.ts";

/**
 * `owner`: the id under which the vault keeps the personal data of a session's messages. `member.state`: core/session/session.ts; `left`: the
 * run has said its last word, kept so that it is not taken twice. `told_at`: when a run was last told that its turn has come.
 */
export const SCHEMA: readonly string[] = [
  `
  CREATE TABLE sessions_of (id INTEGER PRIMARY KEY CHECK (id = 1), org TEXT NOT NULL, subject TEXT NOT NULL);
  CREATE TABLE session (
    id TEXT PRIMARY KEY, owner TEXT NOT NULL UNIQUE, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL, summary TEXT
  ) WITHOUT ROWID;
  CREATE TABLE member (
    n INTEGER PRIMARY KEY AUTOINCREMENT, run TEXT NOT NULL UNIQUE, session TEXT NOT NULL, state TEXT NOT NULL,
    joined_at INTEGER NOT NULL, told_at INTEGER
  );
  CREATE INDEX member_by_session ON member (session, n);
  CREATE TABLE message (n INTEGER PRIMARY KEY AUTOINCREMENT, session TEXT NOT NULL, body TEXT NOT NULL);
  CREATE INDEX message_by_session ON message (session, n);
  ${OUTBOX_SCHEMA}`,
];
