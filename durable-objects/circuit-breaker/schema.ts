/** The table of `CircuitBreaker`. PERSISTED: steps are appended, never edited. */
export const SCHEMA: readonly string[] = ["CREATE TABLE breaker (id INTEGER PRIMARY KEY CHECK (id = 1), body TEXT NOT NULL)"];
