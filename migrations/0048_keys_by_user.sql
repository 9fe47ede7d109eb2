-- The roles that a user has today, which each call of a run asks for.
CREATE INDEX api_keys_by_user ON api_keys (org, user);
