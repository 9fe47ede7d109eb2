-- When a key got its successor; null: it has none. A key with one does not rotate itself again.
ALTER TABLE api_keys ADD COLUMN rotated_at INTEGER;
