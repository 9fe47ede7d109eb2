-- When the archive last failed to take a run: such a run stands behind all others. NULL: it never failed.

ALTER TABLE runs ADD COLUMN archive_tried_at INTEGER;
