-- Keys that rotate themselves. `rotated_from`: the key that this one replaced. `chain`: the first key of those that rotated themselves into this one; null: the key
-- itself. `ends_at`: when a key that rotates itself is over for good, because whoever made it said so; null: nobody did.
ALTER TABLE api_keys ADD COLUMN rotated_from TEXT;
ALTER TABLE api_keys ADD COLUMN chain TEXT;
ALTER TABLE api_keys ADD COLUMN ends_at INTEGER;
CREATE INDEX api_keys_by_chain ON api_keys (org, chain);
