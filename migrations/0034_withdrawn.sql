-- When a tool or a workflow was withdrawn: nothing new uses it, and runs that were born before keep it.

ALTER TABLE tools ADD COLUMN withdrawn_at INTEGER;
ALTER TABLE workflows ADD COLUMN withdrawn_at INTEGER;
