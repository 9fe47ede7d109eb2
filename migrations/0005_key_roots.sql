-- The person at the root of a key's making. Of a key that exists already its maker is all that is known; without one, the platform made it.

ALTER TABLE api_keys ADD COLUMN root TEXT NOT NULL DEFAULT 'platform-admin';

UPDATE api_keys SET root = COALESCE(created_by, 'platform-admin');
