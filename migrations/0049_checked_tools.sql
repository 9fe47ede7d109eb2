-- When an imported version of a tool was last compared with its source, in ms since 1970; null: never. At most once an hour for each server.

ALTER TABLE tools ADD COLUMN checked_at INTEGER;
