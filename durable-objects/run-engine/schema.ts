/** The tables of one run, append-only steps. A turn is one row of the journal; the state is its fold and is stored nowhere. */
import { LONG_TEXT_SCHEMA } from "./long-text.ts";

export const RUN_SCHEMA: readonly string[] = [
  `
  -- What the run was born with (core/run/machine/birth.ts), written once.
  CREATE TABLE birth (id INTEGER PRIMARY KEY CHECK (id = 1), body TEXT NOT NULL);
  -- One row a turn: the events first_seq .. last_seq as JSON, and what of them leaves (a RecordsRow), or NULL.
  CREATE TABLE journal (last_seq INTEGER PRIMARY KEY, first_seq INTEGER NOT NULL, events TEXT NOT NULL, leaves TEXT);
  -- Up to which row what leaves is sequenced and stored elsewhere.
  CREATE TABLE confirmed (id INTEGER PRIMARY KEY CHECK (id = 1), seq INTEGER NOT NULL);
  ${LONG_TEXT_SCHEMA}
  `,
  // Lines of the texts that the row's records name by digest, as a JSON list (core/audit/content.ts), or NULL.
  "ALTER TABLE journal ADD COLUMN texts TEXT",
  // Up to which event the spans that had ended have left for the collector.
  "ALTER TABLE confirmed ADD COLUMN traced INTEGER NOT NULL DEFAULT 0",
  // What the calls of the row's events cost (core/costs/call.ts, CostsOf), or NULL; in rows of before, it is in leaves. Up to which row it has left.
  `ALTER TABLE journal ADD COLUMN costs TEXT;
  ALTER TABLE confirmed ADD COLUMN costs INTEGER NOT NULL DEFAULT 0`,
];
