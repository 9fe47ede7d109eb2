-- Collections of documents (knowledge): who may read them and how documents are taken. The documents are in their index objects.
CREATE TABLE collections (
  org TEXT NOT NULL,
  name TEXT NOT NULL,
  id TEXT NOT NULL,
  settings TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (org, name)
);
