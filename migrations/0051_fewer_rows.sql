-- Old calls are found by org and time: an index by time alone was one more row for each call.
DROP INDEX cost_calls_by_age;

-- Never chosen: runs_by_ended has the same columns.
DROP INDEX runs_by_end;

-- Logins that say nothing any more, deleted at each sign-in.
CREATE INDEX logins_by_age ON logins (seen_at);
