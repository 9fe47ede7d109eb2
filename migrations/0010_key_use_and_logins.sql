-- When a key was last used (to five minutes), and when its org was told that it expires soon.

ALTER TABLE api_keys ADD COLUMN last_used_at INTEGER;
ALTER TABLE api_keys ADD COLUMN expiry_told_at INTEGER;

-- With which roles somebody last came from an identity provider: what they may do, when something of theirs is done again without them.

CREATE TABLE logins (
  org TEXT NOT NULL,
  user TEXT NOT NULL,
  credential TEXT NOT NULL,
  roles TEXT NOT NULL,
  seen_at INTEGER NOT NULL,
  PRIMARY KEY (org, user, credential)
);
