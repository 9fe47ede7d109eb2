-- Which models an org wants for a task, and in which order. No row: the models that have the task, cheapest first.

CREATE TABLE routes (
  org TEXT NOT NULL,
  task TEXT NOT NULL,
  route TEXT NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (org, task)
);
