-- What people thought of runs lately, for the health of workflows.

CREATE INDEX feedback_by_time ON feedback (org, created_at);
