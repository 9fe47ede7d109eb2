-- Versions of tools that come from an import: nobody uses one before a person has approved it. What was registered by hand is in force at once.

ALTER TABLE tools ADD COLUMN status TEXT NOT NULL DEFAULT 'active';
ALTER TABLE tools ADD COLUMN origin TEXT;
